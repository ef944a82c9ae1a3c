"""Takes out of an answer what differs from run to run, so that two emulators' answers can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Leaves = dict[str, str]
"""What an answer says, by the path to it: ``{"Rules[0].RuleName": "'daily'"}``."""

ERROR = "error"
"""Where the code stands, if an answer was an error."""

_RANDOM = (
    (re.compile(r"mrk-[0-9a-f]{32}"), "<id>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(vol|snap|ami|i|ou|o|r|p)-[0-9a-z]{4,}(-[0-9a-z]{8,})?\b"), r"\1-<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),  # material of keys
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{48}(?![A-Za-z0-9+/])"), "<id>"),  # versions of plans
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]*(Z|[+-]\d\d:\d\d)"), "<date>"),
)


def normalised(answer: Any, names: Mapping[str, str]) -> Any:
    """``answer`` without dates and random parts of ids.

    ``names`` says what the values are called that a script got from earlier answers, so that it is still
    seen whether it is the same plan; other random parts become ``<id>`` and the like.
    """
    if isinstance(answer, Mapping):
        return {str(key): normalised(value, names) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [normalised(value, names) for value in answer]
    if isinstance(answer, datetime):
        return "<date>"
    return _text(answer, names) if isinstance(answer, str) else answer


def leaves(answer: Any) -> Leaves:
    """An answer, flat.  What is empty is a leaf too."""
    found: Leaves = {}
    _gather(answer, "", found)
    return found


def _text(value: str, names: Mapping[str, str]) -> str:
    for known in sorted(names, key=len, reverse=True):
        value = value.replace(known, f"<{names[known]}>")
    for pattern, name in _RANDOM:
        value = pattern.sub(name, value)
    return value


def _gather(value: Any, path: str, found: Leaves) -> None:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            _gather(each, f"{path}.{key}" if path else key, found)
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            _gather(each, f"{path}[{index}]", found)
    else:
        found[path or "(answer)"] = repr(value)
