"""A customer-managed KMS key with its alias and policy."""

from __future__ import annotations

import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from imports.aws.kms_alias import KmsAlias
from imports.aws.kms_key import KmsKey
from tierkeep.desired.model import Key


class CustomerKey(Construct):
    """The key of a vault, or of the snapshots of a tier. Yearly rotation is on.

    Its policy lets the account's own IAM policies decide who uses it, and lets the accounts that it is shared
    with decrypt and give grants to their AWS services (KMS developer guide, "Allowing users in other accounts
    to use a KMS key").
    """

    def __init__(
        self, scope: Construct, key: Key, *, account_id: str, partition: str, destroyable: bool
    ) -> None:
        name = key.alias.removeprefix("alias/")
        super().__init__(scope, f"key-{name}")
        self.resource = KmsKey(
            self,
            "key",
            description=key.description,
            deletion_window_in_days=key.deletion_window_days,
            enable_key_rotation=True,
            policy=json.dumps(_policy(key, account_id, partition)),
            tags=dict(key.tags),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not destroyable),
        )
        self.alias = KmsAlias(self, "alias", name=key.alias, target_key_id=self.resource.key_id)

    @property
    def arn(self) -> str:
        """The key's ARN, known once it is deployed."""
        return self.resource.arn


def _policy(key: Key, account_id: str, partition: str) -> dict[str, Any]:
    statements: list[dict[str, Any]] = [
        {
            "Sid": "AccountDecides",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition}:iam::{account_id}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if key.shared_with:
        others = {"AWS": [f"arn:{partition}:iam::{account}:root" for account in key.shared_with]}
        statements += [
            {
                "Sid": "SharedUse",
                "Effect": "Allow",
                "Principal": others,
                "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncrypt*"],
                "Resource": "*",
            },
            {
                "Sid": "SharedGrants",
                "Effect": "Allow",
                "Principal": others,
                "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
                "Resource": "*",
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            },
        ]
    return {"Version": "2012-10-17", "Statement": statements}
