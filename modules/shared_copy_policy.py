"""A policy of Data Lifecycle Manager that copies what other accounts share with this one."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.dlm_lifecycle_policy import (
    DlmLifecyclePolicyPolicyDetails,
    DlmLifecyclePolicyPolicyDetailsAction,
    DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopy,
    DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopyEncryptionConfiguration,
    DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopyRetainRule,
    DlmLifecyclePolicyPolicyDetailsEventSource,
    DlmLifecyclePolicyPolicyDetailsEventSourceParameters,
)
from modules.lifecycle_policy import KeyArns, lifecycle_policy
from tierkeep.desired import model


class SharedCopyPolicy(Construct):
    """Copies of the snapshots that their owners share with the account, with its own key and retention."""

    def __init__(
        self,
        scope: Construct,
        policy: model.SharedCopyPolicy,
        *,
        key_arns: KeyArns,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, f"snapshots-{policy.name}")
        resource = lifecycle_policy(
            self,
            policy,
            DlmLifecyclePolicyPolicyDetails(
                policy_type="EVENT_BASED_POLICY",
                event_source=DlmLifecyclePolicyPolicyDetailsEventSource(
                    type="MANAGED_CWE",
                    parameters=DlmLifecyclePolicyPolicyDetailsEventSourceParameters(
                        event_type="shareSnapshot",
                        snapshot_owner=list(policy.owners),
                        description_regex=policy.description_regex,
                    ),
                ),
                action=DlmLifecyclePolicyPolicyDetailsAction(
                    name="copy",
                    cross_region_copy=[_copy(each, key_arns) for each in policy.copies],
                ),
            ),
            after=after,
        )
        self.policy_id: str = resource.id


def _copy(
    copy: model.CrossRegionCopyRule, key_arns: KeyArns
) -> DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopy:
    return DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopy(
        target=copy.target_region,
        encryption_configuration=DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopyEncryptionConfiguration(
            encrypted=True,
            cmk_arn=key_arns[copy.target_region, copy.key_alias] if copy.key_alias else None,
        ),
        retain_rule=DlmLifecyclePolicyPolicyDetailsActionCrossRegionCopyRetainRule(
            interval=copy.retain.interval, interval_unit=copy.retain.unit.value
        ),
    )
