"""What is told when a backup, a copy or a restore fails, and what is tried again, as users write it."""

from __future__ import annotations

from pydantic import Field

from tierkeep.catalog.durations import Duration, DurationField, Unit
from tierkeep.catalog.forms import Email, Model


class Retry(Model):
    """Backup and copy jobs of a schedule that have failed are started again."""

    attempts: int = Field(default=3, ge=1, le=10)
    """How often, after the schedule's own; then the topic is told that the job failed for good."""
    after: DurationField = Duration(15, Unit.MINUTES)
    """The first attempt comes so long after the failure, each next twice as long after the one before."""


class Events(Model):
    """A topic of SNS in each account and Region hears of jobs that fail, expire, are stopped or end with
    issues. With it, backups before and after deployments are made too."""

    emails: list[Email] = Field(default=[], max_length=50)
    """Who gets its messages, once each address has confirmed it in every account and Region."""
    ops_items: bool = False
    """Whether what is not mended by itself opens an OpsItem of Systems Manager as well."""
    retry: Retry | None = None
    """Left out, nothing is started again."""
