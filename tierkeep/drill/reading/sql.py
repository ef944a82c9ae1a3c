"""Asking a restored database: PostgreSQL and MySQL or MariaDB, encrypted, reading only, in bounded time."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from tierkeep.aws import UnitSession
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.environment import database_certificates

CONNECT_SECONDS = 15.0
STATEMENT_SECONDS = 60.0
"""For one statement; the database is told to give it up."""
ANSWER_SECONDS = STATEMENT_SECONDS + 15.0
"""For any answer; the connection is given up where the database itself does not end a statement."""
LONGEST = 10_000
"""So many rows of one answer are taken, and no more."""

Row: TypeAlias = tuple[object, ...]


class Fault(StrEnum):
    """What kept a database from answering."""

    UNREACHABLE = "unreachable"
    """No connection, or one that ended."""
    LOGIN = "login"
    """It does not take user and password."""
    NO_DATABASE = "no-database"
    """It has no database of that name."""
    FORBIDDEN = "forbidden"
    """The user may not."""
    TOO_SLOW = "too-slow"
    """It did not answer in time."""
    MISSING = "missing"
    """What the statement names is not there: a table, a column, a schema."""
    DAMAGED = "damaged"
    """It cannot read its own data."""
    REFUSED = "refused"
    """It does not take the statement, for whatever else."""


DAMAGE = frozenset({Fault.NO_DATABASE, Fault.MISSING, Fault.DAMAGED})
"""What says something of the data; everything else keeps one from knowing."""


class SqlError(Exception):
    """A database did not answer. `code` is its own: an SQLSTATE of PostgreSQL, a number of MySQL."""

    def __init__(self, fault: Fault, message: str, *, code: str = "") -> None:
        super().__init__(f"{message} ({code})" if code else message)
        self.fault = fault
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A login. Its password is in no text of it."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a database listens, and of which engine it is, as RDS names it."""

    host: str
    port: int
    engine: str


class Connection(Protocol):
    """An open connection, of whichever engine."""

    def query(self, text: str) -> list[Row]:
        """Every row of one statement's answer, `LONGEST` at most. Raises `SqlError`."""

    def close(self) -> None:
        """End it."""


class Dialect(Protocol):
    """What differs between engines."""

    engines: frozenset[str]
    """By RDS's names."""
    tables: str
    """The statement that lists the tables of the database, as rows of schema and name, in their order."""

    def open(self, at: Address, credentials: Credentials, database: str, trust: ssl.SSLContext) -> Connection:
        """A connection whose transactions cannot write. Raises `SqlError`."""

    def quoted(self, name: str) -> str:
        """A name as it stands in a statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """A database that answers."""

    dialect: Dialect
    connection: Connection
    verified: bool
    """Whether the server has shown a certificate that this machine trusts."""

    def query(self, text: str) -> list[Row]:
        """Every row of one statement's answer, `LONGEST` at most. Raises `SqlError`."""
        return self.connection.query(text)

    def tables(self) -> list[tuple[str, str]]:
        """Schema and name of every table of the database, in their order. Raises `SqlError`."""
        return [(str(schema), str(name)) for schema, name, *_ in self.query(self.dialect.tables)]

    def named(self, schema: str, table: str) -> str:
        """A table as it stands in a statement."""
        return f"{self.dialect.quoted(schema)}.{self.dialect.quoted(table)}"


def dialect_of(engine: str) -> Dialect:
    """The dialect of an engine of RDS. Raises `CannotVerifyError` for one that is not known here."""
    # Each loads its driver, which only a drill of such a database needs.
    from tierkeep.drill.reading.mysql import MySql  # noqa: PLC0415
    from tierkeep.drill.reading.postgresql import PostgreSql  # noqa: PLC0415

    dialects: tuple[Dialect, ...] = (PostgreSql(), MySql())
    for each in dialects:
        if engine in each.engines:
            return each
    known = ", ".join(sorted(engine for each in dialects for engine in each.engines))
    raise CannotVerifyError(f"this version does not connect to engine {engine}, only to {known}")


@contextmanager
def connect(at: Address, credentials: Credentials, database: str) -> Iterator[Database]:
    """A database to ask. Raises `SqlError`, and `CannotVerifyError` for an engine that it does not speak, or
    where the certificates that this machine names cannot be read."""
    dialect, (trust, verified) = dialect_of(at.engine), _trust()
    connection = dialect.open(at, credentials, database, trust)
    try:
        yield Database(dialect=dialect, connection=connection, verified=verified)
    finally:
        connection.close()


def _trust() -> tuple[ssl.SSLContext, bool]:
    """Encrypted always; the server's certificate is verified where the machine has RDS's own authority, which
    no operating system brings."""
    bundle = database_certificates()
    if bundle is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context, False
    try:
        return ssl.create_default_context(cafile=bundle), True
    except (OSError, ssl.SSLError) as error:
        raise CannotVerifyError(f"the certificates in {bundle} cannot be read: {error}") from error


def read_credentials(session: UnitSession, secret: str) -> Credentials:
    """The login that a secret holds.

    Raises `AwsError`, and `CannotVerifyError` if the secret is not of the form that RDS itself gives it. No
    message repeats what it holds.
    """
    answer = session.call("secretsmanager", "get_secret_value", SecretId=secret)
    try:
        found: Any = json.loads(answer.get("SecretString") or "")
    except ValueError as error:
        raise CannotVerifyError(f"secret {secret} holds no JSON") from error
    held = found if isinstance(found, dict) else {}
    user, password = held.get("username"), held.get("password")
    if not isinstance(user, str) or not isinstance(password, str):
        raise CannotVerifyError(f"secret {secret} holds no JSON object with `username` and `password`")
    return Credentials(user=user, password=password)


def fetched(fetch: Callable[[int], Any]) -> list[Row]:
    """The rows of an answer, of which one more than the longest is asked for. Raises `SqlError`."""
    rows = [tuple(each) for each in fetch(LONGEST + 1)]
    if len(rows) > LONGEST:
        raise SqlError(
            Fault.REFUSED, f"it answers with more than {LONGEST} rows: count them in the statement"
        )
    return rows
