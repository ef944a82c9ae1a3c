"""What many parts of a desired state are said in: where they come from, tags, ages, and units."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Origin: TypeAlias = tuple[str, ...]
"""A path of keys into the catalog, such as `("tiers", "critical", "schedules", "daily")`."""

Tags: TypeAlias = tuple[tuple[str, str], ...]
"""Tags as (key, value), sorted by key."""


class TimeUnit(StrEnum):
    """The units in which Data Lifecycle Manager counts ages."""

    DAYS = "DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Age:
    """An age in the words of Data Lifecycle Manager: an interval and its unit."""

    interval: int
    unit: TimeUnit


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class UnitId:
    """One account in one Region: the unit of deployment, of validation and of drilling."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


class ResourceType(StrEnum):
    """The types of resource that a tier can protect, by the name that the catalog uses."""

    AURORA = "aurora"
    DYNAMODB = "dynamodb"
    EBS = "ebs"
    EC2 = "ec2"
    EFS = "efs"
    RDS = "rds"
    S3 = "s3"


class Engine(StrEnum):
    """Who makes the backups of a resource type."""

    BACKUP = "backup"
    DLM = "dlm"
