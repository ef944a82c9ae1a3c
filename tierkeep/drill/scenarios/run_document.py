"""What has become of each drill of a run: one JSON document, on disk before, during and after.

`<evidence>/runs/<run id>.json` holds the plan that is being carried out and, drill by drill, how far that is.
It is replaced as a whole and synced each time that a drill starts or ends, so that after a crash `drill
resume` knows which were done. What a drill made its own journal knows, and this document does not.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tierkeep.drill.errors import BusyError, Outcome, ScopeError
from tierkeep.drill.stores import LocalStore

RUNS_FOLDER = "runs"
SCHEMA_VERSION = 1


class Progress(StrEnum):
    """How far a drill of a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    """It was stopped, and torn down: it has still to be drilled."""
    NOT_RUN = "not-run"
    """It will not be drilled in this run; `cause` says why."""


UNFINISHED = frozenset({Progress.WAITING, Progress.RUNNING, Progress.INTERRUPTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a run amounts to: what could not be verified outranks what failed."""

    outcome: Outcome
    counts: Mapping[str, int]


class RunDocument:
    """The document of a run, in memory and on disk. Safe to use from several threads."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self._path = run_path(directory, document["run_id"])
        self._store = LocalStore(directory)
        self._document = document
        self._lock = threading.Lock()

    @classmethod
    def begin(cls, directory: Path, run_id: str, plan: Mapping[str, Any], *, now: datetime) -> RunDocument:
        """A new run, on disk before anything is done. Raises OSError."""
        drills = [
            {"number": each["number"], "progress": Progress.WAITING.value, "attempts": []}
            for each in plan["drills"]
        ]
        made = cls(
            directory,
            {
                "schema_version": SCHEMA_VERSION,
                "run_id": run_id,
                "scenario": plan["scenario"],
                "started": now.isoformat(),
                "ended": None,
                "finished": False,
                "result": None,
                "spent_usd": 0.0,
                "drills": drills,
                "plan": dict(plan),
            },
        )
        made._write()
        return made

    @property
    def whole(self) -> dict[str, Any]:
        """A copy of the document."""
        with self._lock:
            copy: dict[str, Any] = json.loads(json.dumps(self._document))
            return copy

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def start(self, number: int, drill_id: str, usd: float | None) -> None:
        """A drill starts: noted before it does anything. Raises OSError, and then it must not start."""
        with self._lock:
            entry = self._entry(number)
            entry |= {"progress": Progress.RUNNING.value}
            entry["attempts"].append(drill_id)
            self._document["spent_usd"] += usd or 0.0
            self._write()

    def note(self, number: int, progress: Progress, **told: Any) -> None:
        """What has become of a drill. Raises OSError."""
        with self._lock:
            entry = self._entry(number)
            entry |= {"progress": progress.value, **told}
            self._write()

    def end(self, now: datetime) -> Result:
        """The run ends for now, finished if no drill is left to do; what it amounts to. Raises OSError."""
        with self._lock:
            left = [each for each in self._document["drills"] if each["progress"] in UNFINISHED]
            result = judge(self._document)
            self._document |= {
                "ended": now.isoformat(),
                "finished": not left,
                "result": {"outcome": result.outcome.value, "counts": dict(result.counts)},
            }
            self._write()
            return result

    def _entry(self, number: int) -> dict[str, Any]:
        entry: dict[str, Any] = self._document["drills"][number - 1]
        return entry

    def _write(self) -> None:
        text = json.dumps(self._document, indent=2, ensure_ascii=False) + "\n"
        self._store.write(f"{RUNS_FOLDER}/{self._path.name}", text)


def judge(document: Mapping[str, Any]) -> Result:
    """What a run amounts to, by its document. A run of nothing proves nothing."""
    holes = [each["outcome"] for each in document["plan"]["holes"]]
    found = [outcome_of(each).value for each in document["drills"]] + holes
    counts = {each.value: found.count(each.value) for each in Outcome}
    unknown = counts[Outcome.COULD_NOT_VERIFY.value] or not found
    outcome = (
        Outcome.COULD_NOT_VERIFY if unknown else Outcome.FAIL if counts[Outcome.FAIL.value] else Outcome.PASS
    )
    return Result(outcome=outcome, counts=counts)


def outcome_of(entry: Mapping[str, Any]) -> Outcome:
    """Of one drill of a run: what was not drilled to its end could not be verified."""
    if entry["progress"] != Progress.DONE:
        return Outcome.COULD_NOT_VERIFY
    return Outcome(entry["outcome"])


def new_run_id(now: datetime) -> str:
    """An id that sorts by time and that no other run has."""
    return f"run-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def run_path(directory: Path, run_id: str) -> Path:
    """Where a run's document lies."""
    return directory / RUNS_FOLDER / f"{run_id}.json"


def read_run(directory: Path, run_id: str) -> dict[str, Any]:
    """The document of a run. Raises `ScopeError` if there is none or it cannot be read, and OSError."""
    path = run_path(directory, run_id)
    if not path.is_file():
        known = ", ".join(unfinished_runs(directory)) or "none"
        raise ScopeError(f"there is no run {run_id!r} in {directory}; runs that did not finish: {known}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        version, named = document["schema_version"], document["run_id"]
    except (KeyError, TypeError, ValueError) as error:
        raise ScopeError(f"{path} is not the document of a run: {error!r}") from error
    if version != SCHEMA_VERSION:
        raise ScopeError(
            f"{path} has schema_version {version}, and this version goes on with {SCHEMA_VERSION} only: "
            "resume it with the version that began it"
        )
    missing = sorted(_NEEDED - document.keys())
    if named != run_id or missing:
        wrong = f"lacks {', '.join(missing)}" if missing else f"is of {named}"
        raise ScopeError(
            f"{path} is not the document of {run_id}: it {wrong}. `tierkeep drill sweep` removes what drills "
            "left without it"
        )
    whole: dict[str, Any] = document
    return whole


_NEEDED = frozenset({"drills", "finished", "plan", "scenario", "spent_usd"})
"""What going on with a run begins with."""


def unfinished_runs(directory: Path) -> tuple[str, ...]:
    """Ids of the runs that did not finish, oldest first; one that cannot be read counts as such. None where
    no run was ever kept."""
    paths = sorted((directory / RUNS_FOLDER).glob("run-*.json"))
    return tuple(path.stem for path in paths if not _finished(path))


def _finished(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["finished"])
    except (KeyError, TypeError, ValueError):
        return False


def resuming(run_id: str, directory: Path) -> str:
    """The command that goes on with a run, to be copied into a shell."""
    return shlex.join(["tierkeep", "drill", "resume", run_id, "--evidence", str(directory)])


@contextmanager
def held(directory: Path, run_id: str) -> Iterator[None]:
    """Hold a run, so that no other process carries it out. Raises `BusyError`, and OSError."""
    folder = directory / RUNS_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{run_id}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"{run_id} is being carried out by another process") from error
        yield
    finally:
        os.close(descriptor)


def left_to_do(document: Mapping[str, Any]) -> Iterable[int]:
    """The numbers of the drills that have still to be done."""
    return [each["number"] for each in document["drills"] if each["progress"] in UNFINISHED]
