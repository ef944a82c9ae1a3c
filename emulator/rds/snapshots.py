"""Snapshots that AWS Backup makes of databases and clusters: of the type ``awsbackup``, and kept by it.

"Using AWS Backup to manage automated backups" in the Amazon RDS User Guide: RDS lists them under that type,
restores them, and does not delete them.  They do not count towards the quota of manual snapshots.
"""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

TYPE = "awsbackup"


def install() -> None:
    """Have moto's RDS treat such snapshots so."""
    from moto.rds.models import RDSBackend

    backend: Any = RDSBackend
    quota = backend.SNAPSHOT_QUOTA.fget
    backend.SNAPSHOT_QUOTA = property(lambda self: quota(self) + _of_aws_backup(self))
    backend.describe_db_snapshots = _finding(backend.describe_db_snapshots, "database_snapshots")
    backend.describe_db_cluster_snapshots = _finding(
        backend.describe_db_cluster_snapshots, "cluster_snapshots"
    )
    backend.delete_db_snapshot = _keeping(
        backend.delete_db_snapshot, "database_snapshots", "InvalidDBSnapshotState"
    )
    backend.delete_db_cluster_snapshot = _keeping(
        backend.delete_db_cluster_snapshot, "cluster_snapshots", "InvalidDBClusterSnapshotStateFault"
    )


def _of_aws_backup(backend: Any) -> int:
    held = [*backend.database_snapshots.values(), *backend.cluster_snapshots.values()]
    return sum(snapshot.snapshot_type == TYPE for snapshot in held)


def _finding(describe: Callable[..., Any], held: str) -> Callable[..., Any]:
    """Find them by their name alone too, where moto looks among automated and manual ones."""
    parameters = signature(describe)

    @wraps(describe)
    def described(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = dict(parameters.bind(self, *args, **kwargs).arguments)
        del given["self"]
        named = getattr(self, held).get((given.pop("db_snapshot_identifier", None) or "").lower())
        if named is not None and named.snapshot_type == TYPE and not any(given.values()):
            return [named]
        return describe(self, *args, **kwargs)

    return described


def _keeping(delete: Callable[..., Any], held: str, code: str) -> Callable[..., Any]:
    @wraps(delete)
    def deleted(self: Any, db_snapshot_identifier: str) -> Any:
        from moto.rds.exceptions import RDSClientError

        snapshot = getattr(self, held).get(db_snapshot_identifier)
        if snapshot is not None and snapshot.snapshot_type == TYPE:
            raise RDSClientError(
                code, f"The snapshot {db_snapshot_identifier} is managed by AWS Backup; delete it there."
            )
        return delete(self, db_snapshot_identifier)

    return deleted
