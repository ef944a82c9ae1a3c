"""`tierkeep validate` over what the emulator has at some hours of a month of the reference strategy."""

from __future__ import annotations

import pytest

from tests.validate.month import HOURS, deployed, validated

SAMPLED = (0, 9, 27 * 24 + 3, 30 * 24 + 9, 31 * 24 + 9)
"""The first hour; amid the month's restore tests; on the Sunday on which clocks are put
forward; on the 31st; and on the next 1st, after what is monthly. `make month` looks at all of them."""


def test_a_clean_deployment_has_no_finding_as_a_month_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every unit, of how it is set up and of what is stored; nothing is unknown either."""
    assert max(SAMPLED) < HOURS
    with deployed(monkeypatch):
        for hour in validated(SAMPLED):
            assert (hour.findings, hour.unknowns) == ((), ()), hour.at
            assert hour.records > 0
