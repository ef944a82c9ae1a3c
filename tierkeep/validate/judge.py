"""A DesiredUnit and an ObservedUnit -> findings. Pure: the same two states give the same result."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from tierkeep.desired.model import DesiredUnit, Origin, UnitId
from tierkeep.validate import checks
from tierkeep.validate.checks import CHECKS, DRIFT, Check
from tierkeep.validate.difference import Difference, Kind, Undetermined, differences
from tierkeep.validate.expected import (
    copy_policy_form,
    default_policy_form,
    document_form,
    key_form,
    machine_form,
    plan_form,
    policy_form,
    role_form,
    table_forms,
    vault_form,
)
from tierkeep.validate.findings import Finding, Resource, UnitResult, Unknown, Value, Verdict
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.remedies import remedy
from tierkeep.validate.resolve import resolved_policies, resolved_tables, resolved_vaults
from tierkeep.validate.risks import assess
from tierkeep.validate.unread import Unread


def judge(
    desired: DesiredUnit, observed: ObservedUnit, stored: Iterable[Finding | Unknown] | None = None
) -> UnitResult:
    """Compares how a unit shall be set up with how it is.

    `stored` is what is to be said of what it stores; None is that nobody asked, and no verdict on it.
    """
    vaults = {vault.name: vault_form(vault, desired) for vault in desired.vaults}
    policies = {policy.name: policy_form(policy) for policy in desired.snapshot_policies}
    policies |= {policy.name: copy_policy_form(policy) for policy in desired.copy_policies}
    tables = table_forms(desired, observed.tables)
    policies |= {policy.name: default_policy_form(policy) for policy in desired.default_policies}
    sides: tuple[tuple[Check, Mapping[str, Any], Mapping[str, Any] | Unread], ...] = (
        (checks.KEY, {key.alias: key_form(key, desired) for key in desired.keys}, observed.keys),
        (checks.VAULT, vaults, resolved_vaults(vaults, observed)),
        (checks.BACKUP_PLAN, {plan.name: plan_form(plan) for plan in desired.plans}, observed.plans),
        (checks.SNAPSHOT_POLICY, policies, resolved_policies(policies, observed)),
        (
            checks.SCRIPT_DOCUMENT,
            {each.name: document_form(each) for each in desired.documents},
            observed.documents,
        ),
        (checks.ROLE, {role.name: role_form(role, desired) for role in desired.roles}, observed.roles),
        (
            checks.STATE_MACHINE,
            {machine.name: machine_form(machine) for machine in desired.state_machines},
            observed.state_machines,
        ),
        (checks.TABLE, tables, resolved_tables(tables, observed)),
    )
    outcomes = [
        outcome
        for check, expected, actual in sides
        for outcome in _judge_check(check, expected, actual, unit=desired.id)
    ]
    if stored is None:
        return _result(desired, outcomes, [check for check in CHECKS if check.id.startswith(DRIFT)])
    return _result(desired, [*outcomes, *stored], CHECKS)


def undetermined(desired: DesiredUnit, cause: Unread) -> UnitResult:
    """The result for a unit that could not be entered: every check is UNKNOWN, for one cause."""
    return _result(
        desired,
        [Unknown(check=check.id, unit=desired.id, resource=None, field="", cause=cause) for check in CHECKS],
        CHECKS,
    )


def _judge_check(
    check: Check, expected: Mapping[str, Any], actual: Mapping[str, Any] | Unread, *, unit: UnitId
) -> Iterator[Finding | Unknown]:
    if isinstance(actual, Unread):
        yield Unknown(check=check.id, unit=unit, resource=None, field="", cause=actual)
        return
    for name, wanted in expected.items():
        found = actual.get(name)
        arn = getattr(found, "arn", None) or getattr(wanted, "arn", None)
        resource = Resource(type=check.resource_type, name=name, arn=arn)
        if found is None:
            outcomes: Iterator[Difference | Undetermined] = iter(
                [Difference(path="", kind=Kind.MISSING, expected=wanted, actual=None, origin=wanted.origin)]
            )
        else:
            outcomes = differences(wanted, found)
        by_stack = getattr(wanted, "by_stack", False)
        for outcome in outcomes:
            yield _reported(check, resource, outcome, unit=unit, by_stack=by_stack)
    for name in sorted(actual.keys() - expected.keys()):
        yield _unexpected(check, name, actual[name], unit=unit)


def _unexpected(check: Check, name: str, found: Any, *, unit: UnitId) -> Finding | Unknown:
    """A thing that nobody asked for: the catalog's own, or not known to be, if its tags could not be read."""
    resource = Resource(type=check.resource_type, name=name, arn=getattr(found, "arn", None))
    tags = getattr(found, "tags", None)
    if isinstance(tags, Unread):
        return _reported(check, resource, Undetermined(path="tags", cause=tags), unit=unit)
    difference = Difference(path="", kind=Kind.UNEXPECTED, expected=None, actual=found, origin=())
    return _reported(check, resource, difference, unit=unit)


def _reported(
    check: Check,
    resource: Resource,
    outcome: Difference | Undetermined,
    *,
    unit: UnitId,
    by_stack: bool = False,
) -> Finding | Unknown:
    if isinstance(outcome, Undetermined):
        return Unknown(
            check=check.id,
            unit=unit,
            resource=resource,
            field=outcome.path or "existence",
            cause=outcome.cause,
        )
    severity, risk = assess(check, outcome)
    origin = _dotted(outcome.origin)
    todo = remedy(check, resource, outcome, unit=unit, origin=origin or "the catalog", by_stack=by_stack)
    return Finding(
        check=check.id,
        severity=severity,
        kind=outcome.kind,
        unit=unit,
        resource=resource,
        field=outcome.path or "existence",
        expected=reported_value(outcome.expected),
        actual=reported_value(outcome.actual),
        risk=risk,
        remedy=todo,
        origin=origin,
    )


def _dotted(origin: Origin) -> str:
    return ".".join(origin)


def reported_value(value: Any) -> Value:
    """A field as it is, a whole thing as the line that describes it."""
    result: Value = str(value) if is_dataclass(value) else value
    return result


def _result(desired: DesiredUnit, outcomes: list[Finding | Unknown], asked: Iterable[Check]) -> UnitResult:
    findings = tuple(
        sorted((outcome for outcome in outcomes if isinstance(outcome, Finding)), key=_worst_first)
    )
    unknowns = tuple(outcome for outcome in outcomes if isinstance(outcome, Unknown))
    return UnitResult(
        unit=desired.id,
        account_id=desired.account_id,
        findings=findings,
        unknowns=unknowns,
        verdicts={check.id: _verdict(check, findings, unknowns) for check in asked},
    )


def _worst_first(finding: Finding) -> tuple[int, str, str, str]:
    return finding.severity.rank, finding.check, finding.resource.name, finding.field


def _verdict(check: Check, findings: tuple[Finding, ...], unknowns: tuple[Unknown, ...]) -> Verdict:
    if any(finding.check == check.id for finding in findings):
        return Verdict.FAIL
    return Verdict.UNKNOWN if any(unknown.check == check.id for unknown in unknowns) else Verdict.PASS
