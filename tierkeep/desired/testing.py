"""Desired restore testing plans of AWS Backup, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreTestingSelection:
    """What a plan restores: resources of one type whose latest recovery point has all of the tags."""

    name: str
    tier: str
    resource_type: str
    """As AWS Backup calls it, such as `EBS`."""
    role_arn: str
    required_tags: Tags
    validation_window_hours: int
    """How long what was restored waits for a verdict before it is deleted: the provider takes 1 or more."""
    metadata: Tags
    """What is restored otherwise than AWS infers; lists as JSON."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreTestingPlan:
    """Restores that AWS Backup makes by itself, one of each resource that is selected, at each run."""

    name: str
    schedule: str
    """AWS's cron expression of six fields, `cron(…)`, read in `time_zone`."""
    time_zone: str
    start_window_hours: int
    sample: bool
    """Whether the drill is of a sample of the resources, which the selections' tags have to tell."""
    latest: bool
    """The latest recovery point of each resource; if not, any one."""
    vault_arns: tuple[str, ...]
    """Of vaults whose recovery points are restored."""
    window_days: int
    """How old a recovery point may be."""
    continuous: bool
    """Whether continuous backups are restored too, besides snapshots."""
    selections: tuple[RestoreTestingSelection, ...]
    tags: Tags
    origin: Origin
