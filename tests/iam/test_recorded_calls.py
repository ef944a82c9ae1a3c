"""The policies that `tierkeep iam` prints, held against every call that the commands really make.

A deployment by the real Terraform, changed and destroyed; validation; a drill, and a sweep after one that was
killed: all go through a proxy that writes them down. What was called must be allowed, and what is allowed
must have been called, or stand below with its reason.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from emulator.process import running
from scripts.toolchain import check_provider, check_terraform, for_emulator
from tests.iam.evaluator import Request, allowing
from tests.iam.policies import HOME, everything, state_of
from tests.iam.recording import Call, recorded
from tests.iam.requests import BY_THE_CALLER, World
from tests.stacks.synthesis import synthesize
from tierkeep.aws import UnitSession, open_unit
from tierkeep.iam import account_policies

UNIT, STACK, MAIN = f"main/{HOME}", f"main-{HOME}", "111111111111"
VAULT = "campus-all"
COMMANDS = ("deploy", "validate", "drill plan", "drill run", "drill sweep")

_CHANGED_TAGS = "where tags of a key, plan or policy change, which an edit of the catalog does not do alone"
_PLAIN = "where the recovery point is not encrypted"
_FOR_THE_VAULT = "asked by AWS Backup of who makes a vault with a key (developer guide, API permissions)"
_AROUND_THE_VAULTS = {
    "EmptyReportBuckets",
    "Frameworks",
    "ReadRecorders",
    "RegionSettings",
    "ReportBuckets",
    "ReportPlans",
    "RestoreTests",
}
"""Statements for what this catalog does not have; tests/deploy/test_audit.py deploys it, unrecorded."""
NOT_SEEN: dict[str, dict[str, str]] = {
    "deploy": {
        **{
            action: "for restore tests, audit and the Region's settings, whose calls are not recorded"
            for statement in account_policies(state_of(everything()), "deploy")[0].statements
            if statement.sid in _AROUND_THE_VAULTS
            for action in statement.actions
        },
        "backup-storage:MountCapsule": "asked of who makes a vault (developer guide, API permissions)",
        **dict.fromkeys(
            ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"), _FOR_THE_VAULT
        ),
        "iam:CreateServiceLinkedRole": "once in an account, where AWS Backup was never used",
        **dict.fromkeys(
            ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion"), "where a long policy of a role changes",
        ),
        **dict.fromkeys(
            ("backup:UntagResource", "dlm:UntagResource", "iam:UntagRole", "kms:UntagResource",
             "dlm:ListTagsForResource", "iam:UntagPolicy"), _CHANGED_TAGS,
        ),
        "iam:DeleteRolePermissionsBoundary": "where the catalog lets its boundary go",
        "iam:UpdateAssumeRolePolicy": "where somebody changed by hand who may assume a role",
        "kms:DisableKeyRotation": "where somebody makes a catalog's key anew by hand",
        "kms:UpdateAlias": "where an alias points at another key than Terraform made",
        "kms:UpdateKeyDescription": "where somebody changed a description by hand",
    },
    "validate": {},
    "drill plan": {"ec2:GetEbsEncryptionByDefault": _PLAIN},
    "drill run": {
        "ec2:GetEbsEncryptionByDefault": _PLAIN,
        "backup:ListRestoreJobs": "where the answer to the request for the restore was lost",
    },
    "drill sweep": {},
}  # fmt: skip


def first() -> dict[str, Any]:
    """One account whose stack holds one of everything: vaults that receive copies, and a role that may copy
    to so many accounts that its policy is too long to be inline."""
    catalog = everything(deploy="deploy", validate="validate", drill="drill")
    del catalog["organization"]
    for tier in catalog["tiers"].values():
        del tier["copy_to"]
    efs = {**catalog["tiers"]["all"], "protects": {"efs": {}}, "copy_to": {f"main/{HOME}": {}}}
    del efs["point_in_time_recovery"]
    catalog["tiers"]["away"] = efs
    catalog["accounts"]["other"]["tiers"] = ["away"]
    del catalog["accounts"]["vaults"]
    vaults = {f"vault-{number:02}": {"id": f"{900 + number:012}"} for number in range(15)}
    catalog["accounts"].update(vaults)
    for number, tier in enumerate(("all", "far", "farther")):
        copies = {f"{name}/{HOME}": {} for name in sorted(vaults)[number * 5 : number * 5 + 5]}
        catalog["tiers"][tier] = {**catalog["tiers"].get(tier, efs), "copy_to": copies}
    catalog["accounts"]["main"]["tiers"] += ["far", "farther"]
    return catalog


def second() -> dict[str, Any]:
    """The same after an edit that changes, attaches, replaces and deletes."""
    catalog = first()
    catalog["access"]["service_policies"] = "aws-managed"
    catalog["tiers"]["all"]["schedules"]["daily"]["keep"] = "60d"
    catalog["tiers"]["volumes"]["schedules"]["daily"]["keep"] = "60d"
    del catalog["tiers"]["volumes"]["share"]
    del catalog["tiers"]["all"]["protects"]["dynamodb"]
    return catalog


@dataclass(frozen=True)
class Asked:
    """What IAM was asked for one call, by the policy that was printed when it was made."""

    policy: dict[str, Any]
    requests: tuple[Request, ...]

    def allowed(self, policy: dict[str, Any] | None = None) -> bool:
        """All of it, as IAM has it: a call on two resources needs both."""
        return all(list(allowing(policy or self.policy, each)) for each in self.requests)


@dataclass
class Made:
    """What the role of each command asked for, in order, and who ran the commands."""

    of_roles: dict[str, list[Asked]]
    of_callers: list[Request]
    folder: Path


def printed(folder: Path, command: str, *options: str) -> dict[str, Any]:
    """What `tierkeep iam` prints for a command."""
    done = _tierkeep(folder, {}, "iam", *command.split(), "--format", "policy", *options)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    check_terraform()
    check_provider()
    folder = tmp_path_factory.mktemp("recorded")
    made, world = Made(of_roles={}, of_callers=[], folder=folder), World()
    with running("--job-seconds", "0.1") as endpoint, recorded(endpoint) as recording:
        env = for_emulator(recording.url)

        def note(command: str) -> None:
            _note(made, world, command, recording.calls)
            recording.calls.clear()

        _terraform(folder, env, first(), recording.url, "init")
        _terraform(folder, env, first(), recording.url, "apply")
        _terraform(folder, env, first(), recording.url, "plan")
        note("deploy")
        _back_up(endpoint)
        _tierkeep(folder, env, "validate", "--account", "main")
        note("validate")
        _tierkeep(folder, env, "drill", "plan", "--tier", "all", "--unit", UNIT)
        note("drill plan")
        _tierkeep(folder, env, "drill", "run", "--tier", "all", "--unit", UNIT)
        _drill_killed_after_its_request(folder, env, recording)
        note("drill run")
        _tierkeep(folder, env, "drill", "sweep")
        note("drill sweep")
        _terraform(folder, env, second(), recording.url, "apply")
        _terraform(folder, env, second(), recording.url, "plan")
        _empty(endpoint)
        _terraform(folder, env, second(), recording.url, "destroy")
        note("deploy")
    return made


def _note(made: Made, world: World, command: str, calls: list[Call]) -> None:
    policy = printed(made.folder, command, "--account", "main")
    for call in calls:
        assert call.status < 500, call
        requests = world.requests(call)
        if str(call) in BY_THE_CALLER:
            made.of_callers.extend(requests)
        else:
            made.of_roles.setdefault(command, []).append(Asked(policy, tuple(requests)))


def _terraform(folder: Path, env: dict[str, str], catalog: dict[str, Any], url: str, command: str) -> None:
    stack = synthesize(state_of(catalog), endpoint=url, destroyable="campus")[STACK]
    (folder / "catalog.yaml").write_text(json.dumps(catalog))
    stack["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    # A plan that is not empty ends with 2.
    options = {"init": [], "plan": ["-detailed-exitcode"]}.get(command, ["-auto-approve"])
    _run(["terraform", command, "-no-color", "-input=false", *options], folder, env)


def _tierkeep(folder: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run([sys.executable, "-m", "tierkeep.cli.main", *arguments], folder, {**os.environ, **env})


def _run(command: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def _drill_killed_after_its_request(folder: Path, env: dict[str, str], recording: Any) -> None:
    """AWS has the request for the restore, and nobody is left to hear the answer."""
    command = [sys.executable, "-m", "tierkeep.cli.main", "drill", "run", "--tier", "all", "--unit", UNIT]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **env}, stdout=subprocess.PIPE) as drill:
        recording.before_answer = lambda call: (
            drill.send_signal(signal.SIGKILL) if call.operation == "StartRestoreJob" else None
        )
        drill.wait(timeout=120)
    recording.before_answer = lambda _: None
    assert drill.returncode == -signal.SIGKILL


def _back_up(endpoint: str) -> None:
    """One volume with a recovery point in the vault of tier `all`, made behind the proxy's back."""
    session = _somebody(endpoint)
    volume = session.call("ec2", "create_volume", AvailabilityZone=f"{HOME}a", Size=8, Encrypted=True)
    job = session.call(
        "backup",
        "start_backup_job",
        BackupVaultName=VAULT,
        ResourceArn=f"arn:aws:ec2:{HOME}:{MAIN}:volume/{volume['VolumeId']}",
        IamRoleArn=f"arn:aws:iam::{MAIN}:role/campus-backup-{HOME}",
    )["BackupJobId"]
    while session.call("backup", "describe_backup_job", BackupJobId=job)["State"] != "COMPLETED":
        sleep(0.1)


