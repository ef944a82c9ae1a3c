"""The programs that a catalog's assertions name: which files those are, and what they hold, by digest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tierkeep.catalog.compose import compose
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.catalog.script_files import is_below
from tierkeep.catalog.tree import Location
from tierkeep.catalog.wrong import Wrong

PROGRAMS = "programs"
"""What the context of a validation calls the digests of programs, by their paths."""
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFile:
    """A program beside the catalog: the drill runs it only while it is what was read with the catalog."""

    path: str
    sha256: str


def program_paths(catalog: Any) -> Iterator[tuple[Location, str]]:
    """Where the plain values of a catalog name a program, and its path. Models report what has no form."""
    assertions = catalog.get("assertions") if isinstance(catalog, dict) else None
    for name, assertion in assertions.items() if isinstance(assertions, dict) else ():
        script = assertion.get("script") if isinstance(assertion, dict) else None
        if isinstance(script, dict) and isinstance(script.get("path"), str):
            yield ("assertions", name, "script", "path"), script["path"]


def read_program_files(catalog: Any, folder: Path) -> tuple[dict[str, str], list[Wrong]]:
    """The SHA-256 of each program by its path from the catalog's folder, and what cannot be run."""
    digests: dict[str, str] = {}
    wrong: list[Wrong] = []
    for location, path in program_paths(catalog):
        digests[path], why = _read(folder, path)
        if why:
            hint = "name a program in the catalog's own folder, or below it, that may be executed"
            wrong.append(Wrong(location=location, message=f"the program {path} {why}", hint=hint))
    return digests, wrong


def named_programs(file: Path) -> list[Path]:
    """The files that a catalog names as programs; none where reading the catalog fails, which says why."""
    try:
        tree, _ = compose(file)
    except CatalogInvalid:
        return []
    return [file.parent / path for _, path in program_paths(tree.value) if is_below(path)]


def digest_of(file: Path) -> str:
    """The SHA-256 of a program, in hexadecimal. Raises OSError, and ValueError if it is too large."""
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return sha256(content).hexdigest()


def _read(folder: Path, path: str) -> tuple[str, str]:
    """The digest of a program, or why it cannot be run."""
    file = folder / path
    if not is_below(path) or not file.resolve().is_relative_to(folder.resolve()):
        return "", "does not lie in the catalog's folder"
    try:
        found = digest_of(file)
    except OSError as error:
        return "", f"cannot be read: {(error.strerror or str(error)).lower()}"
    except ValueError as error:
        return "", str(error)
    return found, "" if os.access(file, os.X_OK) else "may not be executed: `chmod +x` it"
