"""Alarms, a dashboard and budgets, as users write them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.forms import Email, Model, Name

TopicName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=256)]
Percentage = Annotated[int, Field(ge=1, le=1000)]


class Budget(Model):
    """What the backups of a tier may cost in each of its accounts."""

    monthly: int = Field(ge=1, le=1_000_000_000)
    """US dollars a month."""
    alert_at: list[Percentage] = Field(default=[80, 100], max_length=5)
    """Percentages of it: each is told once a month, when so much has been spent."""
    alert_at_forecast: list[Percentage] = Field(default=[100], max_length=5)
    """The same for what AWS expects to be spent by the end of the month."""

    @model_validator(mode="after")
    def _check(self) -> Budget:
        if not self.alert_at and not self.alert_at_forecast:
            raise PydanticCustomError(
                "budget", "a budget needs `alert_at` or `alert_at_forecast`: without both it tells nobody"
            )
        return self


class Watching(Model):
    """What is watched in each account and Region, and who is told."""

    topic: TopicName | None = None
    """The name of a topic of SNS in each account and Region, which alarms and budgets tell: it has to be
    there and to let CloudWatch and AWS Budgets publish. Left out, it is that of `events`, if any."""
    alarms: Literal["by-tier", "by-type"] | None = None
    """Alarms on failed jobs, and where backups or copies are overdue: of a tier as a whole, or of each of its
    types by itself. By type, an alarm does not end where an account has no resource of the type."""
    dashboard: bool = False
    """A dashboard of jobs, copies, restores and alarms."""
    budgets: dict[Name, Budget] = {}
    """By tier."""
    emails: list[Email] = Field(default=[], max_length=10)
    """Who is told of budgets by AWS itself, besides the topic."""
