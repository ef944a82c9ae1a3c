"""What tiers promise and protect, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Engine, Origin, ResourceType, UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class TierPromise:
    """What a tier promises about recovery, for drills and reports. Times in minutes."""

    tier: str
    recovery_time_class: str | None
    recovery_time_minutes: int | None
    on_demand_days: int | None = None
    """How long backups that a deployment starts are kept, in the tier's vault; None is none."""
    deployments: tuple[str, ...] = ()
    """Before or after what they are made, if they are."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """How a drill connects to a restored database."""

    secret: str
    """In AWS Secrets Manager: a name or an ARN."""
    database: str


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
    raw_contents: bool = False
    """Volumes that hold no file system, by the catalog's word."""
    login: Login | None = None
    """Of databases; None where the catalog names none."""
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
    images_left: bool = False
    """Whether some of them belong to images, which nobody deregisters either."""
    copied_elsewhere: tuple[tuple[UnitId, str | None], ...] = ()
    """Where another account has copied them, with a key of that alias: its policy makes no more, and the
    copies carry no tag of the tier."""
    origin: Origin
