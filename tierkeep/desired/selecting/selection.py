"""AWS Backup's selection of resources, whoever made it, and what it selects.

Sources, read 2026-11:

- AWS Backup API reference, "BackupSelection": `Conditions` are AND; `ListOfTags` are OR, equality only.
- Developer guide, "Assign resources with AWS CLI": `Resources` are OR; `Resources` with `Conditions` narrow
  each other; `NotResources` are taken out.
- terraform-provider-aws issue 41274 and aws-cdk issue 18911, observed on AWS: `Resources` with `ListOfTags`
  is the union of both. The guide's "Assigning resources" says that types are filtered first and tags then
  filter further: that is the console, which writes `Conditions`.
- terraform-provider-aws pull request 25436, AWS's own error: `Resources` or `ListOfTags` must be given.
- "Assign resources with AWS CLI", "Filter by services or resource types": an ARN of a resource type ignores
  the Region's opt-in, an ARN of a service obeys it, and so do the types that share their ARN with others:
  Aurora (with RDS, Neptune and DocumentDB clusters) and FSx. "Assigning resources": selections by tag obey
  it.

What these leave open, and so has the answer OPEN here: `Conditions` beside `ListOfTags` where the two
disagree; whether `NotResources` also takes out what `ListOfTags` selects; whether `arn:aws:s3:::*` is the ARN
of a service or of a type, where S3 is not opted in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from tierkeep.desired.model import ResourceType, Selection, Tags
from tierkeep.desired.selecting.answer import Answer, all_of, any_of, opposite
from tierkeep.desired.selecting.condition import TAG_PREFIX, Condition, Operator
from tierkeep.desired.selecting.resource import Resource
from tierkeep.desired.selecting.wildcard import matches

OptIn: TypeAlias = Mapping[ResourceType, bool]
"""A Region's opt-in settings. A type that is missing counts as opted in: an account is, to every type that
the Region supports, from its first vault or plan there on (developer guide, "Assigning resources")."""

ALL_OPTED_IN: OptIn = MappingProxyType({})
"""The opt-in settings of a Region where nobody changed them."""

_SHARED_ARNS = {ResourceType.AURORA}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceSelection:
    """`BackupSelection` of the API, without its name and role."""

    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    list_of_tags: Tags = ()
    """As (key, value); a key may have the prefix `aws:ResourceTag/` or not, AWS takes both."""
    conditions: tuple[Condition, ...] = field(default=())


def as_aws_reads(selection: Selection) -> ResourceSelection:
    """A selection of the desired state in AWS's terms, as `modules/plan.py` writes it."""
    return ResourceSelection(
        resources=selection.resource_patterns,
        conditions=tuple(
            Condition(operator=Operator.STRING_EQUALS, key=f"{TAG_PREFIX}{key}", value=value)
            for key, value in selection.required_tags
        ),
    )


def selects(selection: ResourceSelection, resource: Resource, opted_in: OptIn = ALL_OPTED_IN) -> Answer:
    """Whether AWS Backup would back the resource up by this selection, made where the resource is."""
    conditions = all_of(each.holds(resource.tags) for each in selection.conditions)
    excluded = Answer.of(any(matches(each, resource.arn) for each in selection.not_resources))
    by_arn = all_of((_by_arn(selection, resource, opted_in), conditions, opposite(excluded)))
    by_tag = all_of(
        (
            _by_tag(selection, resource, opted_in),
            _unsettled_if_no(conditions),
            _unsettled_if_no(opposite(excluded)),
        )
    )
    return any_of((by_arn, by_tag))


def _by_arn(selection: ResourceSelection, resource: Resource, opted_in: OptIn) -> Answer:
    return any_of(
        _opt_in_of(pattern, resource, opted_in)
        for pattern in selection.resources
        if matches(pattern, resource.arn)
    )


def _by_tag(selection: ResourceSelection, resource: Resource, opted_in: OptIn) -> Answer:
    wanted = {(key.removeprefix(TAG_PREFIX), value) for key, value in selection.list_of_tags}
    return Answer.of(not wanted.isdisjoint(resource.tags) and _is_opted_in(resource, opted_in))


def _opt_in_of(pattern: str, resource: Resource, opted_in: OptIn) -> Answer:
    """Whether a pattern that fits the ARN selects it, as far as opt-in goes."""
    if _is_opted_in(resource, opted_in):
        return Answer.YES
    if resource.type in _SHARED_ARNS or not _names_a_type(pattern):
        return Answer.NO
    # A bucket's ARN has no part for its type, so that `arn:aws:s3:::*` may be read either way.
    return Answer.OPEN if resource.type is ResourceType.S3 and pattern != resource.arn else Answer.YES


def _names_a_type(pattern: str) -> bool:
    """Whether the pattern says more than the service: `arn:aws:ec2:*` and `*` do not, `…:volume/*` does."""
    parts = pattern.split(":", 5)
    return len(parts) == 6 and "*" not in parts[2] and (parts[2] == "s3" or not parts[5].startswith("*"))


def _is_opted_in(resource: Resource, opted_in: OptIn) -> bool:
    return resource.type is None or opted_in.get(resource.type, True)


def _unsettled_if_no(answer: Answer) -> Answer:
    return Answer.OPEN if answer is Answer.NO else answer
