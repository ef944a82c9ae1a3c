"""A customer-managed KMS key with its alias and policy."""

from __future__ import annotations

import json

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from imports.aws.kms_alias import KmsAlias
from imports.aws.kms_key import KmsKey
from tierkeep.desired.model import Key
from tierkeep.desired.policies import key_policy


class CustomerKey(Construct):
    """The key of a vault, of the snapshots of a tier, or of a topic. Yearly rotation is on.

    Who administers it and who uses it, the account's own IAM policies decide; or, where the key has `roles`,
    its policy: each of them may do one of both, and nobody else either.
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
            policy=json.dumps(key_policy(key, account_id, partition)),
            tags=dict(key.tags),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not destroyable),
        )
        self.alias = KmsAlias(self, "alias", name=key.alias, target_key_id=self.resource.key_id)

    @property
    def arn(self) -> str:
        """The key's ARN, known once it is deployed."""
        return self.resource.arn
