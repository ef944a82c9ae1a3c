"""An IAM role that an AWS service assumes."""

from __future__ import annotations

import json
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from imports.aws.iam_role_policy_attachment import IamRolePolicyAttachment
from tierkeep.desired.model import Role, Statement


class ServiceRole(Construct):
    """A role with its policies. What uses it depends on `parts`, so that it is complete by then."""

    def __init__(self, scope: Construct, role: Role, *, account_id: str) -> None:
        super().__init__(scope, f"role-{role.purpose}")
        resource = IamRole(
            self,
            "role",
            name=role.name,
            assume_role_policy=json.dumps(_trust(role.service, account_id)),
            tags=dict(role.tags),
        )
        self.parts: list[ITerraformDependable] = [resource]
        for arn in role.managed_policy_arns:
            name = arn.rsplit("/", 1)[-1]
            self.parts.append(IamRolePolicyAttachment(self, name, role=resource.name, policy_arn=arn))
        if role.statements:
            document = json.dumps(policy_document(role.statements))
            self.parts.append(
                IamRolePolicy(self, "policy", name=str(role.purpose), role=resource.name, policy=document)
            )


def policy_document(statements: tuple[Statement, ...]) -> dict[str, Any]:
    """An identity policy in IAM's JSON."""
    return {"Version": "2012-10-17", "Statement": [_statement(each) for each in statements]}


def _statement(statement: Statement) -> dict[str, Any]:
    document: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    for operator, key, values in statement.conditions:
        document.setdefault("Condition", {}).setdefault(operator, {})[key] = list(values)
    return document


def _trust(service: str, account_id: str) -> dict[str, Any]:
    """Only the service, only for this account (IAM user guide, "The confused deputy problem")."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ],
    }
