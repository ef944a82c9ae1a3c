"""Answers of three values: AWS's documents leave some questions open, and a guess is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    """Whether something holds, as far as AWS documents it."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    """AWS's documents do not settle it."""

    @classmethod
    def of(cls, holds: bool) -> Answer:  # noqa: FBT001 - a truth value is what it converts
        """The answer to a question that is settled."""
        return cls.YES if holds else cls.NO


def all_of(answers: Iterable[Answer]) -> Answer:
    """Boolean AND (Kleene's): no where one is no, yes where all are yes, else open."""
    found = set(answers)
    if Answer.NO in found:
        return Answer.NO
    return Answer.OPEN if Answer.OPEN in found else Answer.YES


def any_of(answers: Iterable[Answer]) -> Answer:
    """Boolean OR (Kleene's): yes where one is yes, no where all are no, else open."""
    return opposite(all_of(opposite(each) for each in answers))


def opposite(answer: Answer) -> Answer:
    """Boolean NOT; what is open stays open."""
    return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(answer, answer)
