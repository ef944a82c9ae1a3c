"""Alarms, dashboards and budgets with the real Terraform and provider, and what alarms see of days of
backups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
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
from tierkeep.rules import Severity, judge

pytestmark = pytest.mark.timeout(1800)

REGION, ACCOUNT, STACK = "eu-west-1", "123456789012", "one-eu-west-1"
HOUR = timedelta(hours=1)
MISSED = "watch-kept-missed-backups"
FAILED = "watch-kept-failed-backups"


class World:
    """An emulated AWS in a process of its own."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        request = Request(f"{self.endpoint}/emulator/{path}", method="POST", data=json.dumps(body).encode())
        with urlopen(request, timeout=60) as response:
            answered: dict[str, Any] = json.load(response)
        return answered

    def now(self) -> datetime:
        with urlopen(f"{self.endpoint}/emulator/clock", timeout=60) as response:
            return datetime.fromisoformat(json.load(response)["now"])

    def alarm(self, name: str) -> dict[str, Any]:
        (found,) = self.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return dict(found)

    def goes_off(self, name: str) -> bool:
        """Whether an alarm as it is deployed breaches in each of its periods, by the metrics that there are.

        As CloudWatch evaluates a sum of filled metrics; moto evaluates no alarm.
        """
        alarm = self.alarm(name)
        metrics = {each["Id"]: each["MetricStat"] for each in alarm["Metrics"] if "MetricStat" in each}
        (total,) = (each["Expression"] for each in alarm["Metrics"] if each.get("ReturnData") is True)
        assert total == " + ".join(f"FILL({each}, 0)" for each in metrics)
        end = self.now().replace(microsecond=0)
        start = end - alarm["EvaluationPeriods"] * HOUR
        values = dict.fromkeys(range(alarm["EvaluationPeriods"]), 0.0)
        for key, stat in metrics.items():
            assert stat["Period"] == HOUR.total_seconds()
            (result,) = self.client("cloudwatch").get_metric_data(
                MetricDataQueries=[{"Id": key, "MetricStat": stat}], StartTime=start, EndTime=end
            )["MetricDataResults"]
            for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                period = (moment - start) // HOUR
                if period in values:
                    values[period] += value
        breaches = {
            "LessThanThreshold": lambda value: value < alarm["Threshold"],
            "GreaterThanOrEqualToThreshold": lambda value: value >= alarm["Threshold"],
        }[alarm["ComparisonOperator"]]
        return all(breaches(value) for value in values.values())

    def back_up_a_file_system(self) -> None:
        """One that belongs to the tier."""
        self.client("efs").create_file_system(
            CreationToken="files", Tags=[{"Key": "backup-tier", "Value": "kept"}], Encrypted=True
        )

    def empty_the_vault(self) -> None:
        """AWS keeps one that holds anything."""
        backup = self.client("backup")
        listed = backup.list_recovery_points_by_backup_vault(BackupVaultName="watch-kept", MaxResults=1000)
        for each in listed["RecoveryPoints"]:
            backup.delete_recovery_point(
                BackupVaultName="watch-kept", RecoveryPointArn=each["RecoveryPointArn"]
            )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    require_terraform()
    with running("--job-seconds", "60") as endpoint:
        yield World(endpoint)


def _deploy(folder: Path, endpoint: str, **watching: Any) -> None:
    """Once it is applied, `tierkeep validate` finds nothing."""
    tier = {
        "description": "Watched",
        "protects": {"efs": {}, "ebs": {"engine": "dlm"}},
        "encryption": "aws-managed",
        "schedules": {"four-hourly": {"every": "4h", "keep": "7d"}},
    }
    account = {"id": ACCOUNT, "regions": [REGION], "tiers": ["kept"]}
    catalog = {"version": 1, "name": "watch", "tiers": {"kept": tier}, "accounts": {"one": account}}
    if watching:
        catalog["watching"] = watching
    state = resolve(model(catalog))
    assert not [each for each in judge(state) if each.severity is Severity.ERROR]
    stack = synthesize(state, endpoint=endpoint, destroyable="watch")[STACK]
    assert apply(folder, stack, endpoint) is None
    assert drift(state, endpoint) == []


def test_what_is_watched_comes_changes_sees_and_goes(world: World, tmp_path: Path) -> None:
    """Applied, planned again with nothing to do, changed in place, destroyed; in between, days in which
    backups are made, fail and stay away, and what the alarms as deployed make of them."""
    folder, endpoint = tmp_path / STACK, world.endpoint
    budgets = {"kept": {"monthly": 100}}
    first = {"alarms": "by-tier", "topic": "operations", "dashboard": True, "budgets": budgets}
    _deploy(folder, endpoint, **first)
    cloudwatch = world.client("cloudwatch")
    alarms = {each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert alarms == {
        MISSED, FAILED, "watch-kept-failed-restores", "watch-kept-recovery-points",
        "watch-kept-volumes-failed-snapshots", "watch-kept-volumes-missed-snapshots",
    }  # fmt: skip
    (policy,) = world.client("dlm").get_lifecycle_policies()["Policies"]
    metrics = world.alarm("watch-kept-volumes-missed-snapshots")["Metrics"]
    (watched,) = (each["MetricStat"]["Metric"] for each in metrics if "MetricStat" in each)
    assert watched["Dimensions"] == [{"Name": "DLMPolicyId", "Value": policy["PolicyId"]}]
    assert json.loads(cloudwatch.get_dashboard(DashboardName="watch-backups-eu-west-1")["DashboardBody"])

    _see_days(world)

    second = {
        "alarms": "by-type",
        "topic": "others",
        "budgets": {"kept": {"monthly": 200, "alert_at": [50]}},
        "emails": ["finance@example.com"],
    }
    _deploy(folder, endpoint, **second)
    assert world.alarm(FAILED)["AlarmActions"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:others"]
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []
    (budget,) = world.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert (budget["BudgetLimit"]["Amount"], budget["CostFilters"]) == (
        "200", {"TagKeyValue": ["user:tierkeep:tier$kept"]},
    )  # fmt: skip

    world.empty_the_vault()
    gone = terraform(folder, endpoint, "destroy", "-auto-approve", "-input=false")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def _see_days(world: World) -> None:
    world.post("clock", now="2027-01-04T00:30:00Z")
    assert world.goes_off(MISSED), "nothing has been backed up yet"
    world.back_up_a_file_system()
    for _ in range(12):
        world.post("clock", advance_seconds=4 * 3600)
        assert not world.goes_off(MISSED)
        assert not world.goes_off(FAILED)
    world.post("faults", kind="job-fails", operation="StartBackupJob", message="No space")
    world.post("clock", advance_seconds=4 * 3600)
    assert world.goes_off(FAILED)
    assert not world.goes_off(MISSED), "one that fails is within the RPO"
    world.post("clock", advance_seconds=4 * 3600)
    assert world.goes_off(MISSED)
    assert world.goes_off(FAILED)
