"""YAML text -> plain values with the position of each.

Built from libyaml's events rather than by a loader, so that nothing is constructed but strings, numbers,
booleans, lists and maps, duplicates are seen, and time and memory stay bounded by the text's length.
Scalars are read by the YAML 1.2 core schema: `no` is a text and `12:30` is not a number of seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from tierkeep.catalog.errors import MOST_ERRORS, CatalogError, CatalogInvalid

Location: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 24
MAX_VALUES = 100_000
"""Maps, lists and scalars in one file, as some 5,000 accounts have. Bounds the time of a wrong file."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; lines and columns count from 1."""

    file: Path
    line: int
    column: int


@dataclass(slots=True)
class Tree:
    """A document's plain value, and where each part of it stands."""

    file: Path
    value: Any = None
    keys: dict[Location, Position] = field(default_factory=dict)
    values: dict[Location, Position] = field(default_factory=dict)

    def position(self, location: Location, *, of_key: bool = False) -> Position:
        """Where a part stands; for a part that is missing, where the nearest part around it stands."""
        while location:
            found = self.keys.get(location) if of_key else self.values.get(location)
            found = found or self.values.get(location) or self.keys.get(location)
            if found:
                return found
            location, of_key = location[:-1], True
        return self.values.get((), Position(self.file, 1, 1))

    def at(self, location: Location) -> Any:
        """The value at a location that exists."""
        value = self.value
        for key in location:
            value = value[key]
        return value

    def adopt(self, other: Tree, location: Location) -> None:
        """Takes over where another tree's part at `location` stands."""
        for here in _all_below(other.at(location), location):
            for mine, theirs in ((self.keys, other.keys), (self.values, other.values)):
                if here in theirs:
                    mine[here] = theirs[here]


def _all_below(value: Any, location: Location) -> Iterator[Location]:
    yield location
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        yield from _all_below(item, (*location, key))


def parse(text: str, file: Path) -> Tree:
    """The tree of one YAML document. Raises `CatalogInvalid` with every error that the text's form has."""
    return _Builder(text, file).build()


class _Builder:
    def __init__(self, text: str, file: Path) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._text = text
        self._tree = Tree(file)
        self._errors: list[CatalogError] = []

    def build(self) -> Tree:
        try:
            self._document()
        except yaml.MarkedYAMLError as error:
            self._syntax_error(error)
        except yaml.reader.ReaderError as error:
            self._forbidden_character(error)
        except _GiveUpError:
            pass  # its error is recorded
        if self._errors:
            raise CatalogInvalid(self._errors)
        return self._tree

    def _document(self) -> None:
        next(self._events)  # the start of the stream
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return
        self._tree.value = self._node(next(self._events), ())
        next(self._events)  # the end of the document
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._error(
                event.start_mark, "a second YAML document begins here", "a catalog is one: remove `---`"
            )

    def _node(self, event: Any, location: Location) -> Any:
        if len(self._tree.values) >= MAX_VALUES:
            message = f"more than {MAX_VALUES} values"
            self._error(
                event.start_mark, message, "is this the right file? A catalog may be split with `include`"
            )
            raise _GiveUpError
        self._tree.values[location] = self._at(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._error(event.start_mark, f"alias *{event.anchor}", "write the value out where it is needed")
            return None
        if event.anchor is not None:
            self._error(event.start_mark, f"anchor &{event.anchor}", "write the value out where it is needed")
        if event.tag is not None and event.tag != "!":
            self._error(
                event.start_mark, f"tag {event.tag}", "a catalog holds plain values only: remove the tag"
            )
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if len(location) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            self._error(event.start_mark, message, "a catalog needs no such depth: is this the right file?")
            raise _GiveUpError
        build: Callable[[Location], Any] = (
            self._map if isinstance(event, yaml.MappingStartEvent) else self._list
        )
        return build(location)

    def _map(self, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, location)
            here = (*location, key)
            if key in result:
                first = self._tree.keys[here]
                self._error(
                    event.start_mark,
                    f'the key "{key}" stands here a second time',
                    f"the first is at line {first.line}: keep one of them",
                )
            else:
                self._tree.keys[here] = self._at(event.start_mark)
            result[key] = self._node(next(self._events), here)
        return result

    def _key(self, event: Any, location: Location) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag not in (None, "!"):
                self._error(event.start_mark, "a key with an anchor or a tag", "write the key alone")
            return str(event.value)
        self._error(event.start_mark, "a key that is no plain text", "write a name before the colon")
        self._node(event, (*location, "?"))
        return "?"

    def _list(self, location: Location) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            result.append(self._node(event, (*location, len(result))))
        return result

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark
        problem = error.problem or "not YAML"
        hint = f"YAML stopped {error.context}" if error.context else "check the indentation and the quotes"
        lines = self._text.splitlines()
        line = lines[mark.line] if mark and mark.line < len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            problem, hint = "a tab indents this line", "YAML does not indent with tabs: use spaces"
        self._error(mark, problem, hint)

    def _forbidden_character(self, error: yaml.reader.ReaderError) -> None:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        found = self._text.find(chr(code))
        before = self._text[: max(found, 0)]
        self._errors.append(
            CatalogError(
                file=self._tree.file,
                line=before.count("\n") + 1,
                column=len(before) - before.rfind("\n"),
                message=f"the character U+{code:04X} is not allowed in YAML",
                hint="remove it",
            )
        )

    def _error(self, mark: Any, message: str, hint: str) -> None:
        at = self._at(mark) if mark else Position(self._tree.file, 1, 1)
        self._errors.append(
            CatalogError(file=self._tree.file, line=at.line, column=at.column, message=message, hint=hint)
        )
        if len(self._errors) >= MOST_ERRORS:
            raise _GiveUpError

    def _at(self, mark: Any) -> Position:
        return Position(self._tree.file, mark.line + 1, mark.column + 1)


class _GiveUpError(Exception):
    """Stops the reading of what can be no catalog; its error is recorded."""


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
