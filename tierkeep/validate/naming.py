"""Turns the ids of things that other things name into their names in the desired state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from tierkeep.validate.expected import POLICY_DIMENSION
from tierkeep.validate.forms import (
    AlarmForm,
    ControlForm,
    FrameworkForm,
    MetricForm,
    PlanForm,
    PolicyForm,
    ReportPlanForm,
)
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.unread import Unread

_Named: TypeAlias = Mapping[str, PlanForm | PolicyForm | FrameworkForm | Unread] | Unread


def resolved_frameworks(
    expected: Mapping[str, FrameworkForm], observed: ObservedUnit
) -> Mapping[str, FrameworkForm | Unread] | Unread:
    """The observed frameworks with the names of the backup plans that their controls are about."""
    if isinstance(observed.frameworks, Unread):
        return observed.frameworks
    return {
        name: each
        if isinstance(each, Unread) or name not in expected
        else replace(each, controls=_controls(expected[name].controls, each.controls, observed))
        for name, each in observed.frameworks.items()
    }


def _controls(
    expected: Mapping[str, ControlForm], found: Mapping[str, ControlForm], observed: ObservedUnit
) -> Mapping[str, ControlForm]:
    return {
        name: replace(
            each, resources=_names(each.resources, expected[name].resources, observed.plans, _last_part)
        )
        if name in expected and expected[name].resources
        else each
        for name, each in found.items()
    }


def resolved_report_plans(
    expected: Mapping[str, ReportPlanForm], observed: ObservedUnit
) -> Mapping[str, ReportPlanForm] | Unread:
    """The observed report plans with the names of the frameworks that they are about."""
    if isinstance(observed.report_plans, Unread):
        return observed.report_plans
    return {
        name: replace(
            each, frameworks=_names(each.frameworks, expected[name].frameworks, observed.frameworks, str)
        )
        if name in expected and expected[name].frameworks
        else each
        for name, each in observed.report_plans.items()
    }


def resolved_alarms(
    expected: Mapping[str, AlarmForm], observed: ObservedUnit
) -> Mapping[str, AlarmForm] | Unread:
    """The observed alarms with the names of the snapshot policies that their metrics are of."""
    if isinstance(observed.alarms, Unread):
        return observed.alarms
    return {
        name: replace(
            each,
            metrics={
                key: _metric(expected[name].metrics[key], metric, observed)
                if key in expected[name].metrics
                else metric
                for key, metric in each.metrics.items()
            },
        )
        if name in expected
        else each
        for name, each in observed.alarms.items()
    }


def _metric(expected: MetricForm, found: MetricForm, observed: ObservedUnit) -> MetricForm:
    wanted, policy = expected.dimensions.get(POLICY_DIMENSION), found.dimensions.get(POLICY_DIMENSION)
    if wanted is None or policy is None:
        return found
    names = _names((str(policy),), (str(wanted),), observed.snapshot_policies, _policy_id)
    named = names if isinstance(names, Unread) else names[0]
    return replace(found, dimensions={**found.dimensions, POLICY_DIMENSION: named})


def _names(
    ids: tuple[str, ...] | Unread,
    wanted: tuple[str, ...] | Unread,
    things: _Named,
    id_of: Callable[[str], str],
) -> tuple[str, ...] | Unread:
    """The names of the things that go by these ids; an id stays what it is if nothing is known by it.

    Where a thing that is wanted does not exist, that is a finding of its own, and nothing follows.
    """
    if isinstance(ids, Unread):
        return ids
    if isinstance(things, Unread):
        return things
    if isinstance(wanted, Unread) or any(name not in things for name in wanted):
        return wanted
    names = {id_of(str(each.arn)): name for name, each in things.items() if not isinstance(each, Unread)}
    unread = next((each for each in things.values() if isinstance(each, Unread)), None)
    if unread and any(found not in names for found in ids):
        return unread
    return tuple(sorted(names.get(found, found) for found in ids))


def _last_part(arn: str) -> str:
    return arn.rsplit(":", 1)[-1]


def _policy_id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
