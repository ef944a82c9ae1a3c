"""The one question before anything is deleted: is this, right now, the drill's own and nobody's use?

Pure, and the same for every kind, so that a property test can throw every kind of thing at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tierkeep.drill.thing import Thing

DRILL_TAG = "tierkeep:drill"
EXPIRES_TAG = "tierkeep:expires"
CATALOG_TAG = "tierkeep:catalog"

CLOCKS_DIFFER = timedelta(hours=1)
"""By so much a thing may seem older than its drill, since this machine's clock may be off AWS's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ownership:
    """What a drill's journal says about a thing that it made, and where."""

    drill_id: str
    account_id: str
    region: str
    kind: str
    arn: str
    sources: frozenset[str]
    """ARNs of what was backed up, and of what it was restored from."""
    began: datetime
    """When the drill began."""
    made: frozenset[str] = frozenset()
    """ARNs of everything that the drill made."""


def why_not_ours(thing: Thing, ours: Ownership) -> str | None:
    """Why this cannot be the thing that the journal means, or None if it is."""
    if (thing.kind, thing.arn) != (ours.kind, ours.arn):
        return (
            f"it is {thing.kind} {thing.arn}, and the journal says that the drill made {ours.kind} {ours.arn}"
        )
    if thing.arn in ours.sources:
        return "it is what was backed up, or its backup"
    if thing.account_id != ours.account_id:
        return f"it is in account {thing.account_id}, and the drill ran in {ours.account_id}"
    if thing.region != ours.region:
        return f"it is in {thing.region}, and the drill ran in {ours.region}"
    if thing.created is not None and thing.created < ours.began - CLOCKS_DIFFER:
        return f"it was made at {thing.created.isoformat()}, before the drill began"
    return None


def why_not_delete(thing: Thing, ours: Ownership) -> str | None:
    """Why this thing must not be deleted, or None if it may be.

    It must be the journal's, carry exactly the drill's tag, be in use by nobody, hold nothing that
    stays, take nothing along that is not the journal's, and be in a state to be deleted.
    """
    foreign = why_not_ours(thing, ours)
    if foreign is not None:
        return foreign
    tag = thing.tag(DRILL_TAG)
    if tag is None:
        return f"its tag {DRILL_TAG} is gone: somebody removed it, perhaps to keep it"
    if tag != ours.drill_id:
        return f"its tag {DRILL_TAG} says {tag!r}, not {ours.drill_id!r}"
    along = [each for each in thing.takes_along if each not in ours.made]
    users = (
        *thing.users,
        *(f"it holds {each}, which is not being deleted" for each in thing.holders),
        *(f"{each} would be deleted with it, and the journal does not name that" for each in along),
    )
    if users:
        return f"{', '.join(users)}: somebody uses it"
    if thing.state not in thing.free_states:
        return f"its state is {thing.state}, not {' or '.join(sorted(thing.free_states))}"
    return None


def why_not_claim(thing: Thing, ours: Ownership) -> str | None:
    """Why a thing that our request made, but that was never tagged, must not be tagged as ours now."""
    foreign = why_not_ours(thing, ours)
    if foreign is not None:
        return foreign
    tag = thing.tag(DRILL_TAG)
    if tag is not None and tag != ours.drill_id:
        return f"its tag {DRILL_TAG} says {tag!r}, not {ours.drill_id!r}"
    return None
