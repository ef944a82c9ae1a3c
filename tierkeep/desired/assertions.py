"""Desired data, as plain values: what restores are held to. `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tierkeep.desired.terms import Origin, Tags

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sql:
    """A query gives one value, which equals one or lies between two."""

    query: str
    equals: Value | None
    at_least: int | float | None
    at_most: int | float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Tables have as many rows as those of the source."""

    tables: tuple[str, ...]
    tolerance_percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """What a query gives, or an object holds: one of the two."""

    query: str | None
    object_key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """A timestamp in the data."""

    where: Where
    at_most_old_minutes: int
    """How much older than the restored point it may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Existence:
    """Something is there, or is not."""

    where: Where
    present: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Checksums:
    """Objects have these SHA-256, in hexadecimal, by key."""

    objects: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaFingerprint:
    """All columns have this SHA-256, in hexadecimal."""

    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A program beside the catalog, by its path from there."""

    path: str
    sha256: str
    """Of its content when the catalog was read, in hexadecimal."""
    timeout_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What the application on an instance answers."""

    protocol: str
    """`http`, `https` or `tcp`."""
    port: int
    path: str
    """Empty with `tcp`."""
    status: int
    """Of HTTP; 0 with `tcp`."""
    text: str | None
    """What the body contains."""
    within_seconds: int


Form: TypeAlias = Sql | Rows | Canary | Existence | Checksums | SchemaFingerprint | Script | Probe


@dataclass(frozen=True, kw_only=True, slots=True)
class Assertion:
    """What must be so of restored resources of a type."""

    name: str
    resource_type: str
    tiers: tuple[str, ...]
    """The tiers of whose resources, all that protect the type among them."""
    only_tagged: Tags
    form: Form
    written_as: str
    """The key of the form in the catalog, such as `present`."""
    origin: Origin
