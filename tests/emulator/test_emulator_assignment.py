"""Which resources a selection assigns, on its own."""

from typing import Any

import pytest

from emulator.backup.assignment import assigned
from emulator.backup.inventory import Resource

EC2 = "arn:aws:ec2:eu-central-1:123456789012"
OPT_IN = {"EBS": True, "EC2": True, "S3": True, "RDS": False}

RESOURCES = [
    Resource(f"{EC2}:volume/vol-1", "EBS", {"tier": "gold", "team": "a"}),
    Resource(f"{EC2}:volume/vol-2", "EBS", {"tier": "silver"}),
    Resource(f"{EC2}:volume/vol-3", "EBS", {}),
    Resource(f"{EC2}:instance/i-1", "EC2", {"tier": "gold", "team": "b"}),
    Resource("arn:aws:s3:::logs-1", "S3", {"tier": "Gold"}),
    Resource("arn:aws:rds:eu-central-1:123456789012:db:db-1", "RDS", {"tier": "gold"}),
]


def tag(value: str, key: str = "tier") -> dict[str, str]:
    return {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}


def condition(value: str, key: str = "tier") -> list[dict[str, str]]:
    return [{"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        # One ARN, a type's, everything: what is named by its type needs no opt-in, everything does.
        ({"Resources": [f"{EC2}:volume/vol-2"]}, ["vol-2"]),
        ({"Resources": ["arn:aws:ec2:*:*:volume/*"]}, ["vol-1", "vol-2", "vol-3"]),
        ({"Resources": ["arn:aws:rds:*:*:db:*"]}, ["db-1"]),
        ({"Resources": ["*"]}, ["vol-1", "vol-2", "vol-3", "i-1", "logs-1"]),
        ({}, ["vol-1", "vol-2", "vol-3", "i-1", "logs-1"]),
        ({"Resources": [f"{EC2}:volume/vol-2", "arn:aws:s3:::logs*"]}, ["vol-2", "logs-1"]),
        # Tags are alternatives, and widen the resources; case matters; opt-in does.
        ({"ListOfTags": [tag("gold")]}, ["vol-1", "i-1"]),
        ({"ListOfTags": [tag("silver"), tag("b", "team")]}, ["vol-2", "i-1"]),
        ({"ListOfTags": [tag("gold")], "Resources": ["arn:aws:s3:::*"]}, ["vol-1", "i-1", "logs-1"]),
        # Conditions hold together, and narrow the resources.
        ({"Resources": ["*"], "Conditions": {"StringEquals": condition("gold")}}, ["vol-1", "i-1"]),
        (
            {"Conditions": {"StringEquals": condition("gold") + condition("a", "team")}},
            ["vol-1"],
        ),
        ({"Conditions": {"StringLike": condition("*old")}}, ["vol-1", "i-1", "logs-1"]),
        ({"Conditions": {"StringNotEquals": condition("gold")}}, ["vol-2", "vol-3", "logs-1"]),
        (
            {"Conditions": {"StringNotLike": condition("s*"), "StringLike": condition("?", "team")}},
            ["vol-1", "i-1"],
        ),
        (
            {"ListOfTags": [tag("gold")], "Conditions": {"StringEquals": condition("b", "team")}},
            ["i-1"],
        ),
        # What is excluded is excluded however it came in.
        ({"NotResources": ["arn:aws:ec2:*:*:volume/*"]}, ["i-1", "logs-1"]),
        (
            {"Resources": ["arn:aws:ec2:*:*:volume/*"], "NotResources": [f"{EC2}:volume/vol-3"]},
            ["vol-1", "vol-2"],
        ),
    ],
)
def test_what_a_selection_assigns(document: dict[str, Any], names: list[str]) -> None:
    """By ARNs, tags, conditions, exclusions, and what the account has opted in to."""
    found = [each.arn.replace(":", "/").rpartition("/")[2] for each in assigned(document, OPT_IN, RESOURCES)]
    assert found == names
