"""Backup plans with their selections, snapshot policies and roles that exist, as `keys_and_vaults`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tierkeep.adopt import paths
from tierkeep.adopt.candidates import Asked, Found, NotAdopted, by_name, settled
from tierkeep.adopt.changes import Rules, changes
from tierkeep.adopt.model import Effect, Import, Status, Thing
from tierkeep.desired.model import (
    BackupPlan,
    DesiredUnit,
    PolicyResource,
    Role,
    Selection,
    SnapshotPolicy,
)
from tierkeep.validate import checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.expected import plan_form, policy_form, role_form
from tierkeep.validate.forms import PlanForm, PolicyForm
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.resolve import resolved_policies

SELECTION = "selection"
_ALL_FORCED: Rules = ((".*", None, Effect.REPLACE),)
"""Every argument of a selection forces a new one (`tierkeep.diff.force_new`)."""
_OTHER_SELECTIONS: Rules = ((r"selections\[[^\]]*\]", Kind.UNEXPECTED, Effect.STAYS),)


def plans(
    unit: DesiredUnit, observed: ObservedUnit, catalog: str, choices: frozenset[str]
) -> Iterator[Found]:
    """The unit's plans and their selections by name."""
    for plan in unit.plans:
        kind = checks.BACKUP_PLAN.resource_type
        asked = Asked(type=kind, name=plan.name, catalog=catalog, choices=choices)
        each_asked = [
            (replace(asked, type=SELECTION, name=f"{plan.name}/{each.name}"), each)
            for each in plan.selections
        ]
        try:
            found = asked.chosen(
                [
                    (str(each.arn).rsplit(":", 1)[-1], each)
                    for each in by_name(asked.known(observed.plans), plan.name)
                ]
            )
        except NotAdopted as end:
            yield end.thing
            continue
        if found is None:
            yield asked.missing
            yield from (each.missing for each, _ in each_asked)
            continue
        adopted = settled(partial(_plan, asked, plan, *found))
        yield adopted
        if isinstance(adopted, Thing) and adopted.status is Status.ADOPTED:
            for each, selection in each_asked:
                yield settled(partial(_selection, each, plan, selection, *found))


def _plan(asked: Asked, plan: BackupPlan, plan_id: str, found: PlanForm) -> Found:
    own = asked.own(found.tags)
    selections = asked.known(found.selections)
    wanted = {each.name for each in plan.selections}
    # The catalog's are things of their own; of others the plan's reader hears.
    others = {name: each for name, each in selections.items() if name.split("#")[0] not in wanted}
    made = changes(
        replace(plan_form(plan), selections={}), replace(found, selections=others), _OTHER_SELECTIONS
    )
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.plan(plan), id=plan_id),),
        changes=asked.known(made),
        own=own,
        candidates=(plan_id,),
    )


def _selection(
    asked: Asked, plan: BackupPlan, selection: Selection, plan_id: str, of_plan: PlanForm
) -> Found:
    named = [asked.known(each) for each in by_name(asked.known(of_plan.selections), selection.name)]
    found = asked.chosen([(str(each.id), each) for each in named])
    if found is None:
        return asked.missing
    selection_id, form = found
    (expected,) = asked.known(plan_form(replace(plan, selections=(selection,))).selections).values()
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.selection(plan, selection), id=f"{plan_id}|{selection_id}"),),
        changes=asked.known(changes(expected, form, _ALL_FORCED)),
        candidates=(selection_id,),
    )


def snapshot_policies(
    unit: DesiredUnit, observed: ObservedUnit, catalog: str, choices: frozenset[str]
) -> Iterator[Found]:
    """The unit's snapshot policies by their tag `tierkeep:policy`, or else `Name`; default ones by type."""
    kind = checks.SNAPSHOT_POLICY.resource_type
    for policy in unit.snapshot_policies:
        asked = Asked(type=kind, name=policy.name, catalog=catalog, choices=choices)
        yield settled(partial(_policy, asked, policy, observed))
    for default in unit.default_policies:
        asked = Asked(type=kind, name=default.name, catalog=catalog, choices=choices)
        yield settled(partial(_default_policy, asked, observed))


