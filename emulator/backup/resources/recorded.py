"""Resources whose recovery points the emulator only keeps a record of: nothing of their data is kept.

AWS Backup fully manages them, so their recovery points are encrypted by the vault's key and have ARNs of AWS
Backup's own.
"""

from abc import abstractmethod
from datetime import datetime

from emulator.backup.arns import Arn
from emulator.backup.jobs import JobFailedError
from emulator.backup.resources.base import Backup, Kind, Place, new_recovery_point_arn
from emulator.backup.vaults import Vault
from emulator.errors import ResourceNotFound


class Recorded(Kind):
    """A kind of resource that is fully managed and only recorded."""

    @abstractmethod
    def exists(self, place: Place, arn: Arn) -> bool:
        """Whether moto has the resource."""

    def require(self, place: Place, arn: Arn) -> None:
        if not self.exists(place, arn):
            raise ResourceNotFound(f"The {self.type} resource {arn.resource} does not exist")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        if not self.exists(place, arn):
            raise JobFailedError(f"The {self.type} resource {arn.resource} does not exist")
        return Backup(
            arn=new_recovery_point_arn(place),
            size=0,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata={"aws:backup:request-id": job_id},
            resource_name=arn.resource_id,
            tags=tags,
        )


class DynamoDb(Recorded):
    type = "DynamoDB"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "dynamodb" and arn.resource.startswith("table/")

    def exists(self, place: Place, arn: Arn) -> bool:
        from moto.dynamodb.models import dynamodb_backends

        return arn.resource_id in dynamodb_backends[place.account][place.region].tables


class Efs(Recorded):
    type = "EFS"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "elasticfilesystem" and arn.resource.startswith("file-system/")

    def exists(self, place: Place, arn: Arn) -> bool:
        from moto.efs.models import efs_backends

        return arn.resource_id in efs_backends[place.account][place.region].file_systems_by_id


class S3(Recorded):
    type = "S3"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "s3" and "/" not in arn.resource

    def exists(self, place: Place, arn: Arn) -> bool:
        from moto.s3.models import s3_backends

        return arn.resource in s3_backends[place.account][place.partition].buckets
