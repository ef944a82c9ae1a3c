"""Alarms on what tells of failures and tries again: that it fails itself would else be silent.

Step Functions developer guide, "Monitoring Step Functions metrics using Amazon CloudWatch" (by machine);
EventBridge user guide, "Monitoring Amazon EventBridge" (of the default event bus, by rule); SQS developer
guide, "Available CloudWatch metrics for Amazon SQS" (by queue).
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import Alarm, DesiredUnit, EventStart, Metric, Tags, Watching
from tierkeep.watching.made import failure

_EXECUTIONS = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
_LOST = "FailedInvocations"
_LOST_FROM_QUEUE = "InvocationsFailedToBeSentToDlq"
"""Of a rule with a queue for what it could not deliver: neither its target nor the queue took an event."""


def failures(unit: DesiredUnit, watching: Watching) -> Iterator[Alarm]:
    """Of state machines, of rules of EventBridge, and of the queue for what no rule could deliver.

    An execution fails only where a machine could not do its own work (ADR 20), that of deployments also where
    a backup of it failed.
    """
    for machine in unit.state_machines:
        metrics = _sums("AWS/States", _EXECUTIONS, (("StateMachineArn", machine.arn),))
        what = f"Executions of state machine {machine.name} failed, timed out or were stopped"
        yield failure(unit, watching, f"{machine.name}-failed-executions", what, metrics)
        if isinstance(machine.start, EventStart):
            yield _undelivered(unit, watching, machine.name, (_LOST,))
    if unit.events is None:
        return
    for rule in unit.events.rules:
        yield _undelivered(unit, watching, rule.name, (_LOST, _LOST_FROM_QUEUE))
    queue = unit.events.dead_letters.name
    lying = Metric(
        id="m0",
        namespace="AWS/SQS",
        name="ApproximateNumberOfMessagesVisible",
        statistic="Maximum",
        dimensions=(("QueueName", queue),),
    )
    what = f"Events that could not be delivered lay in queue {queue}"
    yield failure(unit, watching, f"{queue}-waiting", what, (lying,))


def _undelivered(unit: DesiredUnit, watching: Watching, rule: str, names: tuple[str, ...]) -> Alarm:
    metrics = _sums("AWS/Events", names, (("RuleName", rule),))
    return failure(unit, watching, f"{rule}-lost-events", f"Events of rule {rule} were lost", metrics)


def _sums(namespace: str, names: tuple[str, ...], dimensions: Tags) -> tuple[Metric, ...]:
    return tuple(
        Metric(id=f"m{at}", namespace=namespace, name=name, statistic="Sum", dimensions=dimensions)
        for at, name in enumerate(names)
    )
