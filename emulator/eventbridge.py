"""Events of AWS's services on the default event bus of moto's Amazon EventBridge, and messages to SNS.

moto delivers events to SQS queues among others, but neither to SNS topics nor to state machines;
:func:`install` adds them.
"""

import json
import sys
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from emulator import clock, stepfunctions

Detail = dict[str, Any]


def listened_to(account: str, region: str) -> bool:
    """Whether a rule of the default event bus could want an event."""
    return bool(_rules(account, region))


def put(
    account: str, region: str, source: str, detail_type: str, resources: list[str], detail: Detail
) -> None:
    """Put an event of an AWS service on the default event bus, dated by the emulator's clock."""
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": clock.now().timestamp(),  # moto writes it out where the event arrives
        "region": region,
        "resources": resources,
        "detail": detail,
        "ingestion-time": clock.now().timestamp(),
    }
    for rule in _rules(account, region):
        if rule.state == "ENABLED":
            # Without a transformer a target gets the whole event; moto's own default leaves members out.
            rule.send_to_targets(event, any("InputTransformer" in target for target in rule.targets))


def publish(topic_arn: str, subject: str, message: str, attributes: dict[str, str] | None = None) -> None:
    """Publish to an SNS topic; nobody is told if there is no such topic, as at AWS."""
    from moto.sns.models import sns_backends

    _, _, _, region, account, _ = topic_arn.split(":", 5)
    topic = sns_backends[account][region].topics.get(topic_arn)
    if topic is not None:
        named = {name: {"Type": "String", "Value": value} for name, value in (attributes or {}).items()}
        topic.publish(message, subject=subject, message_attributes=named)


def install() -> None:
    """Let rules of EventBridge have SNS topics and state machines as targets."""
    from moto.events.models import Rule

    Rule.send_to_targets = _to_others_too(Rule.send_to_targets)  # type: ignore[method-assign]


def _rules(account: str, region: str) -> list[Any]:
    # Who has no rule has not imported it, and the emulator need not.
    events = sys.modules.get("moto.events.models")
    backend = events.events_backends.get(account, {}).get(region) if events else None
    return list(backend.event_buses["default"].rules.values()) if backend is not None else []


_SENDERS: dict[str, Callable[[str, str], None]] = {
    "sns": lambda arn, text: publish(arn, "", text),
    "states": stepfunctions.start,
}
"""What sends to a target, by the service in its ARN."""


def _to_others_too(send: Callable[..., None]) -> Callable[..., None]:
    @wraps(send)
    def send_to_targets(rule: Any, event: Any, transform_input: bool = True) -> None:  # noqa: FBT001, FBT002
        ours = [target for target in rule.targets if target["Arn"].split(":")[2] in _SENDERS]
        others = copy(rule)
        others.targets = [target for target in rule.targets if target not in ours]
        send(others, event, transform_input)
        if ours and rule.event_pattern.matches_event(event):
            for target in ours:
                _SENDERS[target["Arn"].split(":")[2]](target["Arn"], _input(target, event))

    return send_to_targets


def _input(target: dict[str, Any], event: Any) -> str:
    """What a target is sent: its own Input, the event, or what its InputTransformer makes of the event."""
    from moto.events.utils import EventTemplateParser

    if "Input" in target:
        return str(target["Input"])
    transformer = target.get("InputTransformer")
    if transformer is None:
        moment = datetime.fromtimestamp(float(event["time"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return json.dumps({**event, "time": moment})
    content: Any = EventTemplateParser.parse(
        input_template=transformer.get("InputTemplate"),
        input_paths_map=transformer.get("InputPathsMap", {}),
        event=event,
    )
    return content if isinstance(content, str) else json.dumps(content)
