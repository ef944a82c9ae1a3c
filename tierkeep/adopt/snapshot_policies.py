"""Policies of Data Lifecycle Manager that exist, by themselves or in stacks, as `keys_and_vaults`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tierkeep.adopt import paths
from tierkeep.adopt.candidates import Asked, Found, by_name, settled
from tierkeep.adopt.changes import changes
from tierkeep.adopt.model import Change, Effect, Import, Status, Thing
from tierkeep.desired.model import DesiredUnit, PolicyResource, SharedCopyPolicy, SnapshotPolicy
from tierkeep.validate import drift_checks
from tierkeep.validate.expected import copy_policy_form, policy_form
from tierkeep.validate.forms import PolicyForm, StackForm
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.readers.cloudformation import POLICY_TYPE
from tierkeep.validate.resolve import resolved_policies

_LOGICAL_ID = "Policy"
"""The policy's name in the template of `modules/snapshot_policy_stack.py`, which a test holds."""
_UPDATED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
"""In which a stack can be updated (CloudFormation user guide, "Understand stack creation events")."""
_BY_HAND = (
    "disable {policy}, take off its tags `tierkeep:policy` and `Name`, and delete its snapshots by hand when "
    "their time has come; the deployment makes another"
)


def snapshot_policies(
    unit: DesiredUnit, observed: ObservedUnit, catalog: str, choices: frozenset[str]
) -> Iterator[Found]:
    """The unit's snapshot policies by their tag `tierkeep:policy`, or else `Name`; stacks by their name, and
    default policies by their type."""
    kind = drift_checks.SNAPSHOT_POLICY.resource_type
    policies: list[SnapshotPolicy | SharedCopyPolicy] = [*unit.snapshot_policies, *unit.copy_policies]
    for policy in policies:
        asked = Asked(type=kind, name=policy.name, catalog=catalog, choices=choices)
        if isinstance(policy, SnapshotPolicy) and policy.name in observed.stacks:
            yield settled(partial(_in_stack, asked, policy, observed))
        else:
            yield settled(partial(_by_itself, asked, policy, observed))
    for default in unit.default_policies:
        asked = Asked(type=kind, name=default.name, catalog=catalog, choices=choices)
        yield settled(partial(_default_policy, asked, observed))


def _default_policy(asked: Asked, observed: ObservedUnit) -> Found:
    """None is adopted: the catalog deploys default policies as stacks of CloudFormation (ADR 12)."""
    named = [asked.known(each) for each in by_name(asked.known(observed.snapshot_policies), asked.name)]
    picked = asked.chosen([(_id(each), each) for each in named])
    if picked is not None:
        policy_id, form = picked
        asked.own(form.tags)
        asked.refuse(
            f"AWS has one default policy of each type in a Region, here {policy_id}, and a stack of "
            "CloudFormation does not take it over: delete it, so that the deployment can make another, and "
            "delete what it made by hand when its time has come"
        )
    return asked.missing


def _by_itself(asked: Asked, policy: SnapshotPolicy | SharedCopyPolicy, observed: ObservedUnit) -> Found:
    named = [asked.known(each) for each in by_name(asked.known(observed.snapshot_policies), policy.name)]
    picked = asked.chosen([(_id(each), each) for each in named])
    if picked is None:
        return asked.missing
    policy_id, form = picked
    own = asked.own(form.tags)
    expected = _expected(policy)
    made, found = _changes(asked, policy, form, observed)
    if isinstance(policy, SnapshotPolicy) and policy.resource is PolicyResource.STACK:
        asked.refuse(
            f"the catalog deploys it as a stack of CloudFormation, which does not take over {policy_id}: "
            f"{_BY_HAND.format(policy='it')}"
        )
    _refuse_another_kind(asked, policy_id, expected, found)
    if isinstance(policy, SnapshotPolicy):
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


