"""The closed loop: what the synthesized Terraform says is what the desired state says."""

from __future__ import annotations

from typing import Any

from stacks.unit import stack_id
from tests.stacks.read_back import Stack, without_origins
from tests.stacks.read_back_organization import organization_in
from tests.stacks.read_back_watching import Watched
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import DesiredState
from tierkeep.watching import alarms, dashboard

PARTS = (
    "keys",
    "vaults",
    "plans",
    "snapshot_policies",
    "copy_policies",
    "default_policies",
    "documents",
    "roles",
    "state_machines",
    "restore_testing",
    "frameworks",
    "report_plans",
)


def assert_loop_closed(state: DesiredState, made: dict[str, dict[str, Any]] | None = None) -> None:
    """Of each stack that there is to be, and of no other. `made` spares synthesizing a second time."""
    if made is None:
        made = synthesize(state)
    assert sorted(made) == sorted(stack_id(unit) for unit in state.units)
    for unit in state.units:
        stack = Stack(made[stack_id(unit)], unit)
        for part in PARTS:
            wanted = set(without_origins(getattr(unit, part)))
            assert getattr(stack, part)() == wanted, f"{part} of {unit.id}"
        events = unit.events
        assert stack.topics() == ({without_origins(events.topic)} if events else set())
        assert stack.dead_letters() == ({without_origins(events.dead_letters)} if events else set())
        assert stack.event_rules() == set(without_origins(events.rules) if events else ())
        assert stack.notifications() == set(without_origins(events.notifications) if events else ())
        assert stack.report_bucket() == without_origins(unit.report_bucket)
        held = organization_in(made[stack_id(unit)].get("resource", {}))
        assert held == without_origins(unit.organization), f"the organisation of {unit.id}"
        assert stack.opted_in() == unit.opted_in
        watched = Watched(made[stack_id(unit)], unit)
        assert watched.alarms() == set(without_origins(alarms(unit))), f"alarms of {unit.id}"
        assert watched.dashboards() == {found for found in (dashboard(unit),) if found}
        assert watched.budgets() == set(without_origins(unit.budgets)), f"budgets of {unit.id}"
