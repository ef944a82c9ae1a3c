"""`tierkeep import` as a command against an emulator: what it prints, writes and answers with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tierkeep.cli import exit_codes
from tierkeep.cli.main import main

CATALOG = """
version: 1
name: choose
tiers:
  basic:
    description: Basic
    protects: { efs: {} }
    encryption: aws-managed
    schedules: { daily: { every: 1d, keep: 7d } }
  disks:
    description: Disks
    protects: { ebs: { engine: dlm } }
    encryption: aws-managed
    schedules: { daily: { every: 1d, keep: 7d } }
  old:
    description: Disks that go to the archive, by a stack of CloudFormation
    protects: { ebs: {} }
    encryption: aws-managed
    schedules: { monthly: { every: 1mo, on: 1, keep: 2y, archive_after: 3mo } }
accounts:
  one: { id: "123456789012", regions: [eu-west-3], tiers: [basic, disks, old] }
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator_url: str) -> Path:
    monkeypatch.setenv("TIERKEEP_ENDPOINT", emulator_url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    return tmp_path


def client(service: str, url: str) -> Any:
    return boto3.client(service, region_name="eu-west-3", endpoint_url=url)


def make_plan(url: str, rule_name: str) -> tuple[str, str]:
    """A plan of the catalog's name, and a selection of its selection's name; their ids."""
    backup = client("backup", url)
    rule = {"RuleName": rule_name, "TargetBackupVaultName": "choose-basic"}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "choose-basic", "Rules": [rule]})[
        "BackupPlanId"
    ]
    role = "arn:aws:iam::123456789012:role/choose-backup-eu-west-3"
    made = backup.create_backup_selection(
        BackupPlanId=plan,
        BackupSelection={"SelectionName": "choose-basic", "IamRoleArn": role, "Resources": ["*"]},
    )
    return plan, made["SelectionId"]


def make_policy(url: str, **tags: str) -> str:
    details = {
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "backup-tier", "Value": "disks"}],
        "Schedules": [
            {
                "Name": "one",
                "CopyTags": True,
                "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS"},
                "RetainRule": {"Count": 3},
            }
        ],
    }
    return str(
        client("dlm", url).create_lifecycle_policy(
            ExecutionRoleArn="arn:aws:iam::123456789012:role/any",
            Description="by hand",
            State="ENABLED",
            PolicyDetails=details,
            Tags=tags,
        )["PolicyId"]
    )


def test_of_several_of_a_name_one_is_chosen(
    catalog: Path, emulator_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plans by name, policies by their tag `Name`; the file holds what was chosen, and only that."""
    client("backup", emulator_url).create_backup_vault(BackupVaultName="choose-basic")
    first, selection = make_plan(emulator_url, "one")
    second, _ = make_plan(emulator_url, "two")
    policy, other = (make_policy(emulator_url, Name="choose-disks-volumes") for _ in range(2))
    make_policy(emulator_url, Name="unrelated")

    assert main(["import", "--out", "imports.json"]) == exit_codes.FALLS_SHORT
    text = capsys.readouterr().out
    for each in (first, second, policy, other):
        assert f"      --choose {each}\n" in text
    assert "1 unit: 1 adopted, 2 several" in text
    assert json.loads((catalog / "imports.json").read_text()) == {
        "schema_version": 1,
        "catalog": "choose",
        "stacks": {"one-eu-west-3": {"vault-choose-basic/vault": "choose-basic"}},
    }

    arguments = ["import", "--choose", first, "--choose", policy, "--out", "imports.json", "--format", "json"]
    assert main(arguments) == exit_codes.OK
    printed = capsys.readouterr()
    assert json.loads(printed.out)["outcome"] == "complete"
    assert "TIERKEEP_IMPORTS=imports.json npx cdktf diff STACK" in printed.err
    assert json.loads((catalog / "imports.json").read_text())["stacks"]["one-eu-west-3"] == {
        "plan-choose-basic/plan": first,
        "plan-choose-basic/selection-choose-basic": f"{first}|{selection}",
        "snapshots-choose-disks-volumes/policy": policy,
        "vault-choose-basic/vault": "choose-basic",
    }

    assert main(["import", "--choose", "nothing"]) == exit_codes.USAGE
    assert (
        "--choose nothing: nothing that goes by a name of the catalog has this id" in capsys.readouterr().err
    )


def test_a_stack_is_found_by_its_name(
    catalog: Path, emulator_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its policy and its tags; one that holds something else is refused."""
    found = {}
    for kind in ("AWS::SNS::Topic", "AWS::DLM::LifecyclePolicy"):
        properties: dict[str, Any] = {}
        if kind != "AWS::SNS::Topic":
            made = client("dlm", emulator_url).get_lifecycle_policy(PolicyId=make_policy(emulator_url, a="b"))
            properties = {each: made["Policy"][each] for each in ("Description", "ExecutionRoleArn", "State")}
            properties["PolicyDetails"] = made["Policy"]["PolicyDetails"]
        template = {"Resources": {"Policy": {"Type": kind, "Properties": properties}}}
        stacks = client("cloudformation", emulator_url)
        stacks.create_stack(
            StackName="choose-old-volumes",
            TemplateBody=json.dumps(template),
            Tags=[{"Key": "team", "Value": "db"}],
        )
        main(["import", "--format", "json", "--out", "imports.json"])
        (unit,) = json.loads(capsys.readouterr().out)["units"]
        (found[kind],) = (each for each in unit["things"] if each["name"] == "choose-old-volumes")
        stacks.delete_stack(StackName="choose-old-volumes")
    assert found["AWS::SNS::Topic"]["status"] == "refused"
    adopted = found["AWS::DLM::LifecyclePolicy"]
    assert adopted["status"] == "adopted"
    assert {"description", "stack.tags[team]"} <= {each["field"] for each in adopted["changes"]}
    stack = json.loads((catalog / "imports.json").read_text())["stacks"]["one-eu-west-3"]
    assert stack["snapshots-choose-old-volumes/stack"] == "choose-old-volumes"


@pytest.mark.usefixtures("catalog")
def test_what_cannot_be_asked_is_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 6, the cause, and nothing of it in the file."""
    text = CATALOG.replace("123456789012", "210987654321")
    (tmp_path / "catalog.yaml").write_text(text)
    assert main(["import", "--out", "imports.json"]) == exit_codes.UNDETERMINED
    assert "WrongAccount" in capsys.readouterr().out
    assert json.loads((tmp_path / "imports.json").read_text())["stacks"] == {}


@pytest.mark.usefixtures("catalog")
def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """A unit that does not exist, and a file that cannot be written."""
    assert main(["import", "--unit", "one/mars"]) == exit_codes.USAGE
    assert "it has one/eu-west-3" in capsys.readouterr().err
    assert main(["import", "--out", "no/such/folder.json"]) == exit_codes.USAGE
    assert "--out no/such/folder.json: No such file or directory" in capsys.readouterr().err
