"""Checks a request against the service model, as AWS does before an operation sees it.

The constraints (required members, lengths, ranges, patterns, enumerations) are those of botocore's model.
Patterns hold for the whole string; those in a dialect that Python lacks (``\\p{all}``) allow anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape


@dataclass(frozen=True)
class Violation:
    """One member of a request that the model does not allow."""

    path: str
    message: str
    missing: bool = False

    def __str__(self) -> str:
        return f"Value at '{self.path}' {self.message}"


def violations(shape: Shape | None, value: Any, path: str = "") -> Iterator[Violation]:
    """Each way in which ``value`` breaks the constraints of ``shape``."""
    if shape is None or value is None:
        return
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _length(shape, len(value), path, "members")
        for index, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}.{index + 1}")
    elif isinstance(shape, MapShape):
        yield from _length(shape, len(value), path, "entries")
        for key, item in value.items():
            yield from violations(shape.value, item, f"{path}.{key}")
    elif isinstance(shape, StringShape):
        yield from _string(shape, value, path)
    elif shape.type_name in ("integer", "long"):
        yield from _number(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield Violation(path, "must be a structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield Violation(_join(path, name), "is missing", missing=True)
    for name, member in shape.members.items():
        # moto's parser gives an empty list for a list that is not in the query at all.
        if value.get(name) == [] and member.serialization.get("location") == "querystring":
            continue
        yield from violations(member, value.get(name), _join(path, name))


def _string(shape: StringShape, value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield Violation(path, "must be a string")
        return
    yield from _length(shape, len(value), path, "characters")
    if shape.enum and value not in shape.enum:
        yield Violation(path, f"must be one of: {', '.join(shape.enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matcher(pattern).fullmatch(value):
        yield Violation(path, f"must satisfy regular expression pattern: {pattern}")


def _number(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield Violation(path, "must be a whole number")
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield Violation(path, f"must be at least {low}")
    if high is not None and value > high:
        yield Violation(path, f"must be at most {high}")


def _length(shape: Shape, length: int, path: str, unit: str) -> Iterator[Violation]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and length < low:
        yield Violation(path, f"must have at least {low} {unit}")
    if high is not None and length > high:
        yield Violation(path, f"must have at most {high} {unit}")


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile(r"[\s\S]*" if r"\p{" in pattern else pattern)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
