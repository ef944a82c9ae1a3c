"""Backup policies of the organisation, as plain values and as documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from emulator.organizations import merged
from tests.catalogs import CENTRAL, catalogs, in_policies, model
from tests.stacks.read_back import without_origins
from tests.stacks.read_back_organization import plans_in
from tierkeep.desired.backup_policies import backup_policy_document
from tierkeep.desired.model import EVERY_ACCOUNT, BackupPlan, BackupPolicy, UnitId
from tierkeep.desired.resolve import resolve

CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "tiers": {
        "mixed": {
            "description": "Files and volumes",
            "protects": {
                "dynamodb": {"point_in_time_recovery": "native"},
                "ebs": {"engine": "dlm"},
                "efs": {},
            },
            "encryption": "customer-managed",
            "schedules": {"daily": {"every": "1d", "at": "02:00", "keep": "4w"}},
            "point_in_time_recovery": {"granularity": "5m", "keep": "14d"},
            "on_demand": {"on": ["before-deployment"], "keep": "7d"},
            "vault_lock": {"mode": "governance", "min_keep": "3d"},
        }
    },
    "accounts": {
        "one": {
            "id": "000000000001",
            "regions": ["cn-north-1"],
            "tiers": ["mixed"],
            "overrides": {"mixed": {"schedules": {"daily": {"keep": "8w"}}}},
        },
        "management": {"id": "000000000008"},
    },
    "organization": {
        "account": "management",
        "region": "cn-north-1",
        "backup_policies": {
            "all": {"tiers": ["mixed"], "regions": ["cn-north-1"], "targets": ["r-abcd"], "tag": "Backed up"}
        },
    },
}


def policies(catalog: dict[str, Any]) -> tuple[BackupPolicy, ...]:
    (found,) = (unit.organization for unit in resolve(model(catalog)).units if unit.organization)
    return found.backup_policies


def in_account(plan: BackupPlan, unit: UnitId, account_id: str) -> str:
    """A plan of a policy as it is in one account, as text."""
    text = repr(plan).replace(f"account='{EVERY_ACCOUNT}'", f"account='{unit.account}'")
    return text.replace(EVERY_ACCOUNT, account_id)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(catalog=catalogs())
def test_a_policy_has_the_plans_that_an_accounts_own_stack_has(catalog: dict[str, Any]) -> None:
    """But for their names, which say the Region, the tag that they select by, and the account; and what AWS
    Organizations reads in the document are those plans."""
    widened = in_policies(catalog, tag="backup-tier")
    found = policies(widened)
    state = resolve(model(widened))
    first = min(each for each in catalog["accounts"] if each != CENTRAL)
    for unit in (each for each in state.units if each.id.account == first and each.protections):
        made = {
            in_account(each.plan, unit.id, unit.account_id)
            for policy in found
            for each in policy.plans
            if each.region == unit.id.region
        }
        named = [replace(each, name=f"{each.name}-{unit.id.region}", tags=()) for each in unit.plans]
        assert made == {repr(each) for each in named}
    for policy in found:
        effective = merged([[backup_policy_document(policy)]])
        utc = [each for each in policy.plans if all(one.time_zone == "Etc/UTC" for one in each.plan.rules)]
        assert plans_in(effective) == without_origins(tuple(utc))


def test_what_a_policy_cannot_say_is_told() -> None:
    """Each thing that a tier has besides plans of AWS Backup, and what an account has in its place."""
    (policy,) = policies(CATALOG)
    assert [what for _, what in policy.left_out] == [
        "ebs, which Data Lifecycle Manager protects",
        "native recovery of dynamodb",
        "backups on demand",
        "the keys of its vaults",
        "the lock of its vaults",
        "what account one overrides",
    ]


def test_a_policy_is_of_its_partition_and_selects_by_its_own_tag() -> None:
    """The tier itself, not what an account overrides, and types of AWS Backup alone."""
    (policy,) = policies(CATALOG)
    (daily,) = policy.plans
    (rule,), (selection,) = daily.plan.rules, daily.plan.selections
    assert (policy.name, daily.plan.name) == ("demo-backups-all", "demo-mixed-cn-north-1")
    assert rule.lifecycle.delete_after_days == 28
    assert selection.role_arn == "arn:aws-cn:iam::$account:role/demo-backup-cn-north-1"
    assert selection.required_tags == (("Backed up", "mixed"),)
    assert selection.resource_patterns == (
        "arn:aws-cn:dynamodb:*:*:table/*", "arn:aws-cn:elasticfilesystem:*:*:file-system/*",
    )  # fmt: skip


@pytest.mark.parametrize(
    "asked", [{"tiers": [], "targets": ["r-abcd"]}, {"tiers": ["mixed"], "targets": ["x"]}]
)
def test_policies_that_are_no_policies(asked: dict[str, Any]) -> None:
    """Without a tier, or attached to nothing that there can be."""
    policy = {"regions": ["eu-west-1"], **asked}
    organization = {**CATALOG["organization"], "backup_policies": {"all": policy}}
    with pytest.raises(ValidationError, match="backup_policies"):
        model({**CATALOG, "organization": organization})
