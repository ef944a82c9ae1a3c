"""Restore testing plans and their selections: what is to be restored as a test, and when.

From "Restore testing" in the AWS Backup Developer Guide, its "Quotas", and RestoreTestingPlanForCreate,
RestoreTestingSelectionForCreate and RestoreTestingRecoveryPointSelection in its API reference.

``on_change`` is called with a plan that was created, changed or deleted, so that who makes plans run knows of
it; :func:`candidates` and :func:`chosen` say what a run restores.
"""

import copy
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from emulator import clock, schedule
from emulator.backup import arns
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Place
from emulator.backup.tags import Tags
from emulator.errors import (
    AlreadyExists,
    InvalidParameterValue,
    InvalidRequest,
    LimitExceeded,
    ResourceNotFound,
)

MOST_PLANS = 100
MOST_SELECTIONS = 30
MOST_ARNS = 30
MOST_CONDITIONS = 30

TYPES = ("Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3")
POINT_TYPES = ("CONTINUOUS", "SNAPSHOT")
LONGEST_START_WINDOW_HOURS = 168
LONGEST_VALIDATION_WINDOW_HOURS = 168
LONGEST_SELECTION_WINDOW_DAYS = 365

DEFAULTS = {"ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24}
DEFAULT_SELECTION_WINDOW_DAYS = 30

_NAME = re.compile(r"[A-Za-z0-9_]{1,50}")

Document = dict[str, Any]


@dataclass
class Selection:
    """A selection of a plan; ``document`` is the request's."""

    name: str
    document: Document
    creator_request_id: str | None
    created: datetime

    def described(self, plan: "RestoreTestingPlan") -> dict[str, Any]:
        """The selection as GetRestoreTestingSelection answers it."""
        return {
            **self.document,
            "RestoreTestingPlanName": plan.name,
            "CreationTime": self.created,
            "CreatorRequestId": self.creator_request_id,
        }

    def summarised(self, plan: "RestoreTestingPlan") -> dict[str, Any]:
        """The selection as ListRestoreTestingSelections answers it."""
        left_out = (
            "ProtectedResourceArns", "ProtectedResourceConditions", "RestoreMetadataOverrides",
            "CreatorRequestId",
        )  # fmt: skip
        return {name: value for name, value in self.described(plan).items() if name not in left_out}


@dataclass
class RestoreTestingPlan:
    """A restore testing plan; ``document`` has AWS's defaults filled in."""

    name: str
    arn: str
    document: Document
    creator_request_id: str | None
    created: datetime
    updated: datetime | None = None
    last_execution: datetime | None = None
    deleted: bool = False
    selections: dict[str, Selection] = field(default_factory=dict)

    def selection(self, name: str) -> Selection:
        """:raises ResourceNotFound: the plan has no such selection."""
        try:
            return self.selections[name]
        except KeyError:
            raise ResourceNotFound(f"Restore testing plan {self.name} has no selection {name}") from None

    def described(self) -> dict[str, Any]:
        """The plan as GetRestoreTestingPlan answers it."""
        return {
            **self.document,
            "RestoreTestingPlanArn": self.arn,
            "CreationTime": self.created,
            "LastUpdateTime": self.updated,
            "LastExecutionTime": self.last_execution,
            "CreatorRequestId": self.creator_request_id,
        }

    def summarised(self) -> dict[str, Any]:
        """The plan as ListRestoreTestingPlans answers it."""
        left_out = ("RecoveryPointSelection", "CreatorRequestId")
        return {name: value for name, value in self.described().items() if name not in left_out}

    def add(self, document: Document, creator_request_id: str | None) -> Selection:
        """Add a selection.  A repeated ``creator_request_id`` gives the selection that it made.

        :raises AlreadyExists: the plan has a selection of that name.
        :raises LimitExceeded: it has as many as AWS allows.
        """
        name = document["RestoreTestingSelectionName"]
        existing = self.selections.get(name)
        if existing and creator_request_id and existing.creator_request_id == creator_request_id:
            return existing
        if existing:
            raise AlreadyExists(f"Restore testing plan {self.name} already has a selection {name}", self.arn)
        check_selection(document)
        if len(self.selections) >= MOST_SELECTIONS:
            raise LimitExceeded(f"A restore testing plan can have {MOST_SELECTIONS} selections")
        filled = {"ValidationWindowHours": 0, **copy.deepcopy(_given(document))}
        selection = Selection(name, filled, creator_request_id, clock.now())
        self.selections[name] = selection
        return selection

    def change(self, name: str, document: Document) -> Selection:
        """Change of a selection what ``document`` gives."""
        selection = self.selection(name)
        changed = {**selection.document, **copy.deepcopy(_given(document))}
        # The one way to name resources takes the place of the other.
        if document.get("ProtectedResourceConditions") and not document.get("ProtectedResourceArns"):
            changed.pop("ProtectedResourceArns", None)
        check_selection(changed)
        selection.document = changed
        return selection


class RestoreTestingPlans:
    """The restore testing plans of one account in one Region."""

    def __init__(
        self, place: Place, tags: Tags, on_change: Callable[[RestoreTestingPlan], None] = lambda _: None
    ) -> None:
        self._place = place
        self._tags = tags
        self._on_change = on_change
        self._plans: dict[str, RestoreTestingPlan] = {}

    def all(self) -> list[RestoreTestingPlan]:
        return list(self._plans.values())

    def get(self, name: str) -> RestoreTestingPlan:
        """:raises ResourceNotFound: there is no such plan."""
        try:
            return self._plans[name]
        except KeyError:
            raise ResourceNotFound(f"Restore testing plan {name} does not exist") from None

    def create(
        self, document: Document, tags: dict[str, str], creator_request_id: str | None
    ) -> RestoreTestingPlan:
        """Make a plan.  A repeated ``creator_request_id`` gives the plan that it made.

        :raises AlreadyExists: there is a plan of that name.
        :raises LimitExceeded: there are as many as AWS allows.
        """
        name = document["RestoreTestingPlanName"]
        existing = self._plans.get(name)
        if existing and creator_request_id and existing.creator_request_id == creator_request_id:
            return existing
        if existing:
            raise AlreadyExists(f"Restore testing plan {name} already exists", existing.arn)
        if not _NAME.fullmatch(name):
            raise InvalidParameterValue(f"Invalid restore testing plan name: {name!r}")
        filled = _filled_in(document)
        if len(self._plans) >= MOST_PLANS:
            raise LimitExceeded(f"An account can have {MOST_PLANS} restore testing plans in a Region")
        plan = RestoreTestingPlan(name, self._new_arn(name), filled, creator_request_id, clock.now())
        self._tags.add(plan.arn, tags)
        self._plans[name] = plan
        self._on_change(plan)
        return plan

    def update(self, name: str, document: Document) -> RestoreTestingPlan:
        """Change of a plan what ``document`` gives; its name stays."""
        plan = self.get(name)
        given = _given(document)
        points = {**plan.document["RecoveryPointSelection"], **given.get("RecoveryPointSelection", {})}
        plan.document = _filled_in({**plan.document, **given, "RecoveryPointSelection": points})
        plan.updated = clock.now()
        self._on_change(plan)
        return plan

    def delete(self, name: str) -> None:
        """Delete a plan; nothing happens if there is none, as the operation's model has no error for that.

        :raises InvalidRequest: the plan still has selections.
        """
        plan = self._plans.get(name)
        if plan is None:
            return
        if plan.selections:
            raise InvalidRequest(f"Restore testing plan {name} has selections, which must be deleted first")
        plan.deleted = True
        del self._plans[name]
        self._tags.forget(plan.arn)
        self._on_change(plan)

    def _new_arn(self, name: str) -> str:
        place = self._place
        owner = f"arn:{place.partition}:backup:{place.region}:{place.account}"
        return f"{owner}:restore-testing-plan:{name}-{uuid4()}"


def _given(document: Document) -> Document:
    return {name: value for name, value in document.items() if value not in (None, [], {})}


def _filled_in(document: Document) -> Document:
    filled = {**DEFAULTS, **copy.deepcopy(_given(document))}
    _check_schedule(filled)
    if not 1 <= filled["StartWindowHours"] <= LONGEST_START_WINDOW_HOURS:
        raise InvalidParameterValue(f"StartWindowHours must be between 1 and {LONGEST_START_WINDOW_HOURS}")
    filled["RecoveryPointSelection"] = _filled_in_points(filled["RecoveryPointSelection"])
    return filled


def _check_schedule(document: Document) -> None:
    try:
        parsed = schedule.parse(document["ScheduleExpression"])
        schedule.check_timezone(document["ScheduleExpressionTimezone"])
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid schedule. {error}") from error
    if not document["ScheduleExpression"].startswith("cron("):
        raise InvalidParameterValue("Invalid schedule. Restore testing plans take a cron expression")
    if parsed.more_often_than_hourly:
        raise InvalidParameterValue("Invalid schedule. Restore tests cannot be more frequent than hourly")


def _filled_in_points(points: Document) -> Document:
    points = {"SelectionWindowDays": DEFAULT_SELECTION_WINDOW_DAYS, **_given(points)}
    for member in ("Algorithm", "IncludeVaults", "RecoveryPointTypes"):
        if not points.get(member):
            raise InvalidParameterValue(f"RecoveryPointSelection.{member} is missing")
    if not 1 <= points["SelectionWindowDays"] <= LONGEST_SELECTION_WINDOW_DAYS:
        raise InvalidParameterValue(
            f"SelectionWindowDays must be between 1 and {LONGEST_SELECTION_WINDOW_DAYS}"
        )
    unknown = [kind for kind in points["RecoveryPointTypes"] if kind not in POINT_TYPES]
    if unknown:
        raise InvalidParameterValue(f"Invalid RecoveryPointTypes: {', '.join(unknown)}")
    for pattern in [*points["IncludeVaults"], *points.get("ExcludeVaults", [])]:
        if pattern != "*" and arns.parse(pattern, "vault ARN").service != "backup":
            raise InvalidParameterValue(f"Not a backup vault: {pattern}")
    return points


def check_selection(document: Document) -> None:
    """:raises InvalidParameterValue: AWS does not take this selection."""
    name = document["RestoreTestingSelectionName"]
    if not _NAME.fullmatch(name):
        raise InvalidParameterValue(f"Invalid restore testing selection name: {name!r}")
    arns.check_role(document["IamRoleArn"])
    if document["ProtectedResourceType"] not in TYPES:
        raise InvalidParameterValue(
            f"Restore testing does not support resources of type {document['ProtectedResourceType']}"
        )
    resources = document.get("ProtectedResourceArns") or []
    conditions = document.get("ProtectedResourceConditions") or {}
    if bool(resources) == bool(_given(conditions)) and resources != ["*"]:
        raise InvalidParameterValue(
            "A selection has either ProtectedResourceArns or ProtectedResourceConditions"
        )
    if len(resources) > MOST_ARNS or sum(map(len, _given(conditions).values())) > MOST_CONDITIONS:
        raise InvalidParameterValue(f"A selection names at most {MOST_ARNS} resources or conditions")
    for resource in resources:
        if resource != "*":
            arns.parse(resource, "protected resource ARN")
    window = document.get("ValidationWindowHours")
    if window is not None and not 0 <= window <= LONGEST_VALIDATION_WINDOW_HOURS:
        raise InvalidParameterValue(
            f"ValidationWindowHours must be between 0 and {LONGEST_VALIDATION_WINDOW_HOURS}"
        )


def candidates(
    plan: RestoreTestingPlan,
    selection: Selection,
    points: list[RecoveryPoint],
) -> dict[str, list[RecoveryPoint]]:
    """Those of ``points`` that a run of ``plan`` may restore by ``selection`` now, by resource, oldest first.

    A resource is selected by the tags of its latest recovery point in the vaults of the plan.
    """
    wanted = plan.document["RecoveryPointSelection"]
    since = clock.now() - timedelta(days=wanted["SelectionWindowDays"])
    in_vaults = sorted(
        (point for point in points if _in_vaults(point.vault_arn, wanted)), key=lambda point: point.created
    )
    tags = {point.resource_arn: point.tags for point in in_vaults}
    found: dict[str, list[RecoveryPoint]] = {}
    for point in in_vaults:
        kind = "CONTINUOUS" if point.continuous else "SNAPSHOT"
        if (
            point.resource_type == selection.document["ProtectedResourceType"]
            and kind in wanted["RecoveryPointTypes"]
            and (point.continuous or point.created >= since)
            and _is_protected(point.resource_arn, selection.document, tags[point.resource_arn])
        ):
            found.setdefault(point.resource_arn, []).append(point)
    return found


def chosen(plan: RestoreTestingPlan, points: list[RecoveryPoint]) -> RecoveryPoint:
    """The one of a resource's ``points`` (oldest first) that a run of ``plan`` restores.

    What AWS draws by chance is drawn here from a generator seeded with the plan's name and the time.
    """
    if plan.document["RecoveryPointSelection"]["Algorithm"] == "LATEST_WITHIN_WINDOW":
        return points[-1]
    return random.Random(f"{plan.name}{clock.now()}").choice(points)  # noqa: S311  # nothing secret


def _in_vaults(vault_arn: str, wanted: Document) -> bool:
    return any(_like(vault_arn, pattern) for pattern in wanted["IncludeVaults"]) and not any(
        _like(vault_arn, pattern) for pattern in wanted.get("ExcludeVaults", [])
    )


def _like(arn: str, pattern: str) -> bool:
    return arn == pattern or (pattern.endswith("*") and arn.startswith(pattern[:-1]))


def _is_protected(arn: str, document: Document, tags: dict[str, str]) -> bool:
    resources = document.get("ProtectedResourceArns")
    if resources and not any(_like(arn, pattern) for pattern in resources):
        return False
    conditions = document.get("ProtectedResourceConditions") or {}
    if not _given(conditions):
        return True

    def holds(pair: dict[str, str]) -> bool:
        return tags.get(pair["Key"].removeprefix("aws:ResourceTag/")) == pair["Value"]

    return all(map(holds, conditions.get("StringEquals") or [])) and not any(
        map(holds, conditions.get("StringNotEquals") or [])
    )
