"""Waivers: what they turn into notices, for how long, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.rules.judging import changed, output, under_tier
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.compiler import compile_catalog
from tierkeep.rules import all_rules

ONE = "TK040: { reason: The auditors ask for it, until: 2027-06-30 }"
TWO_BROKEN = changed(
    under_tier(
        "point_in_time_recovery: { granularity: 5m, keep: 7d }",
        "fast_snapshot_restore: { availability_zones: [eu-west-1a], schedule: daily, keep: 1d }",
    ),
    ("accounts:\n", f"waivers:\n  {ONE}\naccounts:\n"),
)
PITR = (
    "TK040: point-in-time recovery has no effect: it exists for aurora, rds, s3, and natively for dynamodb, "
    "only"
)
FAST = (
    "TK040: fast snapshot restore has no effect: it exists for volumes (ebs) protected by Data Lifecycle "
    "Manager only"
)
HINT = "[remove it, or give it something to apply to]"
WAIVED = "(waived until 2027-06-30: The auditors ask for it)"


def test_a_waived_error_is_a_notice_with_its_reason(tmp_path: Path) -> None:
    """Wherever the rule is broken, if the waiver has no path; until the last day is over."""
    said = [
        f"notice 8:29: {PITR} {WAIVED} {HINT}",
        f"notice 9:28: {FAST} {WAIVED} {HINT}",
    ]
    assert output(TWO_BROKEN, tmp_path, today="2027-06-30") == said
    assert output(TWO_BROKEN, tmp_path, today=None) == said


def test_only_at_its_path(tmp_path: Path) -> None:
    """A path covers what lies below it and nothing beside it."""
    text = TWO_BROKEN.replace(ONE, ONE.replace(" }", ", at: tiers.basic.fast_snapshot_restore }"))
    assert output(text, tmp_path) == [
        f"error 8:29: {PITR} {HINT}",
        f"notice 9:28: {FAST} {WAIVED} {HINT}",
    ]


def test_several_waivers_of_a_rule_and_where_each_stands(tmp_path: Path) -> None:
    """A list; what is wrong with one of them points at that one."""
    entry = "{{ reason: The auditors ask for it, until: 2027-06-30, at: tiers.basic.{} }}"
    items = "\n".join(
        f"    - {entry.format(name)}"
        for name in ("fast_snapshot_restore", "point_in_time_recovery", "schedules")
    )
    text = TWO_BROKEN.replace(ONE, f"TK040:\n{items}")
    _, _, unused = output(text, tmp_path)
    assert unused == (
        "error 16:7: TK092: the waiver of TK040 waives nothing: the rule is kept at "
        "tiers.basic.schedules [remove it, or correct its `at`]"
    )


def test_what_aws_refuses_cannot_be_waived(tmp_path: Path) -> None:
    """It would be deployed and fail; what AWS does in silence, and Tierkeep's promises, may be waived."""
    refused = {f"TK{number:03}" for number in (1, 3, 4, 6, 7, 8, 20, 21, 22, 23, 25, 28, 30, 31, 45, 46, 48)}
    assert not {each.id for each in all_rules() if each.waivable} & refused
    silent = {"TK011", "TK018", "TK024", "TK040", "TK050", "TK051"}
    assert silent <= {each.id for each in all_rules() if each.waivable}
    text = changed(("keep: 7d", "keep: 36501d"), ("accounts:\n", f"waivers:\n  {ONE}\naccounts:\n")).replace(
        "TK040", "TK004"
    )
    broken, waiver = output(text, tmp_path)
    assert broken.startswith("error 9:46: TK004: 36501 days are more than AWS Backup's 36,500")
    assert waiver.startswith("error 11:10: TK091: TK004 cannot be waived")


def test_an_engine_that_a_type_lacks_cannot_be_waived(tmp_path: Path) -> None:
    """Although other things without effect can: nothing would protect the type."""
    text = changed(
        ("{ efs: {} }", "{ efs: { engine: dlm } }"), ("accounts:\n", f"waivers:\n  {ONE}\naccounts:\n")
    )
    first, *_ = output(text, tmp_path)
    assert first.startswith("error 6:32: TK040: the engine dlm has no effect: ")
    assert "(which cannot be waived)" in first


def test_an_expired_waiver_waives_nothing_any_more(tmp_path: Path) -> None:
    """Two errors: what it waived, and itself."""
    file = tmp_path / "catalog.yaml"
    file.write_text(TWO_BROKEN)
    assert len(compile_catalog(file, date(2027, 6, 30)).notices) == 2
    with pytest.raises(CatalogInvalid) as caught:
        compile_catalog(file, date(2027, 7, 1))
    assert [(error.rule, error.line) for error in caught.value.errors] == [
        ("TK040", 8), ("TK040", 9), ("TK090", 13),
    ]  # fmt: skip


def test_what_cannot_be_waived(tmp_path: Path) -> None:
    """Without these rules nothing could be deployed: the error stays, and the waiver is one too."""
    text = changed(
        under_tier("copy_to: { eu-west-1: {} }"), ("accounts:\n", f"waivers:\n  {ONE}\naccounts:\n")
    ).replace("TK040", "TK042")
    broken, waiver = output(text, tmp_path)
    assert broken.startswith("error 14:39: TK042: copies from one/eu-west-1 lead back to it ")
    assert waiver == (
        "error 12:10: TK091: TK042 cannot be waived: Copies go to another Region, and two Regions do not "
        "copy to each other [remove the waiver]"
    )


@pytest.mark.parametrize(
    ("waiver", "expected"),
    [
        (
            "{ reason: Agreed by all, until: 2027-02-29 }",
            ["13:42: `2027-02-29` is no day of the calendar: write one such as 2027-06-30 []"],
        ),
        (
            "{ reason: Agreed by all, until: tomorrow }",
            ["13:42: `tomorrow` is no day of the calendar: write one such as 2027-06-30 []"],
        ),
        ("{ reason: Agreed by all }", ["13:3: the key `until` is missing [add `until: …`]"]),
        (
            "{ reason: Agreed by all, until: 2027-06-30, untill: x }",
            ["13:54: unknown key `untill` [did you mean `until`?]"],
        ),
        ("[]", ["13:10: this is empty [name at least one]"]),
        ("[{ reason: Agreed by all }]", ["13:11: the key `until` is missing [add `until: …`]"]),
        ("yes", ["13:10: a text stands where a list is needed [write it as a list: [yes]]"]),
    ],
)
def test_waivers_of_a_wrong_form(waiver: str, expected: list[str], tmp_path: Path) -> None:
    """Each with its place and what would be right."""
    file = tmp_path / "catalog.yaml"
    file.write_text(TWO_BROKEN.replace(ONE, f"TK040: {waiver}"))
    with pytest.raises(CatalogInvalid) as caught:
        compile_catalog(file)
    assert [f"{e.line}:{e.column}: {e.message} [{e.hint}]" for e in caught.value.errors] == expected
