"""What four catalogs synthesize to, byte for byte, and that no command stumbles over them."""

from __future__ import annotations

import difflib
import os
from typing import Any

import pytest

from tests.stacks.closed_loop import assert_loop_closed
from tests.stacks.goldens import CATALOGS, folder, written
from tests.stacks.synthesis import synthesize
from tierkeep.catalog.audit import Audit
from tierkeep.catalog.drills import Drill, DrillBudget, RestoreTesting
from tierkeep.catalog.isolation import Isolation
from tierkeep.catalog.load import load_catalog
from tierkeep.catalog.locks import ComplianceLock, GovernanceLock
from tierkeep.catalog.organization import BackupPolicy, Organization
from tierkeep.catalog.tiers import Protects
from tierkeep.cli import exit_codes
from tierkeep.cli.main import main
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, Engine, ResourceType


@pytest.fixture(scope="module", params=CATALOGS)
def catalog(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def state(catalog: str) -> DesiredState:
    """Compiled, so that a catalog with an error fails every test of it."""
    return compile_catalog(CATALOGS[catalog]).state


@pytest.fixture(scope="module")
def stacks(state: DesiredState) -> dict[str, dict[str, Any]]:
    return synthesize(state)


def test_catalogs_synthesize_to_the_goldens(catalog: str, stacks: dict[str, dict[str, Any]]) -> None:
    """The whole Terraform of every stack: names, construct ids and attributes are a contract."""
    golden, made = folder(catalog), {name: written(stack) for name, stack in stacks.items()}
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        golden.mkdir(parents=True, exist_ok=True)
        for file in golden.glob("*.json"):
            file.unlink()
        for name, text in made.items():
            (golden / f"{name}.json").write_text(text)
    assert sorted(made) == sorted(file.stem for file in golden.glob("*.json"))
    for name, text in made.items():
        before = (golden / f"{name}.json").read_text()
        changed = "\n".join(difflib.unified_diff(before.splitlines(), text.splitlines(), lineterm=""))
        assert not changed, f"{name} of {catalog} changed; `make goldens` accepts it:\n{changed}"


def test_the_loop_is_closed(state: DesiredState, stacks: dict[str, dict[str, Any]]) -> None:
    """Reading the synthesized Terraform back gives the desired state."""
    assert_loop_closed(state, stacks)


@pytest.mark.parametrize("form", ["text", "json"])
def test_lint_finds_no_error(catalog: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings and notices there may be: they are what these catalogs provoke."""
    code = main(["lint", "--catalog", str(CATALOGS[catalog]), "--format", form])
    assert (code, capsys.readouterr().err) == (exit_codes.OK, "")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_explain_tells_of_each_tier(
    catalog: str, state: DesiredState, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all together, and of each alone in each unit that has it."""
    arguments = ["explain", "--catalog", str(CATALOGS[catalog]), "--format", form]
    assert main(arguments) == exit_codes.OK
    overview = capsys.readouterr().out
    for promise in state.promises:
        assert promise.tier in overview
        assert main([*arguments, promise.tier]) == exit_codes.OK
        assert promise.tier in capsys.readouterr().out


def test_everything_is_on() -> None:
    """The catalog of that name uses each key that a catalog can have, so that what is added later is missed
    here."""
    loaded = load_catalog(CATALOGS["everything"]).catalog
    tiers = loaded.tiers.values()
    state = compile_catalog(CATALOGS["everything"]).state
    assert loaded.organization
    protections = [each for unit in state.units for each in unit.protections]
    assert {each.resource_type for each in protections} == set(ResourceType)
    assert {each.engine for each in protections} == set(Engine)
    assert {type(tier.vault_lock) for tier in tiers} == {GovernanceLock, ComplianceLock, type(None)}
    for model, values in (
        (type(loaded), [loaded]),
        (type(next(iter(tiers))), tiers),
        (type(loaded.access), [loaded.access]),
        (Audit, [loaded.audit]),
        (Organization, [loaded.organization]),
        (Isolation, list(loaded.isolation.values())),
        (Protects, [each for tier in tiers for each in tier.protects.values()]),
        (BackupPolicy, list(loaded.organization.backup_policies.values())),
        (Drill, list(loaded.drills.values())),
        (DrillBudget, [each.budget for each in loaded.drills.values() if each.budget]),
        (RestoreTesting, [each.restore_testing for each in loaded.drills.values()]),
    ):
        for field in set(model.model_fields) - {"include", "version"}:
            assert any(getattr(each, field) for each in values), f"no {model.__name__} has `{field}`"
    overrides = [each for account in loaded.accounts.values() for each in account.overrides.values()]
    for field in type(overrides[0]).model_fields:
        assert any(getattr(each, field) for each in overrides), f"no override has `{field}`"
    for field in type(loaded.accounts["company"]).model_fields:
        assert any(getattr(each, field) for each in loaded.accounts.values()), f"no account has `{field}`"
    defaults = [policy for unit in state.units for policy in unit.default_policies]
    assert {policy.resource_type for policy in defaults} == {"VOLUME", "INSTANCE"}
    vaults = [vault for unit in state.units for vault in unit.vaults]
    assert any(vault.copied_from for vault in vaults)
    assert {vault.key_alias is None for vault in vaults} == {True, False}
