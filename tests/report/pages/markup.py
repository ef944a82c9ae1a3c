"""A page as a tree's worth of facts: what a browser forgives and people who listen to pages do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "input", "br", "link", "img", "hr"})
SVG = frozenset({"path", "rect", "line", "circle"})


@dataclass
class Found:
    """An element, with the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Markup(HTMLParser):
    """Every element of a page. Raises `AssertionError` where tags are not nested."""

    elements: list[Found] = field(default_factory=list)
    _open: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        made = Found(tag, {name: value or "" for name, value in attrs})
        self.elements.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG, f"<{tag}/> closes itself"
        self.elements.append(Found(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data

    def all(self, *tags: str) -> list[Found]:
        return [each for each in self.elements if each.tag in tags]

    def ids(self) -> list[str]:
        return [each.attributes["id"] for each in self.elements if "id" in each.attributes]


def read(page: str) -> Markup:
    """The facts of a page, all of whose elements are closed."""
    assert page.startswith("<!DOCTYPE html>")
    markup = Markup()
    markup.feed(page)
    markup.close()
    assert not markup._open, f"not closed: {[each.tag for each in markup._open]}"
    return markup
