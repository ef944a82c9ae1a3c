"""EFS file systems: moto keeps no files, so that a recovery point is of the file system's settings alone.

The restore metadata is that of StartRestoreJob in the AWS Backup API reference.
"""

from datetime import datetime
from typing import Any

from emulator.backup import keys
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
        tags = {tag["Key"]: tag["Value"] for tag in _backend(place).list_tags_for_resource(arn.resource_id)}
        size = system.size_in_bytes["Value"]
        return Captured(settings, size, {"file-system-id": arn.resource_id}, tags)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, _RESTORE_KEYS)
        require(given, "file-system-id", "newFileSystem")
        check_booleans(given, "Encrypted", "newFileSystem")
        if given.get("ItemsToRestore"):
            raise NotImplementedByEmulator("The emulator keeps no files of EFS, so it cannot restore some")
        if given.get("KmsKeyId") and not is_true(given, "Encrypted"):
            raise invalid("If KmsKeyId is specified, Encrypted must be set to true")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _RESTORE_KEYS)
        backend = _backend(place)
        if not is_true(given, "newFileSystem"):
            return _into_existing(backend, given["file-system-id"], point)
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
            kms_key_id=_key(place, given),
            backup=False,
            tags=[],
            **{**point.data, "performance_mode": mode},
        )
        system._size_value = point.size  # noqa: SLF001  # moto has no other way
        system.creation_time = moment.timestamp()
        return str(system.file_system_arn)


def _into_existing(backend: Any, file_system_id: str, point: RecoveryPoint) -> str:
    """Restore into a file system beside what it holds: into a directory of its own, of which moto has none.

    "Restore an Amazon EFS file system" in the AWS Backup Developer Guide: nothing is overwritten.
    """
    system = backend.file_systems_by_id.get(file_system_id)
    if system is None:
        raise JobFailedError(f"File system '{file_system_id}' does not exist.")
    system._size_value += point.size  # noqa: SLF001
    return str(system.file_system_arn)


def _key(place: Place, given: dict[str, str]) -> str | None:
    """The key of a new file system: the account's own for EFS, unless the metadata names another."""
    if not is_true(given, "Encrypted"):
        return None
    wanted = given.get("KmsKeyId")
    if not wanted or wanted == keys.EFS_ALIAS:
        return keys.aws_managed(place.account, place.region, keys.EFS_ALIAS)
    arn = keys.arn_of(place.account, place.region, wanted)
    if not arn or keys.kept(arn) is None:
        raise JobFailedError(f"The KMS key {wanted} does not exist")
    return arn


def _backend(place: Place) -> Any:
    from moto.efs.models import efs_backends

    return efs_backends[place.account][place.region]
