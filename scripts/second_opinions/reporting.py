"""How a second opinion says what came of it, and keeps its figures for the documentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.second_opinions.differences import Verdict

FIGURES = Path(__file__).with_name("figures.json")
"""What the last runs that came out clean have counted; docs/second-opinions.md shows it."""

console = Console(highlight=False, soft_wrap=True)


def report(title: str, figures: Mapping[str, int], verdict: Verdict, explained: Path) -> int:
    """Print a table and what is not as it has to be.  Returns the exit code."""
    table = Table(title=title, title_justify="left", show_header=False, show_edge=False, pad_edge=False)
    table.add_column("what")
    table.add_column("how many", justify="right")
    counted = {
        **figures,
        "explained": len(verdict.explained),
        "not explained": len(verdict.unexplained),
        "explained, but gone": len(verdict.stale),
    }
    for what, number in counted.items():
        table.add_row(what, str(number))
    console.print(table)
    for each in verdict.unexplained:
        console.print(f"not explained in {explained.name}: {each}", markup=False)
    for each in verdict.stale:
        console.print(f"explained in {explained.name}, but gone: {each}", markup=False)
    return 0 if verdict.clean else 1


def record(opinion: str, figures: Mapping[str, int], verdict: Verdict) -> None:
    """Keep the figures of a clean run, for the page."""
    if verdict.clean:
        known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
        FIGURES.write_text(json.dumps({**known, opinion: dict(figures)}, indent=2, sort_keys=False) + "\n")
