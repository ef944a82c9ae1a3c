"""The rules' registry: each has an id, a severity, a source and a function that judges a desired state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tierkeep.desired.model import DesiredState, Origin


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


Judge: TypeAlias = Callable[[DesiredState], Iterator[Violation]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that AWS will not do, or that a catalog must not ask for."""

    id: str
    title: str
    severity: Severity
    source: str
    """Where it is written, and when it was read; `design` for a rule of Tierkeep's own."""
    judge: Judge


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A violation with the rule that it breaks."""

    rule: Rule
    violation: Violation


_RULES: dict[str, Rule] = {}


def rule(rule_id: str, *, title: str, severity: Severity, source: str) -> Callable[[Judge], Judge]:
    """Registers a judging function under a rule's id. Raises `ValueError` if the id is taken."""

    def register(judge: Judge) -> Judge:
        if rule_id in _RULES:
            raise ValueError(f"two rules have the id {rule_id}")
        _RULES[rule_id] = Rule(id=rule_id, title=title, severity=severity, source=source, judge=judge)
        return judge

    return register


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule by its id."""
    return tuple(_RULES[rule_id] for rule_id in sorted(_RULES))


def judge(state: DesiredState) -> tuple[Judgement, ...]:
    """Everything in a desired state that breaks a rule."""
    return tuple(
        Judgement(rule=each, violation=violation) for each in all_rules() for violation in each.judge(state)
    )
