"""A folder of generated pages: written anew each time, and without those of the last time that are gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Set
from pathlib import Path

_LIST = "tierkeep-pages.json"
"""Which files of the folder are ours: only those are ever taken away."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(html|md)")


class NotOurs(Exception):  # noqa: N818 - it is what the user is told
    """A folder into which nothing is written. The message says why."""


def write_pages(folder: Path, pages: Iterable[tuple[str, str]]) -> int:
    """Writes each page, then removes what an earlier run wrote and this one did not; how many were written.

    Raises `NotOurs` where a page would replace a file that no earlier run wrote, and OSError.
    """
    before = _written_before(folder)
    made = dict(pages)
    strange = sorted(name for name in made if name not in before and (folder / name).exists())
    if strange:
        raise NotOurs(
            f"{folder / strange[0]} is there already, and Tierkeep did not write it: name another folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    # First in the list, then on the disk: what a crash leaves is known to be ours.
    _note(folder, before | made.keys())
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in before - made.keys():
        (folder / name).unlink(missing_ok=True)
    _note(folder, made.keys())
    return len(made)


def _note(folder: Path, names: Set[str]) -> None:
    (folder / _LIST).write_text(json.dumps(sorted(names), indent=1) + "\n", encoding="utf-8")


def _written_before(folder: Path) -> set[str]:
    path = folder / _LIST
    if not path.is_file():
        return set()
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(
        isinstance(each, str) and _NAME.fullmatch(each) for each in names
    ):
        raise NotOurs(f"{path} is not the list that Tierkeep writes: remove the folder, or name another")
    return set(names)
