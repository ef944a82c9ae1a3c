"""The IAM roles that AWS's backup services assume in a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tierkeep.catalog.model import AccessRoles
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.dlm import snapshot_policies
from tierkeep.desired.engines import CONTINUOUS_TYPES, vss_by_backup
from tierkeep.desired.model import (
    DefaultPolicy,
    Engine,
    ResourceType,
    Role,
    RolePurpose,
    ScheduledStart,
    SnapshotPolicy,
    StateMachine,
    Statement,
    TableRecovery,
)
from tierkeep.desired.names import Names
from tierkeep.desired.permissions import (
    Needs,
    Place,
    backup_statements,
    key_use,
    restore_statements,
    snapshot_statements,
    start_statements,
    table_statements,
)
from tierkeep.desired.received import Arrival
from tierkeep.desired.scripts import script_use

_SERVICES = {
    RolePurpose.BACKUP: "backup.amazonaws.com",
    RolePurpose.RESTORE: "backup.amazonaws.com",
    RolePurpose.SNAPSHOTS: "dlm.amazonaws.com",
    RolePurpose.TABLES: "states.amazonaws.com",
    RolePurpose.SCHEDULES: "scheduler.amazonaws.com",
}
"""The same in every partition (developer guides of AWS Backup and Step Functions, user guides of EBS and
EventBridge Scheduler; their editions for China)."""
_MANAGED = {
    RolePurpose.BACKUP: ("service-role/AWSBackupServiceRolePolicyForBackup",),
    RolePurpose.RESTORE: ("service-role/AWSBackupServiceRolePolicyForRestores",),
    RolePurpose.SNAPSHOTS: ("service-role/AWSDataLifecycleManagerServiceRole",),
}
_MANAGED_FOR_IMAGES = "service-role/AWSDataLifecycleManagerServiceRoleForAMIManagement"
_MANAGED_FOR_BUCKETS = {
    RolePurpose.BACKUP: ("AWSBackupServiceRolePolicyForS3Backup",),
    RolePurpose.RESTORE: ("AWSBackupServiceRolePolicyForS3Restore",),
}


def roles(
    names: Names,
    home: list[TierInUnit],
    shared: list[Arrival],
    restored: list[TierInUnit],
    defaults: Sequence[DefaultPolicy],
    access: AccessRoles,
) -> tuple[Role, ...]:
    """The roles that a unit needs for the tiers whose resources live there, for what others share with it,
    for the tiers whose copies drills restore there, and for its default policies."""
    vaults = [tier for tier in home if tier.needs_vault]
    by_aws = access.service_policies == "aws-managed"
    make = _by_aws if by_aws else _of_our_own
    made = make(names, vaults)
    if restored:
        made[RolePurpose.RESTORE] = make(names, [*vaults, *restored])[RolePurpose.RESTORE]
    snapshots = [policy for tier in home for policy in snapshot_policies(tier)]
    if snapshots or shared or defaults:
        made[RolePurpose.SNAPSHOTS] = _of_snapshots(names, home, snapshots, shared, defaults, by_aws=by_aws)
    return _roles(names, made, access)


def machine_roles(
    names: Names,
    recoveries: Sequence[TableRecovery],
    machines: Sequence[StateMachine],
    access: AccessRoles,
) -> tuple[Role, ...]:
    """The roles of a unit's state machines, and of what starts them. AWS has no policies for these."""
    made: _Policies = {}
    if recoveries:
        made[RolePurpose.TABLES] = ((), table_statements(names, recoveries))
    scheduled = [each.arn for each in machines if isinstance(each.start, ScheduledStart)]
    if scheduled:
        made[RolePurpose.SCHEDULES] = ((), start_statements(scheduled))
    return _roles(names, made, access)


def _roles(names: Names, made: _Policies, access: AccessRoles) -> tuple[Role, ...]:
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


def _of_our_own(names: Names, vaults: Sequence[TierInUnit]) -> _Policies:
    made: _Policies = {}
    if vaults:
        needs = backup_needs(names, vaults)
        made[RolePurpose.BACKUP] = ((), backup_statements(needs))
        made[RolePurpose.RESTORE] = ((), restore_statements(needs))
    return made


def _by_aws(names: Names, vaults: Sequence[TierInUnit]) -> _Policies:
    made: _Policies = {}
    if vaults:
        buckets = ResourceType.S3 in backup_needs(names, vaults).types
        for purpose in (RolePurpose.BACKUP, RolePurpose.RESTORE):
            made[purpose] = (_MANAGED[purpose] + (_MANAGED_FOR_BUCKETS[purpose] if buckets else ()), ())
    return made


def _of_snapshots(
    names: Names,
    home: list[TierInUnit],
    snapshots: Sequence[SnapshotPolicy],
    shared: list[Arrival],
    defaults: Sequence[DefaultPolicy],
    *,
    by_aws: bool,
) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    """What Data Lifecycle Manager may do. AWS's policies leave out keys and scripts: ours hold them."""
    regions = {copy.target_region for policy in snapshots for s in policy.schedules for copy in s.copies}
    regions |= {each.to.unit.region for each in shared}
    regions |= {region for policy in defaults for region in policy.copy_regions}
    owners = {each.tier.names.keys_arn(names.region) for each in shared}
    ours = (*key_use(names, {names.region, *regions}, owners), *script_use(home))
    if by_aws:
        return tuple(_managed_for(snapshots, shared, defaults)), ours
    copied = {each.to.unit.region for each in shared}
    return (), (*snapshot_statements(names, snapshots, copied, defaults), *ours)


def _managed_for(
    snapshots: Sequence[SnapshotPolicy], shared: list[Arrival], defaults: Sequence[DefaultPolicy]
) -> Iterable[str]:
    """AWS's policies, one for snapshots and one for images."""
    made = [each.images is not None for each in snapshots]
    made += [each.resource_type == "INSTANCE" for each in defaults]
    if shared or not all(made):
        yield from _MANAGED[RolePurpose.SNAPSHOTS]
    if any(made):
        yield _MANAGED_FOR_IMAGES


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
        for to in tier.reached_air_gapped:
            destinations.append(Place(account_id=to.names.account_id, region=to.unit.region))
            copied |= scheduled
            # Air-gapped vaults lie in an account of AWS's (developer guide, logicallyairgappedvault).
            away |= scheduled
    return Needs(
        partition=names.partition,
        home=Place(account_id=names.account_id, region=names.region),
        types=frozenset(types),
        continuous=frozenset(continuous),
        copied=frozenset(copied),
        copied_away=frozenset(away),
        vault_pattern=names.tier("*"),
        destinations=tuple(sorted(set(destinations))),
        vss=tuple(
            sorted(
                tag
                for tier in vaults
                if vss_by_backup(tier.tier) and tier.tier.retired is None
                for tag in tier.resource_tags
            )
        ),
    )
