"""What has to be asserted for a drill to reach the rung that it requires (TK217)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.judging import changed, output

PROBE = "probe: { tcp: { port: 80 } }"
SCRIPT = "script: { path: look.sh }"


def said(folder: Path, requires: str, assertion: str, types: str = "") -> list[str]:
    """What TK217 says of a tier of instances and file systems, with one assertion."""
    text = changed(
        ("{ efs: {} }", "{ ec2: {}, efs: {} }"),
        ("tiers:\n", f"assertions: {{ one: {{ {assertion} }} }}\ntiers:\n"),
        (
            "accounts:\n",
            f"drills: {{ full: {{ every: 1mo, scope: all, requires: {requires}{types} }} }}\naccounts:\n",
        ),
    )
    program = folder / "look.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return [line for line in output(text, folder) if ": TK217: " in line]


@pytest.mark.parametrize("requires", ["restored", "readable"])
def test_the_lower_rungs_have_checks_of_their_own(requires: str, tmp_path: Path) -> None:
    """No assertion is needed for them."""
    assert said(tmp_path, requires, f"type: ec2, {PROBE}") == []


@pytest.mark.parametrize(
    ("requires", "assertion", "missing"),
    [
        ("right", f"type: ec2, {SCRIPT}", "nothing is asserted of the data of efs of tier `basic`"),
        ("right", f"type: ec2, {PROBE}", "of the data of ec2 of tier `basic`, efs of tier `basic`"),
        ("served", f"type: ec2, {PROBE}", "no probe asks efs of tier `basic`"),
        ("served", f"type: ec2, {SCRIPT}", "no probe asks ec2 of tier `basic`, efs of tier `basic`"),
    ],
)
def test_each_type_has_to_be_asserted_on_the_rung(
    requires: str, assertion: str, missing: str, tmp_path: Path
) -> None:
    """A probe says nothing of data, and what is asserted of data nothing of an application."""
    [line] = said(tmp_path, requires, assertion)
    assert line.startswith("error ")
    assert missing in line


@pytest.mark.parametrize(("requires", "form"), [("right", SCRIPT), ("served", PROBE)])
def test_a_drill_may_cover_only_what_is_asserted(requires: str, form: str, tmp_path: Path) -> None:
    """Also where that concerns only some of the resources: the others are not verified, as a run says."""
    for only in ("", ", only_tagged: { stage: live }"):
        assert said(tmp_path, requires, f"type: ec2, {form}{only}", ", types: [ec2]") == []
