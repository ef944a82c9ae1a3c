"""Drills as users write them: restores that are held again and again, and those that AWS holds by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.durations import Duration, DurationField, Unit, WholeDaysField
from tierkeep.catalog.forms import (
    Day,
    Model,
    TagKey,
    TagValue,
    TimeOfDay,
    TimeZone,
    TypeName,
    require_day_of,
)

MetadataKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=100)]
MetadataText = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class RestoreTesting(Model):
    """AWS Backup restores by itself whenever the drill is due, and deletes what it restored."""

    at: TimeOfDay = "00:00"
    """Time of day, in the time zone."""
    on: Day | None = None
    """The weekday of a weekly test; the day of the month, 1 to 28, of a monthly or yearly one."""
    time_zone: TimeZone | None = None
    """Where it is left out, that of the catalog's `defaults`."""
    start_window: DurationField = Duration(24, Unit.HOURS)
    """Each restore starts at a random time within so many hours."""
    recovery_points: Literal["latest", "random"] | None = None
    """Which recovery point of each resource is restored; where it is left out, the latest in a drill of all
    resources, and any one in a drill of a sample."""
    look_back: WholeDaysField = Duration(30, Unit.DAYS)
    """Only recovery points that are no older than this."""
    keep_for_validation: DurationField = Duration(1, Unit.HOURS)
    """For so many hours what was restored waits for a verdict of a check of your own; then it goes."""
    only_tagged: dict[TagKey, TagValue] = {}
    """Only resources with all of these tags besides their tier's, as recovery points carry them too: the
    sample of a drill of a sample."""
    metadata: dict[TypeName, dict[MetadataKey, MetadataText | list[MetadataText]]] = {}
    """What AWS does not infer as it should, by type: into which subnet to restore, with which key, …"""

    @model_validator(mode="after")
    def _check(self) -> RestoreTesting:
        for name in ("start_window", "keep_for_validation"):
            length = getattr(self, name)
            if length.minutes % 60:
                raise PydanticCustomError(
                    "restore_testing", "`{name}` is {length}: AWS counts it in whole hours",
                    {"name": name, "length": str(length)},
                )  # fmt: skip
        return self


class Drill(Model):
    """A restore drill that is held again and again."""

    every: DurationField
    scope: Literal["all", "sample"]
    """Every resource of a tier, or a sample of them."""
    restore_testing: RestoreTesting | None = Field(default=None)
    """AWS Backup holds it too, for what AWS Backup protects."""

    @model_validator(mode="after")
    def _check(self) -> Drill:
        testing = self.restore_testing
        if testing is None:
            return self
        if str(self.every) not in {"1d", "1w", "1mo", "1y"}:
            raise PydanticCustomError(
                "every", "a drill with `restore_testing` is held every 1d, 1w, 1mo or 1y, not every {every}",
                {"every": str(self.every)},
            )  # fmt: skip
        require_day_of(self.every, testing.on, "restore test")
        if testing.only_tagged and self.scope == "all":
            raise PydanticCustomError(
                "restore_testing", "`only_tagged` goes with `scope: sample`: a drill of all leaves none out"
            )
        return self
