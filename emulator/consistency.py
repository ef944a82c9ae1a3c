"""Eventual consistency on request: reads that do not know yet what was just made.

See :mod:`emulator.faults`.  It works on answers: what Create and Start operations answer as new identifiers
is left out of lists and not found by other reads until its time has come.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from emulator import clock, faults
from emulator.errors import ResourceNotFound

_MAKING = ("Create", "Start")
_READING = ("Describe", "Get", "List")

_hidden: dict[str, datetime] = {}


def clear() -> None:
    """Let reads know of everything."""
    _hidden.clear()


def seen(service: str, operation: str, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """What the caller sees of ``answer``.

    :raises ResourceNotFound: it is about something that reads do not know yet.
    """
    if operation.startswith(_MAKING):
        seconds = faults.lag_seconds(service, operation)
        if seconds:
            until = clock.now() + timedelta(seconds=seconds)
            _hidden.update(dict.fromkeys(set(_identifiers(answer)) - set(_texts(request)), until))
        return answer
    if not _hidden or not operation.startswith(_READING):
        return answer
    if any(map(_is_hidden, _identifiers(answer))):
        raise ResourceNotFound("The resource does not exist")
    return {name: _without_hidden(value) for name, value in answer.items()}


def _without_hidden(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        item for item in value if not (isinstance(item, dict) and any(map(_is_hidden, _identifiers(item))))
    ]


def _is_hidden(identifier: str) -> bool:
    until = _hidden.get(identifier)
    if until is not None and until <= clock.now():
        del _hidden[identifier]
        return False
    return until is not None


def _identifiers(document: dict[str, Any]) -> Iterator[str]:
    """What a document calls itself, and what a structure within it does."""
    for name, value in document.items():
        if isinstance(value, str) and name.endswith(("Arn", "ARN", "Id")):
            yield value
        elif isinstance(value, dict):
            yield from _identifiers(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
