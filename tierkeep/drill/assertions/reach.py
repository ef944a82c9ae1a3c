"""How assertions reach into what was restored, and into its source: by queries, or by objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tierkeep.drill.errors import CannotVerifyError

Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectFound:
    """An object as it was read, to its end. Size in bytes."""

    size_bytes: int
    sha256: str
    """In hexadecimal."""
    beginning: bytes
    """Its first bytes, `BEGINNING` at most."""


BEGINNING = 4096


class NotThereError(Exception):
    """What is asked for is not there, or is damaged: an answer, and the wrong one."""


class Reach(Protocol):
    """A way into one restored resource. Each method raises `CannotVerifyError` where the type has no such
    thing, where it cannot be read or takes too long, and `AwsError` where AWS refuses. Queries of what was
    restored raise `NotThereError` for what is not in it."""

    def query(self, text: str) -> Sequence[Row]:
        """The rows that a query of what was restored gives."""

    def source_query(self, text: str) -> Sequence[Row]:
        """The rows that a query of the source gives, as it is now."""

    def read_object(self, key: str) -> ObjectFound | None:
        """An object of what was restored; None if it has none of that key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreached(Reach):
    """Of a type that this version cannot look into: each question is answered by why not. Restorers that can
    answer some of them derive from it."""

    what: str
    """Such as `EBS volumes by AWS Backup`."""

    def query(self, text: str) -> Sequence[Row]:  # noqa: ARG002 - as every way in
        """Raises `CannotVerifyError`."""
        raise CannotVerifyError(f"this version asks no queries of {self.what}")

    def source_query(self, text: str) -> Sequence[Row]:  # noqa: ARG002 - as every way in
        """Raises `CannotVerifyError`."""
        raise CannotVerifyError(f"this version asks no queries of the source of {self.what}")

    def read_object(self, key: str) -> ObjectFound | None:  # noqa: ARG002 - as every way in
        """Raises `CannotVerifyError`."""
        raise CannotVerifyError(f"this version reads no objects of {self.what}")
