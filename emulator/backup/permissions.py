"""Whether a recovery point may be copied into a vault.

From "Creating backup copies across AWS accounts" and "Encryption for a backup copy to a different account or
AWS Region" in the AWS Backup Developer Guide; the messages are those of "How do I troubleshoot issues with
cross-account copy in AWS Backup?" and "How do I resolve the Given key ID not accessible error" in the AWS
Knowledge Center.  What the identity policies of the roles that jobs run under allow is not looked at.

The key of what is copied is that of the resource, or the vault's where AWS Backup fully manages the type; the
copy is encrypted with the key of the vault that it goes to.  Within an account, the job's role uses both;
across accounts, the destination's service-linked role does ("How encryption works in AWS Backup" in the AWS
Storage Blog: the key is to be shared with it).
"""

from typing import TYPE_CHECKING

from emulator.backup import arns, keys, vault_policies
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.vaults import AIR_GAPPED, Vault
from emulator.key_policies import Use
from emulator.membership import organization_of
from emulator.policies import Principal

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

_SERVICE_LINKED_ROLE = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"


def check_copy(source: "BackupBackend", point: RecoveryPoint, vault: Vault, role_arn: str) -> None:
    """:raises JobFailedError: ``point`` of ``source`` may not be copied into ``vault`` under the role."""
    target = arns.parse(vault.arn)
    if vault.type == AIR_GAPPED:
        _check_air_gapped(source, point)
    if source.account_id != target.account:
        _check_accounts(source, vault, target.account)
        _check_managed_keys(source, point, vault)
        role_arn = f"arn:{target.partition}:iam::{target.account}:{_SERVICE_LINKED_ROLE}"
    _check_keys(source, point, vault, Principal(role_arn.split(":")[4], role_arn))


def _check_accounts(source: "BackupBackend", vault: Vault, target: str) -> None:
    organization = organization_of(source.account_id)
    if organization is None or target not in organization.members:
        raise JobFailedError(
            "Copy job failed. Both source and destination account must be a member of the same organization."
        )
    if not _enabled(source, organization.management):
        raise JobFailedError(
            "Copy job failed. The organization's management account has not enabled cross-account backup."
        )
    if not vault_policies.admits_copies(vault, source.place, organization):
        raise JobFailedError("Access Denied trying to call AWS Backup service")


def _check_managed_keys(source: "BackupBackend", point: RecoveryPoint, vault: Vault) -> None:
    """Keys of AWS cannot be shared, which types do without that AWS Backup fully manages."""
    if point.fully_managed:
        return
    if not vault.customer_key and vault.type != AIR_GAPPED:
        raise JobFailedError(
            "Copy job failed because the destination Backup vault is encrypted with the default Backup "
            "service managed key. The contents of this vault cannot be copied. Only the contents of a Backup "
            "vault encrypted by a customer managed key (CMK) may be copied."
        )
    if any(keys.is_aws_managed(key) for key in kind_named(point.resource_type).keys(source.place, point)):
        raise JobFailedError(
            "Copy job failed. Recovery points that are encrypted with an AWS managed key cannot be copied to "
            "another account."
        )


def _check_air_gapped(source: "BackupBackend", point: RecoveryPoint) -> None:
    """Of types that AWS Backup does not fully manage, in whichever account the vault is ("Copy to a logically
    air-gapped vault" in the AWS Backup Developer Guide).
    """
    if point.fully_managed:
        return
    used = kind_named(point.resource_type).keys(source.place, point)
    if not used or any(keys.is_aws_managed(key) for key in used):
        raise JobFailedError(
            "Copy job failed. Only what is encrypted with a customer managed key can be copied to a "
            "logically air-gapped vault."
        )


def _check_keys(source: "BackupBackend", point: RecoveryPoint, vault: Vault, who: Principal) -> None:
    kind = kind_named(point.resource_type)
    use = Use(who, kind.service)
    if not all(use.may_read(key) for key in kind.keys(source.place, point)):
        raise JobFailedError(
            "Given key ID is not accessible"
            if point.fully_managed
            else "The source snapshot KMS key does not exist, is not enabled or you do not have permissions "
            "to access it"
        )
    if kind.encrypts_copies(point) and not vault.aws_owned_key and not use.may_write(vault.key_arn):
        raise JobFailedError("Given key ID is not accessible")


def _enabled(source: "BackupBackend", management: str) -> bool:
    settings = source.of(management, source.region_name).global_settings
    return settings.values["isCrossAccountBackupEnabled"] == "true"
