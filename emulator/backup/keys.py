"""KMS keys, as moto keeps them."""

from typing import Any

from emulator.backup import arns
from emulator.errors import InvalidParameterValue

ALIAS = "alias/aws/backup"


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


def aws_managed(account: str, region: str) -> str:
    """The ARN of the account's AWS-managed key for AWS Backup, which AWS makes when it is first needed."""
    kms = _backend(account, region)
    if not kms.alias_exists(ALIAS):
        key = kms.create_key(
            policy="",
            key_usage="ENCRYPT_DECRYPT",
            key_spec="SYMMETRIC_DEFAULT",
            description="Default key that protects my Backup data when no other key is defined",
            tags=None,
        )
        key.key_manager = "AWS"
        kms.create_alias(key.id, ALIAS)
    return str(kms.describe_key(ALIAS).arn)
