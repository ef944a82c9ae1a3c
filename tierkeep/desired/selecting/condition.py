"""One condition of a selection on a resource's tags.

Sources, read 2026-11: AWS Backup API reference, "Conditions" and "BackupSelection"; developer guide, "Assign
resources with AWS CLI". All conditions must hold (AND); keys and values are case-sensitive; `StringLike` has
the wildcard * anywhere in the value.

What these leave open, and so has the answer OPEN here:

- The negated operators on a resource that lacks the tag. The API reference filters "those resources that you
  tagged", which excludes it; the guide likens the arithmetic to IAM's, where a missing key satisfies a
  negated operator.
- Whether * in a tag's value stands for whitespace: the guide's sentence says no, and was written about ARNs;
  the API reference names no exception.
- A key without the prefix `aws:ResourceTag/`: every example has it, and no text says what happens without.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.model import Tags
from tierkeep.desired.selecting.answer import Answer, opposite
from tierkeep.desired.selecting.wildcard import matches

TAG_PREFIX = "aws:ResourceTag/"
"""What a condition key begins with; the tag's key follows."""


class Operator(StrEnum):
    """How a condition compares a tag's value."""

    STRING_EQUALS = "StringEquals"
    STRING_NOT_EQUALS = "StringNotEquals"
    STRING_LIKE = "StringLike"
    STRING_NOT_LIKE = "StringNotLike"


_NEGATED = {Operator.STRING_NOT_EQUALS, Operator.STRING_NOT_LIKE}
_LIKE = {Operator.STRING_LIKE, Operator.STRING_NOT_LIKE}
_PRIVATE_USE = 0xF0000


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition: `key` as AWS has it, `aws:ResourceTag/KEY`."""

    operator: Operator
    key: str
    value: str

    def holds(self, tags: Tags) -> Answer:
        """Whether a resource with these tags satisfies it."""
        if not self.key.startswith(TAG_PREFIX):
            return Answer.OPEN
        negated = self.operator in _NEGATED
        values = dict(tags)
        actual = values.get(self.key.removeprefix(TAG_PREFIX))
        if actual is None:
            return Answer.OPEN if negated else Answer.NO
        fits = self._fits(actual)
        return opposite(fits) if negated else fits

    def _fits(self, actual: str) -> Answer:
        if self.operator not in _LIKE:
            return Answer.of(actual == self.value)
        if matches(self.value, actual):
            return Answer.YES
        # With whitespace set aside, would it have matched? Then it is that question alone that is open.
        return Answer.OPEN if matches(_unspaced(self.value), _unspaced(actual)) else Answer.NO


def _unspaced(text: str) -> str:
    """The text with a private-use character, which stands in no tag, in the place of each whitespace."""
    return "".join(chr(_PRIVATE_USE + ord(each)) if each.isspace() else each for each in text)
