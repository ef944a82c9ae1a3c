from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierkeep.catalog.durations import Duration, Unit


@pytest.mark.parametrize(
    ("text", "minutes", "days"),
    [
        ("5m", 5, 1),
        ("4h", 240, 1),
        ("24h", 1440, 1),
        ("25h", 1500, 2),
        ("7d", 10080, 7),
        ("4w", 40320, 28),
        ("1mo", 44640, 31),
        ("2mo", 62 * 1440, 62),
        ("12mo", 366 * 1440, 366),
        ("2y", 731 * 1440, 731),
        ("8y", 2922 * 1440, 2922),
    ],
)
def test_lengths(text: str, minutes: int, days: int) -> None:
    """Months and years count with the longest that so many in a row can be."""
    duration = Duration.parse(text)
    assert (duration.minutes, duration.days, str(duration)) == (minutes, days, text)


@pytest.mark.parametrize("text", ["", "4", "h", "0d", "-1d", "1.5h", "4 h", "4H", "07d", "1h30m", "9999999d"])
def test_what_is_no_length(text: str) -> None:
    """Nothing is guessed: one whole number, one unit."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        Duration.parse(text)


@given(months=st.integers(1, 600), start=st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_months_in_days_are_never_fewer_than_on_the_calendar(months: int, start: date) -> None:
    """A point kept by days is there until the same day so many months later, whenever it was made."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    end = date(year, month + 1, 1)
    assert Duration(months, Unit.MONTHS).days >= (end - start.replace(day=1)).days
