"""Backup selections: which resources a plan backs up.

The limits are those of ``BackupSelection`` in the AWS Backup API reference and of "Quotas" in the AWS Backup
Developer Guide.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from emulator import clock
from emulator.backup import arns
from emulator.errors import AlreadyExists, InvalidParameterValue, LimitExceeded, ResourceNotFound

if TYPE_CHECKING:
    from emulator.backup.plans import Plan

MOST = 100
"""Selections of a plan."""

MOST_ARNS = 500
MOST_ARNS_WITH_WILDCARDS = 30
MOST_CONDITIONS = 30
MOST_TAGS = 30


@dataclass(frozen=True)
class Selection:
    """A selection; ``document`` is the request's, which AWS answers as it was given."""

    id: str
    document: dict[str, Any]
    creator_request_id: str | None
    created: datetime


def create(plan: "Plan", document: dict[str, Any], creator_request_id: str | None) -> Selection:
    """Add a selection to ``plan``.  A repeated ``creator_request_id`` gives the selection that it made.

    :raises AlreadyExists: the plan has a selection of that name.
    """
    name = document["SelectionName"]
    for selection in plan.selections.values():
        if creator_request_id and selection.creator_request_id == creator_request_id:
            return selection
        if selection.document["SelectionName"] == name:
            raise AlreadyExists(f"Backup plan {plan.id} already has a selection {name}")
    if len(plan.selections) >= MOST:
        raise LimitExceeded(f"A backup plan can have {MOST} selections")
    _check(document)
    # AWS always answers a Conditions structure, empty if none was given.
    document = {**document, "Conditions": document.get("Conditions") or {}}
    selection = Selection(str(uuid4()), document, creator_request_id, clock.now())
    plan.selections[selection.id] = selection
    return selection


def get(plan: "Plan", selection_id: str) -> Selection:
    """:raises ResourceNotFound: the plan has no such selection."""
    try:
        return plan.selections[selection_id]
    except KeyError:
        raise ResourceNotFound(f"Backup plan {plan.id} has no selection {selection_id}") from None


def _check(document: dict[str, Any]) -> None:
    arns.check_role(document["IamRoleArn"])
    for member in ("Resources", "NotResources"):
        _check_arns(member, document.get(member) or [])
    if len(document.get("ListOfTags") or []) > MOST_TAGS:
        raise InvalidParameterValue(f"ListOfTags has more than {MOST_TAGS} tags")
    conditions = document.get("Conditions") or {}
    if sum(len(operands or []) for operands in conditions.values()) > MOST_CONDITIONS:
        raise InvalidParameterValue(f"Conditions has more than {MOST_CONDITIONS} conditions")
    for operands in conditions.values():
        for operand in operands or []:
            if not (operand.get("ConditionKey") or "").startswith("aws:ResourceTag/"):
                raise InvalidParameterValue(
                    f"Invalid condition key {operand.get('ConditionKey')!r}: "
                    "it must begin with aws:ResourceTag/"
                )


def _check_arns(member: str, patterns: list[str]) -> None:
    for pattern in patterns:
        if pattern == "*":
            continue
        if "*" in arns.parse(pattern, f"ARN in {member}").resource.removesuffix("*"):
            raise InvalidParameterValue(f"Invalid ARN in {member}: {pattern}: a wildcard must be at the end")
    if len(patterns) > MOST_ARNS:
        raise InvalidParameterValue(f"{member} has more than {MOST_ARNS} ARNs")
    if sum("*" in pattern for pattern in patterns) > MOST_ARNS_WITH_WILDCARDS:
        raise InvalidParameterValue(f"{member} has more than {MOST_ARNS_WITH_WILDCARDS} ARNs with wildcards")
