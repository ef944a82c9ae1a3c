"""The scripts of a team that a catalog names: which files those are, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from tierkeep.catalog.compose import compose
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.catalog.tree import Location
from tierkeep.catalog.wrong import Wrong

MAX_BYTES = 64 * 1024
"""As much as a document of Systems Manager can hold at all, so that nothing larger is worth reading."""


def script_paths(catalog: Any) -> Iterator[tuple[Location, str]]:
    """Where the plain values of a catalog name a script, and its path. The models report what has no form."""
    tiers = catalog.get("tiers") if isinstance(catalog, dict) else None
    for name, tier in tiers.items() if isinstance(tiers, dict) else ():
        asked = tier.get("application_consistency") if isinstance(tier, dict) else None
        application = asked.get("application") if isinstance(asked, dict) else None
        if isinstance(application, dict) and application.get("type") == "own":
            for key in ("pre", "post"):
                if isinstance(application.get(key), str):
                    here = ("tiers", name, "application_consistency", "application", key)
                    yield here, application[key]


def is_below(path: str) -> bool:
    """Whether a path is one of a file below the folder that it is relative to, by what is written alone."""
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and path.isprintable() and "\\" not in path


def read_script_files(catalog: Any, folder: Path) -> tuple[dict[str, str], list[Wrong]]:
    """The texts of the scripts by their paths from the catalog's folder, and what cannot be read."""
    texts: dict[str, str] = {}
    wrong: list[Wrong] = []
    for location, path in script_paths(catalog):
        text, why = _read(folder, path)
        texts[path] = text
        if why:
            hint = "name a script for bash in the catalog's own folder, or below it"
            wrong.append(Wrong(location=location, message=f"the script {path} {why}", hint=hint))
    return texts, wrong


def named_scripts(file: Path) -> list[Path]:
    """The files that a catalog names as scripts; none where reading the catalog fails, which says why."""
    try:
        tree, _ = compose(file)
    except CatalogInvalid:
        return []
    return [file.parent / path for _, path in script_paths(tree.value) if is_below(path)]


def _read(folder: Path, path: str) -> tuple[str, str]:
    """What a script holds, or why it cannot be had."""
    file = folder / path
    if not is_below(path) or not file.resolve().is_relative_to(folder.resolve()):
        return "", "does not lie in the catalog's folder"
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return "", f"cannot be read: {(error.strerror or str(error)).lower()}"
    if len(content) > MAX_BYTES:
        return "", f"is larger than {MAX_BYTES // 1024} KiB"
    # Shells take a carriage return for a part of the command.
    text = content.decode(errors="replace").replace("\r\n", "\n").strip("\n")
    if not text or not all(each.isprintable() or each in "\n\t" for each in text) or "\ufffd" in text:
        return "", "is empty, or no text in UTF-8"
    return text, ""
