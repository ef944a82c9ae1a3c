"""Who may use a KMS key: what its policy and its grants say.

AWS managed keys are for their account, and their policies cannot be changed.  Identity policies are not
evaluated, so a policy that lets an account decide lets all of the account in.  The condition keys are those
of "AWS KMS condition keys" in the AWS KMS Developer Guide.
"""

import json
from dataclasses import dataclass
from typing import Any

from emulator.backup import keys
from emulator.membership import organization_of
from emulator.policies import Principal, Request, Verdict, verdict

READING = ("kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant")
"""What is needed of the key that a snapshot or recovery point is encrypted with, to copy it."""

WRITING = ("kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant")
"""What is needed of the key that the copy is encrypted with.

Both are what all lists have in common: "Share the KMS key used to encrypt a shared Amazon EBS snapshot" and
"Requirements for Amazon EBS encryption" in the Amazon EBS User Guide, and "How do I resolve the Given key ID
not accessible error" in the AWS Knowledge Center.  Those name more, and do not say what for.
"""


@dataclass(frozen=True)
class Use:
    """A use of keys by ``who`` through ``service``, named as in ``ec2.eu-west-1.amazonaws.com``."""

    who: Principal
    service: str

    def may_read(self, key_arn: str | None) -> bool:
        """Whether what the key has encrypted may be copied; None is no key, which everybody may use."""
        return self._may(READING, key_arn)

    def may_write(self, key_arn: str | None) -> bool:
        """Whether a copy may be encrypted with the key."""
        return self._may(WRITING, key_arn)

    def _may(self, actions: tuple[str, ...], key_arn: str | None) -> bool:
        key = keys.kept(key_arn) if key_arn else None
        if key is None:
            return True  # moto's services name AWS managed keys that its KMS does not have
        if keys.is_aws_managed(key.arn):
            # What AWS Backup itself has encrypted, it copies anywhere.
            return bool(key.account_id == self.who.account) or self.service == "backup"
        known = self._known(key)
        return all(self._allowed(action, key, known) for action in actions)

    def _allowed(self, action: str, key: Any, known: dict[str, str | None]) -> bool:
        # The service makes the grant; no other action has this condition key.
        granting = {"kms:grantisforawsresource": "true" if action == "kms:CreateGrant" else None}
        # What CloudFormation makes, moto keeps as it was written.
        policy = key.policy if isinstance(key.policy, str) else json.dumps(key.policy)
        said = verdict(policy, Request(action, self.who, {**known, **granting}, key.arn))
        return said is Verdict.ALLOWED or (said is Verdict.SILENT and self._granted(action, key))

    def _known(self, key: Any) -> dict[str, str | None]:
        organization = organization_of(self.who.account)
        return {
            **self.who.keys,
            "aws:principalorgid": organization.id if organization else None,
            "kms:calleraccount": self.who.account,
            "kms:viaservice": f"{self.service}.{key.region}.amazonaws.com",
        }

    def _granted(self, action: str, key: Any) -> bool:
        operation = action.removeprefix("kms:")
        return any(
            grant.grantee_principal in self.who.components and operation in grant.operations
            for grant in key.grants.values()
        )
