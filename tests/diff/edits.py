"""Edits of the shipped catalog, and its state with them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.catalogs import SHIPPED, model
from tierkeep.catalog.load import load_catalog
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve

WATCHED: dict[str, Any] = load_catalog(SHIPPED).tree.value
"""The whole of it."""
CATALOG = {key: value for key, value in WATCHED.items() if key != "watching"}
"""Without what is watched, which changes with each schedule."""
REMOVED = object()


def edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    """The catalog with the value at each dotted path set, or, with `REMOVED`, taken out."""
    catalog = deepcopy(CATALOG)
    for path, value in edits:
        *parents, last = path.split(".")
        at = catalog
        for each in parents:
            at = at[each]
        if value is REMOVED:
            del at[last]
        else:
            at[last] = value
    return catalog


def state(catalog: dict[str, Any]) -> DesiredState:
    """The desired state of a catalog's plain values."""
    return resolve(model(catalog))
