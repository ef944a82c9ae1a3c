"""Restore tests, controls and the guard of an organisation, as plain values."""

from __future__ import annotations

from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest
from pydantic import ValidationError

from tests.catalogs import model
from tierkeep.desired.model import DesiredUnit, UnitId, VaultGuard
from tierkeep.desired.policies import vault_guard_policy
from tierkeep.desired.resolve import resolve

CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo-1",
    "access": {"deploy": "deploy", "deletion": ["keeper"]},
    "objectives": {"recovery_time": {"soon": "90m"}},
    "tiers": {
        "big-files": {
            "description": "Files",
            "recovery_time": "soon",
            "protects": {"efs": {}, "rds": {}},
            "encryption": "customer-managed",
            "completion_window": "8h",
            "schedules": {
                "often": {"every": "4h", "keep": "7d"},
                "daily": {"every": "1d", "at": "02:00", "keep": "4w"},
            },
            "copy_to": {"eu-central-1": {"keep": "5d"}},
            "point_in_time_recovery": {"granularity": "5m", "keep": "14d"},
            "vault_lock": {"mode": "governance", "min_keep": "3d"},
        }
    },
    "accounts": {
        "one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["big-files"]},
        "management": {"id": "000000000008"},
    },
    "audit": {"controls": True, "reports": {"keep": "1y"}, "opt_in": True},
    "organization": {
        "account": "management",
        "region": "eu-west-1",
        "guard": {"targets": ["r-abcd"], "roles": ["lead"]},
    },
    "drills": {
        "partial": {
            "every": "1w",
            "scope": "sample",
            "restore_testing": {
                "on": "sunday",
                "at": "10:30",
                "only_tagged": {"sample": "yes"},
                "metadata": {"rds": {"vpcSecurityGroupIds": ["sg-1", "sg-2"]}},
            },
        }
    },
}


def unit(account: str = "one", **changes: Any) -> DesiredUnit:
    catalog = {**deepcopy(CATALOG), **changes}
    return next(
        each
        for each in resolve(model(catalog)).units
        if each.id == UnitId(account=account, region="eu-west-1")
    )


def test_a_drill_is_a_plan_with_a_selection_for_each_type() -> None:
    """With names that AWS takes, in the words of AWS, and lists as JSON."""
    (plan,) = unit().restore_testing
    assert (plan.name, plan.schedule, plan.latest, plan.continuous) == (
        "demo_1_partial", "cron(30 10 ? * SUN *)", False, True,
    )  # fmt: skip
    assert plan.vault_arns == ("arn:aws:backup:eu-west-1:000000000001:backup-vault:demo-1-big-files",)
    files, databases = plan.selections
    assert (files.name, files.resource_type) == ("big_files_efs", "EFS")
    assert files.required_tags == (("backup-tier", "big-files"), ("sample", "yes"))
    assert databases.metadata == (("vpcSecurityGroupIds", '["sg-1","sg-2"]'),)


@pytest.mark.parametrize(
    ("drill", "said"),
    [
        ({"every": "6h", "scope": "all", "restore_testing": {}}, "every 1d, 1w, 1mo or 1y"),
        ({"every": "1w", "scope": "all", "restore_testing": {"on": 3}}, "weekday"),
        ({"every": "1d", "scope": "all", "restore_testing": {"on": 3}}, "goes with"),
        ({"every": "1d", "scope": "all", "restore_testing": {"start_window": "90m"}}, "whole hours"),
        ({"every": "1d", "scope": "all", "restore_testing": {"only_tagged": {"a": "b"}}}, "scope: sample"),
    ],
)
def test_drills_that_aws_cannot_hold(drill: dict[str, Any], said: str) -> None:
    """Each is refused, with a word on why."""
    with pytest.raises(ValidationError, match=said):
        unit(drills={"full": drill})


def test_controls_follow_from_the_tier() -> None:
    """Each number is the tier's: its most frequent schedule, the shortest retention, its copies and lock."""
    (framework,) = unit().frameworks
    assert framework.name == "demo_1_big_files"
    assert framework.left_out == ()
    assert {each.name: dict(each.parameters) for each in framework.controls} == {
        "BACKUP_LAST_RECOVERY_POINT_CREATED": {
            "recoveryPointAgeUnit": "hours",
            "recoveryPointAgeValue": "12",
        },
        "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK": {
            "requiredFrequencyUnit": "hours",
            "requiredFrequencyValue": "4",
            "requiredRetentionDays": "7",
        },
        "BACKUP_RECOVERY_POINT_ENCRYPTED": {},
        "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED": {
            "principalArnList": "arn:aws:iam::000000000001:role/deploy,arn:aws:iam::000000000001:role/keeper"
        },
        "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK": {"requiredRetentionDays": "5"},
        "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN": {},
        "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK": {"minRetentionDays": "3"},
        "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION": {"crossRegionList": "eu-central-1"},
        "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET": {"maxRestoreTime": "90"},
    }
    scopes = {each.tags for each in framework.controls if not each.plan_name}
    assert scopes == {(("backup-tier", "big-files"),), (("tierkeep:tier", "big-files"),)}


