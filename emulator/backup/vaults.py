"""Backup vaults: their locks, access policies and notifications."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator import clock
from emulator.backup import keys, tags
from emulator.backup.lifecycles import LONGEST_DAYS
from emulator.backup.recovery_points import RecoveryPoint
from emulator.errors import (
    AlreadyExists,
    InvalidParameterValue,
    InvalidRequest,
    LimitExceeded,
    ResourceNotFound,
)

MOST = 300
"""Vaults of an account in a Region ("Quotas" in the AWS Backup Developer Guide)."""

SHORTEST_COOLING_OFF_DAYS = 3
"""The least ChangeableForDays of a vault lock in compliance mode."""


AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"

SHORTEST_AIR_GAPPED_DAYS = 7
"""The least MinRetentionDays of a logically air-gapped vault ("Logically air-gapped vault" in the guide)."""


@dataclass
class Lock:
    """A vault lock; without ``date`` it is in governance mode and can always be taken off."""

    min_days: int | None
    max_days: int | None
    date: datetime | None

    @property
    def immutable(self) -> bool:
        return self.date is not None and clock.now() >= self.date

    def refusal(self, lifecycle: dict[str, Any] | None) -> str | None:
        """Why a recovery point with ``lifecycle`` may not be kept here, or None if it may."""
        days = (lifecycle or {}).get("DeleteAfterDays")
        if self.min_days is not None and days is not None and days < self.min_days:
            return f"The retention of {days} days is shorter than the vault's minimum of {self.min_days}"
        if self.max_days is not None and (days is None or days > self.max_days):
            kept = f"{days} days" if days else "for ever"
            return f"The retention ({kept}) is longer than the vault's maximum of {self.max_days} days"
        return None


@dataclass
class Vault:
    """A backup vault and the recovery points in it, by ARN."""

    name: str
    arn: str
    key_arn: str
    customer_key: bool
    creator_request_id: str | None
    created: datetime
    type: str = "BACKUP_VAULT"
    lock: Lock | None = None
    policy: str | None = None
    notifications: dict[str, Any] | None = None
    recovery_points: dict[str, RecoveryPoint] = field(default_factory=dict)

    def recovery_point(self, arn: str) -> RecoveryPoint:
        """:raises ResourceNotFound: the vault has no such recovery point."""
        try:
            return self.recovery_points[arn]
        except KeyError:
            raise ResourceNotFound(f"Cannot find recovery point {arn} in backup vault {self.name}") from None

    @property
    def aws_owned_key(self) -> bool:
        """Whether a key of AWS's own encrypts it, which no policy of an account speaks of."""
        return self.type == AIR_GAPPED and not self.customer_key

    @property
    def _key_type(self) -> str | None:
        if self.aws_owned_key:
            return "AWS_OWNED_KMS_KEY"
        return "CUSTOMER_MANAGED_KMS_KEY" if self.customer_key else None

    def described(self) -> dict[str, Any]:
        """The vault as DescribeBackupVault answers it."""
        lock = self.lock
        return {
            "BackupVaultName": self.name,
            "BackupVaultArn": self.arn,
            "VaultType": self.type,
            "VaultState": "AVAILABLE",
            "CreationDate": self.created,
            # The ARN of AWS's own key, in an account of AWS, is not known here.
            "EncryptionKeyArn": None if self.aws_owned_key else self.key_arn,
            "EncryptionKeyType": self._key_type,
            "CreatorRequestId": self.creator_request_id,
            "NumberOfRecoveryPoints": len(self.recovery_points),
            "Locked": lock is not None,
            "MinRetentionDays": lock.min_days if lock else None,
            "MaxRetentionDays": lock.max_days if lock else None,
            "LockDate": lock.date if lock else None,
        }


