"""Desired frameworks and reports of AWS Backup Audit Manager, as plain values: `tierkeep.desired.model` has
the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One control of a framework with its parameters, for what carries a tag or for one backup plan."""

    name: str
    parameters: Tags
    tags: Tags
    """Its scope: one tag of resources, recovery points or vaults; none where it is a plan."""
    plan_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Framework:
    """The controls of a tier in a unit."""

    name: str
    tier: str
    description: str
    controls: tuple[Control, ...]
    left_out: tuple[tuple[str, str], ...]
    """Controls that the tier would imply and cannot have, each with the reason."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportBucket:
    """The bucket of a unit's reports: private, encrypted, versioned, reached by TLS only."""

    name: str
    arn: str
    keep_days: int
    writer_arn: str
    """The role of AWS's that alone is let in to write."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPlan:
    """A report that AWS Backup writes each day."""

    name: str
    template: str
    description: str
    formats: tuple[str, ...]
    frameworks: tuple[str, ...]
    """Names of the frameworks that it is about; none of a report on jobs."""
    tags: Tags
    origin: Origin
