"""A catalog file -> `Catalog`, or every error in it at once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from tierkeep.catalog.applications import FILES
from tierkeep.catalog.compose import compose
from tierkeep.catalog.errors import MOST_ERRORS, CatalogError, CatalogInvalid
from tierkeep.catalog.explain import explain
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.overlay import wrong_overrides
from tierkeep.catalog.program_files import PROGRAMS, read_program_files
from tierkeep.catalog.references import wrong_references
from tierkeep.catalog.script_files import read_script_files
from tierkeep.catalog.tree import Location, Tree


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedCatalog:
    """A well-formed catalog, with the tree that knows where each part of it stands."""

    catalog: Catalog
    tree: Tree
    digest: str
    """SHA-256 of the text of all of its files, scripts too, in hexadecimal."""

    def error(self, location: Location, message: str, hint: str, rule: str = "") -> CatalogError:
        """An error about the part of the catalog at `location`."""
        return _error(self.tree, location, message, hint, rule=rule)


def load_catalog(file: Path) -> LoadedCatalog:
    """Reads a catalog. Raises `CatalogInvalid` with all that is wrong in it, an unreadable file included."""
    tree, text = compose(file)
    if not isinstance(tree.value, dict):
        what = (
            "the catalog is empty" if tree.value is None else "a catalog is a map of keys, such as `tiers:`"
        )
        raise CatalogInvalid([_error(tree, (), what, "begin with `version: 1`; catalog.yaml is an example")])
    files, unreadable = read_script_files(tree.value, file.parent)
    programs, unusable = read_program_files(tree.value, file.parent)
    errors = [
        _error(tree, wrong.location, wrong.message, wrong.hint, of_key=wrong.about_key)
        for wrong in (*wrong_references(tree.value), *unreadable, *unusable)
    ]
    try:
        catalog = Catalog.model_validate(tree.value, context={FILES: files, PROGRAMS: programs})
    except ValidationError as invalid:
        for detail in invalid.errors(include_url=False, include_context=True)[:MOST_ERRORS]:
            wrong = explain(detail, tree.value)
            errors.append(_error(tree, wrong.location, wrong.message, wrong.hint, of_key=wrong.about_key))
        raise CatalogInvalid(errors) from None
    if not errors:
        errors = [
            _error(tree, wrong.location, wrong.message, wrong.hint, of_key=wrong.about_key)
            for wrong in wrong_overrides(catalog)
        ]
    if errors:
        raise CatalogInvalid(errors)
    scripts = [files[path] for path in sorted(files)]
    read = "\n---\n".join([text, *scripts, *(programs[path] for path in sorted(programs))])
    return LoadedCatalog(catalog=catalog, tree=tree, digest=sha256(read.encode()).hexdigest())


def _error(
    tree: Tree, location: Location, message: str, hint: str, *, of_key: bool = False, rule: str = ""
) -> CatalogError:
    at = tree.position(location, of_key=of_key)
    return CatalogError(file=at.file, line=at.line, column=at.column, message=message, hint=hint, rule=rule)
