"""KMS keys that a restore uses."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.aws import UnitSession


@dataclass(frozen=True, kw_only=True, slots=True)
class KmsKey:
    """A KMS key: who manages it, and whether it can be used."""

    arn: str
    manager: str
    state: str


def describe_key(session: UnitSession, key_arn: str) -> KmsKey:
    """A KMS key. Raises `AwsError`."""
    metadata = session.call("kms", "describe_key", KeyId=key_arn)["KeyMetadata"]
    return KmsKey(arn=metadata["Arn"], manager=metadata["KeyManager"], state=metadata["KeyState"])
