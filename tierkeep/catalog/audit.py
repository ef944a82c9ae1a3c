"""Audit as users write it: controls over what the tiers promise, and reports on it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.durations import WholeDaysField
from tierkeep.catalog.forms import Model


class Reports(Model):
    """Daily reports on jobs and on compliance, in a bucket in each unit."""

    keep: WholeDaysField
    """How long a report is kept."""
    formats: list[Literal["CSV", "JSON"]] = Field(default=["CSV", "JSON"], min_length=1)


class Audit(Model):
    """What AWS Backup Audit Manager watches over in each unit where AWS Backup protects anything."""

    controls: bool = False
    """A framework for each tier, whose controls follow from what the tier promises."""
    reports: Reports | None = None
    opt_in: bool = False
    """Opts in each Region to backups of the types that its tiers protect; other types stay as they are."""

    @model_validator(mode="after")
    def _check(self) -> Audit:
        if self.reports and not self.controls:
            raise PydanticCustomError(
                "audit",
                "`reports` need `controls: true`: with a framework AWS makes the role that writes them",
            )
        return self
