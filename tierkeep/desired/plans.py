"""Desired backup plans of AWS Backup, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags, UnitId

AIR_GAPPED = "air-gapped "
"""What the place of a copy in an air-gapped vault begins with."""
WINDOWS_VSS = {"WindowsVSS": "enabled"}
"""The backup option by which AWS Backup has Windows write its data out before it backs an instance up."""


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
    air_gapped: bool = False
    """Whether that vault is logically air-gapped."""
    lifecycle: Lifecycle
    origin: Origin

    def place(self, seen_from: UnitId) -> str:
        """The destination as a catalog names it: a Region, or `account/Region` where that is another's. An
        air-gapped vault is a place of its own there: `air-gapped Region`."""
        same = self.destination.account == seen_from.account
        named = self.destination.region if same else str(self.destination)
        return f"{AIR_GAPPED}{named}" if self.air_gapped else named


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
    windows_vss: bool = False
    """Whether instances are backed up with the Volume Shadow Copy Service of Windows."""
    windows_vss_origin: Origin = ()
    tags: Tags
    origin: Origin
