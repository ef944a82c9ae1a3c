"""What a kind of resource must be able to do."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from emulator.backup import keys
from emulator.backup.arns import Arn
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.vaults import Vault
from emulator.errors import NotImplementedByEmulator


@dataclass(frozen=True)
class Place:
    """An account and a Region."""

    account: str
    region: str
    partition: str


@dataclass(frozen=True)
class Backup:
    """What backing up a resource has made; ``size`` is in bytes."""

    arn: str
    size: int
    key_arn: str | None
    encrypted: bool
    restore_metadata: dict[str, str] = field(default_factory=dict)
    resource_name: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    data: Any = None


@dataclass(frozen=True)
class Continuous:
    """What beginning to back a resource up continuously has made; ``data`` keeps its changes.

    It is encrypted by the vault's key, or, where the resource's own service keeps it, ``as_source``: whether
    it is at all, and by which key ("Encryption for backups" in the AWS Backup Developer Guide)."""

    data: Any = None
    restore_metadata: dict[str, str] = field(default_factory=dict)
    as_source: tuple[bool, str | None] | None = None


class Kind(ABC):
    """A kind of resource that AWS Backup backs up; ``type`` is AWS Backup's name of it."""

    type: str
    service: str
    """The AWS service that keeps the recovery points, as in ``rds.eu-west-1.amazonaws.com``."""

    @abstractmethod
    def covers(self, arn: Arn) -> bool:
        """Whether ``arn`` is that of a resource of this kind."""

    @abstractmethod
    def require(self, place: Place, arn: Arn) -> None:
        """:raises ResourceNotFound: there is no such resource."""

    @abstractmethod
    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        """Back the resource up.

        :raises JobFailedError: it cannot be done.
        """

    def begin_continuous(self, place: Place, arn: Arn) -> Continuous:
        """Begin to keep the changes of the resource.

        :raises JobFailedError: it cannot be done.
        """
        raise NotImplementedByEmulator(f"The emulator does not back {self.type} up continuously")

    def as_of(self, place: Place, point: RecoveryPoint, moment: datetime) -> RecoveryPoint:
        """The snapshot that the continuous backup ``point`` is at ``moment``, to be deleted after use.

        :raises JobFailedError: there is none.
        """
        raise NotImplementedByEmulator(f"The emulator does not back {self.type} up continuously")

    def retain(self, point: RecoveryPoint) -> None:
        """Keep changes for as long as the continuous backup ``point`` says, where the resource's own service
        keeps them."""
        return

    def release(self, point: RecoveryPoint) -> None:
        """Give the continuous backup ``point`` back to the resource's own service."""
        self.end_continuous(point)

    def end_continuous(self, point: RecoveryPoint) -> None:
        """Keep the changes no more that the continuous backup ``point`` has kept."""
        return

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        """Delete what ``point`` stands for; nothing, where the recovery point is only a record."""
        return

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        """:raises InvalidParameterValue: AWS does not take this restore metadata."""
        raise NotImplementedByEmulator(f"The emulator does not restore recovery points of {self.type}")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        """Restore ``point``, and return the ARN of the new resource.

        :raises JobFailedError: it cannot be done.
        """
        raise NotImplementedByEmulator(f"The emulator does not restore recovery points of {self.type}")

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """Copy ``point`` into ``vault``, which is at ``target``.

        :raises JobFailedError: it cannot be done.
        """
        raise NotImplementedByEmulator(f"The emulator does not copy recovery points of {self.type}")

    def keys(self, place: Place, point: RecoveryPoint) -> list[str]:
        """The ARNs of the keys that ``point``, which is at ``place``, is encrypted with."""
        arn = keys.arn_of(place.account, place.region, point.key_arn)
        return [arn] if arn else []

    def encrypts_copies(self, point: RecoveryPoint) -> bool:
        """Whether a copy is encrypted with the key of the vault that it goes to."""
        return True


def new_recovery_point_arn(place: Place) -> str:
    """An ARN for a recovery point that AWS Backup itself manages."""
    point_id = str(uuid4()).upper()
    return f"arn:{place.partition}:backup:{place.region}:{place.account}:recovery-point:{point_id}"
