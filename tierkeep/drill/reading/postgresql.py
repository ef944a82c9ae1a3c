"""PostgreSQL, by pg8000."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pg8000 import dbapi
from pg8000.exceptions import DatabaseError, Error

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
    "28": Fault.LOGIN,
    "3D000": Fault.NO_DATABASE,
    "3F000": Fault.MISSING,
    "42P01": Fault.MISSING,
    "42703": Fault.MISSING,
    "XX": Fault.DAMAGED,
    "58": Fault.DAMAGED,
    "42501": Fault.FORBIDDEN,
    "57014": Fault.TOO_SLOW,
    "57P": Fault.UNREACHABLE,
    "08": Fault.UNREACHABLE,
    "53": Fault.UNREACHABLE,
}
"""By the SQLSTATE or what it begins with ("PostgreSQL Error Codes"); all others are refusals."""


class PostgreSql(Dialect):
    """PostgreSQL of RDS and Aurora."""

    engines = frozenset({"aurora-postgresql", "postgres"})
    tables = (
        "SELECT schemaname, tablename FROM pg_catalog.pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )

    def open(self, at: Address, credentials: Credentials, database: str, trust: ssl.SSLContext) -> Connection:
        """A connection that the server keeps from writing and from long statements, from its start on."""
        with _translated(f"{at.host}:{at.port}"):
            # Connecting may take less time than a statement, which pg8000 has one bound for.
            way = socket.create_connection((at.host, at.port), CONNECT_SECONDS)
            try:
                opened = dbapi.connect(
                    credentials.user,
                    host=at.host,
                    database=database,
                    password=credentials.password,
                    ssl_context=trust,
                    sock=way,
                    application_name="tierkeep drill",
                    startup_params={
                        "default_transaction_read_only": "on",
                        "statement_timeout": str(int(STATEMENT_SECONDS * 1000)),
                    },
                )
            except BaseException:
                way.close()
                raise
            opened._usock.settimeout(ANSWER_SECONDS)  # noqa: SLF001 - the encrypted one, which it does not hand out
        return _Connection(opened)

    def quoted(self, name: str) -> str:
        """In double quotes."""
        escaped = name.replace('"', '""')
        return f'"{escaped}"'


class _Connection(Connection):
    def __init__(self, opened: Any) -> None:
        self._opened = opened
        opened.autocommit = True

    def query(self, text: str) -> list[Row]:
        """Each statement is a transaction of its own: one that fails spoils no other."""
        with _translated("the database"):
            cursor = self._opened.cursor()
            cursor.execute(text)
            return fetched(cursor.fetchmany)

    def close(self) -> None:
        """End it; one that is broken is over anyway."""
        with suppress(Error, OSError, AttributeError):
            self._opened.close()


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Raises `SqlError` in place of pg8000's errors and of those of the network."""
    try:
        yield
    except DatabaseError as error:
        raise _told(error) from error
    except TimeoutError as error:
        raise SqlError(Fault.UNREACHABLE, f"{where} did not answer in time") from error
    except (Error, OSError) as error:
        cause = error.__cause__ or error
        raise SqlError(Fault.UNREACHABLE, f"{where}: {cause}") from error


def _told(error: DatabaseError) -> SqlError:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    code, message = str(told.get("C", "")), str(told.get("M", error))
    fault = next((fault for beginning, fault in _FAULTS.items() if code.startswith(beginning)), Fault.REFUSED)
    return SqlError(fault, message, code=code)