class Vaults:
    """The vaults of one account in one Region."""

    def __init__(self, account: str, region: str, partition: str, all_tags: tags.Tags) -> None:
        self._account = account
        self._region = region
        self._partition = partition
        self._tags = all_tags
        self._vaults: dict[str, Vault] = {}

    def all(self) -> list[Vault]:
        return list(self._vaults.values())

    def arn(self, name: str) -> str:
        return f"arn:{self._partition}:backup:{self._region}:{self._account}:backup-vault:{name}"

    def get(self, name: str) -> Vault:
        """:raises ResourceNotFound: there is no such vault."""
        try:
            return self._vaults[name]
        except KeyError:
            raise ResourceNotFound(f"Backup vault {name} does not exist") from None

    def exists(self, name: str) -> bool:
        return name in self._vaults

    def create(
        self, name: str, key_arn: str | None, vault_tags: dict[str, str], creator_request_id: str | None
    ) -> Vault:
        """Make a vault, encrypted by the account's AWS-managed key unless ``key_arn`` names another.

        A repeated ``creator_request_id`` gives the vault that it made.
        """
        existing = self._vaults.get(name)
        if existing and creator_request_id and existing.creator_request_id == creator_request_id:
            return existing
        if existing:
            raise AlreadyExists(
                "Backup vault with the same name already exists", existing.arn, existing.creator_request_id
            )
        if len(self._vaults) >= MOST:
            raise LimitExceeded(f"An account can have {MOST} backup vaults in a Region")
        vault = Vault(
            name=name,
            arn=self.arn(name),
            key_arn=keys.require(key_arn) if key_arn else keys.aws_managed(self._account, self._region),
            customer_key=key_arn is not None,
            creator_request_id=creator_request_id,
            created=clock.now(),
        )
        self._tags.add(vault.arn, vault_tags)
        self._vaults[name] = vault
        return vault

    def create_air_gapped(
        self,
        name: str,
        key_arn: str | None,
        vault_tags: dict[str, str],
        creator_request_id: str | None,
        days: tuple[int, int],
    ) -> Vault:
        """Make a logically air-gapped vault, locked for good from the start.

        ``days`` are its least and its longest retention.

        :raises InvalidParameterValue: they are out of AWS's range.
        """
        least, longest = days
        if not SHORTEST_AIR_GAPPED_DAYS <= least <= longest <= LONGEST_DAYS:
            raise InvalidParameterValue(
                f"The retention of a logically air-gapped vault lies between {SHORTEST_AIR_GAPPED_DAYS} and "
                f"{LONGEST_DAYS} days"
            )
        existed = name in self._vaults
        vault = self.create(name, key_arn, vault_tags, creator_request_id)
        if not existed:
            vault.type = AIR_GAPPED
            vault.lock = Lock(least, longest, vault.created)
        return vault

    def delete(self, name: str) -> None:
        """:raises InvalidRequest: the vault holds recovery points."""
        vault = self.get(name)
        if vault.recovery_points:
            raise InvalidRequest("Backup vault cannot be deleted because it contains recovery points")
        self._tags.forget(vault.arn)
        del self._vaults[name]

    def lock(
        self, name: str, min_days: int | None, max_days: int | None, changeable_for_days: int | None
    ) -> None:
        """Lock a vault; from ``changeable_for_days`` on, for good.

        :raises InvalidParameterValue: a number of days is out of AWS's range.
        :raises InvalidRequest: the vault is already locked for good.
        """
        vault = self.get(name)
        _refuse_if_immutable(vault)
        if min_days is not None and not 1 <= min_days <= LONGEST_DAYS:
            raise InvalidParameterValue(f"MinRetentionDays must be between 1 and {LONGEST_DAYS}")
        if max_days is not None and not 1 <= max_days <= LONGEST_DAYS:
            raise InvalidParameterValue(f"MaxRetentionDays must be between 1 and {LONGEST_DAYS}")
        if min_days is not None and max_days is not None and min_days > max_days:
            raise InvalidParameterValue("MinRetentionDays cannot be greater than MaxRetentionDays")
        date = None
        if changeable_for_days is not None:
            if not SHORTEST_COOLING_OFF_DAYS <= changeable_for_days <= LONGEST_DAYS:
                raise InvalidParameterValue(
                    f"ChangeableForDays must be between {SHORTEST_COOLING_OFF_DAYS} and {LONGEST_DAYS}"
                )
            date = clock.now() + timedelta(days=changeable_for_days)
        vault.lock = Lock(min_days, max_days, date)

    def unlock(self, name: str) -> None:
        """:raises InvalidRequest: the vault is locked for good."""
        vault = self.get(name)
        _refuse_if_immutable(vault)
        vault.lock = None

    def set_policy(self, name: str, policy: str | None) -> None:
        """:raises InvalidParameterValue: ``policy`` is not a JSON object."""
        vault = self.get(name)
        try:
            document = json.loads(policy or "")
        except ValueError as error:
            raise InvalidParameterValue(f"The vault policy is not valid JSON: {error}") from error
        if not isinstance(document, dict) or not document.get("Statement"):
            raise InvalidParameterValue("The vault policy has no Statement")
        vault.policy = policy

    def policy(self, name: str) -> str:
        """:raises ResourceNotFound: there is no such vault, or it has no policy."""
        policy = self.get(name).policy
        if policy is None:
            raise ResourceNotFound(f"Backup vault {name} has no access policy")
        return policy

    def notifications(self, name: str) -> dict[str, Any]:
        """:raises ResourceNotFound: there is no such vault, or it notifies of nothing."""
        notifications = self.get(name).notifications
        if notifications is None:
            raise ResourceNotFound(f"Backup vault {name} has no notifications")
        return notifications


def _refuse_if_immutable(vault: Vault) -> None:
    if vault.lock and vault.lock.immutable:
        raise InvalidRequest(f"The lock of backup vault {vault.name} cannot be changed any more")
