"""Tags what has been restored, and deletes what restore tests have ("Restore testing" in the AWS Backup
Developer Guide)."""

from collections.abc import Callable
from typing import Any

from emulator.backup import arns
from emulator.backup.arns import Arn
from emulator.backup.resources.base import Place
from emulator.errors import NotImplementedByEmulator


def delete(place: Place, arn: str) -> None:
    """Delete a resource.

    :raises NotImplementedByEmulator: the emulator does not know how.
    :raises ServiceException: its service refuses.
    """
    parsed = arns.parse(arn)
    kind = f"{parsed.service}:{parsed.resource.replace('/', ':').split(':')[0]}"
    deleter = _DELETERS.get(parsed.service if parsed.service == "s3" else kind)
    if deleter is None:
        raise NotImplementedByEmulator(f"The emulator does not delete {arn}")
    deleter(place, parsed)


def tag(place: Place, arn: str, tags: dict[str, str]) -> None:
    """Give a resource ``tags`` beside those that it has."""
    from moto.backends import get_backend

    service: Any = arns.parse(arn).service
    backends: Any = get_backend("efs" if service == "elasticfilesystem" else service)
    backend = backends[place.account][place.partition if service == "s3" else place.region]
    backend.tag_resource(arn, tags)


TEST_TAG = "awsbackup-restore-test"
"""The key of a tag that what restore tests restore has, but for tables and buckets, which their names tell:
only so may AWS Backup delete it again (AWSServiceRolePolicyForBackupRestoreTesting in the AWS Managed Policy
Reference Guide).  Its value is not documented."""


def mark_as_test(place: Place, arn: str, job_id: str) -> None:
    """Have a restored resource tell that a restore test made it."""
    if arns.parse(arn).service not in ("dynamodb", "s3"):
        tag(place, arn, {TEST_TAG: job_id})


def _ec2(place: Place) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[place.account][place.region]


def _volume(place: Place, arn: Arn) -> None:
    _ec2(place).delete_volume(arn.resource_id)


def _instance(place: Place, arn: Arn) -> None:
    _ec2(place).terminate_instances([arn.resource_id])


def _table(place: Place, arn: Arn) -> None:
    from moto.dynamodb.models import dynamodb_backends

    dynamodb_backends[place.account][place.region].delete_table(arn.resource_id)


def _file_system(place: Place, arn: Arn) -> None:
    from moto.efs.models import efs_backends

    efs_backends[place.account][place.region].delete_file_system(arn.resource_id)


def _bucket(place: Place, arn: Arn) -> None:
    from moto.s3.models import s3_backends

    # With all that is in it, which DeleteBucket would refuse.
    del s3_backends[place.account][place.partition].buckets[arn.resource]


def _database(place: Place, arn: Arn) -> None:
    from moto.rds.models import rds_backends

    rds_backends[place.account][place.region].delete_db_instance(arn.resource_id, skip_final_snapshot=True)


def _cluster(place: Place, arn: Arn) -> None:
    from moto.rds.models import rds_backends

    rds_backends[place.account][place.region].delete_db_cluster(arn.resource_id)


_DELETERS: dict[str, Callable[[Place, Arn], None]] = {
    "ec2:volume": _volume,
    "ec2:instance": _instance,
    "dynamodb:table": _table,
    "elasticfilesystem:file-system": _file_system,
    "s3": _bucket,
    "rds:db": _database,
    "rds:cluster": _cluster,
}
