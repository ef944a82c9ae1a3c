"""Policies as documents in IAM's JSON: of keys and vaults, and what roles may do and who may assume them.

The generator deploys them and the validator compares what is deployed with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tierkeep.desired.model import (
    Events,
    Key,
    KeyRoles,
    ReportBucket,
    Role,
    Statement,
    Topic,
    Vault,
    VaultGuard,
)

LONGEST_INLINE = 10_240
"""All inline policies of a role together, in characters (IAM user guide, "IAM and AWS STS quotas")."""
LONGEST_MANAGED = 6_144
"""One policy that stands by itself (the same)."""
LONGEST_TRUST = 2_048
"""The policy of who may assume a role, unless AWS raises the quota (the same)."""
LONGEST_CONTROL = 10_240
"""A service control policy, since May 2026 (AWS Organizations user guide, "Quotas for AWS Organizations")."""
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
_GUARDED_POINTS = [
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:DisassociateRecoveryPointFromParent",
    "backup:UpdateRecoveryPointLifecycle",
]
_GUARDED_VAULTS = [
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
]
_GUARDED_KEYS = [
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
]
"""Tags too, since by them the keys are told."""
_GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
_FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}

_READ_KEY = [
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListResourceTags",
]
"""What says of a key what it is and who uses it: Terraform and `tierkeep validate` read it."""

_ADMINISTER_KEY = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
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
    account or AWS Region"). Services that publish to an encrypted topic make data keys and read them back
    (SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted
    topics").
    """
    root = _root(account_id, partition)
    statements = _of_roles(key.roles, root) if key.roles else [_allow("AccountDecides", root, "kms:*")]
    statements += _shared("Shared", key.shared_with, partition, "kms:Decrypt", "kms:ReEncrypt*")
    statements += _shared(
        "Copied", key.copied_from, partition, "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncryptTo"
    )
    if key.publishers:
        # Without a condition, as the sources have it: EventBridge takes none in the policy of a topic.
        publish = _allow("ServicesPublish", root, ["kms:Decrypt", "kms:GenerateDataKey*"])
        statements.append({**publish, "Principal": {"Service": list(key.publishers)}})
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


def topic_policy(topic: Topic) -> dict[str, Any]:
    """Who publishes to a topic besides the roles of its account that may: services of AWS.

    EventBridge takes no condition there (EventBridge user guide, "Amazon SNS permissions").
    """
    publish = {
        "Sid": "ServicesPublish",
        "Effect": "Allow",
        "Principal": {"Service": list(topic.publishers)},
        "Action": "sns:Publish",
        "Resource": topic.arn,
    }
    return _document([publish])


def dead_letter_policy(events: Events) -> dict[str, Any]:
    """Who sends to the queue of what could not be delivered: the unit's own rules (EventBridge user guide,
    "Using dead-letter queues to process undelivered events")."""
    send = {
        "Sid": "RulesSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": events.dead_letters.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": [each.arn for each in events.rules]}},
    }
    return _document([send])


def report_bucket_policy(bucket: ReportBucket) -> dict[str, Any]:
    """The policy of the bucket of reports: AWS's role writes them, and nobody comes without TLS.

    AWS Backup developer guide, "Creating report plans using the AWS Backup console", sample bucket policy; S3
    user guide, "Managing access based on HTTP or HTTPS requests".
    """
    write = {
        "Sid": "WriteReports",
        "Effect": "Allow",
        "Principal": {"AWS": bucket.writer_arn},
        "Action": "s3:PutObject",
        "Resource": f"{bucket.arn}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    encrypted = {
        "Sid": "DenyWithoutTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket.arn, f"{bucket.arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _document([write, encrypted])


def vault_guard_policy(guard: VaultGuard) -> dict[str, Any]:
    """The service control policy that keeps recovery points, vaults and keys from all but some roles.

    It denies only, and grants nothing. Recovery points of many types carry other services' ARNs and not
    always a tag that can be asked for: deleting them is denied whose ever they are. Service-linked roles are
    not held by it, and what expires AWS Backup deletes by the role that made it, not by these actions (AWS
    Organizations user guide, "Service control policies"; AWS Backup developer guide, "Access policies").
    """
    others = {"ArnNotLike": {"aws:PrincipalArn": list(guard.exempt)}}
    ours = {"StringEquals": {"aws:ResourceTag/tierkeep:catalog": guard.catalog}}
    return _document(
        [
            _deny("GuardRecoveryPoints", _GUARDED_POINTS, "*", others),
            _deny("GuardVaults", _GUARDED_VAULTS, guard.vault_pattern, others),
            _deny("GuardKeys", _GUARDED_KEYS, "*", {**others, **ours}),
        ]
    )


def _deny(sid: str, actions: list[str], resource: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resource, "Condition": condition}


def role_trust(role: Role, account_id: str) -> dict[str, Any]:
    """Who may assume a role: only its service, only for this account (IAM user guide, "The confused deputy
    problem"), or only those that it trusts.

    These are named in a condition, as in the policies of keys: the accounts that they are of have to allow it
    besides, and a role that is made anew under its name is trusted as before.
    """
    if role.service is not None:
        return _trust(
            "AssumedByService", {"Service": role.service}, {"StringEquals": {"aws:SourceAccount": account_id}}
        )
    roots = [
        _root(account, partition)
        for _, partition, _, _, account, _ in (arn.split(":", 5) for arn in role.trusted)
    ]
    return _trust(
        "AssumedByTrusted",
        {"AWS": list(dict.fromkeys(roots))},
        {"ArnEquals": {"aws:PrincipalArn": list(role.trusted)}},
    )


def _trust(sid: str, principal: dict[str, Any], condition: dict[str, Any]) -> dict[str, Any]:
    return _document(
        [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": principal,
                "Action": "sts:AssumeRole",
                "Condition": condition,
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
    parts = policy_parts(role.statements)
    if len(parts) == 1:
        return (RolePolicy(name=str(role.purpose), arn=None, statements=role.statements),)
    return tuple(
        RolePolicy(
            name=f"{role.name}-{number}",
            arn=f"{role.arn.replace(':role/', ':policy/')}-{number}",
            statements=part,
        )
        for number, part in enumerate(parts, 1)
    )


def policy_parts(statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], ...]:
    """What one inline policy of a role takes; or else in as many managed policies as it needs."""
    if not statements:
        return ()
    if policy_size(identity_policy(statements)) <= LONGEST_INLINE:
        return (tuple(statements),)
    parts: list[list[Statement]] = [[]]
    for statement in statements:
        if policy_size(identity_policy([*parts[-1], statement])) > LONGEST_MANAGED and parts[-1]:
            parts.append([])
        parts[-1].append(statement)
    return tuple(tuple(part) for part in parts)


def policy_text(document: dict[str, Any]) -> str:
    """A policy without white space between its parts, which AWS Organizations counts where it stands."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def policy_size(document: dict[str, Any]) -> int:
    """The length of a policy as IAM counts it: without white space between its parts."""
    return len(policy_text(document))


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
