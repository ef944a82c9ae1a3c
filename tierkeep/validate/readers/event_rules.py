"""Reads rules of EventBridge with their targets."""

import json
from collections.abc import Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import EventRuleForm, TagMap, TargetForm
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import attempt

_TRIED_BY_DEFAULT = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
"""botocore 1.44.5, events RetryPolicy."""


def read_event_rules(session: UnitSession, scope: Scope) -> Mapping[str, EventRuleForm]:
    """The rules of the scope on the default event bus, and others that carry the catalog's tag or may do so.
    Raises `AwsError`."""
    rules = {}
    for rule in session.pages("events", "list_rules", "Rules", NamePrefix=f"{scope.catalog}-"):
        name = rule["Name"]
        tags = attempt(_tags, session, rule["Arn"])
        if scope.takes_in(tags, named=name in scope.event_rules):
            rules[name] = EventRuleForm(
                state=rule["State"],
                description=rule.get("Description") or "",
                pattern=normal.members(json.loads(rule.get("EventPattern") or "{}")),
                targets=attempt(_targets, session, name),
                other_settings=normal.other_settings(
                    rule, "Name", "Arn", "State", "Description", "EventPattern", "EventBusName"
                ),
                tags=tags,
                arn=rule["Arn"],
            )
    return rules


def _tags(session: UnitSession, arn: str) -> TagMap:
    return normal.tag_list(session.call("events", "list_tags_for_resource", ResourceARN=arn)["Tags"])


def _targets(session: UnitSession, rule: str) -> Mapping[str, TargetForm]:
    targets = session.pages("events", "list_targets_by_rule", "Targets", Rule=rule)
    return {each["Id"]: _target_form(each) for each in targets}


def _target_form(target: Mapping[str, Any]) -> TargetForm:
    tried = {**_TRIED_BY_DEFAULT, **(target.get("RetryPolicy") or {})}
    changed = tried != _TRIED_BY_DEFAULT
    return TargetForm(
        arn=target["Arn"],
        role_arn=target.get("RoleArn"),
        input=normal.json_text(target.get("Input")),
        dead_letters=(target.get("DeadLetterConfig") or {}).get("Arn"),
        other_settings={
            **normal.other_settings(
                target, "Id", "Arn", "RoleArn", "Input", "DeadLetterConfig", "RetryPolicy"
            ),
            # None at all is a number of attempts too.
            **({"RetryPolicy": json.dumps(tried, sort_keys=True)} if changed else {}),
        },
    )
