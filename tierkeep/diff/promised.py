"""What a desired state promises, as values that can be compared: more strength is a stronger promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.catalog.durations import Duration, Unit
from tierkeep.desired.model import (
    Age,
    BackupRule,
    DesiredState,
    DesiredUnit,
    Engine,
    Lifecycle,
    Origin,
    Protection,
    ResourceType,
    Scripts,
    SnapshotSchedule,
    TimeUnit,
    UnitId,
    UnmetKind,
    VaultLock,
)
from tierkeep.desired.plans import AIR_GAPPED
from tierkeep.desired.support import type_support
from tierkeep.promises.cron import ScheduleError, in_words, parse
from tierkeep.promises.recovery_point import Exposure, length, worst_case

_UNITS = {
    TimeUnit.DAYS: Unit.DAYS,
    TimeUnit.WEEKS: Unit.WEEKS,
    TimeUnit.MONTHS: Unit.MONTHS,
    TimeUnit.YEARS: Unit.YEARS,
}
_ALWAYS_DAYS = 1_000_000
_UNBOUNDED_MINUTES = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """What a promise is about: a tier, and where it is one, the unit and the resource type."""

    tier: str
    account: str = ""
    region: str = ""
    resource_type: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """One promise. `aspect` is a path: where the aspect that it begins with is lost, it is lost with it."""

    place: Place
    aspect: tuple[str, ...]
    strength: int
    text: str
    origin: Origin


def promises(state: DesiredState) -> dict[tuple[Place, tuple[str, ...]], Promise]:
    """Everything that a desired state promises."""
    found = [
        *_of_tiers(state),
        *_of_scripts(state),
        *_of_defaults(state),
        *_of_deployments(state),
        *_of_events(state),
        *(each for unit in state.places for of in unit.protections for each in _of_type(unit, of)),
    ]
    return {(each.place, each.aspect): each for each in found}


def _of_tiers(state: DesiredState) -> Iterator[Promise]:
    for each in state.promises:
        if each.recovery_time_minutes is not None:
            text = f"{length(each.recovery_time_minutes)} ({each.recovery_time_class})"
            place = Place(tier=each.tier)
            yield _promise(place, "recovery time objective", -each.recovery_time_minutes, text, each.origin)
    for lacking in state.unmet:
        # What is asked for and not generated yet is a promise all the same, to whoever reads the catalog.
        if lacking.kind is UnmetKind.NOT_GENERATED:
            of_tier = lacking.origin[0] == "tiers"
            place = Place(tier=lacking.origin[1] if of_tier else "")
            what = lacking.what if of_tier else f"{lacking.what} ({lacking.origin[-1]})"
            yield _promise(place, what, 1, "asked for, not generated yet", lacking.origin)
            for term in lacking.terms:
                aspect = (what, f"{what}: {term.what}")
                yield _promise(place, aspect, term.strength, term.text, lacking.origin)


_SCRIPTS = "pre and post scripts"


def _of_scripts(state: DesiredState) -> Iterator[Promise]:
    """Of a tier as a whole, as they are where they are not generated yet."""
    for unit in state.units:
        for policy in unit.snapshot_policies:
            for scripts in {each.scripts for each in policy.schedules if each.scripts}:
                place = Place(tier=policy.tier)
                yield _promise(place, _SCRIPTS, 2, _script_terms(scripts), scripts.origin)
        for plan in unit.plans:
            if plan.windows_vss:
                text = "VSS by AWS Backup, else crash-consistent"
                yield _promise(Place(tier=plan.tier), _SCRIPTS, 2, text, plan.windows_vss_origin)


def _of_defaults(state: DesiredState) -> Iterator[Promise]:
    """What is backed up whatever its tags are: of no tier, but of an account and Region."""
    for unit in state.units:
        place = Place(tier="", account=unit.id.account, region=unit.id.region)
        for policy in unit.default_policies:
            what = f"the default policy for {'volumes' if policy.resource_type == 'VOLUME' else 'instances'}"
            yield _promise(place, what, 1, "yes", policy.origin)
            for aspect, days, strength in (
                ("interval", policy.every_days, -policy.every_days),
                ("retention", policy.keep_days, policy.keep_days),
            ):
                yield _promise(place, (what, f"{aspect} of {what}"), strength, f"{days}d", policy.origin)
            for region in policy.copy_regions:
                yield _promise(place, (what, f"copies by {what} in {region}"), 1, "yes", policy.origin)
            left_out = policy.exclusions.in_words
            text = ", ".join(left_out) or "nothing"
            yield _promise(place, (what, f"exclusions of {what}"), -len(left_out), text, policy.origin)


def _script_terms(scripts: Scripts) -> str:
    limit = f", {scripts.timeout_seconds} s each" if scripts.timeout_seconds else ""
    otherwise = "crash-consistent" if scripts.crash_consistent_on_failure else "no snapshot"
    return f"{scripts.handler}{limit}, {scripts.retries} retries, else {otherwise}"


def _of_deployments(state: DesiredState) -> Iterator[Promise]:
    """Of a tier as a whole, as they are where they are not generated yet."""
    what = "a backup that a deployment starts"
    for each in state.promises:
        if each.deployments and each.on_demand_days:
            origin = ("tiers", each.tier, "on_demand")
            yield _promise(Place(tier=each.tier), what, 2, "yes", origin)
            for moment in each.deployments:
                aspect = (what, f"{what}: {moment.replace('-', ' ')}")
                kept = Duration(each.on_demand_days, Unit.DAYS)
                yield _promise(Place(tier=each.tier), aspect, kept.days, f"kept {kept}", origin)


def _of_events(state: DesiredState) -> Iterator[Promise]:
    """What is told, and tried again: the same in all units, as far as they have anything to try again."""
    place, told = Place(tier=""), "failures are told"
    for unit in state.units:
        if unit.events is None:
            continue
        emails = unit.events.topic.emails
        yield _promise(place, told, 1, "by a topic", ("events",))
        yield _promise(
            place,
            (told, "e-mail of failures"),
            len(emails),
            ", ".join(emails) or "none",
            ("events", "emails"),
        )
        items = unit.events.ops_items
        aspect = (told, "OpsItems of failures")
        yield _promise(place, aspect, int(items), "yes" if items else "no", ("events", "ops_items"))
        if unit.events.retries:
            retries = unit.events.retries
            text = f"{retries.attempts}, the first after {length(retries.after_minutes)}"
            yield _promise(place, (told, "attempts after a failure"), retries.attempts, text, retries.origin)


def _of_type(unit: DesiredUnit, of: Protection) -> Iterator[Promise]:
    place = Place(
        tier=of.tier, account=unit.id.account, region=unit.id.region, resource_type=of.resource_type.value
    )
    yield _promise(place, "protection", 1, f"by {_ENGINES[of.engine]}", of.origin)
    own = of.customer_managed_key
    key = "customer-managed key" if own else "AWS-managed key"
    yield _promise(place, ("protection", "encryption"), int(own), key, ("tiers", of.tier, "encryption"))
    if of.recovery_point_minutes is not None:
        text = f"{length(of.recovery_point_minutes)} ({of.recovery_point_class})"
        aspect = ("protection", "recovery point objective")
        yield _promise(place, aspect, -of.recovery_point_minutes, text, of.origin)
    yield from _worst_cases(unit, of, place)
    if of.resource_type is ResourceType.EC2:
        yield _volumes(unit, of, place)
    yield from _of_restore_tests(unit, of, place)
    if of.engine is Engine.DLM:
        yield from _of_snapshots(unit, of, place)
    else:
        yield from _of_backups(unit, of, place)


_ENGINES = {Engine.BACKUP: "AWS Backup", Engine.DLM: "Data Lifecycle Manager"}


def _worst_cases(unit: DesiredUnit, of: Protection, place: Place) -> Iterator[Promise]:
    try:
        worst = worst_case(unit, of)
    except ScheduleError as error:
        text = f"cannot be computed: {error}"
        yield _promise(place, ("protection", "worst-case RPO"), -_UNBOUNDED_MINUTES, text, of.origin)
        return
    yield _exposed(place, ("protection", "worst-case RPO"), worst.source, ("tiers", of.tier, "schedules"))
    for copy in worst.copies:
        aspect = ("protection", f"copies to {copy.place}")
        gapped = copy.place.startswith(AIR_GAPPED)
        origin = ("tiers", of.tier, *(("air_gapped",) if gapped else ("copy_to", copy.place)))
        yield _promise(place, aspect, 1, "yes", origin)
        yield _exposed(place, (*aspect, f"worst-case RPO from copies in {copy.place}"), copy, origin)


def _exposed(place: Place, aspect: tuple[str, ...], exposure: Exposure, origin: Origin) -> Promise:
    minutes = exposure.minutes
    strength = -_UNBOUNDED_MINUTES if minutes is None else -minutes
    return _promise(place, aspect, strength, "unbounded" if minutes is None else length(minutes), origin)


def _of_backups(unit: DesiredUnit, of: Protection, place: Place) -> Iterator[Promise]:
    for recovery in unit.table_recoveries:
        if recovery.tier == of.tier and of.resource_type is ResourceType.DYNAMODB:
            aspect = ("protection", "point-in-time recovery")
            yield _kept(place, aspect, recovery.period_days, recovery.origin)
    pattern = type_support()[of.resource_type].arn_pattern.format(partition=unit.partition)
    for plan in unit.plans:
        if plan.tier == of.tier and any(pattern in each.resource_patterns for each in plan.selections):
            for rule in plan.rules:
                yield from _of_rule(unit.id, rule, place)
    home = {rule.vault_name for plan in unit.plans if plan.tier == of.tier for rule in plan.rules}
    for vault in unit.vaults:
        if vault.lock and vault.name in home:
            yield from _of_lock(vault.lock, place)


def _of_restore_tests(unit: DesiredUnit, of: Protection, place: Place) -> Iterator[Promise]:
    """By drill; a test is stronger the more often it is held, and where it leaves no resource out."""
    name = type_support()[of.resource_type].name
    for plan in unit.restore_testing:
        for each in plan.selections:
            if (each.tier, each.resource_type) == (of.tier, name):
                tested = f"restore tests of drill {plan.origin[1]}"
                more = [f"{key}={value}" for key, value in each.required_tags if value != of.tier]
                only = f", only of resources with {', '.join(more)}" if more else ""
                aspect = ("protection", tested)
                strength = -_interval_days(plan.schedule)
                yield _promise(place, aspect, strength, f"{in_words(plan.schedule)}{only}", plan.origin)
                which = f"resources in {tested}"
                yield _promise(place, (*aspect, which), -len(more), only[2:] or "all", plan.origin)


def _interval_days(schedule: str) -> int:
    pattern = parse(schedule)
    if pattern.every_day:
        return 1
    if pattern.day_of_week != "?":
        return 7
    return 31 if pattern.month == "*" else 366


def _of_lock(lock: VaultLock, place: Place) -> Iterator[Promise]:
    """A lock is stronger the sooner it is final, and the less it takes."""
    final, shortest, longest = lock.changeable_for_days, lock.min_retention_days, lock.max_retention_days
    aspect = ("protection", "vault lock")
    text = "governance mode" if final is None else f"compliance mode, final after {final}d"
    yield _promise(place, aspect, -_ALWAYS_DAYS if final is None else -final, text, lock.origin)
    if shortest is not None:
        what = "shortest retention that the vault lock takes"
        yield _promise(place, (*aspect, what), shortest, f"{shortest}d", lock.origin)
    if longest is not None:
        what = "longest retention that the vault lock takes"
        yield _promise(place, (*aspect, what), -longest, f"{longest}d", lock.origin)


def _of_rule(unit: UnitId, rule: BackupRule, place: Place) -> Iterator[Promise]:
    name = "point-in-time recovery" if rule.continuous else f"retention of {rule.name}"
    yield from _of_lifecycle(place, ("protection", name), rule.name, rule.lifecycle, rule.origin)
    for copy in rule.copies:
        where = copy.place(unit)
        named = f"copies of {rule.name} in {where}"
        yield from _of_lifecycle(place, _copies(where, rule.name), named, copy.lifecycle, copy.origin)


def _of_lifecycle(
    place: Place, aspect: tuple[str, ...], of: str, lifecycle: Lifecycle, origin: Origin
) -> Iterator[Promise]:
    """How long it is kept, and for how long warm: from cold storage one restores later, and pays for it."""
    yield _kept(place, aspect, lifecycle.delete_after_days, origin)
    warm = lifecycle.cold_storage_after_days
    text = "as long as it is kept" if warm is None else f"{warm}d"
    strength = _ALWAYS_DAYS if warm is None else warm
    yield _promise(place, (*aspect, f"warm storage of {of}"), strength, text, origin)


def _of_snapshots(unit: DesiredUnit, of: Protection, place: Place) -> Iterator[Promise]:
    target = type_support()[of.resource_type].snapshots
    for policy in unit.snapshot_policies:
        if target and policy.tier == of.tier and policy.resource_type == target.resource_type:
            for schedule in policy.schedules:
                yield from _of_schedule(schedule, place)


def _volumes(unit: DesiredUnit, of: Protection, place: Place) -> Promise:
    """Which volumes of an instance are backed up: the more are left out, the weaker."""
    found = [each.exclusions for each in unit.snapshot_policies if each.tier == of.tier and each.exclusions]
    left_out = ["the boot volume"] if any(each.boot_volume for each in found) else []
    left_out += [f"those with {key}={value}" for each in found for key, value in each.data_volume_tags]
    origin = found[0].origin if found else of.origin
    text = f"all but {', '.join(left_out)}" if left_out else "all"
    return _promise(place, ("protection", "volumes of an instance"), -len(left_out), text, origin)


def _of_schedule(schedule: SnapshotSchedule, place: Place) -> Iterator[Promise]:
    retention = ("protection", f"retention of {schedule.name}")
    yield from _of_lifecycle(place, retention, schedule.name, _own_lifecycle(schedule), schedule.origin)
    for copy in schedule.copies:
        aspect = _copies(copy.target_region, schedule.name)
        named = f"copies of {schedule.name} in {copy.target_region}"
        yield from _of_lifecycle(place, aspect, named, _warm(copy.retain), copy.origin)
    for elsewhere in schedule.copies_elsewhere:
        where = str(elsewhere.destination)
        named = f"copies of {schedule.name} in {where}"
        aspect = _copies(where, schedule.name)
        yield from _of_lifecycle(place, aspect, named, _warm(elsewhere.retain), elsewhere.origin)
    fast, share = schedule.fast_restore, schedule.share
    for zone in fast.availability_zones if fast else ():
        aspect = (*retention, f"fast snapshot restore of {schedule.name} in {zone}")
        yield _kept(place, aspect, _days(fast.keep) if fast else 0, fast.origin if fast else ())
    for account in share.account_ids if share else ():
        aspect = (*retention, f"sharing of {schedule.name} with {account}")
        yield _shared(place, aspect, schedule, share.origin if share else ())


def _shared(place: Place, aspect: tuple[str, ...], schedule: SnapshotSchedule, origin: Origin) -> Promise:
    after = schedule.share.unshare_after if schedule.share else None
    return _kept(place, aspect, _days(after or schedule.retain), origin)


def _copies(where: str, schedule: str) -> tuple[str, ...]:
    return ("protection", f"copies to {where}", f"retention of copies of {schedule} in {where}")


def _kept(place: Place, aspect: tuple[str, ...], days: int | None, origin: Origin) -> Promise:
    text = "always" if days is None else f"{days}d"
    return _promise(place, aspect, _ALWAYS_DAYS if days is None else days, text, origin)


def _own_lifecycle(schedule: SnapshotSchedule) -> Lifecycle:
    """Snapshots as a lifecycle: in the archive tier they are as good as cold."""
    archived = _days(schedule.retain) if schedule.archive else None
    return Lifecycle(cold_storage_after_days=archived, delete_after_days=_days(schedule.kept))


def _warm(age: Age) -> Lifecycle:
    """Copies of snapshots as a lifecycle: they never go cold."""
    return Lifecycle(cold_storage_after_days=None, delete_after_days=_days(age))


def _days(age: Age) -> int:
    return Duration(age.interval, _UNITS[age.unit]).days


def _promise(
    place: Place, aspect: str | tuple[str, ...], strength: int, text: str, origin: Origin
) -> Promise:
    path = (aspect,) if isinstance(aspect, str) else aspect
    return Promise(place=place, aspect=path, strength=strength, text=text, origin=origin)
