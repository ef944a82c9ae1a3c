"""The IAM roles that AWS's backup services assume in a unit."""

from __future__ import annotations

from tierkeep.desired.context import TierInUnit
from tierkeep.desired.model import Engine, Origin, ResourceType, Role, RolePurpose, Statement
from tierkeep.desired.names import Names
from tierkeep.desired.received import Arrival
from tierkeep.desired.scripts import script_use

_SERVICES = {
    RolePurpose.BACKUP: "backup.amazonaws.com",
    RolePurpose.RESTORE: "backup.amazonaws.com",
    RolePurpose.SNAPSHOTS: "dlm.amazonaws.com",
}
_POLICIES = {
    RolePurpose.BACKUP: ("service-role/AWSBackupServiceRolePolicyForBackup",),
    RolePurpose.RESTORE: ("service-role/AWSBackupServiceRolePolicyForRestores",),
    RolePurpose.SNAPSHOTS: ("service-role/AWSDataLifecycleManagerServiceRole",),
}
_S3_POLICIES = {
    RolePurpose.BACKUP: "AWSBackupServiceRolePolicyForS3Backup",
    RolePurpose.RESTORE: "AWSBackupServiceRolePolicyForS3Restore",
}


def roles(names: Names, home: list[TierInUnit], shared: list[Arrival]) -> tuple[Role, ...]:
    """The roles that a unit needs for the tiers whose resources live there, and for what others share."""
    made = []
    vaults = [tier for tier in home if tier.needs_vault]
    if vaults:
        s3 = any(ResourceType.S3 in tier.types_of(Engine.BACKUP) for tier in vaults)
        made += [_role(names, purpose, s3=s3) for purpose in (RolePurpose.BACKUP, RolePurpose.RESTORE)]
    snapshots = [tier for tier in home if tier.types_of(Engine.DLM)]
    if snapshots or shared:
        statements = (*_key_use(names, snapshots, shared), *script_use(snapshots))
        made.append(_role(names, RolePurpose.SNAPSHOTS, statements=statements))
    return tuple(made)


def _role(
    names: Names, purpose: RolePurpose, *, s3: bool = False, statements: tuple[Statement, ...] = ()
) -> Role:
    name = names.role(purpose)
    policies = _POLICIES[purpose] + ((_S3_POLICIES[purpose],) if s3 else ())
    origin: Origin = ("accounts",)
    return Role(
        name=name,
        arn=names.role_arn(name),
        purpose=purpose,
        service=_SERVICES[purpose],
        managed_policy_arns=tuple(names.managed_policy_arn(policy) for policy in policies),
        statements=statements,
        tags=names.tags(),
        origin=origin,
    )


def _key_use(names: Names, tiers: list[TierInUnit], shared: list[Arrival]) -> tuple[Statement, ...]:
    """What encrypted snapshots and their copies need (EBS user guide, "IAM service roles for Amazon DLM").

    Of what others share, their keys too: their policies say whether they may be used.
    """
    regions = {names.region, *(each.unit.region for tier in tiers for each in tier.own_destinations)}
    regions |= {each.to.unit.region for each in shared}
    of_owners = {each.tier.names.keys_arn(names.region) for each in shared}
    keys = (*(names.keys_arn(region) for region in sorted(regions)), *sorted(of_owners))
    return (
        Statement(
            sid="UseKeys",
            actions=(
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ),
            resources=keys,
        ),
        Statement(
            sid="GrantKeysToEbs",
            actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
            resources=keys,
            conditions=(("Bool", "kms:GrantIsForAWSResource", ("true",)),),
        ),
    )
