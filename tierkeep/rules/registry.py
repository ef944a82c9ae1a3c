"""The rules' registry: each has an id, a severity, a source, an explanation and what judges by it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from tierkeep.desired.model import EVERY_ACCOUNT, DesiredState, Origin, Waiver


class Severity(StrEnum):
    """What a broken rule means for a catalog."""

    ERROR = "error"
    """AWS would refuse it, ignore it, or the tier's promise would be broken: nothing is deployed."""
    WARNING = "warning"
    """AWS's own sources disagree, or it holds only in some cases."""
    NOTICE = "notice"
    """Worth knowing; nothing is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """Where a desired state breaks a rule, and what to write instead."""

    origin: Origin
    message: str
    hint: str
    waivable: bool = True
    """Whether a waiver of the rule holds here; not where AWS would refuse what the rule elsewhere allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverUse:
    """A waiver after everything else has been judged."""

    waiver: Waiver
    expired: bool
    waived: int
    """How many violations it turned into notices, or would have if it had not expired."""
    of_check: bool
    """Whether it waives a check of deployed resources: what that finds no catalog can tell."""


Judge: TypeAlias = Callable[[DesiredState], Iterator[Violation]]
WaiverJudge: TypeAlias = Callable[[WaiverUse], Iterator[Violation]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that AWS will not do, or that a catalog must not ask for."""

    id: str
    title: str
    severity: Severity
    source: str
    """Where it is written, and when it was read; `design` for a rule of Tierkeep's own."""
    explanation: str
    """Why, with a line of a catalog that breaks it and one that keeps it."""
    waivable: bool
    """Whether a catalog may waive it; not where nothing could be deployed, or no waiver believed."""
    guards_generator: bool
    """Whether no catalog can break it: it holds what Tierkeep computes from any catalog to AWS's limits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A violation with the rule that it breaks, and with the severity that is left after waivers."""

    rule: Rule
    severity: Severity
    violation: Violation


_RULES: dict[str, Rule] = {}
_JUDGES: dict[str, Judge] = {}
_WAIVER_JUDGES: dict[str, WaiverJudge] = {}


def rule(
    rule_id: str,
    *,
    title: str,
    severity: Severity,
    source: str,
    waivable: bool | None = None,
    guards_generator: bool = False,
) -> Callable[[Judge], Judge]:
    """Registers a function that judges desired states. Raises `ValueError` if the id is taken.

    An error by a source of AWS's is something that AWS refuses, and cannot be waived unless `waivable` says
    so: where AWS keeps silent and what is lost is a promise.
    """
    if waivable is None:
        waivable = severity is not Severity.ERROR or source.startswith("design")

    def register(judge: Judge) -> Judge:
        _add(
            Rule(
                id=rule_id,
                title=title,
                severity=severity,
                source=source,
                explanation=inspect.cleandoc(judge.__doc__ or ""),
                waivable=waivable,
                guards_generator=guards_generator,
            )
        )
        _JUDGES[rule_id] = judge
        return judge

    return register


def waiver_rule(
    rule_id: str, *, title: str, severity: Severity = Severity.ERROR
) -> Callable[[WaiverJudge], WaiverJudge]:
    """Registers a function that judges waivers, which cannot be waived. Raises `ValueError`."""

    def register(judge: WaiverJudge) -> WaiverJudge:
        _add(
            Rule(
                id=rule_id,
                title=title,
                severity=severity,
                source="design",
                explanation=inspect.cleandoc(judge.__doc__ or ""),
                waivable=False,
                guards_generator=False,
            )
        )
        _WAIVER_JUDGES[rule_id] = judge
        return judge

    return register


def _add(new: Rule) -> None:
    if new.id in _RULES:
        raise ValueError(f"two rules have the id {new.id}")
    _RULES[new.id] = new


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule by its id."""
    return tuple(_RULES[rule_id] for rule_id in sorted(_RULES))


def find_rule(rule_id: str) -> Rule | None:
    """The rule of that id, or None."""
    return _RULES.get(rule_id)


def judge(
    state: DesiredState, today: str | None = None, *, checks: Collection[str] | None = None
) -> tuple[Judgement, ...]:
    """Everything in a desired state that breaks a rule, each place once, with the catalog's waivers applied.

    `today` is the day as YYYY-MM-DD, by which waivers expire; None asks what holds while none has expired.
    `checks` are the ids of checks, which a waiver may name as well; None takes each id with a dot for one.
    What backup policies hold in whatever account is judged like what a unit holds.
    """
    state = replace(state, units=state.places)
    found: list[Judgement] = []
    used = dict.fromkeys(state.waivers, 0)
    for rule_id in sorted(_JUDGES):
        each = _RULES[rule_id]
        for violation in dict.fromkeys(map(_placed, _JUDGES[rule_id](state))):
            waivers = [waiver for waiver in state.waivers if _covers(waiver, each, violation)]
            for waiver in waivers:
                used[waiver] += 1
            valid = next((waiver for waiver in waivers if not _expired(waiver, today)), None)
            found.append(_waived(each, violation, valid) if valid else _broken(each, violation))
    for waiver, count in used.items():
        use = WaiverUse(
            waiver=waiver,
            expired=_expired(waiver, today),
            waived=count,
            of_check="." in waiver.waives if checks is None else waiver.waives in checks,
        )
        for rule_id in sorted(_WAIVER_JUDGES):
            found += [_broken(_RULES[rule_id], violation) for violation in _WAIVER_JUDGES[rule_id](use)]
    return tuple(found)


def _placed(violation: Violation) -> Violation:
    """What is wrong in whatever account stands where backup policies are asked for."""
    if violation.origin[:2] != ("accounts", EVERY_ACCOUNT):
        return violation
    return replace(violation, origin=("organization", "backup_policies"))


def _covers(waiver: Waiver, broken: Rule, violation: Violation) -> bool:
    below = violation.origin[: len(waiver.at)] == waiver.at
    return waiver.waives == broken.id and broken.waivable and below


def _expired(waiver: Waiver, today: str | None) -> bool:
    return today is not None and today > waiver.until


def _broken(broken: Rule, violation: Violation) -> Judgement:
    return Judgement(rule=broken, severity=broken.severity, violation=violation)


def _waived(broken: Rule, violation: Violation, waiver: Waiver) -> Judgement:
    if not violation.waivable:
        message = f"{violation.message} (which cannot be waived)"
        return _broken(broken, replace(violation, message=message))
    kept = Violation(
        origin=violation.origin,
        message=f"{violation.message} (waived until {waiver.until}: {waiver.reason})",
        hint=violation.hint,
    )
    return Judgement(rule=broken, severity=Severity.NOTICE, violation=kept)
