"""What windows and time zones are blamed for is told at the line where the value stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.cases import EBS
from tests.rules.judging import changed, output

BROKEN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "TK001": ("start_window: 59m", []),
    "TK002": ("completion_window: 119m", []),
    "TK010": ("start_window: 61m", [("every: 1d", "every: 1h")]),
    "TK006": ("start_window: 36501d", []),
    "TK020": ("time_zone: Europe/Berlin", [EBS]),
    "TK045": ("time_zone: Europe/Brelin", []),
    "TK053": ("completion_window: 59m", []),
    "TK122": ("key_deletion_window: 31d", [("encryption: aws-managed", "encryption: customer-managed")]),
}
"""For each rule a setting that breaks it, and what else of the small catalog must change for that."""
OVERRIDABLE = [rule for rule, (setting, _) in BROKEN.items() if not setting.startswith(("time_zone", "key_"))]


def _in_defaults(setting: str) -> tuple[str, str]:
    return "tiers:\n", f"defaults:\n  {setting}\ntiers:\n"


def _in_tier(setting: str) -> tuple[str, str]:
    return "    encryption: aws-managed\n", f"    encryption: aws-managed\n    {setting}\n"


def _in_overrides(setting: str) -> tuple[str, str]:
    overrides = f"    overrides:\n      basic:\n        {setting}\n"
    return (
        '  one: { id: "000000000001", regions: [eu-west-1], tiers: [basic] }\n',
        f'  one:\n    id: "000000000001"\n    regions: [eu-west-1]\n    tiers: [basic]\n{overrides}',
    )


PLACES = {"defaults": _in_defaults, "tier": _in_tier, "overrides": _in_overrides}
CASES = [
    pytest.param(rule, place, id=f"{rule}-{place}")
    for rule in BROKEN
    for place in PLACES
    if place != "overrides" or rule in OVERRIDABLE
]


def _lines(rule: str, text: str, folder: Path) -> list[str]:
    """The lines of the catalog that the rule points at."""
    said = [line for line in output(text, folder) if f": {rule}: " in line]
    return [text.splitlines()[int(each.split()[1].split(":")[0]) - 1].strip() for each in said]


@pytest.mark.parametrize(("rule", "place"), CASES)
def test_it_is_blamed_where_it_stands(rule: str, place: str, tmp_path: Path) -> None:
    """In the defaults, the tier or an account's overrides: once, at that line."""
    setting, more = BROKEN[rule]
    text = changed(PLACES[place](setting), *more)
    assert _lines(rule, text, tmp_path) == [setting]


@pytest.mark.parametrize("rule", OVERRIDABLE)
def test_what_holds_is_blamed(rule: str, tmp_path: Path) -> None:
    """A value that another is laid over is not: of three, the account's."""
    setting, more = BROKEN[rule]
    key = setting.split(":")[0]
    text = changed(_in_defaults(f"{key}: 13h"), _in_tier(f"{key}: 14h"), _in_overrides(setting), *more)
    assert _lines(rule, text, tmp_path) == [setting]


@pytest.mark.parametrize("rule", BROKEN)
def test_no_tier_is_blamed_for_the_defaults(rule: str, tmp_path: Path) -> None:
    """However many leave the value to them."""
    setting, more = BROKEN[rule]
    text = changed(_in_defaults(setting), *more, ("[basic]", "[basic, other]"))
    tier = text.split("  basic:\n")[1].split("accounts:")[0]
    text = text.replace("accounts:\n", f"  other:\n{tier}accounts:\n")
    assert set(_lines(rule, text, tmp_path)) == {setting}


@pytest.mark.parametrize(
    ("start", "completion", "blamed"),
    [
        (_in_tier("start_window: 13h"), None, "start_window: 13h"),
        (_in_overrides("start_window: 13h"), None, "start_window: 13h"),
        (_in_overrides("start_window: 13h"), _in_tier("completion_window: 12h"), "start_window: 13h"),
        (_in_defaults("start_window: 13h"), _in_tier("completion_window: 12h"), "completion_window: 12h"),
    ],
)
def test_of_two_windows_the_nearer_is_blamed(
    start: tuple[str, str], completion: tuple[str, str] | None, blamed: str, tmp_path: Path
) -> None:
    """Since the other stands for other tiers or accounts too, or nowhere at all."""
    text = changed(start, *([completion] if completion else []))
    assert _lines("TK053", text, tmp_path) == [blamed]
