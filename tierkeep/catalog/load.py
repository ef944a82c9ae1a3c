"""A catalog file -> `Catalog`, or every error in it at once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from tierkeep.catalog.errors import CatalogError, CatalogInvalid
from tierkeep.catalog.explain import explain
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.references import wrong_references
from tierkeep.catalog.tree import MAX_BYTES, Location, Tree, parse


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedCatalog:
    """A well-formed catalog, with the tree that knows where each part of it stands."""

    catalog: Catalog
    tree: Tree
    digest: str
    """SHA-256 of the text, in hexadecimal."""

    def error(self, location: Location, message: str, hint: str, rule: str = "") -> CatalogError:
        """An error about the part of the catalog at `location`."""
        return _error(self.tree, location, message, hint, rule=rule)


def load_catalog(file: Path) -> LoadedCatalog:
    """Reads a catalog. Raises `CatalogInvalid` with all that is wrong in it, an unreadable file included."""
    text = _read(file)
    tree = parse(text, file)
    if not isinstance(tree.value, dict):
        what = (
            "the catalog is empty" if tree.value is None else "a catalog is a map of keys, such as `tiers:`"
        )
        raise CatalogInvalid([_error(tree, (), what, "begin with `version: 1`; catalog.yaml is an example")])
    errors = [
        _error(tree, wrong.location, wrong.message, wrong.hint) for wrong in wrong_references(tree.value)
    ]
    try:
        catalog = Catalog.model_validate(tree.value)
    except ValidationError as invalid:
        for detail in invalid.errors(include_url=False, include_context=True):
            wrong = explain(detail, tree.value)
            errors.append(_error(tree, wrong.location, wrong.message, wrong.hint, of_key=wrong.about_key))
        raise CatalogInvalid(errors) from None
    if errors:
        raise CatalogInvalid(errors)
    return LoadedCatalog(catalog=catalog, tree=tree, digest=sha256(text.encode()).hexdigest())


def _read(file: Path) -> str:
    """The text of the file. Raises `CatalogInvalid` if it cannot be read, is too large or is not UTF-8."""
    tree = Tree(file)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "name the catalog with --catalog FILE"
        raise CatalogInvalid([_error(tree, (), f"cannot be read: {reason}", hint)]) from None
    if len(content) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024 // 1024} MiB, the most that a catalog may be"
        raise CatalogInvalid([_error(tree, (), message, "is this the right file?")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        byte = f"0x{content[error.start]:02x}"
        raise CatalogInvalid(
            [
                CatalogError(
                    file=file,
                    line=line,
                    column=column,
                    message=f"the byte {byte} is not UTF-8",
                    hint="save the file with the encoding UTF-8",
                )
            ]
        ) from None


def _error(
    tree: Tree, location: Location, message: str, hint: str, *, of_key: bool = False, rule: str = ""
) -> CatalogError:
    at = tree.position(location, of_key=of_key)
    return CatalogError(file=tree.file, line=at.line, column=at.column, message=message, hint=hint, rule=rule)
