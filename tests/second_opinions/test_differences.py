"""What is compared, how it is normalised, and that nothing is explained away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.second_opinions.differences import (
    Explanation,
    ListError,
    compared,
    judged,
    read,
    regressions,
)
from scripts.second_opinions.normal import leaves, normalised

ENTRY = "- {why: because, source: a page, right: ours, differences: ['step: path: 1 | 2']}\n"


def explained(*differences: str) -> Explanation:
    return Explanation(why="because", source="a page", right="ours", differences=differences)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("8F81F553-3A74-4A3F-B93D-B3360DC80C50", "<id>"),
        ("arn:aws:kms:eu-central-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
         "arn:aws:kms:eu-central-1:123456789012:key/<id>"),
        ("arn:aws:ec2:x::snapshot/snap-0123456789abcdef0", "arn:aws:ec2:x::snapshot/snap-<id>"),
        ("ou-ab12-abcdef12", "ou-<id>"),
        ("A" * 47 + "/", "<id>"),
        ("2026-11-26T19:30:00.123Z", "<date>"),
        (datetime(2026, 11, 26, tzinfo=UTC), "<date>"),
        ("arn:aws:backup:eu-central-1:123456789012:backup-vault:first", None),
        ("cron(0 5 ? * * *)", None),
        (365, None),
        (True, None),
    ],
)  # fmt: skip
def test_what_differs_from_run_to_run_is_replaced_and_nothing_else(value: object, expected: object) -> None:
    assert normalised([{"x": value}], {}) == [{"x": value if expected is None else expected}]


def test_a_value_from_an_earlier_answer_goes_by_its_name() -> None:
    """Whether it is the same plan can be seen; the longest name that fits is taken."""
    plan = "8f81f553-3a74-4a3f-b93d-b3360dc80c50"
    names = {plan: "plan", f"{plan}-2": "other"}
    assert normalised([plan, f"x/{plan}-2"], names) == ["<plan>", "x/<other>"]


def test_every_leaf_has_a_path_and_the_empty_ones_too() -> None:
    answer = {"Rules": [{"Name": "daily", "Days": 1}, {}], "More": [], "Tags": {"a": "1"}}
    expected = {
        "Rules[0].Name": "'daily'", "Rules[0].Days": "1", "Rules[1]": "{}", "More": "[]", "Tags.a": "'1'",
    }  # fmt: skip
    assert leaves(answer) == expected
    assert leaves({}) == {"(answer)": "{}"}


def test_a_difference_is_told_by_step_path_and_both_values() -> None:
    ours = {"one": {"a": "1", "b": "2"}, "two": {"error": "X", "error status": "400"}, "three": {"a": "1"}}
    theirs = {"one": {"a": "1", "b": "3", "c": "4"}, "two": {"error": "X", "error status": "404"}}
    assert compared(ours, ours) == []
    assert compared(ours, theirs) == [
        "one: b: 2 | 3",
        "one: c: absent | 4",
        "two: error status: 400 | 404",
        "three: a: 1 | absent",
    ]


def test_where_one_refuses_that_is_the_one_difference() -> None:
    refused, answered = {"step": {"error": "X", "error status": "400"}}, {"step": {"a": "1", "b": "2"}}
    assert compared(refused, answered) == ["step: X | accepted"]
    assert compared(answered, refused) == ["step: accepted | X"]


def test_a_test_that_passes_without_the_installation_alone_is_a_regression() -> None:
    """Whether it fails with it, is skipped or does not run; what failed before is none."""
    without = {"a": "passed", "b": "passed", "c": "passed", "d": "passed", "e": "failed", "f": "skipped"}
    within = {"a": "passed", "b": "failed", "c": "skipped", "e": "failed", "f": "skipped", "g": "failed"}
    assert regressions(within, without) == ["b: failed", "c: skipped", "d: absent"]


def test_the_verdict_is_clean_only_if_all_is_explained_and_all_that_is_explained_occurs() -> None:
    assert judged(["a", "b"], [explained("a"), explained("b")]).clean
    missing = judged(["a", "b"], [explained("a")])
    assert (missing.clean, missing.unexplained, missing.stale) == (False, ("b",), ())
    gone = judged(["a"], [explained("a", "b")])
    assert (gone.clean, gone.unexplained, gone.stale) == (False, (), ("b",))
    # The same place with another value is another difference.
    changed = judged(["step: path: 1 | 3"], [explained("step: path: 1 | 2")])
    assert (len(changed.unexplained), len(changed.stale)) == (1, 1)


def test_a_list_of_explanations_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(ENTRY)
    assert read(file) == (explained("step: path: 1 | 2"),)
    file.write_text("")
    assert read(file) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ENTRY + ENTRY, "explains twice: step: path: 1 | 2"),
        (ENTRY.replace("right: ours", "right: we"), "entry 1: right is one of"),
        (ENTRY.replace("because", "''"), "entry 1: nothing stands for why"),
        (ENTRY.replace("a page", ""), "entry 1: nothing stands for source"),
        (ENTRY.replace("['step: path: 1 | 2']", "[]"), "entry 1: nothing stands for differences"),
        (ENTRY.replace("why:", "reason:"), "entry 1: it has why, source, right and differences"),
        ("- step", "entry 1: it has why"),
    ],
)
def test_an_explanation_says_why_by_what_source_and_once(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(text)
    with pytest.raises(ListError, match=complaint.replace("|", r"\|")):
        read(file)
