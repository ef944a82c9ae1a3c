"""The pages that are made of what the tests go through: docs/fault-matrix.md and docs/damage.md."""

from __future__ import annotations

import os
from collections.abc import Callable

import matrix
import pytest
from damage import page as damage_page

from tests.catalogs import ROOT


@pytest.mark.parametrize(
    ("name", "page"), [("fault-matrix.md", matrix.page), ("damage.md", damage_page.page)]
)
def test_a_page_says_what_is_tested(name: str, page: Callable[[], str]) -> None:
    """As the file, which `TIERKEEP_UPDATE_GOLDENS=1` writes anew."""
    file = ROOT / "docs" / name
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        file.write_text(page(), encoding="utf-8")
    assert page() == file.read_text(encoding="utf-8"), f"TIERKEEP_UPDATE_GOLDENS=1 writes docs/{name}"
