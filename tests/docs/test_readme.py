"""What the documents say is true of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import TypeAdapter

from tests.catalogs import ROOT, SHIPPED
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.program_files import PROGRAMS, program_paths
from tierkeep.catalog.tree import parse
from tierkeep.cli import main

README = (ROOT / "README.md").read_text()


def blocks(language: str, page: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_stack_of_your_own_synthesizes(tmp_path: Path) -> None:
    """README's example runs as it stands, in a folder with a catalog."""
    (example,) = blocks("python", README)
    shutil.copy(SHIPPED, tmp_path)
    (tmp_path / "example.py").write_text(example)
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, capture_output=True)
    (stack,) = (tmp_path / "cdktf.out" / "stacks").iterdir()
    assert stack.name == "database-vaults-ap-south-1"
    assert "campus-database" in (stack / "cdk.tf.json").read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/catalog.md"])
def test_catalogs_in_the_documents_have_the_catalogs_form(page: str) -> None:
    """Each excerpt is a catalog's: every key of it is valid as it stands."""
    file = ROOT / page
    excerpts = blocks("yaml", file.read_text())
    assert excerpts
    for excerpt in excerpts:
        asked = parse(excerpt, file).value
        context = {PROGRAMS: {path: "as it is there" for _, path in program_paths(asked)}}
        for key, value in asked.items():
            field = Catalog.model_fields[key]
            adapter = TypeAdapter(Annotated[field.annotation, "", *field.metadata])
            adapter.validate_python(value, context=context)


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
