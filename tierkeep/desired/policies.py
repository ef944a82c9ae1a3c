"""Resource policies, as documents in IAM's JSON: who else may do what with an account's keys and vaults.

The generator deploys them and the validator compares what is deployed with them.
"""

from __future__ import annotations

from typing import Any

from tierkeep.desired.model import Key, KeyRoles, Vault

_GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
_FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}

_READ_KEY = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
"""What says of a key what it is: Terraform and `tierkeep validate` read it."""

_ADMINISTER_KEY = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
]
"""As the console lets key administrators (KMS developer guide, "Default key policy"), but no grants: whoever
gives grants can give himself the use of the key."""

_USE_KEY = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

_MAKE_VAULT = ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"]
"""AWS Backup developer guide, "Backup vault creation and deletion"."""


def key_policy(key: Key, account_id: str, partition: str) -> dict[str, Any]:
    """The policy of a key.

    The account's own IAM policies decide who of the account uses it, within what the key's `roles` leave. An
    account that it is shared with may decrypt, one that copies from elsewhere into its vault may encrypt, and
    both may give grants to their AWS services, which do the work (KMS developer guide, "Allowing users in
    other accounts to use a KMS key"; AWS Backup developer guide, "Encryption for a backup copy to a different
    account or AWS Region").
    """
    root = _root(account_id, partition)
    statements = _of_roles(key.roles, root) if key.roles else [_allow("AccountDecides", root, "kms:*")]
    statements += _shared("Shared", key.shared_with, partition, "kms:Decrypt", "kms:ReEncrypt*")
    statements += _shared(
        "Copied", key.copied_from, partition, "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncryptTo"
    )
    return _document(statements)


def vault_policy(vault: Vault, partition: str) -> dict[str, Any] | None:
    """The access policy of a vault: it admits the copies that the catalog names. None where there are none.

    AWS Backup developer guide, "Creating backup copies across AWS accounts".
    """
    if not vault.copied_from:
        return None
    accounts = [_root(each, partition) for each in vault.copied_from]
    return _document([_allow("CopyFromOtherAccounts", accounts, "backup:CopyIntoBackupVault")])


def _shared(sid: str, accounts: tuple[str, ...], partition: str, *actions: str) -> list[dict[str, Any]]:
    if not accounts:
        return []
    others = [_root(each, partition) for each in accounts]
    return [
        _allow(f"{sid}Use", others, sorted(["kms:DescribeKey", *actions])),
        {**_allow(f"{sid}Grants", others, _GRANTS), "Condition": _FOR_SERVICES},
    ]


def _of_roles(roles: KeyRoles, root: str) -> list[dict[str, Any]]:
    """What the key's own account may do with it, where administrators and users are kept apart.

    Roles are named in conditions: as principals they would have to exist before the key does, and a role that
    is made anew would be another (IAM user guide, "AWS JSON policy elements: Principal"). The first statement
    keeps a key from becoming unmanageable when its administrators are gone (KMS developer guide, "Default key
    policy"): an administrator of the account's IAM can always put another policy.
    """
    administrators = {"ArnEquals": {"aws:PrincipalArn": list(roles.administrators)}}
    users = {"ArnLike": {"aws:PrincipalArn": list(roles.users)}}
    making_vaults = {
        "ArnEquals": {"aws:PrincipalArn": roles.deployer},
        "StringLike": {"kms:ViaService": "backup.*.amazonaws.com*"},  # in China it ends in .cn
    }
    return [
        _allow("AccountKeepsControl", root, sorted([*_READ_KEY, "kms:PutKeyPolicy"])),
        {**_allow("Administer", root, _ADMINISTER_KEY), "Condition": administrators},
        {**_allow("Use", root, _USE_KEY), "Condition": users},
        {**_allow("UseGrants", root, _GRANTS), "Condition": {**users, **_FOR_SERVICES}},
        {**_allow("MakeVault", root, _MAKE_VAULT), "Condition": making_vaults},
    ]


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, principals: str | list[str], actions: str | list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": principals},
        "Action": actions,
        "Resource": "*",
    }


def _root(account_id: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account_id}:root"
