"""What was made by hand under the catalog's names, adopted with `tierkeep import` and the real Terraform."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator.process import running
from scripts.toolchain import ROOT, for_emulator
from tests.deploy.applying import forget_hashes, require_terraform

ACCOUNT, REGION, STACK = "123456789012", "eu-west-1", "one-eu-west-1"
UNIT = ("--unit", f"one/{REGION}")
CATALOG = f"""
version: 1
name: demo
tiers:
  kept:
    description: Made by hand, long ago
    protects: {{ efs: {{}} }}
    encryption: customer-managed
    schedules: {{ daily: {{ every: 1d, at: "02:00", keep: 30d }} }}
    vault_lock: {{ mode: governance, min_keep: 7d }}
  disks:
    description: Made by hand as well
    protects: {{ ebs: {{ engine: dlm }} }}
    encryption: aws-managed
    schedules: {{ daily: {{ every: 1d, at: "02:00", keep: 30d }} }}
  longer:
    description: Locked otherwise than by hand
    protects: {{ efs: {{}} }}
    encryption: aws-managed
    schedules: {{ daily: {{ every: 1d, at: "02:00", keep: 30d }} }}
    vault_lock: {{ mode: governance, min_keep: 7d }}
  old:
    description: In a stack of CloudFormation that was made by hand
    protects: {{ ebs: {{}} }}
    encryption: aws-managed
    schedules: {{ monthly: {{ every: 1mo, on: 1, at: "03:00", keep: 2y, archive_after: 3mo }} }}
  shared:
    description: Shared with the account that is adopted, where a policy made by hand copies it
    protects: {{ ebs: {{}} }}
    encryption: customer-managed
    schedules: {{ monthly: {{ every: 1mo, on: 1, at: "03:00", keep: 2y, archive_after: 3mo }} }}
    copy_to: {{ one/{REGION}: {{}} }}
  far:
    description: Copied into the account that is adopted
    protects: {{ efs: {{}} }}
    encryption: customer-managed
    schedules: {{ daily: {{ every: 1d, at: "02:00", keep: 30d }} }}
    copy_to: {{ one/{REGION}: {{}} }}
accounts:
  one: {{ id: "{ACCOUNT}", regions: [{REGION}], tiers: [disks, kept, longer, old] }}
  two: {{ id: "222222222222", regions: [{REGION}], tiers: [far, shared] }}
