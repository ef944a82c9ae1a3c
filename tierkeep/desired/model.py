"""The desired state: what a catalog asks AWS to hold, unit by unit.

Frozen plain values, computed from the catalog alone. The generator (`modules/`), the validator and the
drills all read these and nothing else of the catalog, so that they cannot disagree about a tier.

Every thing carries its `origin`: the path in the catalog that it came from, so that a rule or a finding can
point at the line that asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.snapshots import (
    ArchiveRule,
    CopyElsewhere,
    CrossRegionCopyRule,
    FastRestoreRule,
    PolicyResource,
    Scripts,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    VolumeExclusions,
)
from tierkeep.desired.terms import Age, Origin, Tags, TimeUnit, UnitId

__all__ = [
    "Access",
    "Age",
    "ArchiveRule",
    "BackupPlan",
    "BackupRule",
    "CopyAction",
    "CopyElsewhere",
    "CrossRegionCopyRule",
    "DesiredState",
    "DesiredUnit",
    "Engine",
    "FastRestoreRule",
    "Key",
    "Lifecycle",
    "Origin",
    "PolicyResource",
    "Protection",
    "ResourceType",
    "Role",
    "RolePurpose",
    "Scripts",
    "Selection",
    "ShareRule",
    "SharedCopyPolicy",
    "SnapshotPolicy",
    "SnapshotSchedule",
    "StateBackend",
    "Statement",
    "Tags",
    "Term",
    "TierPromise",
    "TimeUnit",
    "UnitId",
    "Unmet",
    "UnmetKind",
    "Vault",
    "VolumeExclusions",
    "Waiver",
]  # fmt: skip


class ResourceType(StrEnum):
    """The types of resource that a tier can protect, by the name that the catalog uses."""

    AURORA = "aurora"
    DYNAMODB = "dynamodb"
    EBS = "ebs"
    EC2 = "ec2"
    EFS = "efs"
    RDS = "rds"
    S3 = "s3"


class Engine(StrEnum):
    """Who makes the backups of a resource type."""

    BACKUP = "backup"
    DLM = "dlm"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRoles:
    """ARNs of the roles of a key's own account, by what they may do with it; no role may do two of these."""

    administrators: tuple[str, ...]
    """They administer it."""
    users: tuple[str, ...]
    """They encrypt and decrypt with it. As patterns, since roles are named after the Region they are for."""
    deployer: str
    """One of the administrators, who makes the vault that the key is for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A customer-managed KMS key with its alias. Rotation is on; deletion waits `deletion_window_days`.

    What other accounts may do with it is no more than their share in a copy or in sharing needs.
    """

    alias: str
    """With its prefix: `alias/…`."""
    description: str
    deletion_window_days: int
    shared_with: tuple[str, ...]
    """Ids of the accounts that may decrypt with it and let their AWS services do so."""
    copied_from: tuple[str, ...] = ()
    """Ids of the accounts whose copies are encrypted with it."""
    roles: KeyRoles | None = None
    """None leaves both its administration and its use to the account's own IAM policies."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultLock:
    """A vault lock: nobody deletes a recovery point in the vault or shortens its retention. In days.

    Backup and copy jobs whose retention is outside of its range fail.
    """

    min_retention_days: int | None
    """None is no minimum."""
    max_retention_days: int | None
    """None is no maximum."""
    changeable_for_days: int | None
    """So long after its deployment it can still be changed and lifted, then never again: compliance mode.
    None is governance mode, in which it always can."""
    origin: Origin

    @property
    def final(self) -> bool:
        """Whether it is in compliance mode."""
        return self.changeable_for_days is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """A backup vault. `key_alias` names a key of the same unit; None is the AWS-managed key `aws/backup`."""

    name: str
    arn: str
    tier: str
    key_alias: str | None
    copied_from: tuple[str, ...] = ()
    """Ids of the other accounts that may copy into it; its own always may."""
    deletable_by: tuple[str, ...] = ()
    """ARNs of the only roles that may delete what it holds, make it expire sooner, or change who may; where
    there are none, whoever IAM lets."""
    lock: VaultLock | None = None
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """When AWS Backup moves a recovery point to cold storage and deletes it, in days after its creation.

    None in `cold_storage_after_days` is never cold; None in `delete_after_days` is kept always.
    """

    cold_storage_after_days: int | None
    delete_after_days: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyAction:
    """A copy that AWS Backup makes of each recovery point of a rule, with a lifecycle of its own."""

    destination: UnitId
    destination_vault_arn: str
    lifecycle: Lifecycle
    origin: Origin

    def place(self, seen_from: UnitId) -> str:
        """The destination as a catalog names it: a Region, or `account/Region` where that is another's."""
        same = self.destination.account == seen_from.account
        return self.destination.region if same else str(self.destination)


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupRule:
    """One rule of a backup plan."""

    name: str
    vault_name: str
    schedule: str
    """AWS's cron expression of six fields, `cron(…)`, read in `time_zone`."""
    time_zone: str
    time_zone_origin: Origin = ()
    """Where the zone stands, and each window below: an account's overrides, the tier, or the defaults; the
    tier as a whole where nobody wrote it."""
    start_window_minutes: int
    start_window_origin: Origin = ()
    completion_window_minutes: int
    completion_window_origin: Origin = ()
    continuous: bool
    """Point-in-time recovery, for the types that support it."""
    granularity_minutes: int | None = None
    """How far the last restorable moment lags behind, as the catalog says; None unless continuous."""
    lifecycle: Lifecycle
    copies: tuple[CopyAction, ...]
    recovery_point_tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What a backup plan protects: resources whose ARN matches a pattern AND that carry all of the tags.

    Resources with `Conditions` narrow each other; with `ListOfTags` they would add up (AWS Backup developer
    guide, "Assigning resources"), so Tierkeep never uses that.
    """

    name: str
    role_arn: str
    resource_patterns: tuple[str, ...]
    required_tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupPlan:
    """A backup plan of AWS Backup with all its rules and its selections."""

    name: str
    tier: str
    rules: tuple[BackupRule, ...]
    selections: tuple[Selection, ...]
    tags: Tags
    origin: Origin


class RolePurpose(StrEnum):
    """What an IAM role is for."""

    BACKUP = "backup"
    RESTORE = "restore"
    SNAPSHOTS = "snapshots"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of an identity policy. `conditions` holds (operator, key, values)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """An IAM role that an AWS service assumes in this unit."""

    name: str
    arn: str
    purpose: RolePurpose
    service: str
    """The service principal that may assume it, such as `backup.amazonaws.com`."""
    managed_policy_arns: tuple[str, ...]
    """Policies of AWS's own; none where `statements` say all that it may do."""
    statements: tuple[Statement, ...]
    boundary_arn: str | None = None
    """The permissions boundary: the most that it may do, whatever else its policies say."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class TierPromise:
    """What a tier promises about recovery, for drills and reports. Times in minutes."""

    tier: str
    recovery_time_class: str | None
    recovery_time_minutes: int | None
    on_demand_days: int | None = None
    """How long backups that a deployment starts are kept, in the tier's vault; None is none."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """One resource type of a tier in a unit, and the one engine that protects it."""

    tier: str
    resource_type: ResourceType
    engine: Engine
    reason: str
    """Why this engine: what the tier asks for, or that the catalog names it."""
    recovery_point_class: str | None
    recovery_point_minutes: int | None
    """The recovery point objective that this type is bound to, if any."""
    measured_completion_minutes: int | None = None
    """How long a backup takes from its start until it can be restored from; None where not measured."""
    measured_copy_minutes: int | None = None
    """How long its copy takes from then on."""
    customer_managed_key: bool
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Retired:
    """A tier by which nothing is backed up any more in a unit, while its vaults and keys stay."""

    tier: str
    since: str
    """YYYY-MM-DD: no recovery point is younger."""
    kept_days: int
    """How long the longest-lived of its recovery points and copies are kept."""
    left_by_dlm: bool
    """Whether Data Lifecycle Manager made snapshots for it: nobody deletes them without their policy."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """ARNs of the IAM roles that commands assume in the account; None uses the caller's own identity."""

    deploy_role_arn: str | None
    validate_role_arn: str | None
    drill_role_arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StateBackend:
    """Where Terraform keeps the state: the S3 bucket with a lock file beside each state, or local files."""

    bucket: str | None
    """None keeps the state in local files."""
    region: str | None
    prefix: str
    """What each object's key begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredUnit:
    """All that one account in one Region shall hold."""

    id: UnitId
    account_id: str
    partition: str
    access: Access
    keys: tuple[Key, ...]
    vaults: tuple[Vault, ...]
    plans: tuple[BackupPlan, ...]
    snapshot_policies: tuple[SnapshotPolicy, ...]
    copy_policies: tuple[SharedCopyPolicy, ...] = ()
    """What copies snapshots that other accounts share with this one."""
    roles: tuple[Role, ...]
    protections: tuple[Protection, ...]
    depends_on: tuple[UnitId, ...]
    """Units that must be deployed before this one: the destinations of its copies."""
    retired: tuple[Retired, ...] = ()

    @property
    def snapshot_copies(self) -> tuple[CrossRegionCopyRule, ...]:
        """Every copy that Data Lifecycle Manager makes here, of its own snapshots and of shared ones."""
        schedules = [each for policy in self.snapshot_policies for each in policy.schedules]
        return (
            *(copy for each in schedules for copy in each.copies),
            *(copy for policy in self.copy_policies for copy in policy.copies),
        )

    def role(self, purpose: RolePurpose) -> Role | None:
        """The unit's role for a purpose, or None where the unit needs none."""
        return next((role for role in self.roles if role.purpose is purpose), None)


