"""The page of the constructs is of the constructs, and each has an example that runs."""

from __future__ import annotations

from scripts.modules_page import ROOT, examples, page


def test_each_module_has_an_example() -> None:
    """A construct without one would be missing from the page. What constructs share is none."""
    files = (ROOT / "modules").glob("*.py")
    modules = {file.stem for file in files if "(Construct):" in file.read_text()}
    assert {each.stem for each in examples()} == modules


def test_the_page_is_up_to_date() -> None:
    """Inputs, what each example creates when it is run, and the example itself."""
    assert (ROOT / "docs" / "modules.md").read_text() == page(), (
        "python -m scripts.modules_page > docs/modules.md"
    )
