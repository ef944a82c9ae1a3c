"""Snapshot policies that are resources of CloudFormation's stacks."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import ACCOUNT, REGION, Aws, refusal

ROLE = f"arn:aws:iam::{ACCOUNT}:role/dlm"


@pytest.fixture
def stacks(aws: Aws) -> Any:
    assert aws
    return boto3.client("cloudformation", region_name=REGION)


def schedule(**settings: Any) -> dict[str, Any]:
    age = {"Interval": 7, "IntervalUnit": "DAYS"}
    return {"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": age, **settings}


def template(*schedules: dict[str, Any], **properties: Any) -> str:
    details = {
        "ResourceTypes": ["INSTANCE"],
        "TargetTags": [{"Key": "backup", "Value": "yes"}],
        "Schedules": list(schedules or (schedule(),)),
    }
    policy = {
        "Type": "AWS::DLM::LifecyclePolicy",
        "Properties": {
            "Description": "daily snapshots",
            "ExecutionRoleArn": ROLE,
            "State": "ENABLED",
            "PolicyDetails": details,
            "Tags": [{"Key": "tier", "Value": "gold"}, {"Key": "made-by", "Value": "stack"}],
            **properties,
        },
    }
    outputs = {
        "Id": {"Value": {"Ref": "Policy"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Policy", "Arn"]}},
    }
    return json.dumps({"Resources": {"Policy": policy}, "Outputs": outputs})


def only_policy(aws: Aws) -> dict[str, Any]:
    [summary] = aws.dlm.get_lifecycle_policies()["Policies"]
    policy: dict[str, Any] = aws.dlm.get_lifecycle_policy(PolicyId=summary["PolicyId"])["Policy"]
    return policy


def outputs(stacks: Any) -> dict[str, str]:
    [stack] = stacks.describe_stacks(StackName="snapshots")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_a_stack_makes_a_policy(aws: Aws, stacks: Any) -> None:
    """With what a native policy has, scripts and tags among it; Ref is its id."""
    script = {"ExecutionHandler": "freeze", "ExecutionTimeout": 60, "MaximumRetryCount": 2}
    rule = {"Interval": 12, "Times": ["04:00"], "Scripts": [script]}
    stacks.create_stack(StackName="snapshots", TemplateBody=template(schedule(CreateRule=rule)))
    policy = only_policy(aws)
    assert outputs(stacks) == {"Id": policy["PolicyId"], "Arn": policy["PolicyArn"]}
    assert (policy["Description"], policy["State"], policy["ExecutionRoleArn"]) == (
        "daily snapshots", "ENABLED", ROLE,
    )  # fmt: skip
    assert policy["Tags"] == {"tier": "gold", "made-by": "stack"}
    [made] = policy["PolicyDetails"]["Schedules"]
    [scripts] = made["CreateRule"]["Scripts"]
    assert scripts["ExecutionTimeout"] == 60
    [resource] = stacks.describe_stack_resources(StackName="snapshots")["StackResources"]
    assert (resource["PhysicalResourceId"], resource["ResourceType"]) == (
        policy["PolicyId"], "AWS::DLM::LifecyclePolicy",
    )  # fmt: skip


def test_an_update_changes_the_policy_in_place(aws: Aws, stacks: Any) -> None:
    """All properties without interruption: the id stays, and what the template no longer says is gone."""
    stacks.create_stack(StackName="snapshots", TemplateBody=template())
    before = only_policy(aws)
    longer = schedule(RetainRule={"Interval": 9, "IntervalUnit": "DAYS"})
    changed = template(longer, Description="changed", Tags=[{"Key": "tier", "Value": "silver"}])
    stacks.update_stack(StackName="snapshots", TemplateBody=changed)
    after = only_policy(aws)
    assert after["PolicyId"] == before["PolicyId"]
    assert after["Description"] == "changed"
    assert after["PolicyDetails"]["Schedules"][0]["RetainRule"]["Interval"] == 9
    assert after["Tags"] == {"tier": "silver"}


def test_deleting_the_stack_deletes_the_policy(aws: Aws, stacks: Any) -> None:
    """Unless the template says to retain it; one that is gone already hinders nobody."""
    stacks.create_stack(StackName="snapshots", TemplateBody=template())
    stacks.delete_stack(StackName="snapshots")
    assert aws.dlm.get_lifecycle_policies()["Policies"] == []

    stacks.create_stack(StackName="snapshots", TemplateBody=template())
    aws.dlm.delete_lifecycle_policy(PolicyId=only_policy(aws)["PolicyId"])
    stacks.delete_stack(StackName="snapshots")
    assert stacks.describe_stacks()["Stacks"] == []

    document = json.loads(template())
    document["Resources"]["Policy"]["DeletionPolicy"] = "Retain"
    stacks.create_stack(StackName="snapshots", TemplateBody=json.dumps(document))
    stacks.delete_stack(StackName="snapshots")
    assert only_policy(aws)["Description"] == "daily snapshots"


@pytest.mark.parametrize(
    "wrong",
    [
        template(schedule(CreateRule={"Interval": 5})),
        template(schedule(CreateRule={"Interval": 12, "Scripts": [{}]})),
        template(Description="no/slashes"),
    ],
)
def test_what_dlm_refuses_a_stack_cannot_make(wrong: str, aws: Aws, stacks: Any) -> None:
    """Its limits and those of its service model hold for templates too, at an update as at first."""
    code = refusal(stacks.create_stack, StackName="wrong", TemplateBody=wrong)
    assert code == "InvalidRequestException"
    stacks.create_stack(StackName="snapshots", TemplateBody=template())
    before = only_policy(aws)["PolicyDetails"]
    with pytest.raises(ClientError):
        stacks.update_stack(StackName="snapshots", TemplateBody=wrong)
    assert only_policy(aws)["PolicyDetails"] == before


def default_template(**properties: Any) -> str:
    policy = {
        "Description": "default",
        "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/dlm",
        "State": "ENABLED",
        "DefaultPolicy": "VOLUME",
        **properties,
    }
    return json.dumps({"Resources": {"Policy": {"Type": "AWS::DLM::LifecyclePolicy", "Properties": policy}}})


def test_a_stack_makes_and_changes_a_default_policy(aws: Aws, stacks: Any) -> None:
    """There is one of a type, and it keeps its id where its settings change."""
    excluded = {"ExcludeBootVolumes": True, "ExcludeTags": [{"Key": "scratch", "Value": "yes"}]}
    stacks.create_stack(StackName="net", TemplateBody=default_template(Exclusions=excluded))
    made = only_policy(aws)
    assert (made["DefaultPolicy"], made["PolicyDetails"]["Exclusions"]) == (True, excluded)
    changed = default_template(RetainInterval=14, Exclusions={**excluded, "ExcludeBootVolumes": False})
    stacks.update_stack(StackName="net", TemplateBody=changed)
    updated = only_policy(aws)
    assert updated["PolicyId"] == made["PolicyId"]
    assert updated["PolicyDetails"]["RetainInterval"] == 14
    assert not updated["PolicyDetails"]["Exclusions"]["ExcludeBootVolumes"]
    assert refusal(stacks.create_stack, StackName="again", TemplateBody=default_template())
    stacks.delete_stack(StackName="net")
    assert aws.dlm.get_lifecycle_policies()["Policies"] == []
