"""Work on several things at the same time, in daemon threads: Ctrl-C need not wait for a call that hangs."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

GRACE_SECONDS = 0.5
"""How long work that is told to stop may take to hand back what it has."""


class Interrupted(Exception, Generic[R]):  # noqa: N818 - it is what happened
    """Ctrl-C, with the results that there are, by the place of what they are of."""

    def __init__(self, results: Mapping[int, R]) -> None:
        super().__init__("interrupted")
        self.results = results


def side_by_side(
    things: Sequence[T],
    work: Callable[[T], R],
    *,
    at_once: int,
    on_done: Callable[[R], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> tuple[R, ...]:
    """What `work` makes of each thing, in their order. `on_done` hears of each result, in this thread.

    What `work` raises is raised here. With `stop`, Ctrl-C sets it, waits a moment for what is at work, and
    raises `Interrupted`.
    """
    waiting: queue.SimpleQueue[tuple[int, T]] = queue.SimpleQueue()
    for place in enumerate(things):
        waiting.put(place)
    finished: queue.SimpleQueue[tuple[int, R | BaseException]] = queue.SimpleQueue()
    for _ in range(min(at_once, len(things))):
        threading.Thread(target=_work, args=(waiting, finished, work, stop), daemon=True).start()
    results: dict[int, R] = {}
    try:
        while len(results) < len(things):
            _take(finished.get(), results, on_done)
    except KeyboardInterrupt:
        if stop is None:
            raise
        stop.set()
        _take_the_rest(finished, results, len(things))
        raise Interrupted(results) from None
    return tuple(results[position] for position in sorted(results))


def _take(
    finished: tuple[int, R | BaseException], results: dict[int, R], on_done: Callable[[R], None]
) -> None:
    position, result = finished
    if isinstance(result, BaseException):
        raise result
    results[position] = result
    on_done(result)


def _take_the_rest(
    finished: "queue.SimpleQueue[tuple[int, R | BaseException]]", results: dict[int, R], number: int
) -> None:
    until = monotonic() + GRACE_SECONDS
    while len(results) < number:
        try:
            _take(finished.get(timeout=max(0.0, until - monotonic())), results, lambda _: None)
        except queue.Empty:
            return


def _work(
    waiting: "queue.SimpleQueue[tuple[int, T]]",
    finished: "queue.SimpleQueue[tuple[int, R | BaseException]]",
    work: Callable[[T], R],
    stop: threading.Event | None,
) -> None:
    while stop is None or not stop.is_set():
        try:
            position, thing = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            finished.put((position, work(thing)))
        except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
            finished.put((position, error))
            return
