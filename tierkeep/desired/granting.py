"""Desired IAM roles, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.terms import Origin, Tags


class RolePurpose(StrEnum):
    """What an IAM role is for."""

    BACKUP = "backup"
    RESTORE = "restore"
    """Restores, and restore testing by AWS Backup."""
    SNAPSHOTS = "snapshots"
    TABLES = "tables"
    """To switch on the point-in-time recovery of tables."""
    SCHEDULES = "schedules"
    """To start state machines when it is time."""
    EVENTS = "events"
    """EventBridge starts state machines with it."""
    RETRIES = "retries"
    """A state machine starts failed jobs again with it."""
    DEPLOYMENTS = "deployments"
    """A state machine backs up before and after deployments with it."""
    VALIDATE = "validate"
    DRILL = "drill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of an identity policy. `conditions` holds (operator, key, values)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """An IAM role of this unit, which an AWS service assumes, or a command of Tierkeep's."""

    name: str
    arn: str
    purpose: RolePurpose
    service: str | None
    """The service principal that may assume it, such as `backup.amazonaws.com`; None where `trusted` may."""
    trusted: tuple[str, ...] = ()
    """ARNs of the only roles and users that may assume it; they need not exist yet."""
    managed_policy_arns: tuple[str, ...]
    """Policies of AWS's own; none where `statements` say all that it may do."""
    statements: tuple[Statement, ...]
    boundary_arn: str | None = None
    """The permissions boundary: the most that it may do, whatever else its policies say."""
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """ARNs of the IAM roles that commands assume in the account; None uses the caller's own identity."""

    deploy_role_arn: str | None
    validate_role_arn: str | None
    drill_role_arn: str | None
