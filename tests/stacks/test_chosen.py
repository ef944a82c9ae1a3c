"""A run of main.py that is limited to some accounts or units, by TIERKEEP_ONLY."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.chosen import UnknownUnitError, only
from tests.catalogs import ROOT, SHIPPED
from tests.stacks.goldens import CATALOGS, kept
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState

ALL = sorted(kept("everything"))


def run(folder: Path, limit: str | None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "TIERKEEP_CATALOG": str(CATALOGS["everything"])}
    if limit is not None:
        env["TIERKEEP_ONLY"] = limit
    command = [sys.executable, str(ROOT / "main.py")]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def made(folder: Path) -> dict[str, bytes]:
    return {
        file.parent.name: file.read_bytes() for file in (folder / "cdktf.out").glob("stacks/*/cdk.tf.json")
    }


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("full")
    done = run(folder, None)
    assert done.returncode == 0, done.stderr
    return made(folder)


@pytest.mark.parametrize(
    ("limit", "stacks"),
    [
        ("", ALL),
        ("branch", [each for each in ALL if each.startswith("branch-")]),
        ("company/ap-south-1", ["company-ap-south-1"]),
        (
            "company/us-east-2, vaults",
            ["company-us-east-2", *(each for each in ALL if each.startswith("vaults-"))],
        ),
        ("branch,branch/us-east-2", [each for each in ALL if each.startswith("branch-")]),
    ],
)
def test_what_is_made_is_the_same(
    full: dict[str, bytes], tmp_path: Path, limit: str, stacks: list[str]
) -> None:
    """Byte for byte as in a full run, and no other stack; none depends on one that is not made."""
    done = run(tmp_path, limit)
    assert done.returncode == 0, done.stderr
    assert made(tmp_path) == {name: full[name] for name in stacks}
    manifest = json.loads((tmp_path / "cdktf.out" / "manifest.json").read_text())["stacks"]
    assert sorted(manifest) == stacks
    assert {each for stack in manifest.values() for each in stack["dependencies"]} <= set(stacks)


@pytest.mark.parametrize(
    "limit", ["production", "company/eu-west-3", "company/", "Company", ",", " ", "branch,,vaults"]
)
def test_what_is_nowhere_is_a_mistake_of_usage(tmp_path: Path, limit: str) -> None:
    """Rather than a run that makes nothing, or everything."""
    done = run(tmp_path, limit)
    assert done.returncode == 2
    assert "no unit of the catalog is named" in done.stderr
    assert not (tmp_path / "cdktf.out").exists()


def test_a_catalog_that_is_not_there_is_named_by_the_variable(tmp_path: Path) -> None:
    """cdktf hands main.py no options."""
    env = {**os.environ, "TIERKEEP_CATALOG": "no.yaml"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py")],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("no.yaml:1:1: cannot be read")
    assert "TIERKEEP_CATALOG=FILE" in done.stderr


@pytest.fixture(scope="module")
def shipped() -> DesiredState:
    return compile_catalog(SHIPPED).state


def test_dependencies_between_what_is_chosen_stay(shipped: DesiredState) -> None:
    """And those on others go, since cdktf knows nothing of them."""
    (home,) = only(shipped, ["production/ap-south-1"]).units
    assert home.depends_on == ()
    units = {
        str(unit.id): unit for unit in only(shipped, ["production/ap-south-1", "production/eu-west-1"]).units
    }
    assert [str(each) for each in units["production/ap-south-1"].depends_on] == ["production/eu-west-1"]
    assert only(shipped, []) == shipped == only(shipped, ["staging", "production", "development"])


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("production/eu-west-2", "production/ap-south-1, production/ap-southeast-1, production/eu-west-1"),
        ("nobody", "development, production, staging"),
    ],
)
def test_a_mistake_is_told_with_what_there_is(shipped: DesiredState, name: str, known: str) -> None:
    """The units of an account that there is, or else the accounts."""
    with pytest.raises(UnknownUnitError) as caught:
        only(shipped, ["staging", name])
    assert str(caught.value) == f"no unit of the catalog is named {name!r}: write {known}"
