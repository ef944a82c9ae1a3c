"""Removing, renaming and retiring tiers with the real Terraform: nothing that holds backups is destroyed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator.process import running
from scripts.toolchain import for_emulator
from tests.catalogs import model
from tests.deploy.applying import initialise, require_terraform
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.validate.run import validate_units

REGION, STACK = "eu-west-1", "one-eu-west-1"
TIER: dict[str, Any] = {
    "description": "Kept",
    "protects": {"efs": {}},
    "encryption": "customer-managed",
    "schedules": {"daily": {"every": "1d", "keep": "30d"}},
}
OTHER = {**TIER, "encryption": "aws-managed"}
RETIRED = {**TIER, "retired": "2026-11-26"}


@dataclass(frozen=True)
class Stack:
    """One unit, deployed with whatever tiers it is given."""

    endpoint: str
    folder: Path

    def write(self, tiers: dict[str, Any], *, destroyable: bool = False) -> DesiredState:
        account = {"id": "123456789012", "regions": [REGION], "tiers": sorted(tiers)}
        state = resolve(model({"version": 1, "name": "demo", "tiers": tiers, "accounts": {"one": account}}))
        made = synthesize(state, endpoint=self.endpoint, destroyable=state.name if destroyable else None)[
            STACK
        ]
        made["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
        (self.folder / "cdk.tf.json").write_text(json.dumps(made))
        return state

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.folder,
            env=for_emulator(self.endpoint),
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self) -> subprocess.CompletedProcess[str]:
        return self.terraform("apply", "-auto-approve", "-input=false")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def back_up(self, vault: str) -> str:
        """A file system's recovery point in the vault."""
        system = self.client("efs").create_file_system(CreationToken="test")["FileSystemArn"]
        started = self.client("backup").start_backup_job(
            BackupVaultName=vault,
            ResourceArn=system,
            IamRoleArn=f"arn:aws:iam::123456789012:role/demo-backup-{REGION}",
        )
        job = self.client("backup").describe_backup_job(BackupJobId=started["BackupJobId"])
        assert job["State"] == "COMPLETED", job
        return str(job["RecoveryPointArn"])

    def points(self, vault: str) -> list[str]:
        listed = self.client("backup").list_recovery_points_by_backup_vault(BackupVaultName=vault)
        return [each["RecoveryPointArn"] for each in listed["RecoveryPoints"]]

    def plans(self) -> list[str]:
        listed = self.client("backup").list_backup_plans()["BackupPlansList"]
        return sorted(each["BackupPlanName"] for each in listed)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    require_terraform()
    with running("--job-seconds", "0") as endpoint:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)
        yield Stack(endpoint=endpoint, folder=tmp_path)


def test_a_tier_that_goes_leaves_its_vault_and_key(stack: Stack) -> None:
    """Removed, renamed or with another encryption, it stops the deployment; retired, it keeps vault, key and
    recovery points, for which `validate` still vouches, and only its plan goes."""
    stack.write({"old": TIER, "other": OTHER})
    assert initialise(stack.folder, stack.endpoint).returncode == 0
    done = stack.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    point = stack.back_up("demo-old")
    key = stack.client("kms").describe_key(KeyId="alias/demo-old")["KeyMetadata"]["KeyId"]

    for gone in (
        {"other": OTHER},
        {"new": TIER, "other": OTHER},
        {"old": {**TIER, "encryption": "aws-managed"}, "other": OTHER},
    ):
        stack.write(gone)
        refused = stack.apply()
        assert refused.returncode == 1, refused.stdout
        assert "retire-instead-of-removing" in refused.stderr, refused.stderr
        assert stack.points("demo-old") == [point]
        assert stack.client("kms").describe_key(KeyId="alias/demo-old")["KeyMetadata"]["Enabled"]

    state = stack.write({"old": RETIRED, "new": TIER, "other": OTHER})
    done = stack.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    assert stack.plans() == ["demo-new", "demo-other"]
    assert stack.points("demo-old") == [point]
    found = stack.client("kms").describe_key(KeyId="alias/demo-old")["KeyMetadata"]
    assert (found["KeyId"], found["KeyState"]) == (key, "Enabled")
    (result,) = validate_units(state, state.units, on_done=lambda _: None)
    assert (result.findings, result.unknowns) == ((), ())
    restored = stack.client("backup").start_restore_job(
        RecoveryPointArn=point,
        Metadata=stack.client("backup").get_recovery_point_restore_metadata(
            BackupVaultName="demo-old", RecoveryPointArn=point
        )["RestoreMetadata"]
        | {"newFileSystem": "true", "CreationToken": "restored", "Encrypted": "false",
           "PerformanceMode": "generalPurpose"},
        IamRoleArn=f"arn:aws:iam::123456789012:role/demo-restore-{REGION}",
    )  # fmt: skip
    job = stack.client("backup").describe_restore_job(RestoreJobId=restored["RestoreJobId"])
    assert job["Status"] == "COMPLETED", job


def test_a_retired_tier_goes_when_that_is_permitted_and_its_vault_is_empty(stack: Stack) -> None:
    """With the catalog's name given, AWS still refuses a vault with points, and then the key stays too."""
    stack.write({"old": RETIRED, "other": OTHER})
    assert initialise(stack.folder, stack.endpoint).returncode == 0
    done = stack.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    point = stack.back_up("demo-old")

    stack.write({"other": OTHER}, destroyable=True)
    assert stack.apply().returncode == 1
    assert stack.points("demo-old") == [point]
    (vault,) = (
        each
        for each in stack.client("backup").list_backup_vaults()["BackupVaultList"]
        if each["BackupVaultName"] == "demo-old"
    )
    key = stack.client("kms").describe_key(KeyId=vault["EncryptionKeyArn"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"

    stack.client("backup").delete_recovery_point(BackupVaultName="demo-old", RecoveryPointArn=point)
    done = stack.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    names = [
        each["BackupVaultName"] for each in stack.client("backup").list_backup_vaults()["BackupVaultList"]
    ]
    assert names == ["demo-other"]
