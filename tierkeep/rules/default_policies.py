"""Rules of default policies of Data Lifecycle Manager."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DefaultPolicy, DesiredState, DesiredUnit, Protection
from tierkeep.desired.support import type_support
from tierkeep.promises.cover import cover
from tierkeep.promises.cron import ScheduleError
from tierkeep.promises.lifetime import DAY
from tierkeep.promises.recovery_point import length
from tierkeep.rules.registry import Severity, Violation, rule

_API = "botocore 1.44.5, dlm CreateLifecyclePolicyRequest; read 2026-11"
_GUIDE = "EBS user guide, default-policies and policy-differences; read 2026-11"


def _policies(state: DesiredState) -> Iterator[tuple[DesiredUnit, DefaultPolicy]]:
    for unit in state.units:
        for policy in unit.default_policies:
            yield unit, policy


@rule(
    "TK110",
    title="A default policy runs every 1 to 7 days",
    severity=Severity.ERROR,
    source=_API,
)
def how_often(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses anything rarer.

    Breaks it: `default_policies: { volumes: { every: 8d, keep: 14d } }`
    Keeps it: `default_policies: { volumes: { every: 7d, keep: 14d } }`
    """
    for _, policy in _policies(state):
        if policy.every_days > 7:
            yield Violation(
                origin=(*policy.origin, "every"),
                message=f"every {policy.every_days} days; a default policy runs every 7 days at least",
                hint="write 1d to 7d",
            )


@rule(
    "TK111",
    title="A default policy keeps for 2 to 14 days, and for longer than between two runs",
    severity=Severity.ERROR,
    source=_API,
)
def how_long(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses anything else, so that there is always one backup at least.

    Breaks it: `default_policies: { volumes: { every: 7d, keep: 7d } }`
    Keeps it: `default_policies: { volumes: { every: 7d, keep: 8d } }`
    """
    for _, policy in _policies(state):
        least = max(2, policy.every_days + 1)
        if not least <= policy.keep_days <= 14:
            yield Violation(
                origin=(*policy.origin, "keep"),
                message=f"kept for {policy.keep_days} days; this default policy takes {least} to 14",
                hint=f"write {least}d to 14d, and keep for longer with a tier",
            )


@rule(
    "TK112",
    title="A default policy copies to 3 Regions at most",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm CrossRegionCopyTargetList; read 2026-11",
)
def copy_targets(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a fourth.

    Breaks it: 4 Regions in `copy_to` of a default policy
    Keeps it: 3 Regions
    """
    for _, policy in _policies(state):
        if len(policy.copy_regions) > 3:
            yield Violation(
                origin=(*policy.origin, "copy_to"),
                message=f"{len(policy.copy_regions)} Regions receive copies; a default policy allows 3",
                hint="copy to fewer Regions",
            )


@rule(
    "TK113",
    title="A default policy excludes by 50 tags and 6 volume types at most",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm ExcludeTagsList, ExcludeVolumeTypesList; read 2026-11",
)
def exclusions(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more; without all seven types of volume there would be nothing to do.

    Breaks it: `exclude: { volume_types: [gp2, gp3, io1, io2, sc1, st1, standard] }`
    Keeps it: `exclude: { volume_types: [gp2, gp3, io1, io2, sc1, st1] }`
    """
    for _, policy in _policies(state):
        excluded = policy.exclusions
        for count, most, key in (
            (len(excluded.tags), 50, "tags"),
            (len(excluded.volume_types), 6, "volume_types"),
        ):
            if count > most:
                yield Violation(
                    origin=(*policy.origin, "exclude", key),
                    message=f"{count} {key.replace('_', ' ')}; a default policy allows {most}",
                    hint="give what is left out one tag in common",
                )


@rule(
    "TK114",
    title="Copies by a default policy have neither a key nor tags of their own",
    severity=Severity.NOTICE,
    source=_GUIDE,
)
def copies_as_they_are(state: DesiredState) -> Iterator[Violation]:
    """A copy is encrypted if its source is, or if its Region encrypts by default, with the account's default
    key for EBS there, and carries no tag of its source. It is kept as long as its source.

    Breaks it: `default_policies: { volumes: { keep: 7d, copy_to: [eu-central-1] } }`
    Keeps it: `default_policies: { volumes: { keep: 7d } }`
    """
    for _, policy in _policies(state):
        if policy.copy_regions:
            yield Violation(
                origin=(*policy.origin, "copy_to"),
                message="copies of what is not encrypted are not encrypted either, and carry no tags",
                hint="turn on encryption by default of EBS there; for a key of your own, use a tier",
            )


@rule(
    "TK115",
    title="A default policy backs up what a tier backs up more rarely",
    severity=Severity.NOTICE,
    source=_GUIDE,
)
def besides_a_tier(state: DesiredState) -> Iterator[Violation]:
    """It backs up whatever has no backup that is younger than its own interval, whoever made it. Where a tier
    runs more rarely, it makes backups in between, which cost.

    Breaks it: a weekly tier of volumes, and `default_policies: { volumes: { every: 1d, keep: 7d } }`
    Keeps it: the same with `exclude: { tags: { backup-tier: basic } }`
    """
    rarer: dict[tuple[DefaultPolicy, str], int] = {}
    for unit, policy in _policies(state):
        for protection in unit.protections:
            gap = _gap(unit, protection) if _meets(policy, protection, state.tag_key) else 0
            if gap > policy.every_days * DAY:
                here = (policy, protection.tier)
                rarer[here] = max(gap, rarer.get(here, 0))
    for (policy, tier), gap in rarer.items():
        what = "volumes" if policy.resource_type == "VOLUME" else "instances"
        yield Violation(
            origin=policy.origin,
            message=f"it backs up {what} of tier {tier} as well, which leaves up to {length(gap)} between "
            "two backups",
            hint=f"`exclude: {{ tags: {{ {state.tag_key}: {tier} }} }}` leaves them out, if that is meant",
        )


def _meets(policy: DefaultPolicy, protection: Protection, tag_key: str) -> bool:
    """Whether the default policy looks at what a tier protects."""
    target = type_support()[protection.resource_type].snapshots
    of_its_type = target is not None and target.resource_type == policy.resource_type
    return of_its_type and (tag_key, protection.tier) not in policy.exclusions.tags


def _gap(unit: DesiredUnit, protection: Protection) -> int:
    """The longest time in minutes between two starts of the tier's; 0 where it cannot be told."""
    try:
        found = cover(unit, protection)
        gap = found.survey(found.snapshots()).gap
    except ScheduleError:
        return 0
    return gap.minutes if gap else 0
