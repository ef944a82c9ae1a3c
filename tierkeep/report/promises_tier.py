"""What `tierkeep explain` says of a tier, as values: text, JSON and Markdown render the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from tierkeep.desired.model import (
    Age,
    DesiredState,
    DesiredUnit,
    Engine,
    Protection,
    ResourceType,
    SnapshotPolicy,
    SnapshotSchedule,
    TierPromise,
    UnitId,
    VaultLock,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.calendar import (
    AGE_EDGES,
    Holding,
    by_age,
    end_of,
    holdings,
    recovery_points,
    steady,
)
from tierkeep.promises.cover import Cover, cover, policies_of
from tierkeep.promises.drilled import drills_of
from tierkeep.promises.recovery_point import WorstCase, length, worst_case
from tierkeep.report.vaults_of_tier import SpecialVault, special_vaults

ENGINES = {Engine.BACKUP: "AWS Backup", Engine.DLM: "Data Lifecycle Manager"}
COLUMNS = ("1d", "2d", "3d", "4d", "5d", "6d", "7d", "2w", "3w", "4w", "3mo", "6mo", "1y", "2y", "more")
"""Titles of the calendar's columns: ages up to so long, and above the column before. See `AGE_EDGES`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeCell:
    """How many recovery points are of an age, in days: of a date, `least` and `most` are the same."""

    from_days: int
    to_days: int
    least: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the calendar: what a schedule keeps in one place."""

    holding: Holding
    cells: tuple[AgeCell, ...]
    """By age; none for point-in-time recovery."""
    count: int | None
    """On the date that was asked for; None without one."""
    oldest: datetime | None
    """When the oldest of them was created: for point-in-time recovery the moment that one can restore to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedTypes:
    """Resource types of a tier that are protected in the same way."""

    types: tuple[tuple[ResourceType, WorstCase], ...]
    """Each with its worst case: the same arithmetic, against the objective that the type is bound to."""
    engine: Engine
    reason: str
    encryption: str
    cover: Cover
    extras: tuple[str, ...]
    """What else the tier does with its recovery points: sharing, fast snapshot restore."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TierExplanation:
    """A tier as all `units` have it."""

    tier: str
    units: tuple[UnitId, ...]
    promise: TierPromise | None
    at: date | None
    protected: tuple[ProtectedTypes, ...]
    special_vaults: tuple[SpecialVault, ...] = ()
    """Air-gapped ones, and those of earlier generations."""
    drills: tuple[str, ...] = ()
    """The drills of the catalog that restore something of it, in words."""


def units_of(state: DesiredState, tier: str) -> tuple[UnitId, ...]:
    """The units where the tier protects anything, and where backup policies have it do so."""
    return tuple(unit.id for unit in state.places if any(each.tier == tier for each in unit.protections))


def explain_tier(
    state: DesiredState, tier: str, *, unit: UnitId | None, at: date | None, calendar: bool = True
) -> tuple[TierExplanation, ...]:
    """The tier in every unit, or in one; units that have it alike share an explanation.

    Without `calendar` there are no rows, for a summary. Raises `ScheduleError` where a schedule cannot be
    read.
    """
    alike: dict[tuple[object, ...], list[DesiredUnit]] = {}
    for each in state.places:
        if each.id in units_of(state, tier) and unit in {None, each.id}:
            alike.setdefault(_likeness(each, tier), []).append(each)
    return tuple(
        TierExplanation(
            tier=tier,
            units=tuple(each.id for each in units),
            promise=state.promise(tier),
            at=at,
            protected=_protected(units[0], tier, at, calendar=calendar),
            special_vaults=special_vaults(state, tier, [each.id for each in units]),
            drills=drills_of(state, tier, [each.id for each in units]),
        )
        for units in alike.values()
    )


def _likeness(unit: DesiredUnit, tier: str) -> tuple[object, ...]:
    return tuple(
        (each.resource_type, each.reason, each.recovery_point_class, cover(unit, each), _extras(unit, each))
        for each in _protections(unit, tier)
    )


def _protections(unit: DesiredUnit, tier: str) -> list[Protection]:
    return [each for each in unit.protections if each.tier == tier]


def _protected(
    unit: DesiredUnit, tier: str, at: date | None, *, calendar: bool
) -> tuple[ProtectedTypes, ...]:
    groups: dict[tuple[object, ...], list[Protection]] = {}
    for each in _protections(unit, tier):
        key = (cover(unit, each), each.reason, _encryption(unit, each), _extras(unit, each))
        groups.setdefault(key, []).append(each)
    return tuple(
        ProtectedTypes(
            types=tuple((each.resource_type, worst_case(unit, each)) for each in group),
            engine=group[0].engine,
            reason=group[0].reason,
            encryption=_encryption(unit, group[0]),
            cover=cover(unit, group[0]),
            extras=_extras(unit, group[0]),
            rows=_rows(cover(unit, group[0]), at) if calendar else (),
        )
        for group in groups.values()
    )


def _encryption(unit: DesiredUnit, protection: Protection) -> str:
    whose = "a customer-managed key" if protection.customer_managed_key else "the AWS-managed key aws/backup"
    copied = bool(cover(unit, protection).copy_places)
    if protection.engine is Engine.DLM:
        own = copied and protection.customer_managed_key
        return f"the key of the volume; copies with {whose}" if own else "the key of the volume"
    if type_support()[protection.resource_type].own_encryption:
        return whose
    source = "the key of the resource, as AWS does for this type"
    return f"{source}; copies with that of their vault, {whose}" if copied else source


def _extras(unit: DesiredUnit, protection: Protection) -> tuple[str, ...]:
    target = type_support()[protection.resource_type].snapshots
    if protection.engine is not Engine.DLM or target is None:
        natively = any(each.native for each in cover(unit, protection).scheduled)
        return (*((_SWITCHED,) if natively else ()), *((_VSS,) if _with_vss(unit, protection) else ()))
    policies = [
        policy
        for policy in policies_of(unit, protection.tier)
        if policy.resource_type == target.resource_type
    ]
    schedules = [each for policy in policies for each in policy.schedules]
    of_policies = (
        *map(_images, policies),
        *map(_left_out, policies),
        *(dict.fromkeys(_scripts(each) for each in schedules)),
    )
    return (
        *(text for text in of_policies if text),
        *(text for each in schedules for text in _extras_of(each)),
    )


_SWITCHED = (
    "point-in-time recovery of DynamoDB's own, switched on in each table within an hour after it gets the "
    "tier's tag: restores to a new table; lost with the Region, and with the table but for one last backup "
    "that AWS keeps for 35 days"
)


_VSS = (
    "VSS by AWS Backup: application-consistent on Windows where it succeeds; where it fails, "
    "crash-consistent, and the job is completed with issues"
)


def _with_vss(unit: DesiredUnit, protection: Protection) -> bool:
    plans = [plan for plan in unit.plans if plan.tier == protection.tier]
    return protection.resource_type is ResourceType.EC2 and any(plan.windows_vss for plan in plans)


def _images(policy: SnapshotPolicy) -> str:
    if policy.images is None:
        return ""
    how = "instances reboot for them" if policy.images.reboot else "crash-consistent: without a reboot"
    return f"images (AMIs) of instances, {how}"


def _left_out(policy: SnapshotPolicy) -> str:
    found = policy.exclusions
    if found is None:
        return ""
    left_out = ["the volume that the instance boots from"] if found.boot_volume else []
    left_out += [f"data volumes with {key}={value}" for key, value in found.data_volume_tags]
    return f"NOT in its snapshots: {', '.join(left_out)}"


def _scripts(schedule: SnapshotSchedule) -> str:
    found = schedule.scripts
    if found is None:
        return ""
    what = f"pre and post scripts of {found.handler}" if found.own_document else "VSS, by AWS's own scripts"
    limit = f", {found.timeout_seconds} seconds each" if found.timeout_seconds else ""
    tried = f", tried up to {found.retries + 1} times" if found.retries else ""
    otherwise = "a crash-consistent snapshot" if found.crash_consistent_on_failure else "no snapshot"
    return f"{what}{limit}{tried}; where the first fails, {otherwise}"


def _extras_of(schedule: SnapshotSchedule) -> list[str]:
    found = []
    if schedule.archive:
        found.append(
            f"{schedule.name}: in the archive tier of EBS after {kept(schedule.retain)}, for "
            f"{kept(schedule.archive.retain)}: bringing a snapshot back from it takes 24 to 72 hours"
        )
    if schedule.deprecate:
        found.append(f"{schedule.name}: images are deprecated after {kept(schedule.deprecate)}")
    found += [
        f"{schedule.name}: copies in {copy.target_region} are deprecated after {kept(copy.deprecate)}"
        for copy in schedule.copies
        if copy.deprecate
    ]
    if schedule.fast_restore:
        zones = ", ".join(schedule.fast_restore.availability_zones)
        found.append(
            f"{schedule.name}: fast snapshot restore in {zones}, for {kept(schedule.fast_restore.keep)}"
        )
    if schedule.share:
        accounts = ", ".join(schedule.share.account_ids)
        after = schedule.share.unshare_after
        found.append(
            f"{schedule.name}: shared with {accounts}, {f'for {kept(after)}' if after else 'until deleted'}"
        )
    return found


@cache
def _rows(of: Cover, at: date | None) -> tuple[Row, ...]:
    ordered = sorted(holdings(of), key=lambda each: (each.copy, each.place))
    return tuple(_row(of, each, at) for each in ordered)


def _row(of: Cover, holding: Holding, at: date | None) -> Row:
    if at is None:
        ages = () if holding.granularity_minutes is not None else steady(of, holding.index, holding.retain)
        cells = tuple(
            AgeCell(from_days=each.from_days, to_days=each.to_days, least=each.least, most=each.most)
            for each in ages
        )
        return Row(holding=holding, cells=cells, count=None, oldest=None)
    moment = end_of(at, of.time_zone)
    points = recovery_points(of, holding, moment)
    counts = by_age(points, moment, of.time_zone) if holding.granularity_minutes is None else ()
    edges = zip((0, *AGE_EDGES), AGE_EDGES, counts, strict=False)
    cells = tuple(AgeCell(from_days=low, to_days=high, least=n, most=n) for low, high, n in edges)
    return Row(holding=holding, cells=cells, count=len(points), oldest=points[0] if points else None)


def kept(age: Age | None) -> str:
    """How long something is kept, in words: `28 days`, `1 year`, `always`."""
    if age is None:
        return "always"
    unit = age.unit.lower()
    return f"{age.interval} {unit.removesuffix('s') if age.interval == 1 else unit}"


def lies_in(holding: Holding) -> str:
    """Where recovery points of a holding lie, in words."""
    if holding.vault:
        return f"vault {holding.vault}"
    return "snapshots" if holding.granularity_minutes is None else "the tables themselves"


def locked(lock: VaultLock) -> str:
    """What a vault lock does, in words."""
    shortest, longest = lock.min_retention_days, lock.max_retention_days
    bounds = [f"{shortest} days or more" if shortest else "", f"{longest} days or fewer" if longest else ""]
    takes = " and ".join(each for each in bounds if each)
    if lock.final:
        mode = f"in compliance mode: {lock.changeable_for_days} days after its deployment nobody can lift it"
    else:
        mode = "in governance mode: whoever has the permission can lift it"
    return (
        f"{mode}; takes {f'what is kept {takes}' if takes else 'any retention'}, in every vault of the tier"
    )


def verdict(worst: WorstCase) -> str:
    """Whether a type keeps its objective, in words."""
    if worst.objective_minutes is None:
        return "bound to no objective"
    objective = f"{worst.objective_class} ({length(worst.objective_minutes)})"
    return f"keeps {objective}" if worst.keeps else f"DOES NOT KEEP {objective}"


def recovery_time(promise: TierPromise | None) -> str:
    """The recovery time objective, in words."""
    if promise is None or promise.recovery_time_minutes is None:
        return "no objective"
    objective = f"{promise.recovery_time_class}, {length(promise.recovery_time_minutes)}"
    return f"{objective}: measured by `tierkeep drill`, not computed"


def table(rows: list[Row]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The calendar's titles and cells, without the columns at the end in which no row has anything.

    A cell is a number, `least-most` (or `least+` where that is long) over the days, `.` for none, `=` where
    one can restore to any moment.
    """
    filled = [_cells(row) for row in rows]
    width = max((len(cells) - cells[::-1].index(_some(cells)) for cells in filled if _some(cells)), default=1)
    return COLUMNS[:width], [cells[:width] for cells in filled]


def _some(cells: tuple[str, ...]) -> str:
    """The last cell that holds anything; empty where none does."""
    return next((cell for cell in reversed(cells) if cell != "."), "")


def _cells(row: Row) -> tuple[str, ...]:
    retain = row.holding.retain
    if row.holding.granularity_minutes is not None:
        days = retain.interval if retain else 0
        filled = ["=" if low < days else "." for low in (0, *AGE_EDGES[:-1])]
        return tuple(filled)
    cells = [_cell(each) for each in row.cells]
    return (*cells, *["."] * (len(COLUMNS) - len(cells)))


def _cell(age: AgeCell) -> str:
    if age.most == 0:
        return "."
    if age.least == age.most:
        return str(age.most)
    text = f"{age.least}-{age.most}"
    return text if len(text) <= 5 else f"{age.least}+"
