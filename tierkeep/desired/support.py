"""What AWS's services support, by type of resource and by Region: dated data, read once, not code.

`data/support.json` says where each part was read and when. What it does not say is unknown, never guessed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from tierkeep.desired.model import Engine, ResourceType


class CopySupport(StrEnum):
    """Whether backups of a type can be copied."""

    YES = "yes"
    ADVANCED_FEATURES = "advanced-features"
    """Only where the account has the advanced features of DynamoDB backup enabled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotTarget:
    """A type as Data Lifecycle Manager knows it."""

    what: str
    """What a policy's name says: `volumes` or `instances`."""
    resource_type: str
    """What its API says: `VOLUME` or `INSTANCE`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeSupport:
    """What AWS can do for one type of resource."""

    arn_pattern: str
    """The ARNs of the type as a selection names them, with `{partition}` to fill in."""
    point_in_time_recovery: bool
    """Whether AWS Backup has continuous backups of it."""
    cross_region_copy: CopySupport
    own_encryption: bool
    """Whether the vault's key encrypts its backups; if not, they keep the encryption of their source."""
    snapshots: SnapshotTarget | None
    """None where Data Lifecycle Manager does not protect it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionSupport:
    """What is known of a Region."""

    partition: str
    without: frozenset[Engine]
    """The engines that have no endpoint there."""


@cache
def type_support() -> dict[ResourceType, TypeSupport]:
    """What AWS can do for each type that a catalog can name."""
    return {ResourceType(name): _type(found) for name, found in _read()["types"]["values"].items()}


@cache
def region_support() -> dict[str, RegionSupport]:
    """What is known of each Region, by its code."""
    return {
        name: RegionSupport(
            partition=found["partition"], without=frozenset(Engine(engine) for engine in found["without"])
        )
        for name, found in _read()["regions"]["values"].items()
    }


def _type(found: dict[str, Any]) -> TypeSupport:
    return TypeSupport(
        arn_pattern=found["arn"],
        point_in_time_recovery=found["point_in_time_recovery"],
        cross_region_copy=CopySupport(found["cross_region_copy"]),
        own_encryption=found["own_encryption"],
        snapshots=SnapshotTarget(**found["dlm"]) if found["dlm"] else None,
    )


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("data/support.json").read_text("utf-8"))
    return content
