"""Compares two forms, field by field, with one function for all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from tierkeep.desired.model import Origin
from tierkeep.validate.unread import Unread


class Kind(StrEnum):
    """In which way something falls short."""

    MISSING = "missing"
    CHANGED = "changed"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A field that is not as expected. `expected` is None if it is unexpected, `actual` if it is missing."""

    path: str
    """Such as `rules[daily].lifecycle.delete_after_days`; empty for the thing itself."""
    kind: Kind
    expected: Any
    actual: Any
    origin: Origin
    """The catalog path of the innermost expected thing around the field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undetermined:
    """A field that could not be read."""

    path: str
    cause: Unread


def differences(
    expected: Any, actual: Any, *, path: str = "", origin: Origin = ()
) -> Iterator[Difference | Undetermined]:
    """Every field in which `actual` is not as `expected`, in the order of the form's fields.

    A thing that is wholly missing or unexpected is one difference and is not looked into.
    """
    origin = getattr(expected, "origin", ()) or origin
    if isinstance(actual, Unread):
        yield Undetermined(path=path, cause=actual)
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        yield from _members(expected, actual, path=path, origin=origin)
    elif is_dataclass(expected) and type(expected) is type(actual):
        yield from _fields(expected, actual, path=path, origin=origin)
    elif expected != actual:
        yield Difference(
            path=path, kind=_kind(expected, actual), expected=expected, actual=actual, origin=origin
        )


def _fields(expected: Any, actual: Any, *, path: str, origin: Origin) -> Iterator[Difference | Undetermined]:
    for form_field in fields(expected):
        if not form_field.compare:
            continue
        wanted, found = getattr(expected, form_field.name), getattr(actual, form_field.name)
        if form_field.metadata.get("filled_in") and wanted is None:
            continue
        if form_field.metadata.get("open") and isinstance(found, Mapping):
            found = {key: value for key, value in found.items() if key in wanted}
        below = f"{path}.{form_field.name}" if path else form_field.name
        yield from differences(wanted, found, path=below, origin=origin)


def _members(
    expected: Mapping[str, Any], actual: Mapping[str, Any], *, path: str, origin: Origin
) -> Iterator[Difference | Undetermined]:
    for key, wanted in expected.items():
        if key in actual:
            yield from differences(wanted, actual[key], path=f"{path}[{key}]", origin=origin)
        else:
            yield Difference(
                path=f"{path}[{key}]",
                kind=Kind.MISSING,
                expected=wanted,
                actual=None,
                origin=getattr(wanted, "origin", ()) or origin,
            )
    for key in sorted(actual.keys() - expected.keys()):
        yield Difference(
            path=f"{path}[{key}]", kind=Kind.UNEXPECTED, expected=None, actual=actual[key], origin=origin
        )


def _kind(expected: Any, actual: Any) -> Kind:
    """A group of settings comes or goes as a whole; a single setting changes."""
    if actual is None and is_dataclass(expected):
        return Kind.MISSING
    if expected is None and is_dataclass(actual):
        return Kind.UNEXPECTED
    return Kind.CHANGED