class UnmetKind(StrEnum):
    """Why something that a catalog asks for is in no unit."""

    NO_EFFECT = "no effect"
    """Nothing in the catalog that it could apply to."""
    NOT_GENERATED = "not generated"
    """This version of Tierkeep does not generate it yet."""
    NOT_EVERYWHERE = "not everywhere"
    """It has an effect in other accounts or Regions only."""
    WEAKENED = "weakened"
    """An account's overrides promise less than the tier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One value of something that is asked for, so that two catalogs' can be compared."""

    what: str
    text: str
    strength: int
    """More is a stronger promise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """Something that a catalog asks for and that stands in no unit. Rules report it."""

    kind: UnmetKind
    what: str
    why: str
    origin: Origin
    terms: tuple[Term, ...] = ()
    """With what values it is asked for, where it has any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A rule that the catalog breaks knowingly, until a day."""

    rule: str
    reason: str
    until: str
    """The last day on which it holds, as YYYY-MM-DD."""
    at: Origin
    """It holds for what lies at or below this path of the catalog; empty holds everywhere."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredState:
    """The whole of what a catalog asks for."""

    name: str
    """The catalog's name: the prefix of every physical name."""
    tag_key: str
    """The tag by which a resource says which tier it belongs to."""
    state: StateBackend
    units: tuple[DesiredUnit, ...]
    promises: tuple[TierPromise, ...]
    unmet: tuple[Unmet, ...]
    waivers: tuple[Waiver, ...] = ()

    def unit(self, unit_id: UnitId) -> DesiredUnit | None:
        """The unit of that id, or None."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def promise(self, tier: str) -> TierPromise | None:
        """What the tier of that name promises, or None if there is no such tier."""
        return next((promise for promise in self.promises if promise.tier == tier), None)
