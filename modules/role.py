"""An IAM role that an AWS service, or a command of Tierkeep, assumes."""

from __future__ import annotations

import json

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_policy import IamPolicy
from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from imports.aws.iam_role_policy_attachment import IamRolePolicyAttachment
from tierkeep.desired.model import Role
from tierkeep.desired.policies import RolePolicy, identity_policy, role_policies, role_trust


class UnitRole(Construct):
    """A role with its policies. What uses it depends on `parts`, so that it is complete by then."""

    def __init__(self, scope: Construct, role: Role, *, account_id: str) -> None:
        super().__init__(scope, f"role-{role.purpose}")
        resource = IamRole(
            self,
            "role",
            name=role.name,
            assume_role_policy=json.dumps(role_trust(role, account_id)),
            permissions_boundary=role.boundary_arn,
            tags=dict(role.tags),
        )
        self.parts: list[ITerraformDependable] = [resource]
        for arn in role.managed_policy_arns:
            name = arn.rsplit("/", 1)[-1]
            self.parts.append(IamRolePolicyAttachment(self, name, role=resource.name, policy_arn=arn))
        for policy in role_policies(role):
            self._allow(resource, role, policy)

    def _allow(self, resource: IamRole, role: Role, policy: RolePolicy) -> None:
        document = json.dumps(identity_policy(policy.statements))
        if policy.arn is None:
            self.parts.append(
                IamRolePolicy(self, "policy", name=policy.name, role=resource.name, policy=document)
            )
            return
        number = policy.name.rsplit("-", 1)[-1]
        made = IamPolicy(self, f"policy-{number}", name=policy.name, policy=document, tags=dict(role.tags))
        self.parts.append(
            IamRolePolicyAttachment(self, f"attachment-{number}", role=resource.name, policy_arn=made.arn)
        )
