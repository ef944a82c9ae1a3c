"""Whether a recovery point may be copied into a vault.

From "Creating backup copies across AWS accounts" and "Encryption for a backup copy to a different account or
AWS Region" in the AWS Backup Developer Guide; the messages are those of "How do I troubleshoot issues with
cross-account copy in AWS Backup?" in the AWS Knowledge Center.  Within an account nothing is asked here, and
what the roles that jobs run under may do is not looked at.
"""

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from emulator.backup import arns, keys
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.vaults import Vault

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

COPY_INTO = "backup:CopyIntoBackupVault"

Statement = dict[str, Any]


def check_copy(source: "BackupBackend", point: RecoveryPoint, vault: Vault) -> None:
    """:raises JobFailedError: ``point`` of ``source`` may not be copied into ``vault``."""
    target = arns.parse(vault.arn).account
    if source.account_id == target:
        return
    organization = _organization(source.account_id)
    if organization is None or target not in organization.members:
        raise JobFailedError(
            "Copy job failed. Both source and destination account must be a member of the same organization."
        )
    if not _enabled(source, organization.management):
        raise JobFailedError(
            "Copy job failed. The organization's management account has not enabled cross-account backup."
        )
    if not _allows(vault, source.account_id, organization.id):
        raise JobFailedError("Access Denied trying to call AWS Backup service")
    if not point.fully_managed and not vault.customer_key:
        raise JobFailedError(
            "Copy job failed because the destination Backup vault is encrypted with the default Backup "
            "service managed key. The contents of this vault cannot be copied. Only the contents of a Backup "
            "vault encrypted by a customer managed key (CMK) may be copied."
        )
    if not point.fully_managed and point.key_arn and keys.is_aws_managed(point.key_arn):
        raise JobFailedError(
            "Copy job failed. Recovery points that are encrypted with an AWS managed key cannot be copied to "
            "another account."
        )
    if not point.fully_managed and point.key_arn and not _admits(point.key_arn, target):
        raise JobFailedError(
            "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to "
            "access it"
        )


def _admits(key_arn: str, account: str) -> bool:
    """Whether the policy of the key that a snapshot is encrypted with lets an account decrypt with it."""
    policy = keys.policy(key_arn)
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase("kms:decrypt", action.lower()) for action in _listed(statement.get("Action")))
        and _names(statement.get("Principal"), account)
        for statement in json.loads(policy or "{}").get("Statement", [])
    )


class _Organization:
    def __init__(self, organization_id: str, management: str, members: set[str]) -> None:
        self.id = organization_id
        self.management = management
        self.members = members


def _organization(account: str) -> _Organization | None:
    """The organization that an account is a member of."""
    from moto.organizations.models import organizations_backends

    for of_account in list(organizations_backends.values()):
        for backend in of_account.values():
            members = {member.id for member in backend.accounts}
            if backend.org is not None and account in members:
                return _Organization(backend.org.id, backend.org.master_account_id, members)
    return None


def _enabled(source: "BackupBackend", management: str) -> bool:
    settings = source.of(management, source.region_name).global_settings
    return settings.values["isCrossAccountBackupEnabled"] == "true"


def _allows(vault: Vault, account: str, organization_id: str) -> bool:
    """Whether the vault's access policy lets an account of the organization copy into the vault."""
    statements = json.loads(vault.policy)["Statement"] if vault.policy else []
    effects = {
        statement["Effect"]
        for statement in ([statements] if isinstance(statements, dict) else statements)
        if _concerns(statement, account, organization_id)
    }
    return effects == {"Allow"}


def _concerns(statement: Statement, account: str, organization_id: str) -> bool:
    return (
        any(fnmatchcase(COPY_INTO.lower(), action.lower()) for action in _listed(statement.get("Action")))
        and _names(statement.get("Principal"), account)
        and _holds(statement.get("Condition") or {}, account, organization_id)
    )


def _names(principal: Any, account: str) -> bool:
    """Whether a principal is the account; one of its users or roles is not all of it."""
    named = _listed(principal.get("AWS") if isinstance(principal, dict) else principal)
    return any(name in ("*", account) or fnmatchcase(name, f"arn:*:iam::{account}:root") for name in named)


def _holds(condition: dict[str, dict[str, Any]], account: str, organization_id: str) -> bool:
    """Whether a condition on who asks holds.

    What is not known of who asks (such as its path in the organization) is taken not to hold.
    """
    known = {"aws:principalorgid": organization_id, "aws:principalaccount": account}
    return all(
        _compares(operator, known.get(key.lower()), _listed(values))
        for operator, wanted in condition.items()
        for key, values in wanted.items()
    )


def _compares(operator: str, value: str | None, wanted: list[str]) -> bool:
    if value is None:
        return False
    if operator in ("StringEquals", "StringLike"):
        return any(fnmatchcase(value, pattern) for pattern in wanted)
    if operator in ("StringNotEquals", "StringNotLike"):
        return not any(fnmatchcase(value, pattern) for pattern in wanted)
    return False


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
