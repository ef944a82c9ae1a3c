"""A catalog as it was in a git revision."""

from __future__ import annotations

import os
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
    """Writes the catalog, and the files below its folder that it includes or whose scripts it names, into a
    folder; its path there.

    Raises `NoSuchCatalog` if git cannot read them.
    """
    from tierkeep.catalog.compose import included
    from tierkeep.catalog.program_files import named_programs
    from tierkeep.catalog.script_files import named_scripts

    text, here = str(revision), posixpath.dirname(revision.path)
    file = folder / revision.path
    file.parent.mkdir(parents=True, exist_ok=True)
    if _is_link(revision):
        raise NoSuchCatalog(_neither(text, f"{revision.path} is a link there"))
    file.write_bytes(_git(text, "show", text))
    if not any(word in file.read_bytes() for word in (b"include", b"application", b"assertions")):
        return file
    entries = [entry for entry in _entries(revision, here) if entry.path != revision.path]
    links = [entry for entry in entries if entry.mode == _LINK]
    targets = dict(zip(links, _blobs(text, links), strict=True))
    for entry in sorted(entries, key=lambda each: each.mode == _LINK):
        _place(folder / entry.path, entry, os.fsdecode(targets.get(entry, b"")), here)
    # The same patterns on the same names as in a working folder; only what they match is read.
    for find in (included, named_scripts, named_programs):
        found = {each.resolve() for each in find(file)}
        wanted = [each for each in entries if each.mode != _LINK and (folder / each.path).resolve() in found]
        for entry, content in zip(wanted, _blobs(text, wanted), strict=True):
            _write(folder / entry.path, entry, content)
    return file


def _write(file: Path, entry: _Entry, content: bytes) -> None:
    file.write_bytes(content)
    if entry.mode == _EXECUTABLE:
        file.chmod(0o700)


_LINK = "120000"
_EXECUTABLE = "100755"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A file or a symbolic link in a revision."""

    mode: str
    blob: str
    path: str


def _is_link(revision: Revision) -> bool:
    listed = _git(str(revision), "ls-tree", "-z", "--full-tree", revision.name, "--", revision.path)
    return listed.decode(errors="replace").startswith(_LINK)


def _entries(revision: Revision, here: str) -> list[_Entry]:
    below = ("--", f"{here}/") if here else ()
    listed = _git(str(revision), "ls-tree", "-r", "-z", "--full-tree", revision.name, *below)
    found = []
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, kind, blob = head.decode().split()
        name = os.fsdecode(path)
        if kind == "blob" and ".." not in PurePosixPath(name).parts:
            found.append(_Entry(mode=mode, blob=blob, path=name))
    return found


def _place(file: Path, entry: _Entry, target: str, here: str) -> None:
    """Makes an empty file, or a link that stays below the catalog's folder; no link that leads elsewhere."""
    if entry.mode != _LINK:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        return
    to = PurePosixPath(posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target)))
    if target and not to.is_absolute() and to.parts[:1] != ("..",) and to.is_relative_to(here):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)


def _blobs(text: str, entries: list[_Entry]) -> list[bytes]:
    """The contents of entries, all read by one process."""
    if not entries:
        return []
    asked = "".join(f"{entry.blob}\n" for entry in entries).encode()
    answer, at, found = _git(text, "cat-file", "--batch", asked=asked), 0, []
    for entry in entries:
        end = answer.index(b"\n", at)
        words = answer[at:end].split()
        if len(words) != 3:  # name, type and size; else the blob is missing
            raise NoSuchCatalog(_neither(text, f"{entry.path} cannot be read there"))
        size = int(words[2])
        found.append(answer[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return found


def _within(text: str, catalog: Path, root: str) -> str:
    try:
        return catalog.resolve().relative_to(Path(root).resolve()).as_posix()
    except ValueError:
        raise NoSuchCatalog(_neither(text, f"{catalog} lies outside this git repository")) from None


def _git(text: str, *arguments: str, asked: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            input=asked,
            capture_output=True,
            check=True,
        )
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
