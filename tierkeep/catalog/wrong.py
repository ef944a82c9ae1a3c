"""One thing wrong at one place of a catalog, before the place is known as line and column."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from tierkeep.catalog.tree import Location


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """What is wrong at a location, and what would be right."""

    location: Location
    message: str
    hint: str
    about_key: bool = False
    """It is the key that is wrong, not the value behind it."""


def suggest(word: str, known: list[str]) -> str:
    """A hint that names the known word nearest to `word`, or all of them."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known here: {', '.join(sorted(known))}" if known else "nothing of this kind is defined yet"
