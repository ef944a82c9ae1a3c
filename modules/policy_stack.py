"""A stack of CloudFormation that holds one policy of Data Lifecycle Manager and nothing else.

docs/adr/0012-policies-that-the-provider-lacks.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.cloudformation_stack import CloudformationStack
from tierkeep.desired import model

_ID = "PolicyId"


def policy_stack(
    scope: Construct,
    policy: model.SnapshotPolicy | model.DefaultPolicy,
    *,
    after: Sequence[ITerraformDependable],
    **settings: Any,
) -> str:
    """Makes the stack, as `stack` in the scope; the id that its policy gets. `settings` are properties of
    AWS::DLM::LifecyclePolicy."""
    properties = {
        "Description": policy.description,
        "ExecutionRoleArn": policy.role_arn,
        "State": "ENABLED",
        "Tags": tag_list(policy.tags),
        **settings,
    }
    resource = {"Type": "AWS::DLM::LifecyclePolicy", "Properties": properties}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Policy": resource},
        "Outputs": {_ID: {"Value": {"Ref": "Policy"}}},
    }
    stack = CloudformationStack(
        scope,
        "stack",
        name=policy.name,
        template_body=json.dumps(template, sort_keys=True),
        tags=dict(policy.tags),
        depends_on=after,
    )
    return str(stack.outputs.lookup(_ID))


def tag_list(tags: model.Tags) -> list[dict[str, str]]:
    """Tags as CloudFormation writes them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def members(**given: Any) -> dict[str, Any]:
    """A property's members without those that are not set."""
    return {name: value for name, value in given.items() if value is not None}