def _default_policy(asked: Asked, observed: ObservedUnit) -> Found:
    """None is adopted: the catalog deploys default policies as stacks of CloudFormation (ADR 12)."""
    named = [asked.known(each) for each in by_name(asked.known(observed.snapshot_policies), asked.name)]
    picked = asked.chosen([(str(each.arn).rsplit("/", 1)[-1], each) for each in named])
    if picked is not None:
        policy_id, form = picked
        asked.own(form.tags)
        asked.refuse(
            f"AWS has one default policy of each type in a Region, here {policy_id}, and a stack of "
            "CloudFormation does not take it over: delete it, so that the deployment can make another, and "
            "delete what it made by hand when its time has come"
        )
    return asked.missing


def _policy(asked: Asked, policy: SnapshotPolicy, observed: ObservedUnit) -> Found:
    named = [asked.known(each) for each in by_name(asked.known(observed.snapshot_policies), policy.name)]
    picked = asked.chosen([(str(each.arn).rsplit("/", 1)[-1], each) for each in named])
    if picked is None:
        return asked.missing
    policy_id, form = picked
    own = asked.own(form.tags)
    expected = policy_form(policy)
    alone = replace(observed, snapshot_policies={policy.name: form})
    found = asked.known(asked.known(resolved_policies({policy.name: expected}, alone))[policy.name])
    made = asked.known(changes(expected, found))
    if policy.resource is not PolicyResource.NATIVE:
        asked.refuse(
            f"the catalog deploys it as a stack of CloudFormation, which does not take over {policy_id}: "
            "disable it, take off its tags `tierkeep:policy` and `Name`, and delete its snapshots by hand "
            "when their time has come; the deployment makes another"
        )
    _refuse_replaced(asked, policy_id, expected, found)
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.snapshot_policy(policy), id=policy_id),),
        changes=made,
        own=own,
        candidates=(policy_id,),
    )


def _refuse_replaced(asked: Asked, policy_id: str, expected: PolicyForm, found: PolicyForm) -> None:
    """Where Terraform would have to replace a policy, nobody would delete its snapshots any more.

    AWS changes neither the type of a policy nor that of its resources (DLM API reference,
    UpdateLifecyclePolicy). `copy_tags` of a schedule forces a new policy, and Terraform compares schedules by
    their place (`tierkeep.diff.force_new`).
    """
    another = found.policy_type != expected.policy_type
    kind = found.policy_type if another else ", ".join(found.resource_types)
    if another or found.resource_types != expected.resource_types:
        asked.refuse(
            f"it is a policy of {kind}, and AWS does not change that: disable {policy_id}, take off its tags "
            "`tierkeep:policy` and `Name`, and delete its snapshots by hand when their time has come; the "
            "deployment makes another"
        )
    ready = [each.copy_tags for each in found.schedules.values()][: len(expected.schedules)]
    if len(ready) < len(expected.schedules) or not all(ready):
        asked.refuse(
            "Terraform would replace it, and nobody would delete the snapshots that it made: with `aws dlm "
            f"update-lifecycle-policy --policy-id {policy_id}` give it {len(expected.schedules)} schedules, "
            "each with CopyTags, and run this again"
        )


def roles(unit: DesiredUnit, observed: ObservedUnit, catalog: str) -> Iterator[Found]:
    """The unit's roles by name, with what changes of their trust, their policies and their boundary."""
    for role in unit.roles:
        asked = Asked(type=checks.ROLE.resource_type, name=role.name, catalog=catalog)
        yield settled(partial(_role, asked, role, unit, observed))


def _role(asked: Asked, role: Role, unit: DesiredUnit, observed: ObservedUnit) -> Found:
    if role.name not in observed.roles:
        return asked.missing
    found = asked.known(observed.roles[role.name])
    own = asked.own(found.tags)
    if found.arn != role.arn:
        asked.refuse(
            f"it is {found.arn}, with a path that the catalog's has not: delete it once nothing uses it"
        )
    expected = role_form(role, unit)
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.role(role), id=role.name),),
        changes=asked.known(changes(expected, found)),
        own=own,
    )
