"""Events with the real Terraform: deployed, changed in place, at work, and gone again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from emulator.process import running
from tests.catalogs import model
from tests.deploy.applying import apply, drift, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.desired.resolve import resolve

ACCOUNT, REGION, STACK = "111111111111", "eu-central-1", "one-eu-central-1"


def catalog(*, vss: bool = False, **events: Any) -> dict[str, Any]:
    """Volumes and instances that are backed up by a plan and before deployments, with VSS or without."""
    tier = {
        "description": "x",
        "protects": {"ebs": {"engine": "backup"}, "ec2": {"engine": "backup"}},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "on_demand": {"on": ["before-deployment"], "keep": "7d"},
        **({"application_consistency": {"scripts": "vss"}} if vss else {}),
    }
    account = {"id": ACCOUNT, "regions": [REGION], "tiers": ["volumes"]}
    found = {
        "version": 1,
        "name": "demo",
        "access": {"deploy": "deploy", "validate": "validate"},
        "tiers": {"volumes": tier},
        "accounts": {"one": account},
    }
    return {**found, "events": events, "watching": {"alarms": "by-tier"}} if events else found


def test_events_are_deployed_changed_and_gone_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan after the first apply is empty; what is changed is changed in place; a tier's own deployment
    starts backups; and without `events`, all goes but the vault and its key."""
    require_terraform()
    with running("--job-seconds", "0") as endpoint:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)

        def deploy(*, vss: bool = False, **events: Any) -> str | None:
            state = resolve(model(catalog(vss=vss, **events)))
            wrong = apply(tmp_path / STACK, synthesize(state, endpoint=endpoint)[STACK], endpoint)
            assert wrong or drift(state, endpoint) == []
            return wrong

        assert deploy(emails=["one@example.org"], ops_items=True, retry={"attempts": 2}) is None
        made = _resources(tmp_path / STACK, endpoint)
        _retries_are_watched(endpoint)
        more = {"emails": ["one@example.org", "two@example.org"], "retry": {"after": "5m"}}
        assert deploy(vss=True, **more) is None
        _plan_asks_for_vss(endpoint)
        changed = _resources(tmp_path / STACK, endpoint)
        assert {name: changed[name] for name in made} == made, "something was replaced"
        _deployment_starts_a_backup(endpoint)
        assert deploy() is None
        left = {name.split(".")[0] for name in _resources(tmp_path / STACK, endpoint)}
        assert not left & {
            "aws_sns_topic",
            "aws_sqs_queue",
            "aws_cloudwatch_event_rule",
            "aws_cloudwatch_metric_alarm",
            "aws_sfn_state_machine",
        }


def _retries_are_watched(endpoint: str) -> None:
    """By an alarm that tells the topic of the machine's own failures."""
    cloudwatch, states = (_client(endpoint, each) for each in ("cloudwatch", "stepfunctions"))
    (machine,) = (
        each["stateMachineArn"]
        for each in states.list_state_machines()["stateMachines"]
        if each["name"] == "demo-retries"
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["demo-retries-failed-executions"])["MetricAlarms"]
    watched = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    assert {each["Namespace"] for each in watched} == {"AWS/States"}
    assert [each["Dimensions"] for each in watched] == [[{"Name": "StateMachineArn", "Value": machine}]] * 3
    assert [each.rsplit(":", 1)[-1] for each in alarm["AlarmActions"]] == ["demo-events"]


def _plan_asks_for_vss(endpoint: str) -> None:
    """In place, of what was there before."""
    backup = _client(endpoint, "backup")
    (listed,) = backup.list_backup_plans()["BackupPlansList"]
    plan = backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]
    assert plan["AdvancedBackupSettings"] == [
        {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}
    ]


def _resources(folder: Path, endpoint: str) -> dict[str, str]:
    """What Terraform has made: ids by address. A rule of EventBridge's target keeps its id if it is
    replaced."""
    shown = json.loads(terraform(folder, endpoint, "show", "-json").stdout)
    found = shown["values"]["root_module"]["resources"]
    return {each["address"]: str(each["values"].get("id")) for each in found}


def _deployment_starts_a_backup(endpoint: str) -> None:
    ec2, events, backup = (_client(endpoint, each) for each in ("ec2", "events", "backup"))
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "backup-tier", "Value": "volumes"}]}]
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, TagSpecifications=tags)
    detail = json.dumps({"tier": "volumes"})
    event = {"Source": "tierkeep.deployment", "DetailType": "before-deployment", "Detail": detail}
    events.put_events(Entries=[event])
    deadline = time.monotonic() + 30
    while not (jobs := backup.list_backup_jobs(ByState="COMPLETED")["BackupJobs"]):
        assert time.monotonic() < deadline, "no deployment's backup"
        _advance(endpoint, 60)
        time.sleep(0.1)
    assert [each["RecoveryPointLifecycle"] for each in jobs] == [{"DeleteAfterDays": 7}]


def _client(endpoint: str, service: str) -> Any:
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/somebody", RoleSessionName="test")
    given = role["Credentials"]
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def _advance(endpoint: str, seconds: int) -> None:
    body = json.dumps({"advance_seconds": seconds}).encode()
    request = Request(f"{endpoint}/emulator/clock", body, {"Content-Type": "application/json"})
    urlopen(request, timeout=10).close()
