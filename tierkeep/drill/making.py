"""Making what a drill restores, and what its checks need besides, up to where it can be used."""

from __future__ import annotations

from typing import Any

from tierkeep.drill.cleanup import claim, current, note_made
from tierkeep.drill.effects import Hands
from tierkeep.drill.errors import CannotVerifyError, RestoreFailedError
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.kinds import Kind, kind_named
from tierkeep.drill.makers import Progress, maker_named
from tierkeep.drill.record import Made, Making
from tierkeep.drill.thing import Thing


def await_named(hands: Hands, making: Making, *, timeout_seconds: float) -> Progress:
    """How far a request has come once AWS names what it makes.

    Raises `RestoreFailedError` if it ended without, `TimedOutError` and `AwsError`.
    """
    progress = _follow(hands, making, until_named=True, timeout_seconds=timeout_seconds)
    if progress.arn is None:
        raise RestoreFailedError(f"{progress.text}, and it made nothing")
    return progress


def await_ended(hands: Hands, making: Making, *, timeout_seconds: float) -> Progress:
    """How a request ended. Raises `RestoreFailedError` if it failed, `TimedOutError` and `AwsError`."""
    progress = _follow(hands, making, until_named=False, timeout_seconds=timeout_seconds)
    if progress.failed:
        raise RestoreFailedError(progress.text)
    return progress


def _follow(hands: Hands, making: Making, *, until_named: bool, timeout_seconds: float) -> Progress:
    maker, handle = maker_named(making.maker), str(making.handle)
    return hands.waiter.until(
        lambda: maker.progress(hands.session, making, handle),
        lambda progress: progress.ended or (until_named and progress.arn is not None),
        timeout_seconds=timeout_seconds,
        what=f"{maker.name} {handle} " + ("names what it makes" if until_named else "ended"),
        waiting=lambda progress: hands.say(progress.text),
    )


def take_over(hands: Hands, making: Making, arn: str, *, timeout_seconds: float) -> Made:
    """Note what a request made, wait until it is visible, and see to it that it carries the drill's tags.

    Raises `NotOursError` if it cannot be what the request made, `TimedOutError` and `AwsError`.
    """
    made = note_made(hands, making, arn)
    kind = kind_named(made.kind)
    thing = hands.waiter.until(
        lambda: kind.read(hands.session, arn),
        lambda thing: thing is not None and (not made.tagged or thing.tag(DRILL_TAG) is not None),
        timeout_seconds=min(timeout_seconds, hands.limits.visible),
        what=f"{kind.noun} {arn} visible" + (" with its tags" if made.tagged else ""),
    )
    hands.journal.append("seen", kind=made.kind, arn=arn)
    if not made.tagged and thing is not None:
        if not kind.tagged_while_pending:
            await_ready(hands, kind, arn, timeout_seconds=timeout_seconds)
        claim(hands, made, thing)
    return current(hands).made(arn)


def await_ready(hands: Hands, kind: Kind, arn: str, *, timeout_seconds: float) -> Thing | None:
    """A thing once it is made; None if there is none. Raises `TimedOutError` and `AwsError`."""
    return hands.waiter.until(
        lambda: kind.read(hands.session, arn),
        lambda thing: thing is None or thing.state not in kind.pending,
        timeout_seconds=timeout_seconds,
        what=f"{kind.noun} {arn} made",
        waiting=lambda _: hands.say(f"waiting for {kind.noun} {arn}"),
    )


def make_besides(hands: Hands, maker: str, kind: str, request: dict[str, Any]) -> Thing:
    """Something that a check needs: asked for, taken over, and awaited until it is ready.

    Raises `CannotVerifyError` if that takes too long or comes to nothing, and `AwsError`.
    """
    number = len(current(hands).makings) + 1
    hands.make(number=number, maker=maker, kind=kind, request=request)
    making = current(hands).making(number)
    progress = await_named(hands, making, timeout_seconds=hands.limits.reading)
    made = take_over(hands, making, str(progress.arn), timeout_seconds=hands.limits.reading)
    of = kind_named(kind)
    thing = await_ready(hands, of, made.arn, timeout_seconds=hands.limits.reading)
    if thing is None:
        raise CannotVerifyError(f"{of.noun} {made.arn} vanished while it was awaited")
    return thing
