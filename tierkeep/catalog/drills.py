"""Drills as users write them: restores that are held again and again, and those that AWS holds by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.durations import Duration, DurationField, Unit, WholeDaysField
from tierkeep.catalog.forms import (
    AIR_GAPPED_DESTINATION,
    Day,
    Model,
    Name,
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


class DrillBudget(Model):
    """What one run of a drill may take. What would exceed it is not run, and is told as not verified."""

    usd: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """US dollars, by AWS's list prices: what has no known price is not run where this is set."""
    time: DurationField | None = None
    """From the start of the run: nothing is started that would not be done by then."""

    @model_validator(mode="after")
    def _check(self) -> DrillBudget:
        if self.usd is None and self.time is None:
            raise PydanticCustomError("budget", "a budget needs `usd`, `time` or both")
        return self


COVER_WITHIN = Duration(3, Unit.MONTHS)
"""Within what time a drill of a sample comes to every resource, unless it says otherwise."""


class Drill(Model):
    """A restore drill that is held again and again: `tierkeep drill run NAME`."""

    every: DurationField
    scope: Literal["all", "sample"]
    """Every resource of the tiers, or at each run a sample, drawn so that all have their turn."""
    tiers: list[Name] = Field(default=[], max_length=100)
    """Left out, all tiers."""
    types: list[TypeName] = []
    """Left out, all types that the tiers protect."""
    only_tagged: dict[TagKey, TagValue] = {}
    """Only resources that carry all of these tags now, besides their tier's."""
    cover_within: DurationField | None = None
    """With `scope: sample`: within what time every resource is drilled once at least. Left out, 3mo, or the
    time between two runs if that is more."""
    by: Literal["backup", "dlm", "pitr"] | None = None
    """Whose backups are restored: AWS Backup's, Data Lifecycle Manager's, or the past that a service keeps of
    a resource by itself. Left out, whose the catalog gives each type to."""
    point: Literal["newest", "oldest", "random"] | None = None
    """Which point of each resource is restored. Left out, the newest in a drill of all resources, and any one
    in a drill of a sample."""
    from_: Annotated[str, StringConstraints(pattern=AIR_GAPPED_DESTINATION)] = Field(
        default="home", alias="from"
    )
    """Where the restored backups lie, and are restored: `home`, where the resources are, or a Region, or
    another account as `account/Region`, to which AWS Backup copies them."""
    side_by_side: int = Field(default=4, ge=1, le=100)
    """How many drills go on at the same time, at most."""
    budget: DrillBudget | None = None
    requires: Literal["restored", "readable", "right", "served"] = "restored"
    """How far up the ladder each drill has to come: what has no check of that rung is not verified. The
    recovery time is measured until the last check of it."""
    recovery_time: Name | None = None
    """The recovery time objective that is measured against. Left out, each tier's own."""
    restore_testing: RestoreTesting | None = Field(default=None)
    """AWS Backup holds it too, for what AWS Backup protects."""

    @model_validator(mode="after")
    def _check(self) -> Drill:
        self._check_sample()
        if self.from_ != "home" and self.by in ("dlm", "pitr"):
            raise PydanticCustomError(
                "from", "a drill from `{place}` restores AWS Backup's copies: leave out `by`, or name backup",
                {"place": self.from_},
            )  # fmt: skip
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

    def _check_sample(self) -> None:
        if self.cover_within is not None and self.scope == "all":
            raise PydanticCustomError(
                "cover_within",
                "`cover_within` goes with `scope: sample`: a drill of all covers all each time",
            )
        if self.scope == "sample" and self.runs_within_cover < 1:
            raise PydanticCustomError(
                "cover_within", "a sample drawn every {every} cannot come to every resource within {within}",
                {"every": str(self.every), "within": str(self.covers_within)},
            )  # fmt: skip

    @property
    def covers_within(self) -> Duration:
        """Within what time every resource has its turn."""
        if self.cover_within is not None:
            return self.cover_within
        seldom = self.every.minutes > COVER_WITHIN.shortest_minutes
        return self.every if self.scope == "all" or seldom else COVER_WITHIN

    @property
    def runs_within_cover(self) -> int:
        """How many runs that time has for certain, however long its months are."""
        if self.covers_within == self.every:
            return 1
        return self.covers_within.shortest_minutes // self.every.minutes
