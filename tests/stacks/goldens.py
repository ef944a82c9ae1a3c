"""Four catalogs whose whole Terraform is kept in files, one a stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.catalogs import SHIPPED

HERE = Path(__file__).parent
CATALOGS = {
    "reference": SHIPPED,
    "smallest": HERE / "catalogs" / "smallest.yaml",
    "organisation": HERE / "catalogs" / "organisation.yaml",
    "everything": HERE / "catalogs" / "everything.yaml",
}


def folder(catalog: str) -> Path:
    """Where the Terraform of a catalog is kept."""
    return HERE / "golden" / catalog


def kept(catalog: str) -> dict[str, dict[str, Any]]:
    """The Terraform of each stack of a catalog by the stack's name, as the files hold it."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder(catalog).glob("*.json"))}


def written(stack: dict[str, Any]) -> str:
    """The text of a file for a stack's Terraform."""
    return json.dumps(stack, indent=2) + "\n"