def _in_stack(asked: Asked, policy: SnapshotPolicy, observed: ObservedUnit) -> Found:
    """A stack that holds this policy alone is updated in place, and its policy with it."""
    stack = asked.known(observed.stacks[policy.name])
    own = asked.own(stack.tags)
    if stack.status not in _UPDATED:
        asked.refuse(f"its stack is {stack.status}, and CloudFormation does not update it: see to that first")
    if stack.settings:
        settings = ", ".join(sorted(stack.settings))
        asked.refuse(
            f"its stack was made with {settings}, so that Terraform would replace it: give its policy "
            "`DeletionPolicy: Retain`, delete the stack, and see to the policy by hand"
        )
    form = stack.policy
    if form is None or stack.resources != {_LOGICAL_ID: POLICY_TYPE}:
        asked.refuse(
            f"the stack of its name does not hold just one {POLICY_TYPE} called {_LOGICAL_ID}, and an update "
            "would delete what it holds: delete it with its resources retained, or give the tier another name"
        )
    made, found = _changes(asked, policy, form, observed)
    _refuse_another_kind(asked, _id(form), _expected(policy), found)
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(Import(path=paths.snapshot_policy(policy), id=policy.name),),
        changes=(*made, *_tags_of_stack(policy, stack)),
        own=own,
        candidates=(policy.name,),
    )


def _id(policy: PolicyForm) -> str:
    return str(policy.arn).rsplit("/", 1)[-1]


def _expected(policy: SnapshotPolicy | SharedCopyPolicy) -> PolicyForm:
    return policy_form(policy) if isinstance(policy, SnapshotPolicy) else copy_policy_form(policy)


def _changes(
    asked: Asked, policy: SnapshotPolicy | SharedCopyPolicy, form: PolicyForm, observed: ObservedUnit
) -> tuple[tuple[Change, ...], PolicyForm]:
    """What changes about a policy, and the policy with its keys by their aliases."""
    expected = _expected(policy)
    alone = replace(observed, snapshot_policies={policy.name: form})
    found = asked.known(asked.known(resolved_policies({policy.name: expected}, alone))[policy.name])
    return asked.known(changes(expected, found)), found


def _tags_of_stack(policy: SnapshotPolicy, stack: StackForm) -> Iterator[Change]:
    wanted = dict(policy.tags)
    for key in sorted(wanted.keys() | stack.tags.keys()):
        if wanted.get(key) != stack.tags.get(key):
            yield Change(
                effect=Effect.UPDATE,
                field=f"stack.tags[{key}]",
                actual=stack.tags.get(key),
                expected=wanted.get(key),
            )


def _refuse_another_kind(asked: Asked, policy_id: str, expected: PolicyForm, found: PolicyForm) -> None:
    """AWS changes neither the type of a policy nor that of its resources (DLM API reference,
    UpdateLifecyclePolicy)."""
    kind = ", ".join(found.resource_types)
    if found.policy_type != expected.policy_type:
        kind = str(found.policy_type)
    if found.sharing:
        kind = "shared snapshots"

    def unchanging(form: PolicyForm) -> tuple[object, ...]:
        return form.policy_type, form.resource_types, bool(form.sharing)

    if unchanging(found) != unchanging(expected):
        asked.refuse(
            f"it is a policy of {kind}, and AWS does not change that: {_BY_HAND.format(policy=policy_id)}"
        )


def _refuse_replaced(asked: Asked, policy_id: str, expected: PolicyForm, found: PolicyForm) -> None:
    """Where Terraform would have to replace a policy, nobody would delete its snapshots any more.

    `copy_tags` of a schedule forces a new policy, and Terraform compares schedules by their place
    (`tierkeep.diff.force_new`).
    """
    ready = [each.copy_tags for each in found.schedules.values()][: len(expected.schedules)]
    if len(ready) < len(expected.schedules) or not all(ready):
        asked.refuse(
            "Terraform would replace it, and nobody would delete the snapshots that it made: with `aws dlm "
            f"update-lifecycle-policy --policy-id {policy_id}` give it {len(expected.schedules)} schedules, "
            "each with CopyTags, and run this again"
        )