def test_the_restore_time_is_watched_only_where_restores_are_tested() -> None:
    """Without a restore there is nothing to measure."""
    (framework,) = unit(drills={}).frameworks
    assert "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET" not in {each.name for each in framework.controls}


def test_what_data_lifecycle_manager_protects_takes_the_controls_of_resources() -> None:
    """And no other control."""
    tiers = deepcopy(CATALOG["tiers"])
    tiers["big-files"]["protects"]["ebs"] = {"engine": "dlm"}
    (framework,) = unit(tiers=tiers).frameworks
    assert len(framework.left_out) == 5
    assert len(framework.controls) == 4


def test_reports_name_templates_that_aws_has() -> None:
    """By AWS's own words in botocore's model."""
    service = botocore.session.get_session().get_service_model("backup")
    known = service.shape_for("ReportSetting").members["ReportTemplate"].documentation
    plans = unit().report_plans
    assert len(plans) == 5
    assert all(each.template in known for each in plans)
    assert {each.template for each in plans if each.frameworks} == {
        "CONTROL_COMPLIANCE_REPORT", "RESOURCE_COMPLIANCE_REPORT",
    }  # fmt: skip


def test_types_are_opted_in_by_the_names_of_aws() -> None:
    """Those of the tiers, and no others."""
    assert unit().opted_in == ("EFS", "RDS")
    assert unit(audit={"controls": True}).opted_in == ()


def denied(guard: VaultGuard, action: str, resource: str, **context: str) -> bool:
    """Whether the policy denies: any statement that fits in action, resource and every condition."""
    keys = {"aws:PrincipalArn": context["by"], "aws:ResourceTag/tierkeep:catalog": context.get("tag", "")}
    for each in vault_guard_policy(guard)["Statement"]:
        exempt = each["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
        tags = each["Condition"].get("StringEquals", {})
        if (
            action in each["Action"]
            and fnmatchcase(resource, each["Resource"])
            and not any(fnmatchcase(keys["aws:PrincipalArn"], pattern) for pattern in exempt)
            and all(keys[key] == value for key, value in tags.items())
        ):
            return True
    return False


@pytest.mark.parametrize(
    ("action", "resource", "tag"),
    [
        ("backup:DeleteRecoveryPoint", "arn:aws:ec2:eu-west-1::snapshot/snap-1", ""),
        ("backup:DeleteBackupVault", "arn:aws:backup:eu-west-1:1:backup-vault:demo-1-big-files", ""),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:1:key/1", "demo-1"),
    ],
)
def test_the_guard_holds_for_all_but_some_roles(action: str, resource: str, tag: str) -> None:
    """In whatever account; the roles of `access` and its own are let through."""
    settings = unit("management").organization
    assert settings
    assert settings.guard
    for role, held in (("admin", True), ("deploy", False), ("keeper", False), ("lead", False)):
        by = f"arn:aws:iam::000000000001:role/{role}"
        assert denied(settings.guard, action, resource, by=by, tag=tag) is held


def test_the_guard_leaves_other_vaults_and_keys_alone() -> None:
    """Those whose names begin otherwise, and those without the catalog's tag."""
    settings = unit("management").organization
    assert settings
    assert settings.guard
    by = "arn:aws:iam::000000000001:role/admin"
    vault = "arn:aws:backup:eu-west-1:1:backup-vault:Default"
    assert not denied(settings.guard, "backup:DeleteBackupVault", vault, by=by)
    key = "arn:aws:kms:eu-west-1:1:key/1"
    assert not denied(settings.guard, "kms:ScheduleKeyDeletion", key, by=by, tag="other")


def test_only_the_management_account_holds_the_organisations() -> None:
    """One unit of it, in the Region that the catalog names."""
    assert unit().organization is None
    assert str(unit("management").id) == "management/eu-west-1"
