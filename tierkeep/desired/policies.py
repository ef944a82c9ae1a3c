"""Resource policies, as documents in IAM's JSON: who else may do what with an account's keys and vaults.

The generator deploys them and the validator compares what is deployed with them.
"""

from __future__ import annotations

from typing import Any

from tierkeep.desired.model import Key, Vault

_DELETING = [
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:PutBackupVaultAccessPolicy",
    "backup:UpdateRecoveryPointLifecycle",
]
_GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


def key_policy(key: Key, account_id: str, partition: str) -> dict[str, Any]:
    """The policy of a key.

    The account's own IAM policies decide who of the account uses it. An account that it is shared with may
    decrypt, one that copies from elsewhere into its vault may encrypt, and both may give grants to their AWS
    services, which do the work (KMS developer guide, "Allowing users in other accounts to use a KMS key"; AWS
    Backup developer guide, "Encryption for a backup copy to a different account or AWS Region").
    """
    statements = [_allow("AccountDecides", _root(account_id, partition), "kms:*")]
    statements += _shared("Shared", key.shared_with, partition, "kms:Decrypt", "kms:ReEncrypt*")
    statements += _shared(
        "Copied", key.copied_from, partition, "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncryptTo"
    )
    return _document(statements)


def vault_policy(vault: Vault, partition: str) -> dict[str, Any] | None:
    """The access policy of a vault: it admits the copies that the catalog names, and keeps all but some roles
    from deleting. None where there is nothing to say.

    AWS Backup developer guide, "Creating backup copies across AWS accounts". The form of the denial is what
    AWS's own control asks for: AWS Config developer guide, backup-recovery-point-manual-deletion-disabled.
    Recovery points whose time is over AWS Backup deletes by the role that made them, not by these actions.
    """
    statements = []
    if vault.copied_from:
        accounts = [_root(each, partition) for each in vault.copied_from]
        statements.append(_allow("CopyFromOtherAccounts", accounts, "backup:CopyIntoBackupVault"))
    if vault.deletable_by:
        statements.append(
            {
                "Sid": "DenyDeletion",
                "Effect": "Deny",
                "Principal": "*",
                "Action": _DELETING,
                "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": list(vault.deletable_by)}},
            }
        )
    return _document(statements) if statements else None


def _shared(sid: str, accounts: tuple[str, ...], partition: str, *actions: str) -> list[dict[str, Any]]:
    if not accounts:
        return []
    others = [_root(each, partition) for each in accounts]
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        _allow(f"{sid}Use", others, sorted(["kms:DescribeKey", *actions])),
        {**_allow(f"{sid}Grants", others, _GRANTS), "Condition": for_services},
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
