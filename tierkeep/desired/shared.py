"""Copies of volumes' snapshots in another account: shared by their owner, copied by who receives them.

EBS user guide, "Automate cross-account snapshot copies with Data Lifecycle Manager": the policy that copies
must be in the Region where the snapshots are shared; it copies to other Regions from there. Read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from tierkeep.catalog.durations import Duration
from tierkeep.desired.context import Destination, TierInUnit
from tierkeep.desired.model import CrossRegionCopyRule, RolePurpose, SharedCopyPolicy, UnitId
from tierkeep.desired.names import Names
from tierkeep.desired.received import Arrival
from tierkeep.desired.schedules import age

MADE_BY_A_POLICY = "^.*Created for policy: policy-.*$"
"""The description of what a policy of Data Lifecycle Manager makes (botocore 1.44.5, dlm
EventParameters.DescriptionRegex; read 2026-11). The id of the one policy is not known before it exists."""


def copied_in(tier: TierInUnit, to: Destination) -> UnitId:
    """The unit of the other account where a policy copies what the tier shares."""
    return UnitId(account=to.unit.account, region=tier.names.region)


def copies_key(tier: TierInUnit, to: Destination) -> str | None:
    """The alias of the key that the copies there are encrypted with; None leaves it to the account."""
    return to.names.alias(to.names.copies(tier.name)) if tier.customer_managed_key else None


def copied_schedules(tier: TierInUnit, to: Destination) -> dict[str, Duration]:
    """How long the copies of each schedule that is copied there are to be kept, by its name."""
    return {
        name: to.terms.keep or schedule.keep
        for name, schedule in sorted(tier.tier.schedules.items())
        if to.terms.schedules is None or name in to.terms.schedules
    }


def copy_policies(names: Names, shared: Iterable[Arrival]) -> tuple[SharedCopyPolicy, ...]:
    """The policies of a unit that copy what is shared with it, one for each tier."""
    ordered = sorted(shared, key=lambda each: (each.tier.name, each.tier.account, each.to.unit))
    return tuple(
        _policy(names, list(group)) for _, group in groupby(ordered, key=lambda each: each.tier.name)
    )


def _policy(names: Names, shared: list[Arrival]) -> SharedCopyPolicy:
    first = shared[0].tier
    name = names.shared_copies(first.name)
    by_region: dict[str, list[Arrival]] = {}
    for each in shared:
        by_region.setdefault(each.to.unit.region, []).append(each)
    return SharedCopyPolicy(
        name=name,
        tier=first.name,
        description=f"{names.catalog} tier {first.name} shared snapshots",
        role_arn=names.role_arn(names.role(RolePurpose.SNAPSHOTS)),
        owners=tuple(sorted({each.tier.names.account_id for each in shared})),
        description_regex=MADE_BY_A_POLICY,
        copies=tuple(_copy(region, by_region[region]) for region in sorted(by_region)),
        tags=names.tags(first.name, policy=name),
        origin=first.at("copy_to", shared[0].to.key),
    )


def _copy(region: str, arrivals: list[Arrival]) -> CrossRegionCopyRule:
    tier, to = arrivals[0].tier, arrivals[0].to
    asked = [keep for each in arrivals for keep in copied_schedules(each.tier, each.to).values()]
    return CrossRegionCopyRule(
        target_region=region,
        key_alias=copies_key(tier, to),
        retain=age(max(asked, key=lambda each: each.days)),
        origin=tier.at("copy_to", to.key),
    )
