"""Restore tests, frameworks, reports and opt-in with the real Terraform and provider."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator.process import running
from scripts.workload import record_configuration
from tests.catalogs import model
from tests.deploy.applying import apply, drift, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.aws import open_unit
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

pytestmark = pytest.mark.timeout(1800)

STACK, REGION = "one-eu-west-1", "eu-west-1"
CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo-1",
    "access": {"deploy": "deploy", "deletion": ["keeper"]},
    "objectives": {"recovery_time": {"soon": "1h"}},
    "tiers": {
        "files": {
            "description": "Files",
            "recovery_time": "soon",
            "protects": {"efs": {}, "rds": {}},
            "encryption": "aws-managed",
            "schedules": {
                "daily": {"every": "1d", "keep": "30d"},
                "weekly": {"every": "1w", "on": "sunday", "at": "12:00", "keep": "8w"},
            },
            "vault_lock": {"mode": "governance", "min_keep": "7d"},
            "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
        }
    },
    "accounts": {"one": {"id": "123456789012", "regions": [REGION], "tiers": ["files"]}},
    "audit": {"controls": True, "reports": {"keep": "1y"}, "opt_in": True},
    "drills": {
        "full": {
            "every": "1mo",
            "scope": "all",
            "restore_testing": {"on": 1, "metadata": {"rds": {"vpcSecurityGroupIds": ["sg-1"]}}},
        },
        "partial": {
            "every": "1w",
            "scope": "sample",
            "restore_testing": {"on": "monday", "only_tagged": {"tests": "weekly"}},
        },
    },
}


def edited() -> dict[str, Any]:
    """Of each resource something else, and none of them another."""
    catalog = deepcopy(CATALOG)
    catalog["tiers"]["files"]["schedules"]["daily"]["keep"] = "40d"
    catalog["tiers"]["files"]["protects"]["dynamodb"] = {}
    catalog["objectives"]["recovery_time"]["soon"] = "2h"
    catalog["audit"]["reports"] = {"keep": "2y", "formats": ["JSON"]}
    testing = catalog["drills"]["full"]["restore_testing"]
    testing |= {"look_back": "40d", "keep_for_validation": "8h", "recovery_points": "random"}
    testing["metadata"]["rds"]["dbSubnetGroupName"] = "tests"
    catalog["drills"]["partial"]["restore_testing"]["only_tagged"] = {"tests": "daily"}
    return catalog


def deploy(catalog: dict[str, Any], folder: Path, endpoint: str) -> None:
    """Once it is applied, `tierkeep validate` finds nothing, whatever AWS filled in."""
    state = resolve(model(catalog))
    assert not [each for each in judge(state) if each.severity is Severity.ERROR]
    stack = synthesize(state, endpoint=endpoint, destroyable=catalog["name"])[STACK]
    assert apply(folder, stack, endpoint) is None
    assert drift(state, endpoint) == []


def _record(endpoint: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", endpoint)
        account = CATALOG["accounts"]["one"]["id"]
        session = open_unit(unit=STACK, account_id=account, region=REGION, role_arn=None, session_name="test")
        record_configuration(session)


def test_they_are_made_changed_in_place_and_destroyed(tmp_path: Path) -> None:
    """The plan after the first apply is empty, and types of resource that no tier protects stay opted in or
    out as they were."""
    require_terraform()
    with running() as endpoint:
        backup: Any = boto3.client(
            "backup",
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        types = backup.describe_region_settings()["ResourceTypeOptInPreference"]
        off = dict.fromkeys(types, False)
        backup.update_region_settings(ResourceTypeOptInPreference=off)
        _record(endpoint)
        folder = tmp_path / STACK
        deploy(CATALOG, folder, endpoint)
        assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == {
            **off, "EFS": True, "RDS": True,
        }  # fmt: skip
        deploy(edited(), folder, endpoint)
        assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == {
            **off, "DynamoDB": True, "EFS": True, "RDS": True,
        }  # fmt: skip
        framework = backup.describe_framework(FrameworkName="demo_1_files")
        minutes = {
            each["ParameterValue"]
            for control in framework["FrameworkControls"]
            for each in control.get("ControlInputParameters", [])
            if each["ParameterName"] == "maxRestoreTime"
        }
        assert minutes == {"120"}
        tested = backup.get_restore_testing_plan(RestoreTestingPlanName="demo_1_full")["RestoreTestingPlan"]
        assert tested["RecoveryPointSelection"]["Algorithm"] == "RANDOM_WITHIN_WINDOW"
        done = terraform(folder, endpoint, "destroy", "-auto-approve", "-input=false")
        assert done.returncode == 0, done.stdout + done.stderr
        left = (
            backup.list_frameworks()["Frameworks"],
            backup.list_report_plans()["ReportPlans"],
            backup.list_restore_testing_plans()["RestoreTestingPlans"],
        )
        assert left == ([], [], [])
