"""Roles, state machines and tables."""

from collections.abc import Mapping

from tierkeep.desired.model import DesiredUnit, Role, ScheduledStart, StateMachine
from tierkeep.desired.policies import identity_policy, role_policies, role_trust
from tierkeep.validate import normal
from tierkeep.validate.forms import LogGroupForm, MachineForm, RoleForm, StartForm, TableForm
from tierkeep.validate.unread import Unread


def role_form(role: Role, unit: DesiredUnit) -> RoleForm:
    """A role with its trust, its policies and its boundary."""
    ours = {
        each.arn or each.name: normal.policy(identity_policy(each.statements)) for each in role_policies(role)
    }
    return RoleForm(
        arn=role.arn,
        trust=normal.policy(role_trust(role, unit.account_id)),
        policies={**{arn: {} for arn in role.managed_policy_arns}, **ours},
        boundary=role.boundary_arn,
        tags=dict(role.tags),
        origin=role.origin,
    )


def machine_form(machine: StateMachine) -> MachineForm:
    """A state machine that is at work, and logs what fails, with the schedule that starts it."""
    start = machine.start
    return MachineForm(
        status="ACTIVE",
        type="STANDARD",
        definition=normal.machine_definition(machine.definition),
        role_arn=machine.role_arn,
        logging=f"ERROR with data to {machine.log_group}",
        tracing=True,
        start=StartForm(
            state="ENABLED",
            expression=start.expression,
            time_zone="UTC",
            description=machine.description,
            target=machine.arn,
            role_arn=start.role_arn,
            other_settings={},
            origin=machine.origin,
        )
        if isinstance(start, ScheduledStart)
        else None,
        tags=dict(machine.tags),
        arn=machine.arn,
        origin=machine.origin,
    )


def table_forms(unit: DesiredUnit, found: Mapping[str, TableForm] | Unread) -> dict[str, TableForm]:
    """What every table that carries the tag of a tier shall have: which there are, AWS alone knows."""
    if isinstance(found, Unread):
        return {}
    recoveries = {each.tier: each for each in unit.table_recoveries}
    return {
        name: TableForm(
            recovery_period_days=recoveries[table.tier].period_days,
            tier=table.tier,
            arn=table.arn,
            origin=recoveries[table.tier].origin,
        )
        for name, table in found.items()
    }


def log_group_forms(unit: DesiredUnit) -> dict[str, LogGroupForm]:
    """The log groups of a unit's state machines."""
    return {
        machine.log_group: LogGroupForm(
            retention_days=machine.log_retention_days,
            key=None,
            other_settings={},
            tags=dict(machine.tags),
            origin=machine.origin,
        )
        for machine in unit.state_machines
    }
