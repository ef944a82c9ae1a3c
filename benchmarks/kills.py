"""Whether anything is left, or anything foreign touched, when drills are killed at random moments and swept.

.venv/bin/python -m benchmarks.kills              # `make kills`: a thousand
.venv/bin/python -m benchmarks.kills --kills 200 --seed 7

Each drill is a process of its own, of a restorer that is drawn, against an emulator in another process;
SIGKILL comes at a moment that is drawn, and each fourth sweep is killed too and repeated. After each the
account has to hold what it held before, with the tags of before; else it says what differs, and ends with 4.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from emulator.process import running
from tierkeep.aws import UnitSession, open_unit
from tierkeep.drill.clock import SystemClock
from tierkeep.drill.evidence import drill_tags
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.runner import Around, run_drill
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, sweep

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "drill"))

import cases
import drill_world

if TYPE_CHECKING:
    from tierkeep.drill.scope import Scope

TELL_EVERY = 50
LIMITS = replace(drill_world.LIMITS, settle=0.5)
SWEEPS_KILLED = 0.25
SERVICES = ("backup", "dlm", "dynamodb", "ebs", "ec2", "kms", "sts")


class WrongError(Exception):
    """Something was left, or touched, or could not be told."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 4 where anything was left or touched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--kills", type=int, default=1000, help="how many drills to kill (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="decides what is killed when (default: %(default)s)"
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=2 * (os.cpu_count() or 1),
        help="how many restorers side by side: most of the time is waiting (default: %(default)s)",
    )
    asked = parser.parse_args(arguments)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"
    draw = random.Random(asked.seed)  # noqa: S311 - nothing is secret about it
    drawn = Counter(draw.choice(RESTORERS).title for _ in range(asked.kills))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, moto "
        f"{version('moto')}\n{asked.kills} kills, seed {asked.seed}",
        flush=True,
    )
    started, died = time.perf_counter(), Counter[str]()
    try:
        with ProcessPoolExecutor(asked.processes, mp_context=get_context("fork")) as pool:
            for each in [pool.submit(_killed, title, kills, asked.seed) for title, kills in drawn.items()]:
                died += each.result()
    except WrongError as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 4
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nwhere they died ({sum(died.values())} drills):")
    for point, times in sorted(died.items(), key=lambda item: -item[1]):
        print(f"  {times:5}  {point}")
    print(
        f"nothing is left, nothing foreign was touched: {asked.kills} kills in {seconds:.0f} s, "
        f"{seconds / asked.kills * 1000:.0f} ms each; "
        f"{used.ru_utime + used.ru_stime:.0f} s of CPU in drills and emulators"
    )
    return 0


def _killed(title: str, kills: int, seed: int) -> Counter[str]:
    """Kill so many drills of a restorer, in a world of its own; where each died."""
    draw = random.Random(f"{seed} {title}")  # noqa: S311 - nor about this
    with running("--job-seconds", "0.05") as endpoint, _environment("TIERKEEP_ENDPOINT", endpoint):
        clock = EmulatorsClock(endpoint)
        cases.emulated_time = clock  # type: ignore[attr-defined]
        case = cases.CASES[title](clock)
        _add_what_is_foreign(case.session)
        scope, template = case.scope(), _template()
        before = case.inventory()
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            begun = time.perf_counter()
            _fork(lambda: _drill(scope, template, clock, place / "whole", _unheard)).wait()
            longest = time.perf_counter() - begun
            _require_same(case.inventory(), before, "a drill that nobody killed")
            died: Counter[str] = Counter()
            for number in count(1):
                moment = draw.uniform(0, longest)
                point = _kill_one(scope, template, clock, place / str(number), moment)
                # A drill that ended before was not killed: shorter next time, and else a little longer.
                longest *= 0.95 if point is None else 1.003
                died[point or ""] += 1
                _sweep(LocalStore(place / str(number)), clock, case.session, template, draw, point)
                _require_same(case.inventory(), before, f"kill {number} at {moment:.3f} s, after {point!r}")
                done = died.total() - died[""]
                if done == kills or (point and done % TELL_EVERY == 0):
                    print(f"  {time.perf_counter() - begun:6.0f} s  {done:5} killed  {title}", flush=True)
                if done == kills:
                    break
    del died[""]
    return died


