"""A catalog as it was in a git revision."""

from __future__ import annotations

import posixpath
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class NoSuchCatalog(Exception):  # noqa: N818 - it reads as what it says
    """Neither a file nor a catalog in a git revision; the text says what to write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A catalog in a revision, such as `HEAD~3:catalog.yaml`."""

    name: str
    """The revision alone, such as `HEAD~3`."""
    path: str
    """The catalog's path from the root of the repository."""

    def __str__(self) -> str:
        return f"{self.name}:{self.path}"


def find_revision(text: str, catalog: Path) -> Revision:
    """The revision that a text on the command line names. Raises `NoSuchCatalog`."""
    name, colon, path = text.partition(":")
    if not name or name.startswith("-") or (colon and not path):
        raise NoSuchCatalog(_neither(text, "its name is not complete"))
    prefix = _git(text, "rev-parse", "--show-prefix").decode().strip()
    if path.startswith("."):
        path = f"{prefix}{path}"  # relative to the working folder, as git itself reads it
    if not colon:
        root = _git(text, "rev-parse", "--show-toplevel").decode().strip()
        path = _within(text, catalog, root) if catalog.is_absolute() else f"{prefix}{catalog.as_posix()}"
    revision = Revision(name=name, path=posixpath.normpath(path))
    _git(text, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if _git(text, "cat-file", "-t", str(revision)).strip() != b"blob":
        raise NoSuchCatalog(_neither(text, f"{revision.path} is no file there"))
    return revision


def check_out(revision: Revision, folder: Path) -> Path:
    """Writes the catalog, and the YAML files below its folder that it may include, into a folder; its path.

    Raises `NoSuchCatalog` if git cannot read them.
    """
    text, here = str(revision), PurePosixPath(revision.path).parent
    names = [revision.path]
    if b"include" in _git(text, "show", text):
        listed = _git(text, "ls-tree", "-r", "-z", "--name-only", "--full-tree", revision.name)
        names += [
            name
            for name in listed.decode().split("\0")
            if PurePosixPath(name).suffix in {".yaml", ".yml"} and PurePosixPath(name).is_relative_to(here)
        ]
    for name in dict.fromkeys(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_git(text, "show", f"{revision.name}:{name}"))
    return folder / revision.path


def _within(text: str, catalog: Path, root: str) -> str:
    try:
        return catalog.resolve().relative_to(Path(root).resolve()).as_posix()
    except ValueError:
        raise NoSuchCatalog(_neither(text, f"{catalog} lies outside this git repository")) from None


def _git(text: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=True)  # noqa: S603, S607
    except FileNotFoundError:
        raise NoSuchCatalog(_neither(text, "git is not installed")) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        raise NoSuchCatalog(_neither(text, said[0] if said else "no such revision")) from None
    return done.stdout


def _neither(text: str, why: str) -> str:
    return (
        f"`{text}` is neither a file nor a catalog in a git revision ({why}): name a file, a revision such "
        "as HEAD~1 (read at --catalog's path), or REVISION:PATH"
    )
