"""A resource of Terraform's as flat text, to compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from tierkeep.desired.model import Origin, Tags

Attributes: TypeAlias = dict[str, tuple[str, Origin]]
"""Each attribute's value as text, and the path in the catalog that it came from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TerraformResource:
    """A resource by its type and stable name, unique in a unit."""

    type: str
    name: str
    origin: Origin
    attributes: Attributes = field(hash=False)
    kept: bool = True
    """Whether the guards of its type hold for it; a key that encrypts no backups goes with its entry."""


def resource(kind: str, name: str, origin: Origin, values: dict[str, str]) -> TerraformResource:
    """A resource all of whose attributes come from one path."""
    attributes = {each: (value, origin) for each, value in values.items()}
    return TerraformResource(type=kind, name=name, origin=origin, attributes=attributes)


def tags_text(tags: Tags) -> str:
    """Tags as text."""
    return ", ".join(f"{key}={value}" for key, value in tags)
