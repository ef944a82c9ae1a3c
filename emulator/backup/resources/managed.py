"""What the kinds have in common whose recovery points AWS Backup fully manages.

Their recovery points are encrypted by the vault's key and have ARNs of AWS Backup's own; what the resources
held is kept with the recovery point.
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.backup.arns import Arn
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Kind, Place, new_recovery_point_arn
from emulator.backup.resources.metadata import REQUEST_ID
from emulator.backup.vaults import Vault
from emulator.errors import ResourceNotFound


@dataclass(frozen=True)
class Captured:
    """What a resource held at a moment; ``size`` is in bytes."""

    data: Any
    size: int
    restore_metadata: dict[str, str]
    tags: dict[str, str]


class FullyManaged(Kind):
    """A kind of resource that AWS Backup fully manages."""

    service = "backup"

    @abstractmethod
    def exists(self, place: Place, arn: Arn) -> bool:
        """Whether moto has the resource."""

    @abstractmethod
    def capture(self, place: Place, arn: Arn) -> Captured:
        """What the resource, which exists, holds now; later changes must not show in it.

        :raises JobFailedError: it cannot be backed up as it is.
        """

    def require(self, place: Place, arn: Arn) -> None:
        if not self.exists(place, arn):
            raise ResourceNotFound(f"The {self.type} resource {arn.resource} does not exist")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        if not self.exists(place, arn):
            raise JobFailedError(f"The {self.type} resource {arn.resource} does not exist")
        captured = self.capture(place, arn)
        return Backup(
            arn=new_recovery_point_arn(place),
            size=captured.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata={REQUEST_ID: job_id, **captured.restore_metadata},
            resource_name=arn.resource_id,
            tags={**_own(captured.tags), **tags},
            data=captured.data,
        )

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        return Backup(
            arn=new_recovery_point_arn(target),
            size=point.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata=dict(point.restore_metadata),
            resource_name=point.resource_name,
            tags=point.tags,
            data=point.data,
        )


def _own(tags: dict[str, str]) -> dict[str, str]:
    """The tags that a recovery point takes over from its resource ("Backup and tag copy" in the AWS Backup
    Developer Guide): not those of AWS itself."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}