def _kill_one(
    scope: Scope, template: UnitSession, clock: EmulatorsClock, place: Path, moment: float
) -> str | None:
    """The last point that the drill passed; None if it ended before the moment."""
    reading, writing = os.pipe()

    def tell(point: str) -> None:
        os.write(writing, f"{point}\n".encode())

    child = _fork(lambda: _drill(scope, template, clock, place, tell))
    os.close(writing)
    killed = child.kill_after(moment)
    with os.fdopen(reading) as told:
        points = told.read().split("\n")[:-1]
    return (points[-1] if points else "before anything") if killed else None


class _Child:
    """A process that was forked off."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def kill_after(self, seconds: float) -> bool:
        """Whether it had to be killed then."""
        time.sleep(seconds)
        os.kill(self._pid, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        """Its exit code."""
        _, status = os.waitpid(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, -signal.SIGKILL):
            raise WrongError(f"the process of a drill or a sweep ended with {code} by itself")
        return code


def _fork(act: Callable[[], None]) -> _Child:
    """Everything is imported already, and clients are made that have no connection yet: it takes no time."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return _Child(pid)
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - the process has to end here, whatever happens
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def _drill(
    scope: Scope, template: UnitSession, clock: EmulatorsClock, place: Path, tell: Callable[[str], None]
) -> None:
    run_drill(
        scope,
        template,
        drill_id=f"drill-{place.name}",
        limits=LIMITS,
        store=LocalStore(place),
        around=Around(clock=clock, observe=tell),
    )


def _sweep(
    store: LocalStore,
    clock: EmulatorsClock,
    session: UnitSession,
    template: UnitSession,
    draw: random.Random,
    point: str | None,
) -> None:
    def broom(own: UnitSession) -> Broom:
        return Broom(clock=clock, open_session=lambda *_: own, limits=LIMITS)

    if draw.random() < SWEEPS_KILLED:
        _fork(lambda: _unheard(str(sweep(store, broom(template))))).kill_after(draw.uniform(0, 0.3))
    wrong = [
        each for each in sweep(store, broom(session)) if each.fate not in (Fate.REMOVED, Fate.NOTHING_LEFT)
    ]
    if wrong:
        raise WrongError(f"killed after {point!r}, and the sweep says: {wrong}")


def _unheard(_text: str) -> None:
    """Nobody listens."""


def _require_same(now: dict[str, Any], before: dict[str, Any], what: str) -> None:
    if now != before:
        left = {name: tags for name, tags in now.items() if before.get(name) != tags}
        gone = {name: tags for name, tags in before.items() if name not in now}
        raise WrongError(f"{what}: left or changed {left}, gone {gone}")


def _template() -> UnitSession:
    """A session with its clients made, none of which has been used: processes that are forked off share it,
    and no connection."""
    session = open_unit(
        unit=str(drill_world.UNIT),
        account_id=drill_world.ACCOUNT,
        region=drill_world.REGION,
        role_arn=None,
        session_name="kills",
    )
    for service in SERVICES:
        session.client(service)
    return session


def _add_what_is_foreign(session: UnitSession) -> None:
    """What looks like a drill's, and is another's."""
    tags = drill_tags(drill_id="drill-of-somebody-else", expires=datetime.now(UTC), catalog="school")
    tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
    session.call(
        "ec2",
        "create_volume",
        AvailabilityZone=f"{drill_world.REGION}a",
        Size=8,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tag_list}],
    )
    session.call(
        "dynamodb",
        "create_table",
        TableName="tierkeep-drill-of-somebody-else",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=tag_list,
    )


class EmulatorsClock(SystemClock):
    """The clock of an emulator in another process: the machine's, and by how much it was set ahead."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The emulator's time."""
        return super().now() + self._ahead

    def set_now(self, moment: datetime) -> None:
        """Set it; it runs on from there."""
        self._post({"now": moment.astimezone(UTC).isoformat()})

    def advance(self, seconds: float) -> None:
        """Move it on."""
        self._post({"advance_seconds": seconds})

    def _post(self, document: dict[str, Any]) -> None:
        request = Request(f"{self._endpoint}/emulator/clock", json.dumps(document).encode())  # noqa: S310
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - the emulator's own
            self._ahead = timedelta(seconds=json.load(answer)["offset_seconds"])


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


if __name__ == "__main__":
    sys.exit(main())
