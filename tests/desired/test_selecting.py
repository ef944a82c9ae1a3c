"""AWS's selection semantics, against formulations that share no code with them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierkeep.desired.model import ResourceType
from tierkeep.desired.selecting import (
    Answer,
    ArnInvalid,
    Condition,
    Operator,
    Resource,
    ResourceSelection,
    matches,
    read_resource,
    selects,
)

VOLUME = "arn:aws:ec2:ap-south-1:111111111111:volume/vol-1"
INSTANCE = "arn:aws:ec2:ap-south-1:111111111111:instance/i-1"
CLUSTER = "arn:aws:rds:ap-south-1:111111111111:cluster:c"
BUCKET = "arn:aws:s3:::b"
OFF = dict.fromkeys(ResourceType, False)


def brute_force_match(pattern: str, text: str, *, over_spaces: bool = False) -> bool:
    """The definition: a wildcard is any number of characters, tried one number after the other."""
    if not pattern:
        return not text
    if pattern[0] != "*":
        rest = brute_force_match(pattern[1:], text[1:], over_spaces=over_spaces)
        return bool(text) and text[0] == pattern[0] and rest
    for length in range(len(text) + 1):
        if not over_spaces and any(each.isspace() for each in text[:length]):
            return False
        if brute_force_match(pattern[1:], text[length:], over_spaces=over_spaces):
            return True
    return False


small = st.text(alphabet="ab: ", max_size=6)
patterns = st.text(alphabet="ab*: ?[", max_size=6)


@given(pattern=patterns, text=small)
@settings(max_examples=300)
def test_wildcards_are_as_the_definition_says(pattern: str, text: str) -> None:
    """Zero or more non-whitespace characters; `?` and `[` are themselves."""
    assert matches(pattern, text) is brute_force_match(pattern, text)


def test_many_wildcards_cost_no_time() -> None:
    """A pattern with many wildcards is matched without backtracking."""
    assert not matches("*a" * 200 + "b", "a" * 2000)


def possible(selection: ResourceSelection, resource: Resource, opted_in: bool) -> set[bool]:
    """Whether it is selected, under every reading of what AWS's documents leave open."""
    return {_read(selection, resource, opted_in, *reading) for reading in product([False, True], repeat=4)}


def _read(
    selection: ResourceSelection,
    resource: Resource,
    opted_in: bool,
    negated_holds_without_tag: bool,
    over_spaces: bool,
    all_narrows_tags: bool,
    bucket_is_a_type: bool,
) -> bool:
    tags = dict(resource.tags)

    def holds(condition: Condition) -> bool:
        key = condition.key.split("/", 1)[1]
        if key not in tags:
            return negated_holds_without_tag and "Not" in condition.operator
        like = condition.operator.endswith("Like")
        equal = (
            brute_force_match(condition.value, tags[key], over_spaces=over_spaces)
            if like
            else tags[key] == condition.value
        )
        return equal is not ("Not" in condition.operator)

    def taken(pattern: str) -> bool:
        if not brute_force_match(pattern, resource.arn):
            return False
        whole_service = pattern in {"*", "arn:aws:ec2:*", "arn:aws:rds:*", "arn:aws:s3:*"}
        shared = resource.type is ResourceType.AURORA
        bucket = resource.type is ResourceType.S3 and pattern.startswith("arn:aws:s3:::*")
        if whole_service or shared:
            return opted_in
        return opted_in or not bucket or bucket_is_a_type

    fits = all(holds(each) for each in selection.conditions)
    out = any(brute_force_match(each, resource.arn) for each in selection.not_resources)
    by_arn = any(taken(each) for each in selection.resources) and fits and not out
    by_tag = any(tags.get(key) == value for key, value in selection.list_of_tags) and opted_in
    return by_arn or (by_tag and (not all_narrows_tags or (fits and not out)))


some_arns = st.sampled_from(
    ["*", "arn:aws:ec2:*", "arn:aws:ec2:*:*:volume/*", VOLUME, "arn:aws:rds:*:*:cluster:*", "arn:aws:s3:::*"]
)
some_tags = st.dictionaries(st.sampled_from(["k", "K", "l"]), st.sampled_from(["v", "V", "v w"]), max_size=2)
some_conditions = st.builds(
    Condition,
    operator=st.sampled_from(list(Operator)),
    key=st.sampled_from(["aws:ResourceTag/k", "aws:ResourceTag/l"]),
    value=st.sampled_from(["v", "V", "v*", "*", "*w"]),
)
selections = st.builds(
    ResourceSelection,
    resources=st.lists(some_arns, max_size=2).map(tuple),
    not_resources=st.lists(some_arns, max_size=1).map(tuple),
    list_of_tags=some_tags.map(lambda tags: tuple(tags.items())),
    conditions=st.lists(some_conditions, max_size=2).map(tuple),
)


@given(
    selection=selections,
    arn=st.sampled_from([VOLUME, INSTANCE, CLUSTER, BUCKET]),
    tags=some_tags,
    opted_in=st.booleans(),
)
@settings(max_examples=150)
def test_an_answer_holds_under_every_reading_of_the_documents(
    selection: ResourceSelection, arn: str, tags: dict[str, str], opted_in: bool
) -> None:
    """Yes and no are never said where a reading says otherwise."""
    resource = read_resource(arn, tags)
    answer = selects(selection, resource, {} if opted_in else OFF)
    readings = possible(selection, resource, opted_in)
    if answer is not Answer.OPEN:
        assert readings == {answer is Answer.YES}


def selection(**parts: tuple[object, ...]) -> ResourceSelection:
    """A selection of some parts."""
    return ResourceSelection(**parts)  # type: ignore[arg-type]


