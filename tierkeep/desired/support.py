"""What AWS's services support, by type of resource and by Region: dated data, read once, not code.

`data/support.json` says where each part was read and when. What it does not say is unknown, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from tierkeep.desired.model import Engine, ResourceType


class Support(StrEnum):
    """Whether AWS supports something."""

    YES = "yes"
    ADVANCED_FEATURES = "advanced-features"
    """Only where the account has the advanced features of DynamoDB backup enabled."""
    NO = "no"
    UNKNOWN = "unknown"
    """No source says, or none that could be read in full."""


_LEAST_FIRST = (Support.NO, Support.UNKNOWN, Support.ADVANCED_FEATURES, Support.YES)


class Feature(StrEnum):
    """What AWS has for some types and in some Regions only."""

    POINT_IN_TIME_RECOVERY = "point-in-time-recovery"
    CROSS_REGION_COPY = "cross-region-copy"
    CROSS_ACCOUNT_COPY = "cross-account-copy"
    COLD_STORAGE = "cold-storage"
    RESTORE_TESTING = "restore-testing"
    AIR_GAPPED_VAULT = "air-gapped-vault"
    FAST_SNAPSHOT_RESTORE = "fast-snapshot-restore"
    """Of EBS; all others are AWS Backup's."""


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

    name: str
    """What AWS Backup calls it."""
    arn_pattern: str
    """The ARNs of the type as a selection names them, with `{partition}` to fill in."""
    features: Mapping[Feature, Support]
    """Those of AWS Backup, where the Region has them."""
    regions: frozenset[str]
    """Where AWS Backup is known to protect it."""
    own_encryption: bool
    """Whether the vault's key encrypts its backups; if not, they keep the encryption of their source."""
    far_copies: bool
    """Whether one copy can go to another account and another Region."""
    snapshots: SnapshotTarget | None
    """None where Data Lifecycle Manager does not protect it."""

    @property
    def point_in_time_recovery(self) -> bool:
        """Whether AWS Backup has continuous backups of it."""
        return self.features[Feature.POINT_IN_TIME_RECOVERY] is Support.YES


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionSupport:
    """What is known of a Region."""

    features: Mapping[Feature, Support]
    """Whether it has each, for the types that have it."""
    without: frozenset[Engine]
    """The engines that have no endpoint there."""


@cache
def read_on() -> str:
    """The day on which the data was read, as YYYY-MM-DD."""
    return str(_read()["read"])


@cache
def sources() -> tuple[str, ...]:
    """Where each part of the data was read."""
    return tuple(_read()[part]["source"] for part in ("types", "listed", "features", "regions"))


@cache
def type_support() -> dict[ResourceType, TypeSupport]:
    """What AWS can do for each type that a catalog can name."""
    return {ResourceType(name): _type(found) for name, found in _read()["types"]["values"].items()}


@cache
def region_support() -> dict[str, RegionSupport]:
    """What is known of each Region, by its code."""
    regions = _read()["regions"]
    return {
        name: RegionSupport(
            features={each: _feature_in(each, name) for each in Feature},
            without=frozenset(Engine(engine) for engine in regions["without"].get(name, [])),
        )
        for name in regions["names"]
    }


def protected_in(resource_type: ResourceType, region: str) -> Support:
    """Whether AWS Backup protects a type in a Region: what no source affirms is unknown."""
    known = region_support().get(region)
    if known and Engine.BACKUP in known.without:
        return Support.NO
    return Support.YES if region in type_support()[resource_type].regions else Support.UNKNOWN


def supported(resource_type: ResourceType, feature: Feature, region: str) -> Support:
    """Whether AWS Backup has a feature for a type in a Region: the least of what is known of the three."""
    known = region_support().get(region)
    parts = {
        type_support()[resource_type].features[feature],
        protected_in(resource_type, region),
        known.features[feature] if known else Support.UNKNOWN,
    }
    return next(each for each in _LEAST_FIRST if each in parts)


def _feature_in(feature: Feature, region: str) -> Support:
    found = _read()["features"]["values"][feature]
    if region in found["no"]:
        return Support.NO
    return Support.YES if region in _regions(found["yes"]) else Support.UNKNOWN


def _type(found: dict[str, Any]) -> TypeSupport:
    return TypeSupport(
        name=found["name"],
        arn_pattern=found["arn"],
        features={Feature(name): Support(value) for name, value in found["features"].items()},
        regions=_regions(found["regions"]),
        own_encryption=found["own_encryption"],
        far_copies=found["far_copies"],
        snapshots=SnapshotTarget(**found["dlm"]) if found["dlm"] else None,
    )


def _regions(found: list[str] | str) -> frozenset[str]:
    """The Regions of a list, or all that AWS lists for AWS Backup."""
    return frozenset(_read()["listed"]["regions"] if found == "listed" else found)


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("data/support.json").read_text("utf-8"))
    return content
