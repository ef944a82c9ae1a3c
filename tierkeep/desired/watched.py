"""What is watched in a unit, and the budgets of an account, in the one of its units that owns them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.catalog.model import Catalog
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.model import AlertKind, Budget, Unmet, UnmetKind, Watching
from tierkeep.desired.names import Names

TAG = "tierkeep:tier"
"""What all that is made for a tier carries, its backups too, and no resource that it protects."""


def watching(catalog: Catalog, names: Names) -> Watching | None:
    """What is watched in the unit that `names` are of; None where the catalog does not ask for anything."""
    asked = catalog.watching
    if asked is None or not (asked.alarms or asked.dashboard):
        return None
    return Watching(
        topic_arn=topic_arn(catalog, names),
        alarms=asked.alarms is not None,
        by_type=asked.alarms == "by-type",
        dashboard=asked.dashboard,
        catalog=names.catalog,
        tags=names.tags(),
        origin=("watching",),
    )


def topic_arn(catalog: Catalog, names: Names) -> str | None:
    """The topic that alarms and budgets tell: the one that `watching` names, or else that of `events`."""
    if catalog.watching is None:
        return None
    topic = catalog.watching.topic or (names.topic if catalog.events else None)
    return names.arn("sns", topic) if topic else None


def tellers(catalog: Catalog, names: Names) -> tuple[str, ...]:
    """The services of what is watched that tell the topic of `events`."""
    asked = catalog.watching
    if asked is None or topic_arn(catalog, names) != names.arn("sns", names.topic):
        return ()
    found = {"cloudwatch": asked.alarms is not None, "budgets": bool(asked.budgets)}
    return tuple(f"{service}.amazonaws.com" for service in sorted(found) if found[service])


def budgets(catalog: Catalog, account: str, names: Names, tiers: Sequence[TierInUnit]) -> tuple[Budget, ...]:
    """Of these tiers, in the first of the account's Regions by name, whatever their order in the catalog.

    A tag that a user made has the prefix `user:` (AWS Cost Management user guide, "Budget filters").
    """
    asked = catalog.watching
    if asked is None or min(catalog.accounts[account].regions, default="") != names.region:
        return ()
    topic = topic_arn(catalog, names)
    found = []
    for tier in tiers:
        budget = asked.budgets.get(tier.name)
        if budget is None:
            continue
        name = names.tier(tier.name)
        found.append(
            Budget(
                name=name,
                arn=f"arn:{names.partition}:budgets::{names.account_id}:budget/{name}",
                tier=tier.name,
                dollars=budget.monthly,
                tag=(TAG, tier.name),
                alerts=(
                    *((AlertKind.ACTUAL, each) for each in sorted(set(budget.alert_at))),
                    *((AlertKind.FORECASTED, each) for each in sorted(set(budget.alert_at_forecast))),
                ),
                emails=tuple(sorted(set(asked.emails))),
                topic_arn=topic,
                tags=tier.tags,
                origin=("watching", "budgets", tier.name),
            )
        )
    return tuple(found)


def unused(catalog: Catalog) -> Iterator[Unmet]:
    """What is asked for under `watching` and does nothing."""
    asked = catalog.watching
    if asked is None:
        return
    if not (asked.alarms or asked.dashboard or asked.budgets):
        yield _vain("watching", "neither `alarms` nor `dashboard` nor `budgets` is asked for", ("watching",))
    elif asked.topic and not (asked.alarms or asked.budgets):
        yield _vain("a topic", "a dashboard tells nobody anything", ("watching", "topic"))
    if asked.emails and not asked.budgets:
        yield _vain(
            "this list of addresses", "AWS writes to them about `budgets` only", ("watching", "emails")
        )


def _vain(what: str, why: str, origin: tuple[str, ...]) -> Unmet:
    return Unmet(kind=UnmetKind.NO_EFFECT, what=what, why=why, origin=origin)
