"""The IAM roles that AWS's backup services assume in a unit."""

from __future__ import annotations

from collections.abc import Sequence

from tierkeep.catalog.model import AccessRoles
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.dlm import snapshot_policies
from tierkeep.desired.engines import CONTINUOUS_TYPES
from tierkeep.desired.model import (
    Engine,
    ResourceType,
    Role,
    RolePurpose,
    SnapshotPolicy,
    Statement,
)
from tierkeep.desired.names import Names
from tierkeep.desired.permissions import (
    Needs,
    Place,
    backup_statements,
    key_use,
    restore_statements,
    snapshot_statements,
)

_SERVICES = {
    RolePurpose.BACKUP: "backup.amazonaws.com",
    RolePurpose.RESTORE: "backup.amazonaws.com",
    RolePurpose.SNAPSHOTS: "dlm.amazonaws.com",
}
"""The same in every partition (AWS Backup developer guide and EBS user guide; their editions for China)."""
_MANAGED = {
    RolePurpose.BACKUP: ("service-role/AWSBackupServiceRolePolicyForBackup",),
    RolePurpose.RESTORE: ("service-role/AWSBackupServiceRolePolicyForRestores",),
    RolePurpose.SNAPSHOTS: ("service-role/AWSDataLifecycleManagerServiceRole",),
}
_MANAGED_FOR_BUCKETS = {
    RolePurpose.BACKUP: ("AWSBackupServiceRolePolicyForS3Backup",),
    RolePurpose.RESTORE: ("AWSBackupServiceRolePolicyForS3Restore",),
}


def roles(names: Names, home: list[TierInUnit], access: AccessRoles) -> tuple[Role, ...]:
    """The roles that a unit needs for the tiers whose resources live there."""
    vaults = [tier for tier in home if tier.needs_vault]
    snapshots = [policy for tier in home for policy in snapshot_policies(tier)]
    if access.service_policies == "aws-managed":
        made = _by_aws(names, vaults, snapshots)
    else:
        made = _of_our_own(names, vaults, snapshots)
    boundary = access.permissions_boundary
    return tuple(
        Role(
            name=names.role(purpose),
            arn=names.role_arn(names.role(purpose)),
            purpose=purpose,
            service=_SERVICES[purpose],
            managed_policy_arns=tuple(names.managed_policy_arn(policy) for policy in managed),
            statements=statements,
            boundary_arn=names.policy_arn(boundary) if boundary else None,
            tags=names.tags(),
            origin=("accounts",),
        )
        for purpose, (managed, statements) in made.items()
    )


_Policies = dict[RolePurpose, tuple[tuple[str, ...], tuple[Statement, ...]]]
"""What each role may do: the names of policies of AWS's, and statements of our own."""


def _of_our_own(names: Names, vaults: Sequence[TierInUnit], snapshots: Sequence[SnapshotPolicy]) -> _Policies:
    made: _Policies = {}
    if vaults:
        needs = backup_needs(names, vaults)
        made[RolePurpose.BACKUP] = ((), backup_statements(needs))
        made[RolePurpose.RESTORE] = ((), restore_statements(needs))
    if snapshots:
        made[RolePurpose.SNAPSHOTS] = ((), snapshot_statements(names, snapshots))
    return made


def _by_aws(names: Names, vaults: Sequence[TierInUnit], snapshots: Sequence[SnapshotPolicy]) -> _Policies:
    made: _Policies = {}
    if vaults:
        buckets = ResourceType.S3 in backup_needs(names, vaults).types
        for purpose in (RolePurpose.BACKUP, RolePurpose.RESTORE):
            made[purpose] = (_MANAGED[purpose] + (_MANAGED_FOR_BUCKETS[purpose] if buckets else ()), ())
    if snapshots:
        # AWS's policy leaves out what encrypted snapshots need.
        regions = {copy.target_region for policy in snapshots for s in policy.schedules for copy in s.copies}
        keys = key_use(names, {names.region, *regions})
        made[RolePurpose.SNAPSHOTS] = (_MANAGED[RolePurpose.SNAPSHOTS], keys)
    return made


def backup_needs(names: Names, vaults: Sequence[TierInUnit]) -> Needs:
    """What AWS Backup does in a unit for the tiers that have a vault there."""
    types, continuous, copied, away = (set[ResourceType]() for _ in range(4))
    destinations = []
    for tier in vaults:
        scheduled = set(tier.types_of(Engine.BACKUP))
        types |= scheduled | (set(tier.types) if tier.tier.on_demand else set())
        if tier.tier.point_in_time_recovery:
            continuous |= scheduled & CONTINUOUS_TYPES
        for to in tier.destinations if scheduled else ():
            destinations.append(Place(account_id=to.names.account_id, region=to.unit.region))
            copied |= scheduled
            away |= scheduled if to.unit.account != tier.account else set()
    return Needs(
        partition=names.partition,
        home=Place(account_id=names.account_id, region=names.region),
        types=frozenset(types),
        continuous=frozenset(continuous),
        copied=frozenset(copied),
        copied_away=frozenset(away),
        vault_pattern=names.tier("*"),
        destinations=tuple(sorted(set(destinations))),
    )
