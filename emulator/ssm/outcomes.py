"""How commands end: set by tests, since nothing runs in an emulated instance.

An outcome says how a command ends on an instance: by the name of the ``document``, the ``instance`` (both
with ``*`` and ``?``) and a text that the command's parameters contain.  The first that was added and still
happens is taken; a command that no outcome is for succeeds without a word.  ``POST /emulator/ssm/outcomes``
adds one, and so does :func:`add`::

    outcomes.add(document="freeze", contains="pre-script", status="Failed", stderr="no space", times=1)
    outcomes.add(document="AWS-RunShellScript", run=True)

With ``run`` the script that the command is about really runs on this machine, under /bin/bash: see
:mod:`emulator.ssm.shell`.  Over HTTP that must have been allowed with ``--run-scripts``, or any web page that
a browser of this machine shows could have scripts run.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

STATUSES = {
    "Success": ("Success", 0),
    "Failed": ("Failed", 1),
    "ExecutionTimedOut": ("TimedOut", 137),
    "DeliveryTimedOut": ("TimedOut", -1),
    "Undeliverable": ("Failed", -1),
}
"""How a command can end: its StatusDetails, with the Status and the response code that go with it.

Codes: "If the response code is -1, then the command hasn't started" (GetCommandInvocation in the Systems
Manager API reference); 137 is what the SSM Agent tells of what it has killed (appconfig in its sources).
"""

UNDELIVERED = ("DeliveryTimedOut", "Undeliverable")


@dataclass
class Outcome:
    """How commands end.

    ``seconds`` is how long they take by the emulator's clock (None: as long as a job), ``times`` how often
    the outcome still happens (None: for ever), ``timeout`` how many seconds a script may really run.
    """

    id: int
    document: str = "*"
    instance: str = "*"
    contains: str = ""
    status: str = "Success"
    stdout: str = ""
    stderr: str = ""
    response_code: int | None = None
    seconds: float | None = None
    times: int | None = None
    run: bool = False
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if self.status == "TimedOut":
            self.status = "ExecutionTimedOut"
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is no end of a command; there are {', '.join(STATUSES)}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is {self.times}; it is at least 1, or left out for ever")
        if (self.seconds or 0) < 0 or self.timeout <= 0:
            raise ValueError("seconds cannot be negative, and timeout must be more than 0")

    @property
    def code(self) -> int:
        """The response code."""
        return STATUSES[self.status][1] if self.response_code is None else self.response_code

    def concerns(self, document: str, instance: str, parameters: dict[str, list[str]]) -> bool:
        return (
            self.times != 0
            and fnmatchcase(document, self.document)
            and fnmatchcase(instance, self.instance)
            and self.contains in json.dumps(parameters, ensure_ascii=False)
        )

    def described(self) -> dict[str, Any]:
        return asdict(self)


_LOCK = threading.RLock()
_scripts_allowed = False
_outcomes: dict[int, Outcome] = {}
_ids: Iterator[int] = iter(range(1, 2**63))
_types: dict[str, tuple[type, ...]] = {
    "response_code": (int, type(None)), "seconds": (int, float, type(None)), "times": (int, type(None)),
    "timeout": (int, float),
}  # fmt: skip


def add(**settings: Any) -> Outcome:
    """Add an outcome; ``settings`` are the members of :class:`Outcome`.

    :raises ValueError: a setting is not one, or its value is out of range.
    """
    unknown = settings.keys() - (Outcome.__dataclass_fields__.keys() - {"id"})
    if unknown:
        raise ValueError(f"an outcome has no {', '.join(sorted(unknown))}")
    for name, value in settings.items():
        _check_type(name, value)
    with _LOCK:
        outcome = Outcome(next(_ids), **settings)
        _outcomes[outcome.id] = outcome
    return outcome


def _check_type(name: str, value: object) -> None:
    wanted = (bool,) if name == "run" else _types.get(name, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and name != "run"):
        raise ValueError(f"{name} cannot be {value!r}")  # of a request as much as of a caller


def allow_scripts() -> None:
    """Let outcomes that run scripts be added over HTTP."""
    global _scripts_allowed  # noqa: PLW0603  # there is one for the whole process
    _scripts_allowed = True


def scripts_allowed() -> bool:
    """Whether outcomes that run scripts may be added over HTTP."""
    return _scripts_allowed


def standing() -> list[Outcome]:
    """The outcomes that have been added and not removed, also those whose times are used up."""
    with _LOCK:
        return list(_outcomes.values())


def remove(outcome_id: int) -> None:
    """:raises ValueError: there is no such outcome."""
    with _LOCK:
        if outcome_id not in _outcomes:
            raise ValueError(f"there is no outcome {outcome_id}")
        del _outcomes[outcome_id]


def clear() -> None:
    """Remove every outcome."""
    with _LOCK:
        _outcomes.clear()


def of(document: str, instance: str, parameters: dict[str, list[str]]) -> Outcome:
    """How a command ends on an instance, which uses one of the outcome's times up."""
    with _LOCK:
        for outcome in _outcomes.values():
            if outcome.concerns(document, instance, parameters):
                if outcome.times is not None:
                    outcome.times -= 1
                return outcome
    return Outcome(0)
