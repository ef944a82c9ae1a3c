"""Waivers: what they turn into notices, for how long, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.rules.judging import changed, output
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.compiler import compile_catalog

WEEKLY = 'weekly: { every: 1w, on: sunday, at: "06:00", keep: 36501d }'
TWO_BROKEN = changed(
    ("at: \"02:00\", keep: 7d }\n", f"keep: 36501d }}\n      {WEEKLY}\n"),
    ("accounts:\n", "waivers:\n  TK004: { reason: The auditors ask for it, until: 2027-06-30 }\naccounts:\n"),
)  # fmt: skip
ONE = "TK004: { reason: The auditors ask for it, until: 2027-06-30 }"
MESSAGE = "TK004: 36501 days are more than AWS Backup's 36,500"
WAIVED = "(waived until 2027-06-30: The auditors ask for it)"


def test_a_waived_error_is_a_notice_with_its_reason(tmp_path: Path) -> None:
    """Wherever the rule is broken, if the waiver has no path; until the last day is over."""
    said = [
        f"notice 9:33: {MESSAGE} {WAIVED} [write 99y or less]",
        f"notice 10:59: {MESSAGE} {WAIVED} [write 99y or less]",
    ]
    assert output(TWO_BROKEN, tmp_path, today="2027-06-30") == said
    assert output(TWO_BROKEN, tmp_path, today=None) == said


def test_only_at_its_path(tmp_path: Path) -> None:
    """A path covers what lies below it and nothing beside it."""
    text = TWO_BROKEN.replace(ONE, ONE.replace(" }", ", at: tiers.basic.schedules.weekly }"))
    assert output(text, tmp_path) == [
        f"error 9:33: {MESSAGE} [write 99y or less]",
        f"notice 10:59: {MESSAGE} {WAIVED} [write 99y or less]",
    ]


def test_several_waivers_of_a_rule_and_where_each_stands(tmp_path: Path) -> None:
    """A list; what is wrong with one of them points at that one."""
    entry = "{{ reason: The auditors ask for it, until: 2027-06-30, at: tiers.basic.schedules.{} }}"
    items = "\n".join(f"    - {entry.format(name)}" for name in ("daily", "weekly", "monthly"))
    text = TWO_BROKEN.replace(ONE, f"TK004:\n{items}")
    _, _, unused = output(text, tmp_path)
    assert unused == (
        "error 15:7: TK092: the waiver of TK004 waives nothing: the rule is kept at "
        "tiers.basic.schedules.monthly [remove it, or correct its `at`]"
    )


def test_an_expired_waiver_waives_nothing_any_more(tmp_path: Path) -> None:
    """Two errors: what it waived, and itself."""
    file = tmp_path / "catalog.yaml"
    file.write_text(TWO_BROKEN)
    assert len(compile_catalog(file, date(2027, 6, 30)).notices) == 2
    with pytest.raises(CatalogInvalid) as caught:
        compile_catalog(file, date(2027, 7, 1))
    assert [(error.rule, error.line) for error in caught.value.errors] == [
        ("TK004", 9), ("TK004", 10), ("TK090", 12),
    ]  # fmt: skip


def test_what_cannot_be_waived(tmp_path: Path) -> None:
    """Without these rules nothing could be deployed: the error stays, and the waiver is one too."""
    text = TWO_BROKEN.replace("TK004", "TK042").replace("36501d", "7d").replace(
        "    encryption", "    copy_to: { eu-west-1: {} }\n    encryption"
    )  # fmt: skip
    broken, waiver = output(text, tmp_path)
    assert broken.startswith("error 15:39: TK042: copies from one/eu-west-1 lead back to it ")
    assert waiver == (
        "error 13:10: TK091: TK042 cannot be waived: Copies go to another Region, and two Regions do not "
        "copy to each other [remove the waiver]"
    )


@pytest.mark.parametrize(
    ("waiver", "expected"),
    [
        (
            "{ reason: Agreed by all, until: 2027-02-29 }",
            ["12:42: `2027-02-29` is no day of the calendar: write one such as 2027-06-30 []"],
        ),
        (
            "{ reason: Agreed by all, until: tomorrow }",
            ["12:42: `tomorrow` is no day of the calendar: write one such as 2027-06-30 []"],
        ),
        ("{ reason: Agreed by all }", ["12:3: the key `until` is missing [add `until: …`]"]),
        (
            "{ reason: Agreed by all, until: 2027-06-30, untill: x }",
            ["12:54: unknown key `untill` [did you mean `until`?]"],
        ),
        ("[]", ["12:10: this is empty [name at least one]"]),
        ("[{ reason: Agreed by all }]", ["12:11: the key `until` is missing [add `until: …`]"]),
        ("yes", ["12:10: a text stands where a list is needed [write it as a list: [yes]]"]),
    ],
)
def test_waivers_of_a_wrong_form(waiver: str, expected: list[str], tmp_path: Path) -> None:
    """Each with its place and what would be right."""
    file = tmp_path / "catalog.yaml"
    file.write_text(TWO_BROKEN.replace(ONE, f"TK004: {waiver}"))
    with pytest.raises(CatalogInvalid) as caught:
        compile_catalog(file)
    assert [f"{e.line}:{e.column}: {e.message} [{e.hint}]" for e in caught.value.errors] == expected
