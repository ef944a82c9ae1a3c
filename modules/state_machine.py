"""A state machine of AWS Step Functions, its log group, and the schedule or event rule that starts it."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.cloudwatch_event_rule import CloudwatchEventRule
from imports.aws.cloudwatch_event_target import CloudwatchEventTarget
from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from imports.aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
)
from imports.aws.sfn_state_machine import (
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from tierkeep.desired import model


class StateMachine(Construct):
    """A machine that logs what fails. The roles that it names exist once what is in `after` does."""

    def __init__(
        self, scope: Construct, machine: model.StateMachine, *, after: Sequence[ITerraformDependable]
    ) -> None:
        super().__init__(scope, f"machine-{machine.name}")
        logs = CloudwatchLogGroup(
            self,
            "logs",
            name=machine.log_group,
            retention_in_days=machine.log_retention_days,
            tags=dict(machine.tags),
        )
        resource = SfnStateMachine(
            self,
            "machine",
            name=machine.name,
            type="STANDARD",
            definition=machine.definition,
            role_arn=machine.role_arn,
            logging_configuration=SfnStateMachineLoggingConfiguration(
                level="ERROR", include_execution_data=True, log_destination=f"{logs.arn}:*"
            ),
            tracing_configuration=SfnStateMachineTracingConfiguration(enabled=True),
            tags=dict(machine.tags),
            depends_on=after,
        )
        self.resource = resource
        if machine.start is not None:
            self._start(machine, machine.start, resource)

    def _start(
        self,
        machine: model.StateMachine,
        start: model.ScheduledStart | model.EventStart,
        resource: SfnStateMachine,
    ) -> None:
        if isinstance(start, model.ScheduledStart):
            SchedulerSchedule(
                self,
                "schedule",
                name=machine.name,
                description=machine.description,
                schedule_expression=start.expression,
                flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
                target=SchedulerScheduleTarget(arn=resource.arn, role_arn=start.role_arn),
            )
            return
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=machine.name,
            description=machine.description,
            event_pattern=start.pattern,
            tags=dict(machine.tags),
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id=machine.name,
            arn=resource.arn,
            role_arn=start.role_arn,
        )
