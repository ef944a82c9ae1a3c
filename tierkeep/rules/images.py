"""Rules of images (AMIs) that Data Lifecycle Manager makes of instances."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Age, DesiredState, Origin, SnapshotPolicy, TimeUnit
from tierkeep.promises.lifetime import longest_days, shortest_days
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import policies

_SOURCE = "botocore 1.44.5, dlm DeprecateRule and CrossRegionCopyDeprecateRule; EBS user guide, ami-policy"
_LATEST = {TimeUnit.DAYS: 3_650, TimeUnit.WEEKS: 520, TimeUnit.MONTHS: 120, TimeUnit.YEARS: 10}


def _deprecated(state: DesiredState) -> Iterator[tuple[str, Age, Age, Origin]]:
    """What is deprecated, when, how long it is kept, and where that stands."""
    for policy in policies(state):
        for schedule in policy.schedules:
            if schedule.deprecate:
                yield f"images of `{schedule.name}`", schedule.deprecate, schedule.retain, schedule.origin
            for copy in schedule.copies:
                if copy.deprecate:
                    what = f"copies of `{schedule.name}` in {copy.target_region}"
                    yield what, copy.deprecate, copy.retain, copy.origin


@rule(
    "TK107",
    title="Images are deprecated no later than they are deleted",
    severity=Severity.ERROR,
    source=f"{_SOURCE}; read 2026-11",
)
def before_deletion(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a deprecation after the end of the retention, of copies too. Of two
    different units the longer and the shorter length are compared, since it does not say how long a month is.

    Breaks it: `images: {}` and `daily: { every: 1d, keep: 7d, deprecate_after: 8d }`
    Keeps it: `images: {}` and `daily: { every: 1d, keep: 7d, deprecate_after: 7d }`
    """
    for what, after, retain, origin in _deprecated(state):
        if _outlasts(after, retain):
            yield Violation(
                origin=(*origin, "deprecate_after"),
                message=f"{what} are deleted before they are deprecated",
                hint="deprecate them no later than `keep`, or leave `deprecate_after` out",
            )


def _outlasts(after: Age, retain: Age) -> bool:
    if after.unit is retain.unit:
        return after.interval > retain.interval
    return longest_days(after) > shortest_days(retain)


@rule(
    "TK108",
    title="Images are deprecated after 10 years at most",
    severity=Severity.ERROR,
    source=f"{_SOURCE}; read 2026-11",
)
def within_ten_years(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more than 3,650 days, 520 weeks, 120 months or 10 years.

    Breaks it: `images: {}` and `yearly: { every: 1y, on: 1, keep: 20y, deprecate_after: 11y }`
    Keeps it: `images: {}` and `yearly: { every: 1y, on: 1, keep: 20y, deprecate_after: 10y }`
    """
    for what, after, _, origin in _deprecated(state):
        if after.interval > _LATEST[after.unit]:
            unit = after.unit.lower()
            yield Violation(
                origin=(*origin, "deprecate_after"),
                message=f"{what} are deprecated after {after.interval:,} {unit}; AWS allows "
                f"{_LATEST[after.unit]:,}",
                hint="write 10y or less, or leave `deprecate_after` out",
            )


@rule(
    "TK109",
    title="Images with a reboot stop every instance of a tier at each run",
    severity=Severity.WARNING,
    source="EBS user guide, ami-policy; botocore 1.44.5, dlm Parameters.NoReboot; read 2026-11",
)
def reboots(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager then reboots each instance that carries the tier's tag whenever a schedule runs,
    within an hour, several of them at the same time. Without it an image is crash-consistent.

    Breaks it: `images: { reboot: true }`
    Keeps it: `images: { reboot: false }`
    """
    for policy in policies(state):
        if policy.images and policy.images.reboot:
            yield Violation(
                origin=(*policy.images.origin, "reboot"),
                message=f"every instance of tier {policy.tier} reboots at each run of {_names(policy)}",
                hint="have its schedules run when that does no harm, or write `reboot: false`",
            )


def _names(policy: SnapshotPolicy) -> str:
    return ", ".join(f"`{each.name}`" for each in policy.schedules)
