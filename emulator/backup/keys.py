"""KMS keys, as moto keeps them."""

from typing import Any

from emulator.backup import arns
from emulator.errors import InvalidParameterValue

ALIAS = "alias/aws/backup"
EFS_ALIAS = "alias/aws/elasticfilesystem"
RDS_ALIAS = "alias/aws/rds"
_DESCRIPTIONS = {
    ALIAS: "Default key that protects my Backup data when no other key is defined",
    EFS_ALIAS: "Default key that protects my EFS filesystems when no other key is defined",
    RDS_ALIAS: "Default key that protects my RDS database volumes when no other key is defined",
}


def _backend(account: str, region: str) -> Any:
    from moto.kms.models import kms_backends

    return kms_backends[account][region]


def arn_of(account: str, region: str, key: str | None) -> str | None:
    """The ARN of the key that ``key`` names by id, alias or ARN; ``key`` itself if moto knows no such key."""
    if not key:
        return None
    if key.startswith("arn:"):
        owner = arns.parse(key)
        account, region = owner.account, owner.region
    kms = _backend(account, region)
    try:
        return str(kms.describe_key(key).arn)
    except Exception:  # noqa: BLE001  # moto raises KeyError, ValueError or its own error by what the name looks like
        return key


def require(arn: str) -> str:
    """``arn``, if it is the ARN of a key.

    :raises InvalidParameterValue: there is no such key.
    """
    key = arns.parse(arn, "encryption key ARN")
    known = key.service == "kms" and key.resource.startswith("key/")
    if not known or key.resource_id not in _backend(key.account, key.region).keys:
        raise InvalidParameterValue(f"The KMS key {arn} does not exist")
    return arn


def refusal(arn: str | None) -> str | None:
    """Why nothing can be encrypted or decrypted with the key, in KMS's words; None if it can.

    "Key states of AWS KMS keys" in the AWS KMS Developer Guide.
    """
    key = kept(arn) if arn else None
    if key is None:
        # moto's services name AWS managed keys that its KMS does not have.
        return None
    words = {"Disabled": "is disabled.", "PendingDeletion": "is pending deletion."}
    return f"{arn} {words[key.key_state]}" if key.key_state in words else None


def aws_managed(account: str, region: str, alias: str = ALIAS) -> str:
    """The ARN of the account's AWS-managed key for a service, which AWS makes when it is first needed."""
    kms = _backend(account, region)
    if not kms.alias_exists(alias):
        key = kms.create_key(
            policy="",
            key_usage="ENCRYPT_DECRYPT",
            key_spec="SYMMETRIC_DEFAULT",
            description=_DESCRIPTIONS[alias],
            tags=None,
        )
        key.key_manager = "AWS"
        kms.create_alias(key.id, alias)
    return str(kms.describe_key(alias).arn)


def is_aws_managed(arn: str) -> bool:
    """Whether ``arn`` is that of a key which an AWS service keeps in the account, rather than a customer."""
    key = kept(arn)
    # Not by its manager: moto does not mark the key that it makes for EBS.
    return key is not None and any(alias.startswith("alias/aws/") for alias in key.aliases)


def kept(arn: str) -> Any:
    """The key as moto keeps it; None if there is no such key, or ``arn`` is none."""
    if not arn.startswith("arn:"):
        return None
    key = arns.parse(arn)
    return _backend(key.account, key.region).keys.get(key.resource_id)
