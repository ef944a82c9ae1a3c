"""What the management account of an organisation shall hold, as plain values: `tierkeep.desired.model` has
the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.plans import BackupPlan
from tierkeep.desired.terms import Origin, Tags

EVERY_ACCOUNT = "$account"
"""What AWS Organizations replaces by the id of each account that a backup policy holds for (AWS Organizations
user guide, orgs_manage_policies_backup_syntax; read 2026-11)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultGuard:
    """A service control policy that keeps recovery points, vaults and keys from all but some roles."""

    name: str
    description: str
    vault_pattern: str
    """The ARNs of the catalog's vaults in every account."""
    catalog: str
    """The value of the tag by which the catalog's keys are told."""
    exempt: tuple[str, ...]
    """Patterns of the ARNs of roles that it does not hold for."""
    target_ids: tuple[str, ...]
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionalPlan:
    """A plan of a backup policy, for resources of one Region: the role in its selection is that Region's."""

    region: str
    plan: BackupPlan
    """Its ARNs have `EVERY_ACCOUNT` for the account. It has no tags: those of a plan say that a stack of the
    catalog made it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupPolicy:
    """A backup policy of AWS Organizations, which makes its plans in every account below its targets."""

    key: str
    """What the catalog calls it."""
    name: str
    description: str
    plans: tuple[RegionalPlan, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    """Tiers, each with something of it that a backup policy cannot say."""
    target_ids: tuple[str, ...]
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationSettings:
    """Settings of AWS Backup for a whole organisation."""

    global_settings: tuple[str, ...]
    """Names of the settings that are turned on; others stay as they are."""
    administrator_id: str | None
    """The id of the account that is the delegated administrator of AWS Backup."""
    guard: VaultGuard | None
    backup_policies: tuple[BackupPolicy, ...] = ()
    origin: Origin