"""
ROLE = f"arn:aws:iam::{ACCOUNT}:role/demo-backup-{REGION}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass(frozen=True)
class Folder:
    """A folder with the catalog, and an emulated AWS."""

    path: Path
    endpoint: str

    def run(self, *command: str, cwd: str = ".", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.path / cwd,
            env={**for_emulator(self.endpoint), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def tierkeep(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "tierkeep.cli.main", *arguments)

    def synth(self, **env: str) -> subprocess.CompletedProcess[str]:
        """What `cdktf synth` runs."""
        return self.run(sys.executable, str(ROOT / "main.py"), **env)

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("terraform", *arguments, "-no-color", cwd=f"cdktf.out/stacks/{STACK}")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def points(self) -> list[str]:
        listed = self.client("backup").list_recovery_points_by_backup_vault(BackupVaultName="demo-kept")
        return [each["RecoveryPointArn"] for each in listed["RecoveryPoints"]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    require_terraform()
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    with running("--job-seconds", "0") as endpoint:
        yield Folder(path=tmp_path, endpoint=endpoint)


def made_by_hand(folder: Folder) -> set[tuple[str, str]]:
    """All of it with other settings than the catalog's, and a recovery point in the vault; the import ids."""
    kms, backup, dlm, iam = (folder.client(each) for each in ("kms", "backup", "dlm", "iam"))
    key = kms.create_key(Description="by hand", Tags=[{"TagKey": "team", "TagValue": "db"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/demo-kept", TargetKeyId=key["KeyId"])
    iam.create_role(RoleName=f"demo-backup-{REGION}", AssumeRolePolicyDocument=json.dumps(TRUST))
    backup.create_backup_vault(
        BackupVaultName="demo-kept", EncryptionKeyArn=key["Arn"], BackupVaultTags={"a": "b"}
    )
    backup.put_backup_vault_lock_configuration(BackupVaultName="demo-kept", MinRetentionDays=7)
    rule = {
        "RuleName": "nightly",
        "TargetBackupVaultName": "demo-kept",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "Lifecycle": {"DeleteAfterDays": 14},
    }
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "demo-kept", "Rules": [rule]})[
        "BackupPlanId"
    ]
    selection = backup.create_backup_selection(
        BackupPlanId=plan,
        BackupSelection={
            "SelectionName": "demo-kept",
            "IamRoleArn": ROLE,
            "Resources": ["arn:aws:elasticfilesystem:*:*:file-system/*"],
            "Conditions": {
                "StringEquals": [{"ConditionKey": "aws:ResourceTag/backup-tier", "ConditionValue": "kept"}]
            },
        },
    )["SelectionId"]
    schedule = {
        "Name": "by hand",
        "CopyTags": True,
        "CreateRule": {"Interval": 12, "IntervalUnit": "HOURS", "Times": ["01:00"]},
        "RetainRule": {"Count": 5},
    }
    details = {
        "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "backup-tier", "Value": "disks"}],
        "Schedules": [schedule],
    }
    policy_id = dlm.create_lifecycle_policy(
        ExecutionRoleArn=ROLE,
        Description="by hand",
        State="ENABLED",
        PolicyDetails=details,
        Tags={"Name": "demo-disks-volumes"},
    )["PolicyId"]
    system = folder.client("efs").create_file_system(
        CreationToken="test", Tags=[{"Key": "backup-tier", "Value": "kept"}]
    )["FileSystemArn"]
    lifecycle = {"DeleteAfterDays": 14}
    backup.start_backup_job(
        BackupVaultName="demo-kept", ResourceArn=system, IamRoleArn=ROLE, Lifecycle=lifecycle
    )
    backup.create_backup_vault(BackupVaultName="demo-longer")
    backup.put_backup_vault_lock_configuration(BackupVaultName="demo-longer", MinRetentionDays=5)
    stack_by_hand(folder)
    return {
        ("aws_kms_key", key["KeyId"]),
        ("aws_kms_alias", "alias/demo-kept"),
        ("aws_iam_role", f"demo-backup-{REGION}"),
        ("aws_backup_vault", "demo-kept"),
        ("aws_backup_vault_lock_configuration", "demo-kept"),
        ("aws_backup_plan", plan),
        ("aws_backup_selection", f"{plan}|{selection}"),
        ("aws_dlm_lifecycle_policy", policy_id),
        ("aws_backup_vault", "demo-longer"),
        ("aws_cloudformation_stack", "demo-old-volumes"),
        ("aws_dlm_lifecycle_policy", sharing_by_hand(folder)),
        *receiving_by_hand(folder),
    }


def stack_by_hand(folder: Folder) -> None:
    """A stack with a policy for the archive, of other settings than the catalog's."""
    schedule = {
        "Name": "by hand",
        "CopyTags": True,
        "CreateRule": {"CronExpression": "cron(0 4 1 * ? *)"},
        "RetainRule": {"Interval": 40, "IntervalUnit": "DAYS"},
        "ArchiveRule": {"RetainRule": {"RetentionArchiveTier": {"Interval": 100, "IntervalUnit": "DAYS"}}},
    }
    properties = {
        "Description": "by hand",
        "ExecutionRoleArn": ROLE,
        "State": "ENABLED",
        "PolicyDetails": {
            "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "backup-tier", "Value": "old"}],
            "Schedules": [schedule],
        },
    }
    resources = {"Policy": {"Type": "AWS::DLM::LifecyclePolicy", "Properties": properties}}
    folder.client("cloudformation").create_stack(
        StackName="demo-old-volumes", TemplateBody=json.dumps({"Resources": resources})
    )


def sharing_by_hand(folder: Folder) -> str:
    """A policy that copies what others share, kept otherwise than the catalog asks for; its id."""
    copy = {
        "Target": REGION,
        "EncryptionConfiguration": {"Encrypted": True},
        "RetainRule": {"Interval": 1, "IntervalUnit": "YEARS"},
    }
    details = {
        "PolicyType": "EVENT_BASED_POLICY",
        "EventSource": {
            "Type": "MANAGED_CWE",
            "Parameters": {
                "EventType": "shareSnapshot",
                "SnapshotOwner": ["222222222222"],
                "DescriptionRegex": "^.*$",
            },
        },
        "Actions": [{"Name": "by hand", "CrossRegionCopy": [copy]}],
    }
    made = folder.client("dlm").create_lifecycle_policy(
        ExecutionRoleArn=ROLE,
        Description="by hand",
        State="ENABLED",
        PolicyDetails=details,
        Tags={"Name": "demo-shared-shared"},
    )
    return str(made["PolicyId"])


def receiving_by_hand(folder: Folder) -> set[tuple[str, str]]:
    """A vault with a key for copies from the other account, with a policy that admits anyone."""
    kms, backup = folder.client("kms"), folder.client("backup")
    name = "demo-far-copies"
    key = kms.create_key(Description="by hand")["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
    backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key["Arn"])
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    }
    backup.put_backup_vault_access_policy(
        BackupVaultName=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return {
        ("aws_kms_key", key["KeyId"]),
        ("aws_kms_alias", f"alias/{name}"),
        ("aws_backup_vault", name),
        ("aws_backup_vault_policy", name),
    }


def test_what_was_made_by_hand_is_adopted(folder: Folder) -> None:
    """Terraform imports all of it, replaces and destroys none of it, and makes it what the catalog says."""
    ids = made_by_hand(folder)
    points = folder.points()
    assert len(points) == 1

    found = folder.tierkeep("import", *UNIT, "--out", "imports.json", "--format", "json")
    assert found.returncode == 0, found.stdout + found.stderr
    (unit,) = json.loads(found.stdout)["units"]
    assert {each["effect"] for thing in unit["things"] for each in thing["changes"]} == {"update in place"}

    assert folder.synth(TIERKEEP_IMPORTS="imports.json").returncode == 0
    assert folder.terraform("init").returncode == 0
    forget_hashes(folder.path / "cdktf.out" / "stacks" / STACK)
    planned = folder.terraform("plan", "-input=false", "-out", "planned")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    changes = json.loads(folder.terraform("show", "-json", "planned").stdout)["resource_changes"]
    imported = [each for each in changes if "importing" in each["change"]]
    assert {(each["type"], each["change"]["importing"]["id"]) for each in imported} == ids
    assert {tuple(each["change"]["actions"]) for each in imported} <= {("no-op",), ("update",)}
    made = [each for each in changes if each not in imported]
    assert {tuple(each["change"]["actions"]) for each in made} == {("create",)}
    assert {each["type"] for each in made} == {
        "aws_backup_plan",
        "aws_backup_selection",
        "aws_backup_vault_lock_configuration",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_kms_alias",
        "aws_kms_key",
        "terraform_data",
    }
    changed = {each["type"] for each in imported if each["change"]["actions"] == ["update"]}
    assert "aws_cloudformation_stack" in changed
    foreseen = {
        {"key": "aws_kms_key", "vault": "aws_backup_vault", "backup plan": "aws_backup_plan",
         "snapshot policy": "aws_dlm_lifecycle_policy", "role": "aws_iam_role",
         "selection": "aws_backup_selection"}[thing["type"]]
        for thing in unit["things"]
        if thing["changes"]
    }  # fmt: skip
    assert foreseen <= changed
    others = {"aws_iam_role", "aws_backup_vault_policy", "aws_cloudformation_stack"}
    assert changed - foreseen <= others, changed

    done = folder.terraform("apply", "-input=false", "planned")
    assert done.returncode == 0, done.stdout + done.stderr
    assert folder.terraform("plan", "-detailed-exitcode", "-input=false").returncode == 0
    assert folder.points() == points
    (stacked,) = folder.client("cloudformation").describe_stack_resources(StackName="demo-old-volumes")[
        "StackResources"
    ]
    policy = folder.client("dlm").get_lifecycle_policy(PolicyId=stacked["PhysicalResourceId"])["Policy"]
    assert policy["Description"] == "demo tier old volumes"
    longer = folder.client("backup").describe_backup_vault(BackupVaultName="demo-longer")
    assert (longer["Locked"], longer["MinRetentionDays"]) == (True, 7)
    validated = folder.tierkeep("validate", *UNIT)
    assert validated.returncode == 0, validated.stdout

    again = folder.tierkeep("import", *UNIT, "--format", "json")
    things = json.loads(again.stdout)["units"][0]["things"]
    assert {(each["status"], bool(each["changes"])) for each in things} == {("adopted", False)}
    assert folder.synth().returncode == 0
    assert folder.terraform("plan", "-detailed-exitcode", "-input=false").returncode == 0


def test_a_file_of_another_catalog_or_of_what_is_gone_is_refused(folder: Folder) -> None:
    """Before anything is written, with exit code 2 and what to do."""
    for stacks, said in (
        ({STACK: {"vault-demo-gone/vault": "demo-gone"}}, "nothing at vault-demo-gone/vault any more"),
        ({"three-eu-west-1": {"vault-demo-kept/vault": "demo-kept"}}, "no stack three-eu-west-1 any more"),
    ):
        document = {"schema_version": 1, "catalog": "demo", "stacks": stacks}
        (folder.path / "imports.json").write_text(json.dumps(document))
        refused = folder.synth(TIERKEEP_IMPORTS="imports.json")
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    (folder.path / "imports.json").write_text('{"schema_version": 1, "catalog": "other", "stacks": {}}')
    refused = folder.synth(TIERKEEP_IMPORTS="imports.json")
    assert (refused.returncode, "is of the catalog other, not of demo" in refused.stderr) == (2, True)
    assert list(folder.path.rglob("cdk.tf.json")) == []
