"""What the documents say is true of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.catalogs import ROOT, SHIPPED
from tierkeep.catalog.model import Account, Tier
from tierkeep.cli import main

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language in README.md."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_stack_of_your_own_synthesizes(tmp_path: Path) -> None:
    """README's example runs as it stands, in a folder with a catalog."""
    (example,) = blocks("python")
    shutil.copy(SHIPPED, tmp_path)
    (tmp_path / "example.py").write_text(example)
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, capture_output=True)
    (stack,) = (tmp_path / "cdktf.out" / "stacks").iterdir()
    assert stack.name == "database-vaults-ap-south-1"
    assert "campus-database" in (stack / "cdk.tf.json").read_text()


def test_the_catalog_in_the_readme_has_the_catalogs_form() -> None:
    """README's excerpt is a catalog's: its tiers and accounts are valid as they stand."""
    (example,) = blocks("yaml")
    catalog = yaml.safe_load(example)
    for tier in catalog["tiers"].values():
        Tier.model_validate(tier)
    for account in catalog["accounts"].values():
        Account.model_validate(account)


@pytest.mark.parametrize("command", main.COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """README or a page below docs/ shows each command."""
    pages = [README, *(page.read_text() for page in (ROOT / "docs").rglob("*.md"))]
    assert any(f"tierkeep {command}" in page for page in pages)


def test_links_between_the_documents_are_whole() -> None:
    """Every relative link leads to a file that is there."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
