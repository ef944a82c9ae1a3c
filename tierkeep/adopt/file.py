"""The file that `tierkeep import` writes and `main.py` reads. Its version is 1.

schema_version  1
catalog         the catalog's name
stacks          by stack: the import ids of the AWS provider, by construct path
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from tierkeep.adopt import paths

if TYPE_CHECKING:  # at run time it would bring boto3 into `main.py`
    from tierkeep.adopt.model import UnitAdoption

SCHEMA_VERSION = 1

Imports: TypeAlias = Mapping[str, Mapping[str, str]]
"""By stack and construct path: the id to import."""


class ImportsInvalid(Exception):  # noqa: N818 - what `CatalogInvalid` is to a catalog
    """A file of imports that cannot be used. The message says which and why."""


def written(adoptions: Sequence[UnitAdoption], *, catalog: str) -> str:
    """The file's text; stacks in which nothing is adopted are left out."""
    stacks = {
        paths.stack(each.unit): {one.path: one.id for one in each.imports}
        for each in adoptions
        if each.imports
    }
    document = {"schema_version": SCHEMA_VERSION, "catalog": catalog, "stacks": stacks}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def read(file: Path, *, catalog: str) -> Imports:
    """What a file asks to import into the stacks of a catalog. Raises `ImportsInvalid`."""
    try:
        document = json.loads(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise ImportsInvalid(f"{file}: cannot be read: {error}") from error
    except ValueError as error:
        raise ImportsInvalid(f"{file}: is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        raise ImportsInvalid(f"{file}: is no file that this version of `tierkeep import` wrote")
    if document.get("catalog") != catalog:
        raise ImportsInvalid(f"{file}: is of the catalog {document.get('catalog')}, not of {catalog}")
    stacks = document.get("stacks")
    if not _is_imports(stacks):
        raise ImportsInvalid(f"{file}: `stacks` does not name ids by stack and path: write it once more")
    return stacks


def _is_imports(stacks: Any) -> TypeGuard[Imports]:
    return isinstance(stacks, dict) and all(
        isinstance(ids, dict) and all(isinstance(each, str) for each in ids.values())
        for ids in stacks.values()
    )
