"""The page of what is generated is of the shipped catalog."""

from __future__ import annotations

from scripts.generated_page import ROOT, page


def test_the_page_is_up_to_date() -> None:
    """Counts by tier and by unit."""
    assert (ROOT / "docs" / "generated.md").read_text() == page(), (
        "python -m scripts.generated_page > docs/generated.md"
    )
