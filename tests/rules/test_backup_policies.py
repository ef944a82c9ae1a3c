"""What rules say of backup policies by their targets and Regions, and of tiers that nothing else has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.backup_policy_cases import OWN_TAG, asked, policy
from tests.rules.judging import output

KNOWN = '"000000000001"'
OTHER = '"000000000077"'


def _said(rule: str, text: str, folder: Path) -> list[str]:
    return [line.split(f": {rule}: ")[1] for line in output(text, folder) if f": {rule}: " in line]


@pytest.mark.parametrize(
    ("targets", "regions", "where"),
    [
        (KNOWN, "eu-west-1", "in one/eu-west-1"),
        ("r-abcd", "eu-west-1", "in one/eu-west-1 if below r-abcd"),
        (f"{KNOWN}, r-abcd", "eu-west-1", "in one/eu-west-1"),
        (OTHER, "eu-west-1", ""),
        ("r-abcd", "eu-west-2", ""),
    ],
)
def test_twice_is_what_is_known_and_what_cannot_be(
    targets: str, regions: str, where: str, tmp_path: Path
) -> None:
    """An account that is a target itself, and any that may lie below a root or unit; no other account, and no
    other Region."""
    said = _said("TK192", asked(policy(targets=targets, regions=regions, more="")), tmp_path)
    assert [line.split(" [")[0] for line in said] == (
        [f"tier basic would be backed up twice {where}"] if where else []
    )


def test_a_target_has_ten_policies(tmp_path: Path) -> None:
    """Each in a Region of its own here."""
    regions = [f"eu-{side}-{n}" for side in ("west", "south", "central", "north") for n in (1, 2, 3)]
    eleven = [policy(f"policy-{n:02}", regions=region) for n, region in enumerate(regions[:11])]
    assert len(_said("TK189", asked(*eleven), tmp_path)) == 11
    assert _said("TK189", asked(*eleven[:10]), tmp_path) == []


def test_a_copy_into_its_own_region_is_none(tmp_path: Path) -> None:
    """For the Region alone that it comes from."""
    copying = (
        "    encryption: aws-managed\n",
        "    encryption: aws-managed\n    copy_to: { eu-west-2: {} }\n",
    )
    text = asked(policy(regions="eu-west-1, eu-west-2"), changes=(copying,))
    (said,) = _said("TK195", text, tmp_path)
    assert "copies to eu-west-2 would stay in the Region" in said


def test_what_nothing_else_has_is_judged_all_the_same(tmp_path: Path) -> None:
    """A tier that stands in a policy alone, and a Region that no account is in, where the policy stands."""
    only = ("tiers: [basic] }", "tiers: [other] }")
    tier = "description: Other\n    protects: { efs: {} }\n    encryption: aws-managed\n"
    nightly = "schedules:\n      nightly: { every: 1d, keep: 7d }\n"
    other = ("  basic:\n", f"  other:\n    {tier}    {nightly}  basic:\n    start_window: 59m\n")
    text = asked(policy(regions="eu-middle-1"), changes=(only, other))
    assert _said("TK040", text, tmp_path) == []
    assert len(_said("TK001", text, tmp_path)) == 1
    (line,) = (each for each in output(text, tmp_path) if ": TK047: " in each)
    assert text.splitlines()[int(line.split()[1].split(":")[0]) - 1].startswith("organization:")


def test_a_tag_that_aws_keeps_for_itself(tmp_path: Path) -> None:
    """Is no better in a policy than for all tiers."""
    text = asked(policy(more=OWN_TAG.replace("organisation-backup", "'aws:backup'")))
    (said,) = _said("TK046", text, tmp_path)
    assert "`aws:backup`" in said
