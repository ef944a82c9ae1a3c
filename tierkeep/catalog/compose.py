"""A catalog that is split over files -> one tree, in which each part knows its file and place.

`include:` in the catalog names patterns of files, relative to its own folder. Each holds a part of the
catalog in the catalog's own form, and no key may stand in two files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tierkeep.catalog.errors import CatalogError, CatalogInvalid
from tierkeep.catalog.text import read_text
from tierkeep.catalog.tree import Location, Position, Tree, parse

INCLUDE = "include"
MAX_FILES = 2000
MAX_PATTERNS = 100
MAX_PATTERN = 200
"""Characters of a pattern of `include`."""
_MERGED = frozenset(
    {
        "tiers",
        "accounts",
        "objectives",
        "drills",
        "assertions",
        "waivers",
        "recovery_time",
        "recovery_point",
    }
)
"""Maps that files may fill together; any other key stands in one file only."""


def compose(file: Path) -> tuple[Tree, str]:
    """The tree of a catalog with what it includes, and all of its text.

    Raises `CatalogInvalid` with what cannot be read, included or merged.
    """
    text = read_text(file)
    tree = parse(text, file)
    if not isinstance(tree.value, dict) or INCLUDE not in tree.value:
        return tree, text
    errors: list[CatalogError] = []
    texts = [text]
    for each in _included(tree, errors):
        try:
            texts.append(read_text(each))
            part = parse(texts[-1], each)
        except CatalogInvalid as invalid:
            errors += invalid.errors
            continue
        if not isinstance(part.value, dict):
            errors.append(
                _error(Position(each, 1, 1), "this file holds no part of a catalog", "write `tiers:`")
            )
            continue
        _merge(tree, part, (), errors)
    if errors:
        raise CatalogInvalid(errors)
    return tree, "\n---\n".join(texts)


def _included(tree: Tree, errors: list[CatalogError]) -> Iterator[Path]:
    """The files that the patterns match, each once, in the order of their names."""
    patterns = tree.value[INCLUDE]
    if not isinstance(patterns, list):
        return  # the models say so
    if len(patterns) > MAX_PATTERNS:
        message = f"{len(patterns)} patterns; at most {MAX_PATTERNS} may be"
        errors.append(_error(tree.position((INCLUDE,)), message, "merge some of them"))
        return
    folder = tree.file.parent
    found: dict[Path, None] = {}
    for index, pattern in enumerate(patterns):
        at = tree.position((INCLUDE, index))
        wrong = _wrong_pattern(pattern)
        if wrong:
            hint = "write a pattern below the catalog's own folder, such as tiers/*.yaml"
            errors.append(_error(at, f"{_shown(pattern)} {wrong}", hint))
            continue
        matches = matching(tree.file, pattern)
        if not matches:
            errors.append(_error(at, f"`{pattern}` matches no file", f"it is looked for in {folder}"))
        for outside in (each for each in matches if not _is_below(each, folder)):
            hint = "put the file itself below the catalog's folder"
            errors.append(_error(at, f"{outside.name} is a link that leads out of the folder", hint))
        found.update(dict.fromkeys(matches))
    if len(found) > MAX_FILES:
        message = f"{len(found)} files are included; at most {MAX_FILES} may be"
        errors.append(_error(tree.position((INCLUDE,)), message, "merge some of them"))
        return
    yield from sorted(found)


def included(file: Path) -> list[Path]:
    """The files that a catalog's `include` matches, below its folder and through no link out of it.

    None where the catalog or its `include` is of a wrong form: reading it says why.
    """
    try:
        value = parse(read_text(file), file).value
    except CatalogInvalid:
        return []
    patterns = value.get(INCLUDE) if isinstance(value, dict) else None
    if not isinstance(patterns, list) or len(patterns) > MAX_PATTERNS:
        return []
    found = {each for pattern in patterns for each in matching(file, pattern)}
    return sorted(each for each in found if _is_below(each, file.parent))


def matching(file: Path, pattern: Any) -> list[Path]:
    """The files besides the catalog `file` that a pattern of its `include` matches, sorted.

    None for a pattern of a wrong form.
    """
    if _wrong_pattern(pattern):
        return []
    return sorted(path for path in file.parent.glob(pattern) if path.is_file() and path != file)


def _wrong_pattern(pattern: Any) -> str:
    """Why a value is no pattern that `Path.glob` takes below its folder; empty if it is one."""
    if not isinstance(pattern, str) or not pattern:
        return "names no files below the catalog's folder"
    parts = pattern.split("/")
    if len(pattern) > MAX_PATTERN or any(len(part.encode(errors="replace")) > 255 for part in parts):
        return f"is a pattern of {len(pattern)} characters, and {MAX_PATTERN} are allowed"
    if pattern.startswith("/") or ".." in parts or all(part in ("", ".") for part in parts):
        return "names no files below the catalog's folder"
    if not pattern.isprintable() or "\\" in pattern:
        return "holds a character that no pattern may have"
    if any("**" in part and part != "**" for part in parts):
        return "is no pattern: `**` stands for whole folders, alone between two slashes"
    # Each `**` walks every folder below every folder that the one before it found.
    return "has more than one `**`" if parts.count("**") > 1 else ""


def _shown(pattern: Any) -> str:
    text = str(pattern)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return f"`{text}`" if len(text) <= MAX_PATTERN else f"`{text[:20]}…`"


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _merge(tree: Tree, part: Tree, location: Location, errors: list[CatalogError]) -> None:
    """Puts the part's map at `location` into the tree's, together with the places of its keys and values."""
    ours, theirs = tree.at(location), part.at(location)
    for key, value in theirs.items():
        here = (*location, key)
        if location == () and key == INCLUDE:
            message, hint = "only the catalog itself includes files", "name them all in its `include`"
            errors.append(_error(part.position(here, of_key=True), message, hint))
        elif key not in ours:
            ours[key] = value
            tree.adopt(part, here)
        elif key in _MERGED and isinstance(value, dict) and isinstance(ours[key], dict):
            _merge(tree, part, here, errors)
        else:
            first = tree.position(here, of_key=True)
            message = f'the key "{key}" stands here a second time'
            hint = f"the first is at {first.file}:{first.line}: keep one of them"
            errors.append(_error(part.position(here, of_key=True), message, hint))


def _error(at: Position, message: str, hint: str) -> CatalogError:
    return CatalogError(file=at.file, line=at.line, column=at.column, message=message, hint=hint)
