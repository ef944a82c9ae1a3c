"""The demo: the shipped catalog, deployed with the real Terraform, provider and cdktf to the emulator."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.process import running
from scripts.demo import Demo
from scripts.toolchain import cdktf, for_emulator
from tests.catalogs import SHIPPED
from tests.deploy.applying import require_terraform
from tierkeep.aws import UnitSession, open_unit
from tierkeep.compiler import compile_catalog


@dataclass(frozen=True)
class Deployment:
    """A folder with the shipped catalog deployed from it, and the environment for more of the same."""

    folder: Path
    env: dict[str, str]

    def cdktf(self, command: str, stack: str = "*", **env: str) -> subprocess.CompletedProcess[str]:
        """Runs `cdktf deploy` or `destroy`."""
        arguments = [str(cdktf()), command, stack, "--auto-approve", "--skip-provider-lock"]
        return subprocess.run(
            arguments, cwd=self.folder, env={**self.env, **env}, capture_output=True, text=True, check=False
        )

    def plan(self, stack: Path, *options: str) -> subprocess.CompletedProcess[str]:
        command = ["terraform", "plan", "-detailed-exitcode", "-input=false", "-no-color", *options]
        return subprocess.run(command, cwd=stack, env=self.env, capture_output=True, text=True, check=False)

    def stacks(self) -> list[Path]:
        return sorted((self.folder / "cdktf.out" / "stacks").iterdir())

    def tierkeep(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tierkeep.cli.main", *arguments, "--catalog", str(SHIPPED)]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    require_terraform()
    folder = tmp_path_factory.mktemp("demo")
    with running() as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in for_emulator(endpoint).items():
            patch.setenv(name, value)
        Demo(endpoint, folder).run()
        yield Deployment(folder=folder, env={**for_emulator(endpoint), "TIERKEEP_CATALOG": str(SHIPPED)})


def test_the_demo_shows_what_it_says(deployed: Deployment) -> None:
    """Each step of the demo fails it unless it ends as it should; one stack for each unit, and evidence."""
    units = compile_catalog(SHIPPED).state.units
    assert len(deployed.stacks()) == len(units) == 5
    assert (deployed.folder / "deploy.log").read_text().count("Apply complete!") == 5
    (document,) = (deployed.folder / "evidence").glob("*.json")
    assert json.loads(document.read_text())["outcome"]["result"] == "pass"


def test_a_second_plan_undoes_what_the_demo_tampered_with_and_nothing_else(deployed: Deployment) -> None:
    """Nothing that was deployed drifts: exit code 0 of a detailed plan means no changes, 2 some."""
    with ThreadPoolExecutor(2) as pool:
        for stack, plan in zip(deployed.stacks(), pool.map(deployed.plan, deployed.stacks()), strict=True):
            tampered = stack.name == "development-ap-south-1"
            assert plan.returncode == (2 if tampered else 0), f"{stack.name}:\n{plan.stdout}{plan.stderr}"
            if tampered:
                assert "Plan: 0 to add, 1 to change, 0 to destroy." in plan.stdout
                assert re.search(r"\+ delete_after += 7\b", plan.stdout), plan.stdout


def test_each_change_by_hand_is_one_finding(deployed: Deployment) -> None:
    """The retention that the demo shortened, a rule, a key, a selection, a snapshot policy: named with field,
    expected and actual."""
    production = next(each for each in _sessions(deployed) if each.unit == "production/ap-south-1")
    delete_rule(production, plan_named(production, "campus-critical"), "weekly")
    production.call("kms", "disable_key", KeyId=key_behind(production, "alias/campus-database"))
    delete_selection(production, plan_named(production, "campus-database"))
    delete_policy(production, "campus-critical-volumes")

    done = deployed.tierkeep("validate", "--only", "drift", "--format", "json")
    assert done.returncode == 4, done.stderr
    found = [
        (unit["unit"], finding["resource"]["name"], finding["field"], finding["expected"], finding["actual"])
        for unit in json.loads(done.stdout)["units"]
        for finding in unit["findings"]
    ]
    home = "production/ap-south-1"
    assert [each[:3] for each in sorted(found, key=str)] == [
        ("development/ap-south-1", "campus-development", "rules[daily].lifecycle.delete_after_days"),
        (home, "alias/campus-database", "state"),
        (home, "campus-critical", "rules[weekly]"),
        (home, "campus-critical-volumes", "existence"),
        (home, "campus-database", "selections[campus-database]"),
    ]
    assert found[0][3:] == (7, 1)
    text = deployed.tierkeep("validate", "--only", "drift")
    assert text.returncode == 4
    assert "expected 7 → actual 1" in text.stdout


def test_protected_things_are_not_destroyed(deployed: Deployment) -> None:
    """Without naming the catalog, `cdktf destroy` fails and vaults and keys stay."""
    done = deployed.cdktf("destroy", "development-ap-south-1")
    assert done.returncode != 0
    assert "campus-development" in _vaults(deployed)
    # Terraform's own words: cdktf's display may lose the last lines of an error.
    (stack,) = (each for each in deployed.stacks() if each.name == "development-ap-south-1")
    refused = deployed.plan(stack, "-destroy")
    assert refused.returncode == 1
    assert "prevent_destroy" in refused.stderr


def test_destroy_leaves_nothing(deployed: Deployment) -> None:
    """With the catalog named, all of it goes: vaults, now empty, plans, policies, roles; keys wait for it."""
    sessions = _sessions(deployed)
    keys = [(each, key) for each in sessions for key in keys_of_the_catalog(each)]
    assert keys
    for session in sessions:
        empty_vaults(session)
    done = deployed.cdktf("destroy", TIERKEEP_ALLOW_DESTROY="campus")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert _vaults(deployed) == []
    for session in sessions:
        assert list(session.pages("backup", "list_backup_plans", "BackupPlansList")) == []
        assert list(session.pages("dlm", "get_lifecycle_policies", "Policies")) == []
        assert list(session.pages("iam", "list_roles", "Roles")) == []
        assert keys_of_the_catalog(session) == []
    for session, key in keys:
        metadata = session.call("kms", "describe_key", KeyId=key)["KeyMetadata"]
        assert metadata["KeyState"] == "PendingDeletion"


def plan_named(session: UnitSession, name: str) -> str:
    plans = session.pages("backup", "list_backup_plans", "BackupPlansList")
    return next(str(plan["BackupPlanId"]) for plan in plans if plan["BackupPlanName"] == name)


def keys_of_the_catalog(session: UnitSession) -> list[str]:
    """The ids of those that aliases of the catalog name."""
    aliases = session.pages("kms", "list_aliases", "Aliases")
    return [each["TargetKeyId"] for each in aliases if each["AliasName"].startswith("alias/campus")]


def empty_vaults(session: UnitSession) -> None:
    """AWS keeps a vault that holds anything."""
    for vault in session.pages("backup", "list_backup_vaults", "BackupVaultList"):
        name = vault["BackupVaultName"]
        listed = list(
            session.pages(
                "backup", "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=name
            )
        )
        for each in listed:
            arn = each["RecoveryPointArn"]
            session.call("backup", "delete_recovery_point", BackupVaultName=name, RecoveryPointArn=arn)


def delete_rule(session: UnitSession, plan_id: str, name: str) -> None:
    plan = session.call("backup", "get_backup_plan", BackupPlanId=plan_id)["BackupPlan"]
    plan["Rules"] = [rule for rule in plan["Rules"] if rule["RuleName"] != name]
    for rule in plan["Rules"]:
        del rule["RuleId"]
    session.call("backup", "update_backup_plan", BackupPlanId=plan_id, BackupPlan=plan)


def delete_selection(session: UnitSession, plan_id: str) -> None:
    (selection,) = session.pages(
        "backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id
    )
    session.call(
        "backup", "delete_backup_selection", BackupPlanId=plan_id, SelectionId=selection["SelectionId"]
    )


def delete_policy(session: UnitSession, name: str) -> None:
    policies = session.pages("dlm", "get_lifecycle_policies", "Policies")
    policy = next(each for each in policies if each["Tags"]["tierkeep:policy"] == name)
    session.call("dlm", "delete_lifecycle_policy", PolicyId=policy["PolicyId"])


def key_behind(session: UnitSession, alias: str) -> str:
    return str(session.call("kms", "describe_key", KeyId=alias)["KeyMetadata"]["Arn"])


def _vaults(deployed: Deployment) -> list[str]:
    return [
        vault["BackupVaultName"]
        for session in _sessions(deployed)
        for vault in session.pages("backup", "list_backup_vaults", "BackupVaultList")
    ]


def _sessions(deployed: Deployment) -> list[UnitSession]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", deployed.env["TIERKEEP_ENDPOINT"])
        return [
            open_unit(
                unit=str(unit.id),
                account_id=unit.account_id,
                region=unit.id.region,
                role_arn=unit.access.deploy_role_arn,
                session_name="test",
            )
            for unit in compile_catalog(SHIPPED).state.units
        ]
