"""Load, resolve, judge: the one way in from a catalog, for `main.py` and for every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tierkeep.catalog.errors import CatalogError, CatalogInvalid
from tierkeep.catalog.load import LoadedCatalog, load_catalog
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Judgement, Severity, judge


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiled:
    """A catalog that may be deployed."""

    file: Path
    digest: str
    """SHA-256 of the catalog's text, in hexadecimal."""
    state: DesiredState
    warnings: tuple[CatalogError, ...]
    notices: tuple[CatalogError, ...]


def compile_catalog(file: Path) -> Compiled:
    """The desired state of a catalog. Raises `CatalogInvalid` with every error, of form or of rule."""
    loaded = load_catalog(file)
    state = resolve(loaded.catalog)
    found = judge(state)
    errors = _of(loaded, found, Severity.ERROR)
    if errors:
        raise CatalogInvalid(list(errors))
    return Compiled(
        file=file,
        digest=loaded.digest,
        state=state,
        warnings=_of(loaded, found, Severity.WARNING),
        notices=_of(loaded, found, Severity.NOTICE),
    )


def _of(
    loaded: LoadedCatalog, judgements: tuple[Judgement, ...], severity: Severity
) -> tuple[CatalogError, ...]:
    errors = {
        loaded.error(each.violation.origin, each.violation.message, each.violation.hint, each.rule.id)
        for each in judgements
        if each.rule.severity is severity
    }
    return tuple(sorted(errors))
