"""What the roles that copy may do, for each copy that a catalog names: the copy, and nothing wider.

What the policies of keys and vaults admit besides is in tests/desired/test_policies_admit.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from emulator.key_policies import READING, WRITING
from tests.iam.evaluator import Request, allowing
from tests.stacks.goldens import CATALOGS
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import CopyAction, DesiredState, DesiredUnit, Role, RolePurpose
from tierkeep.desired.policies import identity_policy

STRANGER, ELSEWHERE = "000000000000", "sa-east-1"
FOR_ALL_TYPES = ("kms:DescribeKey", "kms:CreateGrant")
"""What AWS Backup asks of a key itself, whatever type it copies: the services use the grant."""


@dataclass(frozen=True)
class Snapshots:
    """Copies of snapshots by Data Lifecycle Manager: who makes them, and from whose key to which Region."""

    role: Role
    account: str
    owner: str
    home: str
    target: str


@pytest.fixture(scope="module")
def state() -> DesiredState:
    return compile_catalog(CATALOGS["everything"]).state


def backups(state: DesiredState) -> Iterator[tuple[DesiredUnit, Role, CopyAction]]:
    for unit in state.units:
        role = unit.role(RolePurpose.BACKUP)
        for copy in (copy for plan in unit.plans for rule in plan.rules for copy in rule.copies):
            assert role
            yield unit, role, copy


def snapshots(state: DesiredState) -> Iterator[Snapshots]:
    for unit in state.units:
        role = unit.role(RolePurpose.SNAPSHOTS)
        own = [(unit.account_id, s.copies) for policy in unit.snapshot_policies for s in policy.schedules]
        shared = [(owner, policy.copies) for policy in unit.copy_policies for owner in policy.owners]
        for owner, copies in (*own, *shared):
            for copy in copies:
                assert role
                yield Snapshots(role, unit.account_id, owner, unit.id.region, copy.target_region)


def may(role: Role, action: str, resource: str, **context: str) -> bool:
    keys = {name.replace("__", ":"): (value,) for name, value in context.items()}
    return bool(list(allowing(identity_policy(role.statements), Request(action, resource, keys))))


def use(role: Role, action: str, region: str, account: str) -> bool:
    """Whether a role may do something with the keys of a Region and account."""
    key = f"arn:aws:kms:{region}:{account}:key/4f9a"
    return may(role, action, key, kms__GrantIsForAWSResource="true", aws__RequestedRegion=region)


def test_backups_are_copied_into_the_vaults_of_the_catalog_and_no_others(state: DesiredState) -> None:
    """Air-gapped ones too; not into a vault of another account, or one of another catalog's name."""
    accounts = {unit.id: unit.account_id for unit in state.units}
    for unit, role, copy in backups(state):
        vault, region = copy.destination_vault_arn, copy.destination.region
        others = [vault.replace(accounts[copy.destination], STRANGER), vault.replace(":everything-", ":x-")]
        assert may(role, "backup:CopyIntoBackupVault", vault)
        assert may(role, "backup:CopyFromBackupVault", "any", backup__CopyTargets=vault)
        for other in others:
            assert not may(role, "backup:CopyIntoBackupVault", other)
            assert not may(role, "backup:CopyFromBackupVault", "any", backup__CopyTargets=other)
        for action in FOR_ALL_TYPES:
            assert use(role, action, unit.id.region, unit.account_id)
            assert use(role, action, region, accounts[copy.destination])
            assert not use(role, action, region, STRANGER)
            assert not use(role, action, ELSEWHERE, unit.account_id)


def test_snapshots_are_copied_to_the_regions_of_the_catalog_and_no_others(state: DesiredState) -> None:
    """Those of the account, and those that others share with it, with whose keys they are encrypted."""
    assert {each.owner == each.account for each in snapshots(state)} == {True, False}
    for each in snapshots(state):
        assert may(each.role, "ec2:CopySnapshot", f"arn:aws:ec2:{each.target}::snapshot/snap-1")
        assert not may(each.role, "ec2:CopySnapshot", f"arn:aws:ec2:{ELSEWHERE}::snapshot/snap-1")
        assert all(use(each.role, action, each.home, each.owner) for action in READING)
        assert all(use(each.role, action, each.target, each.account) for action in WRITING)
        for action in (*READING, *WRITING):
            assert not use(each.role, action, each.home, STRANGER)
            assert not use(each.role, action, ELSEWHERE, each.account)