def condition(operator: Operator, value: str, key: str = "aws:ResourceTag/k") -> Condition:
    """A condition on the tag k."""
    return Condition(operator=operator, key=key, value=value)


EQUALS_V = condition(Operator.STRING_EQUALS, "v")
VOLUMES = ("arn:aws:ec2:*:*:volume/*",)


@pytest.mark.parametrize(
    ("chosen", "tags", "expected"),
    [
        (selection(resources=VOLUMES), {}, Answer.YES),
        (selection(resources=VOLUMES, conditions=(EQUALS_V,)), {"k": "v"}, Answer.YES),
        (selection(resources=VOLUMES, conditions=(EQUALS_V,)), {"k": "V"}, Answer.NO),
        (selection(resources=VOLUMES, conditions=(EQUALS_V,)), {"K": "v"}, Answer.NO),
        (selection(resources=VOLUMES, conditions=(EQUALS_V,)), {}, Answer.NO),
        # Resources plus ListOfTags widens: each selects alone.
        (selection(resources=VOLUMES, list_of_tags=(("k", "x"),)), {"k": "v"}, Answer.YES),
        (selection(resources=("arn:aws:rds:*:*:db:*",), list_of_tags=(("k", "v"),)), {"k": "v"}, Answer.YES),
        (selection(list_of_tags=(("k", "x"), ("k", "v"))), {"k": "v"}, Answer.YES),
        (selection(list_of_tags=(("aws:ResourceTag/k", "v"),)), {"k": "v"}, Answer.YES),
        (selection(list_of_tags=(("k", "v*"),)), {"k": "vv"}, Answer.NO),
        (selection(resources=("*",), not_resources=VOLUMES), {}, Answer.NO),
        (selection(resources=("*",), not_resources=(INSTANCE,)), {}, Answer.YES),
        (selection(resources=VOLUMES, conditions=(EQUALS_V, EQUALS_V)), {"k": "v"}, Answer.YES),
        (
            selection(resources=VOLUMES, conditions=(EQUALS_V, condition(Operator.STRING_EQUALS, "w"))),
            {"k": "v"},
            Answer.NO,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_LIKE, "*rod*"),)),
            {"k": "production"},
            Answer.YES,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_NOT_LIKE, "*rod*"),)),
            {"k": "production"},
            Answer.NO,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_NOT_EQUALS, "v"),)),
            {"k": "w"},
            Answer.YES,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_NOT_EQUALS, "v"),)),
            {},
            Answer.OPEN,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_LIKE, "a*"),)),
            {"k": "a b"},
            Answer.OPEN,
        ),
        (
            selection(resources=VOLUMES, conditions=(condition(Operator.STRING_EQUALS, "v", key="k"),)),
            {"k": "v"},
            Answer.OPEN,
        ),
        (selection(list_of_tags=(("k", "v"),), not_resources=VOLUMES), {"k": "v"}, Answer.OPEN),
        (selection(), {"k": "v"}, Answer.NO),
    ],
)
def test_what_the_documents_say(chosen: ResourceSelection, tags: dict[str, str], expected: Answer) -> None:
    """Each sentence of AWS's, and each question that they leave open, by an example."""
    assert selects(chosen, read_resource(VOLUME, tags)) is expected


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:ec2:*:*:volume/*", VOLUME, Answer.YES),
        (VOLUME, VOLUME, Answer.YES),
        ("arn:aws:ec2:*", VOLUME, Answer.NO),
        ("arn:aws:ec2:*:*:*", VOLUME, Answer.NO),
        ("*", VOLUME, Answer.NO),
        ("arn:aws:rds:*:*:cluster:*", CLUSTER, Answer.NO),
        (CLUSTER, CLUSTER, Answer.NO),
        ("arn:aws:s3:::*", BUCKET, Answer.OPEN),
        (BUCKET, BUCKET, Answer.YES),
    ],
)
def test_only_an_arn_of_a_type_ignores_the_opt_in(pattern: str, arn: str, expected: Answer) -> None:
    """Where the Region has opted out; types that share their ARN obey even then."""
    assert selects(selection(resources=(pattern,)), read_resource(arn, {}), OFF) is expected


def test_a_selection_by_tag_obeys_the_opt_in() -> None:
    """A tag selects nothing of a type that is opted out."""
    by_tag = selection(list_of_tags=(("k", "v"),))
    assert selects(by_tag, read_resource(VOLUME, {"k": "v"}), OFF) is Answer.NO


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (VOLUME, ResourceType.EBS),
        (INSTANCE, ResourceType.EC2),
        (CLUSTER, ResourceType.AURORA),
        ("arn:aws:rds:ap-south-1:111111111111:cluster-snapshot:c", None),
        (BUCKET, ResourceType.S3),
        ("arn:aws:s3:::b/key", None),
        ("arn:aws-cn:ec2:cn-north-1:111111111111:volume/vol-1", ResourceType.EBS),
        ("arn:aws:sqs:ap-south-1:111111111111:queue", None),
    ],
)
def test_the_type_of_an_arn(arn: str, expected: ResourceType | None) -> None:
    """By the patterns that selections use; an object in a bucket is no bucket."""
    assert read_resource(arn, {}).type is expected


@pytest.mark.parametrize("arn", ["", "vol-1", "arn:aws:ec2", "arn:aws:ec2:*:*:volume/*", "arn::ec2:r:1:x"])
def test_what_is_no_arn_of_a_resource(arn: str) -> None:
    """The error shows what one looks like."""
    with pytest.raises(ArnInvalid, match="is no ARN of a resource: write all six parts"):
        read_resource(arn, {})
