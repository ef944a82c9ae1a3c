"""Reads restore testing plans of AWS Backup."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import RestoreSelectionForm, RestoreTestForm, TagMap
from tierkeep.validate.readers.backup import tags_of
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt

_TIMES = ("CreationTime", "LastExecutionTime", "LastUpdateTime", "CreatorRequestId")


def read_restore_tests(session: UnitSession, scope: Scope) -> Mapping[str, RestoreTestForm | Unread]:
    """The plans of the scope, and others that carry the catalog's tag or may do so. Raises `AwsError`."""
    plans: dict[str, RestoreTestForm | Unread] = {}
    for plan in session.pages("backup", "list_restore_testing_plans", "RestoreTestingPlans"):
        name, arn = plan["RestoreTestingPlanName"], plan["RestoreTestingPlanArn"]
        if name in scope.restore_tests or scope.may_own(name):
            tags = attempt(tags_of, session, arn)
            if scope.takes_in(tags, named=name in scope.restore_tests):
                plans[name] = attempt(_read_plan, session, name, tags)
    return plans


def _read_plan(session: UnitSession, name: str, tags: TagMap | Unread) -> RestoreTestForm:
    answer = session.call("backup", "get_restore_testing_plan", RestoreTestingPlanName=name)
    plan = answer["RestoreTestingPlan"]
    points = plan["RecoveryPointSelection"]
    known = ("Algorithm", "IncludeVaults", "ExcludeVaults", "RecoveryPointTypes", "SelectionWindowDays")
    return RestoreTestForm(
        schedule=normal.cron(plan["ScheduleExpression"]),
        time_zone=normal.time_zone(plan.get("ScheduleExpressionTimezone")),
        start_window_hours=plan["StartWindowHours"],
        algorithm=points["Algorithm"],
        vaults=_vaults(points),
        point_types=tuple(sorted(points.get("RecoveryPointTypes") or ())),
        window_days=points["SelectionWindowDays"],
        selections=attempt(_read_selections, session, name),
        other_settings={
            **normal.other_settings(
                plan, "RestoreTestingPlanName", "RestoreTestingPlanArn", "ScheduleExpression",
                "ScheduleExpressionTimezone", "StartWindowHours", "RecoveryPointSelection", *_TIMES,
            ),
            **normal.other_settings(points, *known),
        },
        tags=tags,
        arn=plan["RestoreTestingPlanArn"],
    )  # fmt: skip


def _vaults(points: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are taken in and not left out again. Either may be said by a pattern."""
    out = points.get("ExcludeVaults") or ()
    return tuple(
        sorted(
            arn
            for arn in points.get("IncludeVaults") or ()
            if not any(fnmatchcase(arn, pattern) for pattern in out)
        )
    )


def _read_selections(session: UnitSession, plan: str) -> Mapping[str, RestoreSelectionForm | Unread]:
    listed = session.pages(
        "backup", "list_restore_testing_selections", "RestoreTestingSelections", RestoreTestingPlanName=plan
    )
    names = [each["RestoreTestingSelectionName"] for each in listed]
    return {name: attempt(_read_selection, session, plan, name) for name in names}


def _read_selection(session: UnitSession, plan: str, name: str) -> RestoreSelectionForm:
    selection = session.call(
        "backup",
        "get_restore_testing_selection",
        RestoreTestingPlanName=plan,
        RestoreTestingSelectionName=name,
    )["RestoreTestingSelection"]
    conditions = selection.get("ProtectedResourceConditions") or {}
    arns = selection.get("ProtectedResourceArns") or ()
    return RestoreSelectionForm(
        resource_type=selection["ProtectedResourceType"],
        role_arn=selection["IamRoleArn"],
        resources=tuple(sorted(each for each in arns if each != "*")),
        string_equals=normal.tag_list(conditions.get("StringEquals")),
        validation_window_hours=selection.get("ValidationWindowHours") or 0,
        metadata=dict(selection.get("RestoreMetadataOverrides") or {}),
        other_settings={
            **normal.other_settings(
                selection, "RestoreTestingPlanName", "RestoreTestingSelectionName", "IamRoleArn",
                "ProtectedResourceArns", "ProtectedResourceConditions", "ProtectedResourceType",
                "RestoreMetadataOverrides", "ValidationWindowHours", *_TIMES,
            ),
            **normal.other_settings(conditions, "StringEquals"),
        },
    )  # fmt: skip
