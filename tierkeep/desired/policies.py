"""Policies as documents in IAM's JSON: of keys and vaults, and what roles may do and who may assume them.

The generator deploys them and the validator compares what is deployed with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tierkeep.desired.model import Key, Role, Statement, Vault

LONGEST_INLINE = 10_240
"""All inline policies of a role together, in characters (IAM user guide, "IAM and AWS STS quotas")."""
LONGEST_MANAGED = 6_144
"""One policy that stands by itself (the same)."""
MOST_ATTACHED = 10
"""Policies that are attached to a role, unless AWS raises the quota (the same)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RolePolicy:
    """A policy of a role: inline, or a policy of the account, by its ARN, that is attached to it."""

    name: str
    arn: str | None
    statements: tuple[Statement, ...]


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


def role_trust(role: Role, account_id: str) -> dict[str, Any]:
    """Who may assume a role: only its service, only for this account (IAM user guide, "The confused deputy
    problem")."""
    return _document(
        [
            {
                "Sid": "AssumedByService",
                "Effect": "Allow",
                "Principal": {"Service": role.service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def identity_policy(statements: Iterable[Statement]) -> dict[str, Any]:
    """What a role may do."""
    return _document([_permission(each) for each in statements])


def role_policies(role: Role) -> tuple[RolePolicy, ...]:
    """How the statements of a role are deployed: as one inline policy, which lives and dies with the role.

    What is too long for that stands in as many policies of the account as it needs, `<role>-1` and so on.
    """
    if not role.statements:
        return ()
    if policy_size(identity_policy(role.statements)) <= LONGEST_INLINE:
        return (RolePolicy(name=str(role.purpose), arn=None, statements=role.statements),)
    parts: list[list[Statement]] = [[]]
    for statement in role.statements:
        if policy_size(identity_policy([*parts[-1], statement])) > LONGEST_MANAGED and parts[-1]:
            parts.append([])
        parts[-1].append(statement)
    return tuple(
        RolePolicy(
            name=f"{role.name}-{number}",
            arn=f"{role.arn.replace(':role/', ':policy/')}-{number}",
            statements=tuple(part),
        )
        for number, part in enumerate(parts, 1)
    )


def policy_size(document: dict[str, Any]) -> int:
    """The length of a policy as IAM counts it: without white space between its parts."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def _permission(statement: Statement) -> dict[str, Any]:
    document: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    for operator, key, values in statement.conditions:
        document.setdefault("Condition", {}).setdefault(operator, {})[key] = list(values)
    return document


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
