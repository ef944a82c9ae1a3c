"""Errors in a catalog: where, what is wrong, what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class CatalogError:
    """One thing that is wrong in a catalog. Lines and columns count from 1."""

    file: Path
    line: int
    column: int
    message: str
    hint: str
    rule: str = ""
    """Id of the rule that it breaks; empty where the text is no well-formed catalog."""

    def __str__(self) -> str:
        rule = f"{self.rule}: " if self.rule else ""
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {rule}{self.message}{hint}"


MOST_ERRORS = 1000
"""How many errors of one catalog are told. A file with more is hardly a catalog, and nobody reads further."""


class CatalogInvalid(Exception):  # noqa: N818 - it carries the errors, and is none of them
    """A catalog that cannot be used: every error in it at once, in the order of the file."""

    def __init__(self, errors: list[CatalogError]) -> None:
        found = sorted(set(errors))
        self.errors = tuple(found[:MOST_ERRORS])
        lines = [str(error) for error in self.errors]
        if len(found) >= MOST_ERRORS:
            lines.append(f"these are the first {MOST_ERRORS}; is this the right file?")
        super().__init__("\n".join(lines))
