"""What errors of databases say of a backup; PostgreSQL itself is asked in `test_drill_databases.py`."""

from __future__ import annotations

import ssl
from typing import Any

import pymysql
import pytest

from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.reading.mysql import MySql
from tierkeep.drill.reading.postgresql import PostgreSql
from tierkeep.drill.reading.sql import (
    DAMAGE,
    LONGEST,
    Address,
    Credentials,
    Fault,
    SqlError,
    dialect_of,
    fetched,
)

AT = Address(host="127.0.0.1", port=1, engine="mysql")
LOGIN = Credentials(user="app", password="secret of 2026")


def trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (pymysql.err.OperationalError(1045, "Access denied for user 'app'"), Fault.LOGIN),
        (pymysql.err.OperationalError(1049, "Unknown database 'shop'"), Fault.NO_DATABASE),
        (pymysql.err.ProgrammingError(1146, "Table 'shop.orders' doesn't exist"), Fault.MISSING),
        (pymysql.err.OperationalError(1054, "Unknown column 'x'"), Fault.MISSING),
        (pymysql.err.OperationalError(1194, "Table 'orders' is marked as crashed"), Fault.DAMAGED),
        (pymysql.err.OperationalError(1142, "SELECT command denied"), Fault.FORBIDDEN),
        (pymysql.err.OperationalError(1969, "Query execution was interrupted"), Fault.TOO_SLOW),
        (pymysql.err.OperationalError(3024, "Query execution was interrupted"), Fault.TOO_SLOW),
        (pymysql.err.ProgrammingError(1064, "You have an error in your SQL syntax"), Fault.REFUSED),
        (
            pymysql.err.InternalError(1792, "Cannot execute statement in a READ ONLY transaction"),
            Fault.REFUSED,
        ),
        (pymysql.err.OperationalError(2003, "Can't connect to MySQL server"), Fault.UNREACHABLE),
        (
            pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"),
            Fault.UNREACHABLE,
        ),
        (TimeoutError("timed out"), Fault.UNREACHABLE),
    ],
)
def test_errors_of_mysql_say_what_they_mean(
    monkeypatch: pytest.MonkeyPatch, error: Exception, fault: Fault
) -> None:
    """Only what is missing or damaged says something of the data."""

    def refused(**_: Any) -> None:
        raise error

    monkeypatch.setattr(pymysql, "connect", refused)
    with pytest.raises(SqlError) as raised:
        MySql().open(AT, LOGIN, "shop", trust())
    assert raised.value.fault is fault
    assert "secret of 2026" not in str(raised.value)
    assert (fault in DAMAGE) is (fault in (Fault.NO_DATABASE, Fault.MISSING, Fault.DAMAGED))


@pytest.mark.parametrize(
    ("engine", "bound"),
    [
        ("mysql", "SET SESSION max_execution_time = 60000"),
        ("aurora-mysql", "SET SESSION max_execution_time = 60000"),
        ("mariadb", "SET SESSION max_statement_time = 60"),
    ],
)
def test_a_session_of_mysql_is_read_only_bounded_and_encrypted(
    monkeypatch: pytest.MonkeyPatch, engine: str, bound: str
) -> None:
    """Before anything is asked of it."""
    said: list[str] = []
    given: dict[str, Any] = {}

    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, text: str) -> None:
            said.append(text)

        def fetchmany(self, _: int) -> tuple[()]:
            return ()

    class Opened:
        def cursor(self) -> Cursor:
            return Cursor()

    def opened(**asked: Any) -> Opened:
        given.update(asked)
        return Opened()

    monkeypatch.setattr(pymysql, "connect", opened)
    context = trust()
    MySql().open(Address(host="h", port=3306, engine=engine), LOGIN, "shop", context)
    assert said == ["SET SESSION TRANSACTION READ ONLY", bound]
    assert given["ssl"] is context
    assert all(given[each] > 0 for each in ("connect_timeout", "read_timeout", "write_timeout"))


def test_names_are_quoted() -> None:
    """A table may be called anything."""
    assert PostgreSql().quoted('a "b"; --') == '"a ""b""; --"'
    assert MySql().quoted("a `b`; --") == "`a ``b``; --`"


def test_other_engines_are_not_spoken() -> None:
    """Each engine has one dialect, and the message names those that there are."""
    assert isinstance(dialect_of("aurora-postgresql"), PostgreSql)
    assert isinstance(dialect_of("mariadb"), MySql)
    assert not PostgreSql.engines & MySql.engines
    with pytest.raises(CannotVerifyError, match=r"engine oracle-se2, only to aurora, .*postgres"):
        dialect_of("oracle-se2")


def test_an_answer_has_its_bound() -> None:
    """So many rows and no more: whoever asks for a whole table is told to count instead."""
    assert len(fetched(lambda most: [(1,)] * min(most, LONGEST))) == LONGEST
    with pytest.raises(SqlError, match="count them"):
        fetched(lambda most: [(1,)] * most)


def test_a_password_is_in_no_text_of_a_login() -> None:
    """Whoever prints one prints a user."""
    assert "secret" not in repr(LOGIN)
    assert "app" in repr(LOGIN)
