"""Where an account's overrides promise less than the tier that they are laid over."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.catalog.durations import Duration
from tierkeep.catalog.model import Catalog, Defaults
from tierkeep.catalog.overlay import tier_in_account
from tierkeep.catalog.tiers import CopyTo, Tier, TierOverride
from tierkeep.desired.model import Origin, Unmet, UnmetKind


def weakened(catalog: Catalog) -> tuple[Unmet, ...]:
    """Every promise of a tier that overrides make smaller. Fewer types are no less of a promise."""
    return tuple(
        each
        for account in sorted(catalog.accounts)
        for name, override in sorted(catalog.accounts[account].overrides.items())
        for each in _of_tier(
            catalog.tiers[name],
            tier_in_account(catalog, account, name),
            override,
            catalog.defaults,
            ("accounts", account, "overrides", name),
        )
    )


def _of_tier(
    tier: Tier, here: Tier, override: TierOverride, defaults: Defaults, at: Origin
) -> Iterator[Unmet]:
    for name in sorted({*override.schedules} & {*tier.schedules}):
        before, after, origin = tier.schedules[name], here.schedules[name], (*at, "schedules", name)
        yield from _longer("a backup every", before.every, after.every, (*origin, "every"))
        yield from _shorter("backups kept for", before.keep, after.keep, (*origin, "keep"))
        yield from _colder("backups", before.cold_after, after.cold_after, (*origin, "cold_after"))
        archived = before.archive_after, after.archive_after
        yield from _colder("backups", *archived, (*origin, "archive_after"), "outside of the archive tier")
    for region in sorted({*override.copy_to} & {*tier.copy_to}):
        yield from _of_copies(tier, here, region, override.copy_to[region], (*at, "copy_to", region))
    before_recovery, after_recovery = tier.point_in_time_recovery, override.point_in_time_recovery
    if before_recovery and after_recovery:
        origin = (*at, "point_in_time_recovery")
        before_lag, after_lag = before_recovery.granularity, after_recovery.granularity
        yield from _longer("recovery that lags at most", before_lag, after_lag, (*origin, "granularity"))
        reach, reach_here = before_recovery.keep, after_recovery.keep
        yield from _shorter("recovery to any moment of", reach, reach_here, (*origin, "keep"))
    if override.start_window:
        before_start = tier.start_window or defaults.start_window
        yield from _longer("a start within", before_start, override.start_window, (*at, "start_window"))
    if override.completion_window:
        # Longer, a backup may be there later; shorter, one is cancelled that the tier would let complete.
        before_end, after_end = (
            tier.completion_window or defaults.completion_window,
            override.completion_window,
        )
        origin = (*at, "completion_window")
        yield from _longer("completion within", before_end, after_end, origin)
        yield from _shorter("time to complete of", before_end, after_end, origin)


def _of_copies(tier: Tier, here: Tier, region: str, after: CopyTo, at: Origin) -> Iterator[Unmet]:
    before = tier.copy_to[region]
    for name, schedule in sorted(tier.schedules.items()):
        if before.schedules is not None and name not in before.schedules:
            continue
        if after.schedules is not None and name not in after.schedules:
            yield _less(f"a copy in {region} of the backups of `{name}`", "none", (*at, "schedules"))
        else:
            kept = f"copies of `{name}` kept for"
            own = here.schedules[name].keep
            yield from _shorter(kept, before.keep or schedule.keep, after.keep or own, (*at, "keep"))
    yield from _colder(f"copies in {region}", before.cold_after, after.cold_after, (*at, "cold_after"))


def _shorter(what: str, before: Duration, after: Duration, origin: Origin) -> Iterator[Unmet]:
    if after.minutes < before.minutes:
        yield _less(f"{what} {before}", str(after), origin)


def _colder(
    what: str, before: Duration | None, after: Duration | None, origin: Origin, where: str = "in warm storage"
) -> Iterator[Unmet]:
    """Out of cold storage one restores later, and pays for it."""
    if after and (before is None or after.minutes < before.minutes):
        warm = f"for {before}" if before else "as long as they are kept"
        yield _less(f"{what} {where} {warm}", f"for {after}", origin)


def _longer(what: str, before: Duration, after: Duration, origin: Origin) -> Iterator[Unmet]:
    if after.minutes > before.minutes:
        yield _less(f"{what} {before}", str(after), origin)


def _less(promise: str, instead: str, origin: Origin) -> Unmet:
    return Unmet(kind=UnmetKind.WEAKENED, what=promise, why=instead, origin=origin)
