"""One thing wrong at one place of a catalog, before the place is known as line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from tierkeep.catalog.tree import Location


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """What is wrong at a location, and what would be right."""

    location: Location
    message: str
    hint: str
    about_key: bool = False
    """It is the key that is wrong, not the value behind it."""


_MOST_COMPARED = 200
"""Among how many known words the nearest is looked for: comparing takes some 5 µs a pair."""
_MOST_TOLD = 40


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`, or all of them unless they are too many."""
    return _suggest(word, tuple(dict.fromkeys(known)))


@lru_cache(maxsize=1024)
def _suggest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.6) if len(known) <= _MOST_COMPARED else []
    return f"did you mean `{near[0]}`?" if near else _known(known)


@lru_cache(maxsize=64)
def _known(known: tuple[str, ...]) -> str:
    if not known:
        return "nothing of this kind is defined yet"
    told = ", ".join(sorted(known)[:_MOST_TOLD])
    return f"known here: {told}" + (f" and {len(known) - _MOST_TOLD} more" if len(known) > _MOST_TOLD else "")
