"""Screenshots of a site in light and dark, wide and narrow and printed, and what axe-core says of each.

    python -m scripts.look SITE SCREENSHOTS

Ends with 1 where a page complains, or axe finds a violation; and with 2 where there is no browser.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from scripts.browser import AXE, Watched, browsing, find_browser, violations

_WIDTHS = (1280, 400, 320)
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> int:
    """Looks at every page whose name has no number, and at one drill's. Returns the exit code."""
    site, screens = (Path(each) for each in sys.argv[1:])
    executable = find_browser()
    if executable is None or not AXE.is_file():
        print("look: there is no Chromium on the PATH, or no axe-core in node_modules: nothing was looked at")
        return 2
    screens.mkdir(parents=True, exist_ok=True)
    faults = 0
    with browsing(executable) as browser:
        for file in _chosen(site):
            for fault in _look(browser, file, screens):
                print(f"{file.name}: {fault}")
                faults += 1
    print(f"{faults} complaints; screenshots: {screens}")
    return 1 if faults else 0


def _chosen(site: Path) -> list[Path]:
    drills = sorted(site.glob("drill-*.html"))
    others = sorted({*site.glob("*.html")} - {*drills, *site.glob("findings-*.html")})
    return [*others, *drills[-1:]]


def _look(browser: Browser, file: Path, screens: Path) -> Iterator[str]:
    for scheme in _SCHEMES:
        for width in _WIDTHS:
            page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
            watched = Watched(page)
            page.goto(file.resolve().as_uri())
            page.screenshot(path=screens / f"{file.stem}-{scheme}-{width}.png", full_page=True)
            yield from (f"{scheme}, {width} px: {each}" for each in watched.complaints)
            yield from (f"{scheme}, {width} px: {each}" for each in violations(page))
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                yield f"{scheme}, {width} px: it is wider than the window"
            page.close()
    page = browser.new_page()
    page.goto(file.resolve().as_uri())
    page.pdf(path=screens / f"{file.stem}.pdf", format="A4")
    page.emulate_media(media="print")
    page.screenshot(path=screens / f"{file.stem}-print.png", full_page=True)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
