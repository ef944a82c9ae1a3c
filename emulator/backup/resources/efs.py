"""EFS file systems: moto keeps no files, so that a recovery point is of the file system's settings alone.

The restore metadata is that of StartRestoreJob in the AWS Backup API reference.
"""

from datetime import datetime
from typing import Any

from emulator.backup.arns import Arn
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Place
from emulator.backup.resources.managed import Captured, FullyManaged
from emulator.backup.resources.metadata import check_booleans, invalid, is_true, named, require
from emulator.errors import NotImplementedByEmulator

_RESTORE_KEYS = (
    "file-system-id", "Encrypted", "KmsKeyId", "PerformanceMode", "CreationToken", "newFileSystem",
    "ItemsToRestore",
)  # fmt: skip

_SETTINGS = (
    "throughput_mode",
    "provisioned_throughput_in_mibps",
    "availability_zone_name",
    "performance_mode",
)


class Efs(FullyManaged):
    type = "EFS"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "elasticfilesystem" and arn.resource.startswith("file-system/")

    def exists(self, place: Place, arn: Arn) -> bool:
        return arn.resource_id in _backend(place).file_systems_by_id

    def capture(self, place: Place, arn: Arn) -> Captured:
        system = _backend(place).file_systems_by_id[arn.resource_id]
        settings = {name: getattr(system, name) for name in _SETTINGS}
        return Captured(settings, 0, {"file-system-id": arn.resource_id})

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, _RESTORE_KEYS)
        require(given, "file-system-id", "newFileSystem")
        check_booleans(given, "Encrypted", "newFileSystem")
        if given.get("ItemsToRestore"):
            raise NotImplementedByEmulator("The emulator keeps no files of EFS, so it cannot restore some")
        if not is_true(given, "newFileSystem"):
            raise NotImplementedByEmulator("The emulator restores EFS to a new file system only")
        if given.get("KmsKeyId") and not is_true(given, "Encrypted"):
            raise invalid("If KmsKeyId is specified, Encrypted must be set to true")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _RESTORE_KEYS)
        backend = _backend(place)
        token = given.get("CreationToken")
        if not token:
            # AWS takes the request, and the job fails: issue 4467 of aws/aws-cli.
            raise JobFailedError("The restore metadata has no CreationToken")
        if token in backend.creation_tokens:
            raise JobFailedError(f"A file system with the creation token {token} already exists")
        mode = given.get("PerformanceMode") or point.data["performance_mode"]
        system = backend.create_file_system(
            creation_token=token,
            encrypted=is_true(given, "Encrypted"),
            kms_key_id=given.get("KmsKeyId"),
            backup=False,
            tags=[],
            **{**point.data, "performance_mode": mode},
        )
        return str(system.file_system_arn)


def _backend(place: Place) -> Any:
    from moto.efs.models import efs_backends

    return efs_backends[place.account][place.region]
