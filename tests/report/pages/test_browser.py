"""The site in a real browser, where the machine has one: no complaint, no violation, no network, no stall."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.browser import AXE, Watched, browsing, find_browser, violations
from tests.report.pages import case
from tierkeep.report.pages_folder import write_pages
from tierkeep.report.site.build import site

EXECUTABLE = find_browser()
pytestmark = [
    pytest.mark.skipif(EXECUTABLE is None, reason="not run: no Chromium on the PATH"),
    pytest.mark.skipif(not AXE.is_file(), reason="not run: no axe-core in node_modules"),
]
PAGES = ("index", "promises", "tier-database", "findings", "drills", "coverage", "drill")
STALL_SECONDS = 5.0
"""A page that takes so long to answer has stalled; it takes a tenth where nothing else is done."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert EXECUTABLE
    with browsing(EXECUTABLE) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose findings are ten thousand, with hostile texts among its drills."""
    made = tmp_path_factory.mktemp("browser")
    documents = [
        *case.history(),
        case.evidence(5000, not_checked=[case.HOSTILE], addendum={"says": case.HOSTILE}),
    ]
    write_pages(made / "site", site(case.inputs(made, documents=documents, count=10_000)))
    return made / "site"


def opened(browser: Browser, folder: Path, name: str, **how: Any) -> Watched:
    watched = Watched(browser.new_page(**how))
    file = max(folder.glob("drill-*.html")) if name == "drill" else folder / f"{name}.html"
    watched.page.goto(file.as_uri())
    return watched


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_used_by_everybody(browser: Browser, folder: Path, name: str, scheme: str) -> None:
    """Wide and narrow: nothing on the console, no violation, nothing wider than the window, one file."""
    watched = opened(browser, folder, name, color_scheme=scheme, viewport={"width": 1280, "height": 900})
    found = violations(watched.page)
    watched.page.set_viewport_size({"width": 320, "height": 640})
    found += violations(watched.page)
    root = "document.documentElement"
    assert watched.page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    assert found == []
    assert watched.complaints == []
    assert watched.requests == [watched.page.url]
    watched.page.close()


def test_printed_nothing_is_cut_off(browser: Browser, folder: Path) -> None:
    """What is for the screen alone is left out, and tables are not cut where they would scroll."""
    page = opened(browser, folder, "tier-database").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1040, "height": 1400})
    assert not page.locator("nav").first.is_visible()
    cut = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1 "
    assert page.evaluate(f"{cut} && getComputedStyle(e).overflowX !== 'visible').length") == 0
    page.close()


def shown(page: Page) -> str:
    return page.locator("#shown").inner_text()


def test_ten_thousand_findings_are_filtered_without_stalling(browser: Browser, folder: Path) -> None:
    """By text, severity, account, tier and check; the count is announced; the clock is watched."""
    begun = time.monotonic()
    watched = opened(browser, folder, "findings")
    page = watched.page
    expect(page.locator("#shown")).to_have_text("1 to 50 of 10001")
    assert time.monotonic() - begun < STALL_SECONDS
    assert page.locator("#findings tbody tr").count() == 50
    assert page.locator("#shown").get_attribute("role") == "status"

    begun = time.monotonic()
    page.get_by_label("Any text").fill("vol-0000002a")
    expect(page.locator("#shown")).to_have_text("1 to 1 of 1, chosen from 10001")
    page.get_by_label("Any text").fill("")
    page.get_by_label("Severity").select_option("unknown")
    expect(page.locator("#shown")).to_have_text("1 to 1 of 1, chosen from 10001")
    page.get_by_label("Severity").select_option("")
    page.get_by_label("Tier").select_option("testing")
    page.get_by_label("Check").select_option("drift.vault")
    page.get_by_label("Account and Region").select_option("production/ap-south-1")
    expect(page.locator("#shown")).to_have_text("Nothing matches, chosen from 10001")
    page.get_by_label("Account and Region").select_option("staging/ap-south-1")
    tiers = set(page.locator("#findings tbody td:nth-child(5)").all_inner_texts())
    assert tiers == {"testing"}
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#shown")).to_have_text("1 to 50 of 10001")
    assert page.evaluate("document.activeElement.id") == "filter-text"
    page.get_by_label("Standing").select_option("waived")
    expect(page.locator("#shown")).to_have_text("1 to 50 of 200, chosen from 10001")
    assert time.monotonic() - begun < 2 * STALL_SECONDS
    assert watched.complaints == []
    assert violations(page) == []
    page.close()


def test_findings_by_keyboard_alone(browser: Browser, folder: Path) -> None:
    """Past the links, through the filters, sorting and turning pages: each step is where one expects it."""
    page = opened(browser, folder, "findings").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "filter-text"
    page.get_by_role("button", name="Where").focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert page.locator("#findings tbody td:nth-child(4)").first.inner_text() == "development/ap-south-1"
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert page.locator("#findings tbody td:nth-child(4)").first.inner_text() == "staging/ap-south-1"
    page.get_by_role("button", name="Severity").press("Enter")
    assert page.locator("#findings tbody td:first-child").first.inner_text() == "critical"
    page.get_by_role("button", name="Next").press("Enter")
    assert shown(page) == "51 to 100 of 10001"
    page.get_by_role("button", name="Previous").press("Enter")
    assert shown(page) == "1 to 50 of 10001"
    assert page.get_by_role("button", name="Previous").is_disabled()
    page.locator("summary").first.press("Enter")
    assert page.locator("#findings dl").first.is_visible()
    page.close()


def test_without_a_script_all_findings_are_on_pages(browser: Browser, folder: Path) -> None:
    """The filters that would do nothing are not shown, and links lead to the other pages."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "findings.html").as_uri())
    assert page.locator("#findings tbody tr").count() == 250
    assert not page.get_by_label("Any text").is_visible()
    page.get_by_role("link", name="41", exact=True).click()
    assert page.locator("#findings tbody tr").count() == 1
    context.close()


def test_a_page_can_reach_no_network(browser: Browser, folder: Path) -> None:
    """Whatever got into a page: the browser sends nothing anywhere, and runs nothing that is not ours."""
    watched = opened(browser, folder, "findings")
    page = watched.page
    refused = page.evaluate("fetch('https://example.org/').then(() => false, () => true)")
    assert refused
    add = "document.body.append(Object.assign(document.createElement"
    page.evaluate(f"{add}('img'), {{src: 'https://example.org/x'}}))")
    page.evaluate(f"{add}('script'), {{textContent: 'window.bad = 1'}}))")
    assert page.evaluate("window.bad") is None
    assert all("Content Security Policy" in each or "violates" in each for each in watched.complaints)
    assert len(watched.complaints) >= 3
    page.close()
