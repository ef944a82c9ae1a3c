"""Values as queries and objects give them: single ones, compared, and read as times. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from tierkeep.desired.assertions import Value
from tierkeep.drill.assertions.reach import Row
from tierkeep.drill.errors import CannotVerifyError

MOST_SHOWN = 200
"""Characters of a value that evidence shows."""


def single(rows: Sequence[Row]) -> object:
    """The one value of a query that gives one; None for NULL, and where there is no row.

    Raises `CannotVerifyError` if there are several, since none of them is meant more than the others.
    """
    if not rows:
        return None
    if len(rows) > 1 or len(rows[0]) != 1:
        raise CannotVerifyError(
            f"the query gives {len(rows)} rows of {len(rows[0])} columns, and one value is needed"
        )
    return rows[0][0]


def number(value: object) -> Decimal:
    """A value as a number. Raises `CannotVerifyError` if it is none."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise CannotVerifyError(f"{shown(value)} is no number to compare") from error
    if found.is_nan():
        raise CannotVerifyError("NaN cannot be compared")
    return found


def equal(found: object, expected: Value) -> bool:
    """Whether a value of a database is that of the catalog: numbers by their value, whatever their type."""
    if found is None:
        return False
    if isinstance(expected, bool):
        # Databases without booleans say 1 and 0.
        return found in (expected, int(expected))
    if isinstance(expected, str):
        return shown(found, most=None) == expected
    try:
        return number(found) == Decimal(str(expected))
    except CannotVerifyError:
        return False


def shown(value: object, *, most: int | None = MOST_SHOWN) -> str:
    """A value as people read it."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes | bytearray):
        text = bytes(value).decode(errors="replace")
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
    return text if most is None or len(text) <= most else f"{text[:most]}…"


def instant(value: object) -> datetime:
    """A value as an instant: a timestamp, ISO 8601, or seconds since 1970; in UTC unless it says its zone.

    Raises `CannotVerifyError` if it is none of these.
    """
    if value is None:
        raise CannotVerifyError("there is no time to read: NULL, or no row")
    found = value if isinstance(value, datetime) else _read(shown(value, most=None).strip())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise CannotVerifyError(
            f"{shown(text)!r} is no time: ISO 8601 or seconds since 1970 are needed"
        ) from error
