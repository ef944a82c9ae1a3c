"""MySQL and MariaDB, by PyMySQL."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pymysql
from pymysql.err import Error

from tierkeep.drill.reading.sql import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    STATEMENT_SECONDS,
    Address,
    Connection,
    Credentials,
    Dialect,
    Fault,
    Row,
    SqlError,
    fetched,
)

_FAULTS = {
    1044: Fault.FORBIDDEN,
    1045: Fault.LOGIN,
    1049: Fault.NO_DATABASE,
    1034: Fault.DAMAGED,
    1035: Fault.DAMAGED,
    1054: Fault.MISSING,
    1146: Fault.MISSING,
    1194: Fault.DAMAGED,
    1712: Fault.DAMAGED,
    1812: Fault.DAMAGED,
    1142: Fault.FORBIDDEN,
    1143: Fault.FORBIDDEN,
    1227: Fault.FORBIDDEN,
    1969: Fault.TOO_SLOW,
    3024: Fault.TOO_SLOW,
}
"""By the server's error number ("Server Error Message Reference" of MySQL, "MariaDB Error Codes"); all others
are refusals."""
_CLIENTS_OWN = range(2000, 3000)
"""Numbers of the client's own: the way to the server failed ("Client Error Message Reference")."""


class MySql(Dialect):
    """MySQL and MariaDB of RDS, and MySQL of Aurora."""

    engines = frozenset({"aurora", "aurora-mysql", "mariadb", "mysql"})
    tables = (
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1, 2"
    )

    def open(self, at: Address, credentials: Credentials, database: str, trust: ssl.SSLContext) -> Connection:
        """A connection whose session is read-only, and which the server keeps from long statements."""
        with _translated(f"{at.host}:{at.port}"):
            opened: pymysql.connections.Connection[pymysql.cursors.Cursor] = pymysql.connect(
                host=at.host,
                port=at.port,
                user=credentials.user,
                password=credentials.password,
                database=database,
                ssl=trust,
                connect_timeout=int(CONNECT_SECONDS),
                read_timeout=int(ANSWER_SECONDS),
                write_timeout=int(ANSWER_SECONDS),
                autocommit=True,
                program_name="tierkeep drill",
            )
            connection = _Connection(opened)
            for setting in ("SET SESSION TRANSACTION READ ONLY", _bound(at.engine)):
                connection.query(setting)
        return connection

    def quoted(self, name: str) -> str:
        """In backquotes."""
        escaped = name.replace("`", "``")
        return f"`{escaped}`"


def _bound(engine: str) -> str:
    """How long a statement may take: MariaDB counts it in seconds, and by another name."""
    if engine == "mariadb":
        return f"SET SESSION max_statement_time = {STATEMENT_SECONDS:.0f}"
    return f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000:.0f}"


class _Connection(Connection):
    def __init__(self, opened: pymysql.connections.Connection[pymysql.cursors.Cursor]) -> None:
        self._opened = opened

    def query(self, text: str) -> list[Row]:
        """Without arguments, so that a `%` is itself."""
        with _translated("the database"), self._opened.cursor() as cursor:
            cursor.execute(text)
            return fetched(cursor.fetchmany)

    def close(self) -> None:
        """End it; one that is broken is over anyway."""
        with suppress(Error, OSError):
            self._opened.close()


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Raises `SqlError` in place of PyMySQL's errors and of those of the network."""
    try:
        yield
    except (Error, OSError) as error:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        message = str(error.args[1]) if isinstance(error, Error) and len(error.args) > 1 else str(error)
        if isinstance(error, OSError) or code in _CLIENTS_OWN or not code:
            raise SqlError(Fault.UNREACHABLE, f"{where}: {message}", code=str(code or "")) from error
        raise SqlError(_FAULTS.get(code, Fault.REFUSED), message, code=str(code)) from error
