"""What the provider's own resource for a policy of Data Lifecycle Manager has in common, whatever it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.dlm_lifecycle_policy import DlmLifecyclePolicy, DlmLifecyclePolicyPolicyDetails
from tierkeep.desired import model

KeyArns = Mapping[tuple[str, str], str]
"""ARNs of the keys of copies, by Region and alias: Data Lifecycle Manager takes no alias."""


def lifecycle_policy(
    scope: Construct,
    policy: model.SnapshotPolicy | model.SharedCopyPolicy,
    details: DlmLifecyclePolicyPolicyDetails,
    *,
    after: Sequence[ITerraformDependable],
) -> DlmLifecyclePolicy:
    """The policy, at work, as `policy` in the scope."""
    return DlmLifecyclePolicy(
        scope,
        "policy",
        description=policy.description,
        execution_role_arn=policy.role_arn,
        state="ENABLED",
        policy_details=details,
        tags=dict(policy.tags),
        depends_on=after,
    )