def _empty(endpoint: str) -> None:
    """AWS keeps a vault as long as it holds anything."""
    session = _somebody(endpoint)
    points = session.pages(
        "backup", "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=VAULT
    )
    for arn in [each["RecoveryPointArn"] for each in points]:
        session.call("backup", "delete_recovery_point", BackupVaultName=VAULT, RecoveryPointArn=arn)


def _somebody(endpoint: str) -> UnitSession:
    role = f"arn:aws:iam::{MAIN}:role/somebody"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", endpoint)
        return open_unit(unit=UNIT, account_id=MAIN, region=HOME, role_arn=role, session_name="test")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_policy_is_not_too_narrow(made: Made, command: str) -> None:
    """Everything that the command called is allowed."""
    assert made.of_roles[command]
    refused = {
        str(each) for asked in made.of_roles[command] if not asked.allowed() for each in asked.requests
    }
    assert refused == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_policy_is_not_too_wide(made: Made, command: str) -> None:
    """Every action of every statement was called, or it stands in the list with its reason, and only then."""
    used, allowed = set(), set()
    for asked in made.of_roles[command]:
        used |= {hit for each in asked.requests for hit in allowing(asked.policy, each)}
        allowed |= {(each["Sid"], action) for each in asked.policy["Statement"] for action in each["Action"]}
    assert {action for _, action in allowed - used} == set(NOT_SEEN[command])


@pytest.mark.parametrize("command", COMMANDS)
def test_another_catalogs_policy_would_not_do(made: Made, command: str) -> None:
    """Names and tags narrow: what changes things for one catalog, the role of another may not do."""
    folder = made.folder / "another"
    folder.mkdir(exist_ok=True)
    (folder / "catalog.yaml").write_text(json.dumps({**first(), "name": "library"}))
    policy = printed(folder, command, "--account", "main")
    allowed = {
        each.action for asked in made.of_roles[command] if asked.allowed(policy) for each in asked.requests
    }
    changing = ("Create", "Delete", "Pass", "Put", "Schedule", "Update")
    assert {each for each in allowed if each.split(":")[1].startswith(changing)} == set()


def test_who_runs_the_commands_may_assume_their_roles(made: Made) -> None:
    """And nothing else."""
    policies = [printed(made.folder, command, "--caller") for command in COMMANDS]
    assert made.of_callers
    assert all(any(list(allowing(policy, each)) for policy in policies) for each in made.of_callers)
    assert {action for each in policies for s in each["Statement"] for action in s["Action"]} == {
        "sts:AssumeRole"
    }
