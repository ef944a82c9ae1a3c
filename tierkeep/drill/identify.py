"""What, if anything, an announced request made whose answer never reached the journal."""

from __future__ import annotations

from datetime import datetime

from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.makers import Candidate, maker_named
from tierkeep.drill.record import Making, Record


def identify(hands: Hands, record: Record, making: Making, *, foreign: frozenset[str]) -> str | None:
    """The handle of what the request made, journaled, or None, journaled, if it made nothing.

    Nothing is ever ours merely because it looks alike. Either AWS has to say so, by answering the same
    request with the same token, or it bears what only the drill can have given it. Where nothing looks alike,
    nothing was made, and nothing is asked again, since that would make what was never there. Raises
    `CannotVerifyError` if things look alike and the token is too old to be sure of, and `AwsError`.
    """
    maker = maker_named(making.maker)
    candidates = _candidates(hands, making, foreign)
    if not candidates:
        _nothing(hands, making, f"AWS lists nothing that {maker.name} can have made for the drill")
        return None
    if maker.confirmed_by_repeating and abs(_age(hands, making.announced)) < hands.limits.token:
        hands.say("asking AWS again, with the same idempotency token, what it made for the drill")
        return hands.make_again(making)
    if not maker.confirmed_by_repeating:
        # Each of them bears the drill's mark: one that was sent twice on its way has made two.
        hands.found(making, candidates[0].handle)
        return candidates[0].handle
    remaining = [each for each in candidates if each.leaves_something]
    if not remaining:
        _nothing(hands, making, "nothing exists of anything that the drill can have asked for")
        return None
    named = "; ".join(each.text for each in remaining)
    raise CannotVerifyError(
        f"the answer to the {maker.name} that {record.drill_id} sent at {making.announced.isoformat()} is "
        f"lost, and its idempotency token is too old to ask again. What it made may be one of these, or they "
        f"are somebody else's: {named}. Nothing was touched; AWS CloudTrail's event "
        f"{maker.trail(making.request)} names the right one"
    )


def _nothing(hands: Hands, making: Making, reason: str) -> None:
    hands.journal.append("nothing-made", making=making.number, reason=reason)


def _age(hands: Hands, announced: datetime) -> float:
    return (hands.waiter.clock.now() - announced).total_seconds()


def _candidates(hands: Hands, making: Making, foreign: frozenset[str]) -> list[Candidate]:
    """What can be the drill's; looks again until lists can be trusted to be complete."""
    patience = max(0.0, hands.limits.settle - _age(hands, making.announced))
    deadline = hands.waiter.clock.monotonic() + patience
    maker = maker_named(making.maker)
    return hands.waiter.until(
        lambda: maker.candidates(hands.session, making, foreign),
        lambda found: bool(found) or hands.waiter.clock.monotonic() >= deadline,
        timeout_seconds=patience,
        what="the list of what was made is complete",
        waiting=lambda _: hands.say(
            "the journal announces a request without an answer; looking for its work"
        ),
    )
