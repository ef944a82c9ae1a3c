"""Rules of snapshots that another account copies once they are shared with it."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import (
    CopyElsewhere,
    DesiredState,
    DesiredUnit,
    Origin,
    SharedCopyPolicy,
    SnapshotPolicy,
    SnapshotSchedule,
    UnitId,
)
from tierkeep.promises.lifetime import longest_days
from tierkeep.rules.registry import Severity, Violation, rule

_SOURCE = "EBS user guide, event-policy; read 2026-11"


def _copy_policies(state: DesiredState) -> Iterator[tuple[DesiredUnit, SharedCopyPolicy]]:
    for unit in state.units:
        for policy in unit.copy_policies:
            yield unit, policy


def _copied_elsewhere(
    state: DesiredState,
) -> Iterator[tuple[DesiredUnit, SnapshotPolicy, SnapshotSchedule, CopyElsewhere]]:
    for unit in state.units:
        for policy in unit.snapshot_policies:
            for schedule in policy.schedules:
                for copy in schedule.copies_elsewhere:
                    yield unit, policy, schedule, copy


@rule(
    "TK081",
    title="An account shares the snapshots of one tier with an account that copies them",
    severity=Severity.ERROR,
    source=f"botocore 1.44.5, dlm EventParameters; {_SOURCE}",
    waivable=True,  # AWS takes it, and copies more than the catalog says
)
def one_tier(state: DesiredState) -> Iterator[Violation]:
    """The policy that copies shared snapshots tells them apart by their owner and their description, which
    names the id of a policy that does not exist before it is deployed, and no tier. Whatever else is shared
    there, it copies too, under the wrong tier's key and for the wrong time.

    Breaks it: two tiers of an account, both with `copy_to: { vaults/eu-west-1: {} }` for their volumes
    Keeps it: one of them, and the other with `ebs: { engine: backup }`
    """
    for unit, policy in _copy_policies(state):
        for owner, tier, origin in _shared_with(state, unit, policy):
            if tier != policy.tier:
                yield Violation(
                    origin=origin,
                    message=(
                        f"{owner} shares snapshots of this tier with {unit.id.account}, whose policy for "
                        f"tier {policy.tier} copies them too"
                    ),
                    hint="have AWS Backup protect and copy the volumes of all but one: `engine: backup`",
                )


def _shared_with(
    state: DesiredState, unit: DesiredUnit, copying: SharedCopyPolicy
) -> Iterator[tuple[UnitId, str, Origin]]:
    """Who shares with a unit what its policy copies: the owner's unit, the tier, and where that stands."""
    for owner in state.units:
        if owner.account_id in copying.owners and owner.id.region == unit.id.region:
            for policy in owner.snapshot_policies:
                for schedule in policy.schedules:
                    if schedule.share and unit.account_id in schedule.share.account_ids:
                        yield owner.id, policy.tier, schedule.share.origin


@rule(
    "TK082",
    title="A policy copies what 50 accounts share, to 3 Regions",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm SnapshotOwnerList, CrossRegionCopyActionList; read 2026-11",
)
def owners_and_regions(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more of either.

    Breaks it: a tier of 51 accounts with `copy_to: { vaults/eu-west-1: {} }` for its volumes
    Keeps it: a tier of 50 accounts with it
    """
    for unit, policy in _copy_policies(state):
        for count, most, what in (
            (len(policy.owners), 50, "accounts share snapshots"),
            (len(policy.copies), 3, "Regions receive copies"),
        ):
            if count > most:
                yield Violation(
                    origin=policy.origin,
                    message=f"{count} {what} of tier {policy.tier} in {unit.id}; one policy allows {most}",
                    hint="copy to several accounts, each for a part of them, or to fewer Regions",
                )


@rule(
    "TK083",
    title="Copies of shared snapshots are kept alike",
    severity=Severity.WARNING,
    source=_SOURCE,
)
def kept_alike(state: DesiredState) -> Iterator[Violation]:
    """The policy that copies them has one retention for each Region, whatever schedule and account a snapshot
    is from: all are kept as long as the longest that is asked for, and cost as long.

    Breaks it: schedules with `keep: 7d` and `keep: 1y`, and `copy_to: { vaults/eu-west-1: {} }`
    Keeps it: the same with `copy_to: { vaults/eu-west-1: { schedules: [yearly] } }`
    """
    longer: dict[tuple[Origin, UnitId], list[str]] = {}
    for unit, policy, schedule, copy in _copied_elsewhere(state):
        days = _kept_days(state, unit, policy.tier, copy)
        if days > longest_days(copy.retain):
            found = longer.setdefault((copy.origin, copy.destination), [])
            text = f"of `{schedule.name}` {days} days rather than {longest_days(copy.retain)}"
            found.extend([] if text in found else [text])
    for (origin, destination), texts in longer.items():
        yield Violation(
            origin=origin,
            message=f"copies in {destination} are kept longer than is asked for: {', '.join(texts)}",
            hint="name the `schedules` whose backups are kept alike, or one `keep` for all copies",
        )


def _kept_days(state: DesiredState, unit: DesiredUnit, tier: str, copy: CopyElsewhere) -> int:
    copying = state.unit(UnitId(account=copy.destination.account, region=unit.id.region))
    return max(
        longest_days(each.retain)
        for policy in (copying.copy_policies if copying else ())
        if policy.tier == tier
        for each in policy.copies
        if each.target_region == copy.destination.region
    )


@rule(
    "TK084",
    title="Copies of shared snapshots need the keys of their volumes",
    severity=Severity.NOTICE,
    source=_SOURCE,
)
def keys_of_volumes(state: DesiredState) -> Iterator[Violation]:
    """A snapshot keeps the key of its volume. Only a customer-managed one can be shared, and its policy must
    let the account that copies use it; of the tier's own key Tierkeep sees to that.

    Breaks it: `copy_to: { vaults/eu-west-1: {} }` for volumes that Data Lifecycle Manager protects
    Keeps it: `copy_to: { eu-west-1: {} }`
    """
    for _, policy, _, copy in _copied_elsewhere(state):
        account = copy.destination.account
        yield Violation(
            origin=copy.origin,
            message=f"{account} copies only snapshots of volumes of tier {policy.tier} whose key admits it",
            hint=f"encrypt them with the tier's key, or let {account} use their customer-managed keys",
        )
