"""What a restored database holds, read by connecting to it: the rung `readable` of databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Rung, Sheet
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.reading.sql import (
    DAMAGE,
    Address,
    Credentials,
    Database,
    Fault,
    SqlError,
    connect,
    read_credentials,
)
from tierkeep.drill.restorers.base import Bench

CALLS = ("secretsmanager:GetSecretValue",)

TABLES = 20
"""So many tables are sampled."""
ROWS = 5
"""So many rows of each are read: the first that the database finds."""
_PATIENCE = 60.0
"""Seconds until a database that RDS calls available takes its first connection."""

SHEET = Sheet(
    rung=Rung.READABLE,
    titles={
        "connect": "Database takes connections and answers",
        "tables": "Database holds tables",
        "rows": "Rows of sampled tables can be read",
    },
)
EXPLAINED = (
    f"connects over TLS with the login that the catalog names, read-only; tables are there; the first {ROWS} "
    f"rows of {TABLES} sampled tables are read"
)
WITHOUT_LOGIN = (
    "the catalog names no login for databases of this type, so that nothing was read: "
    "`protects: {{ {type}: {{ connect: {{ secret: …, database: … }} }} }}`"
)


@contextmanager
def connected(bench: Bench, address: Callable[[], Address]) -> Iterator[Database]:
    """The restored database, to ask.

    Raises `SqlError`, `AwsError`, and `CannotVerifyError` if there is no login or no way to speak to it.
    """
    login = bench.scope.login
    if login is None:
        raise CannotVerifyError(WITHOUT_LOGIN.format(type=bench.scope.resource_type.value))
    at, credentials = address(), read_credentials(bench.session, login.secret)
    with ExitStack() as held:
        yield _first_answer(bench, at, credentials, held)


def _first_answer(bench: Bench, at: Address, credentials: Credentials, held: ExitStack) -> Database:
    """What RDS calls available may take some moments more until it can be reached."""
    login = bench.scope.login
    deadline = bench.waiter.clock.monotonic() + min(_PATIENCE, bench.seconds)
    while True:
        try:
            database = held.enter_context(connect(at, credentials, login.database if login else ""))
            database.query("SELECT 1")
        except SqlError as error:
            if error.fault is not Fault.UNREACHABLE or bench.late(deadline):
                raise
        else:
            return database
        bench.waiter.clock.sleep(1.0)


def read(bench: Bench, address: Callable[[], Address]) -> tuple[Check, ...]:
    """The rung `readable`; `address` finds where the database listens."""
    deadline = bench.deadline()
    expected = f"database {bench.scope.login.database}, over TLS" if bench.scope.login else "over TLS"
    try:
        bench.require_time(deadline, "there was no time left to connect")
        with connected(bench, address) as database:
            answered = SHEET.judged("connect", expected, f"{expected}, {_proven(database)}", holds=True)
            return (answered, *_asked(bench, database, deadline))
    except InterruptedDrillError:
        raise
    except SqlError as error:
        first = _unconnected(error, expected)
        return (first, *SHEET.not_run("the database could not be asked", but=("connect",)))
    except (CannotVerifyError, AwsError) as error:
        return SHEET.not_run(str(error))


def _proven(database: Database) -> str:
    if database.verified:
        return "its certificate verified"
    return "its certificate not looked at: TIERKEEP_DATABASE_CERTIFICATES names none"


def _unconnected(error: SqlError, expected: str) -> Check:
    if error.fault is Fault.NO_DATABASE:
        return SHEET.judged("connect", expected, f"it is not there: {error}", holds=False)
    return SHEET.unknown("connect", expected=expected, cause=f"{error}{_ADVICE.get(error.fault, '')}")


_ADVICE = {
    Fault.LOGIN: ". A restored database has the passwords of when it was backed up: the secret has to hold a "
    "login that was valid then",
    Fault.UNREACHABLE: ". Run the drill where the isolated subnets can be reached",
}


def _asked(bench: Bench, database: Database, deadline: float) -> tuple[Check, Check]:
    expected = "one at least"
    try:
        tables = database.tables()
    except SqlError as error:
        return (
            _judged("tables", expected, error),
            SHEET.unknown("rows", expected="of each", cause="the tables could not be listed"),
        )
    if not tables:
        return (
            SHEET.judged("tables", expected, "none: the database is empty", holds=False),
            SHEET.unknown("rows", expected="of each", cause="there is no table"),
        )
    named = ", ".join(f"{schema}.{table}" for schema, table in tables[:3])
    more = f" and {len(tables) - 3} more" if len(tables) > 3 else ""
    listed = SHEET.judged("tables", expected, f"{len(tables)}: {named}{more}", holds=True)
    return listed, _rows(bench, database, tables, deadline)


def _judged(check_id: str, expected: str, error: SqlError) -> Check:
    if error.fault in DAMAGE:
        return SHEET.judged(check_id, expected, str(error), holds=False)
    return SHEET.unknown(check_id, expected=expected, cause=str(error))


@dataclass(kw_only=True)
class _Sampled:
    """What became of the sampled tables."""

    filled: int = 0
    """Tables of which at least one row was read."""
    broken: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Tables of which it cannot be said."""


def _rows(bench: Bench, database: Database, tables: list[tuple[str, str]], deadline: float) -> Check:
    chance = random.Random(bench.seed)  # noqa: S311 - a sample, no secret
    sample = sorted(chance.sample(tables, min(TABLES, len(tables))))
    found = _Sampled()
    for schema, table in sample:
        if bench.late(deadline):
            found.unread.append(f"{schema}.{table}: there was no time left")
            break
        _sample(database, schema, table, found)
    return _judge_rows(found, sampled=len(sample), of=len(tables))


def _sample(database: Database, schema: str, table: str, found: _Sampled) -> None:
    try:
        # The name is the database's own, and quoted.
        statement = f"SELECT * FROM {database.named(schema, table)} LIMIT {ROWS}"  # noqa: S608
        rows = database.query(statement)
    except SqlError as error:
        told = found.broken if error.fault in DAMAGE else found.unread
        told.append(f"{schema}.{table}: {error}")
    else:
        found.filled += bool(rows)


def _judge_rows(found: _Sampled, *, sampled: int, of: int) -> Check:
    """A table that cannot be read fails; where none holds a row, nothing shows that rows can be read, and a
    database all of whose tables are empty is no backup of anything."""
    expected = f"of {sampled} tables of {of}, {ROWS} rows of each at most"
    if found.broken:
        return SHEET.judged("rows", expected, f"not of {'; '.join(found.broken)}", holds=False)
    if found.unread:
        return SHEET.unknown("rows", expected=expected, cause=f"not of {'; '.join(found.unread)}")
    if found.filled:
        text = f"rows of {found.filled} tables; {sampled - found.filled} are empty"
        return SHEET.judged("rows", expected, text, holds=True)
    if sampled == of:
        return SHEET.judged("rows", expected, "no table holds any row", holds=False)
    return SHEET.unknown("rows", expected=expected, cause="none of the sampled tables holds a row")
