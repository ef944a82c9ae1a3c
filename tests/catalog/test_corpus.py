"""Broken catalogs, each with the whole of what `tierkeep lint` says about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tierkeep.cli import exit_codes, main

CORPUS = Path(__file__).parent / "corpus"
CATALOGS = sorted(CORPUS.glob("*.yaml"), key=lambda file: file.name)


def test_there_are_enough() -> None:
    """A corpus that was moved or lost would pass in silence."""
    assert len(CATALOGS) >= 100


def test_as_json_what_is_not_known_is_null(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody may take a catalog with errors for one without warnings."""
    monkeypatch.chdir(CORPUS)
    arguments = ["lint", "--format", "json", "--catalog", "keep-minutes.yaml"]
    assert main.main(arguments) == exit_codes.CATALOG_INVALID
    document = json.loads(capsys.readouterr().out)
    assert (len(document["errors"]), document["warnings"], document["notices"]) == (1, None, None)


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda file: file.stem)
def test_a_broken_catalog(
    catalog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors and nothing else, as in the golden beside it; each says where, what, and what is right."""
    monkeypatch.chdir(CORPUS)
    assert main.main(["lint", "--catalog", catalog.name]) == exit_codes.CATALOG_INVALID
    printed = capsys.readouterr()
    assert printed.out == ""
    golden = catalog.with_suffix(".txt")
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        golden.write_text(printed.err)
    assert printed.err == golden.read_text()
    for line in printed.err.splitlines()[:-2]:
        assert line.startswith((f"{catalog.name}:", "    "))
