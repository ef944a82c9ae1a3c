"""RTO and RPO against their objectives, and what a drill amounts to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tierkeep.drill.checks import NO_CHECK, Check, Rung, Verdict, rung_verdicts
from tierkeep.drill.errors import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """One stage as it ran: when it began, and for how many seconds."""

    stage: str
    title: str
    began: datetime
    seconds: float
    ended_by: str | None
    """What ended it early, or None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """A measured time beside its objective. `verdict` is None where there is no objective to judge by."""

    name: str
    definition: str
    objective_class: str | None
    objective_minutes: int | None
    actual_seconds: float | None

    @property
    def difference_seconds(self) -> float | None:
        """How much longer than the objective it took; negative is how much was left."""
        if self.objective_minutes is None or self.actual_seconds is None:
            return None
        return self.actual_seconds - self.objective_minutes * 60

    @property
    def verdict(self) -> Verdict | None:
        """Whether the objective was kept."""
        if self.objective_minutes is None:
            return None
        if self.difference_seconds is None:
            return Verdict.UNKNOWN
        return Verdict.PASS if self.difference_seconds <= 0 else Verdict.FAIL


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a drill is not a pass."""

    outcome: Outcome
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """What a drill amounts to. What could not be verified outranks what failed: it is no verdict."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


def conclude(
    *,
    problems: Iterable[Reason],
    checks: Iterable[Check],
    objectives: Iterable[Objective],
    requires: Rung = Rung.RESTORED,
) -> Conclusion:
    """The outcome of a drill. A drill that ended before its checks is judged by what ended it: `problems`."""
    reasons, made = list(problems), list(checks)
    reached_checks = not reasons or any(check.verdict is not Verdict.UNKNOWN for check in made)
    if reached_checks:
        reasons += [_of_check(check) for check in made if check.verdict is not Verdict.PASS]
        reasons += _of_missing_rungs(made, requires)
    reasons += [
        Reason(outcome=Outcome.FAIL, text=_missed(objective))
        for objective in objectives
        if objective.verdict is Verdict.FAIL
    ]
    outcomes = {reason.outcome for reason in reasons}
    if Outcome.COULD_NOT_VERIFY in outcomes:
        return Conclusion(outcome=Outcome.COULD_NOT_VERIFY, reasons=tuple(reasons))
    outcome = Outcome.FAIL if outcomes else Outcome.PASS
    return Conclusion(outcome=outcome, reasons=tuple(reasons))


def duration(seconds: float) -> str:
    """Seconds as people read them: `0.4 s`, `45 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if 0 < seconds < 0.1:
        return "< 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    words = []
    for size, name in parts:
        count, whole = divmod(whole, size)
        if count:
            words.append(f"{count} {name}")
        elif words:
            break
    return " ".join(words[:2])


def _of_check(check: Check) -> Reason:
    if check.verdict is Verdict.UNKNOWN:
        return Reason(
            outcome=Outcome.COULD_NOT_VERIFY,
            text=f"check {check.id} could not be made: {check.cause}",
        )
    return Reason(
        outcome=Outcome.FAIL,
        text=f"check {check.id} failed: expected {check.expected}, found {check.actual}",
    )


def _of_missing_rungs(checks: list[Check], requires: Rung) -> list[Reason]:
    """The lowest rung and the required one, where there is no check at all of them: those above stand for
    neither. Those between may be passed over, as in climbing."""
    verdicts = rung_verdicts(checks)
    return [
        Reason(
            outcome=Outcome.COULD_NOT_VERIFY,
            text=f"the drill has to reach {requires.value}, and nothing here shows whether what was restored "
            f"is {rung.value}: there is no check of that rung ({NO_CHECK[rung]})",
        )
        for rung in dict.fromkeys((Rung.RESTORED, requires))
        if verdicts[rung] is None
    ]


def _missed(objective: Objective) -> str:
    over = duration(objective.difference_seconds or 0.0)
    return f"{objective.name} missed its objective of {objective.objective_minutes} min by {over}"
