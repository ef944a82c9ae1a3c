"""What a damage is: one row of docs/damage.md, and one test of `test_drill_damage.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tierkeep.drill.clock import Clock

Act = Callable[[Clock, Path], dict[str, Any]]
"""Drills something in a world of its own; the evidence."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """Something wrong with a backup or with what is restored from it.

    The API refuses nothing, and the restore ends well.
    """

    of: str
    """The type, as people say it."""
    what: str
    drill: Act
    """Drills something with this damage."""
    fails: tuple[str, ...]
    """The ids of the checks that fail."""
    says: str
    """Part of what the first of them says that it found."""
    result: str = "fail"
    """`could-not-verify` where other checks could not be made besides: unknown outranks what failed."""
    climbed: str | None = "restored"
    """How far up the ladder the drill comes all the same."""


ANOTHER_KEY = "arn:aws:kms:ap-south-1:1:key/another"
WRONG_KEY = "wrong key: it is encrypted under another than was asked for"
NOTHING = "the point restores to nothing"
