"""What a drill makes, as AWS describes it: one form for volumes, snapshots, tables and whatever else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = str | int | bool | None
Properties: TypeAlias = tuple[tuple[str, Value], ...]
"""What is told of a thing beyond what every thing has, sorted by name."""

GIB = 1024**3
"""Bytes of what EC2 and RDS count sizes in."""


def properties(**values: Value) -> Properties:
    """Properties in their order."""
    return tuple(sorted(values.items()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A resource as its service describes it, in the account and Region that it is in."""

    kind: str
    """Such as `ec2:volume`; a kind of `tierkeep.drill.kinds`."""
    arn: str
    account_id: str
    region: str
    state: str
    free_states: frozenset[str]
    """The states in which it may be deleted."""
    tags: tuple[tuple[str, str], ...]
    users: tuple[str, ...]
    """Who or what uses it, as far as its service says; a thing that is used is nobody's to delete."""
    created: datetime | None
    holders: tuple[str, ...] = ()
    """ARNs of what is within it and has to go first: instances of a cluster, unless they are going."""
    takes_along: tuple[str, ...] = ()
    """ARNs of what its service deletes with it: volumes of an instance."""
    properties: Properties = ()

    @property
    def name(self) -> str:
        """Its id or name, as people say it."""
        return name_of(self.arn)

    def tag(self, key: str) -> str | None:
        """The value of a tag, or None."""
        return dict(self.tags).get(key)

    def property(self, name: str) -> Value:
        """A property by its name. Raises `KeyError` for one that its kind does not tell."""
        return dict(self.properties)[name]


def name_of(arn: str) -> str:
    """The last part of an ARN: the id or the name of what it names."""
    return arn.rpartition("/")[2] if "/" in arn else arn.rpartition(":")[2]
