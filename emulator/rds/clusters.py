"""Aurora clusters on a real PostgreSQL server, and their snapshots with the data.

A cluster of the engine ``aurora-postgresql`` that is created with the tag ``emulator:postgres`` = ``true``
stands on a server of its own, as DB instances do (:mod:`emulator.rds.instances`); its endpoint names it once
the cluster has an instance, since storage without an instance takes no connections ("Amazon Aurora DB
clusters" in the Amazon Aurora User Guide).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from emulator.errors import NotImplementedByEmulator
from emulator.rds import instances
from emulator.rds.instances import ORIGIN, Origin
from emulator.rds.postgres import PostgresError, Server

ENGINE = "aurora-postgresql"


def server_of(cluster: Any) -> Server | None:
    """The server that a cluster stands on, if it does."""
    return instances.server_at(cluster.db_cluster_arn)


def capture(snapshot: Any, cluster: Any, moment: datetime | None = None) -> None:
    """Have ``snapshot`` hold what ``cluster`` holds now, or held at a moment.

    :raises NotImplementedByEmulator: PostgreSQL's own programs cannot read it.
    """
    server = server_of(cluster)
    if server is not None:
        dump = instances.dumped(server) if moment is None else instances.dump_as_of(server, moment)
        instances.with_dump(snapshot, dump)


def install() -> None:
    """Have moto's RDS run servers for the clusters that ask for one."""
    from moto.rds.models import DBCluster, RDSBackend

    backend: Any = RDSBackend
    cluster: Any = DBCluster
    cluster.endpoint = property(_endpoint(cluster.endpoint.fget))
    backend.create_db_cluster = _creating(backend.create_db_cluster)
    backend.create_db_cluster_snapshot = _capturing(backend.create_db_cluster_snapshot)
    backend.restore_db_cluster_from_snapshot = _restoring(backend.restore_db_cluster_from_snapshot)
    backend.delete_db_cluster = _deleting(backend.delete_db_cluster)
    backend.reset = _resetting(backend.reset)


def _endpoint(endpoint: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda self: "127.0.0.1" if server_of(self) and self.members else endpoint(self)


def _creating(create_db_cluster: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_db_cluster)
    def create(self: Any, kwargs: dict[str, Any]) -> Any:
        origin = kwargs.pop(ORIGIN) if ORIGIN in kwargs else None
        cluster = create_db_cluster(self, kwargs)
        try:
            server = _server_for(cluster, origin)
        except PostgresError as error:
            del self.clusters[cluster.db_cluster_identifier]
            raise NotImplementedByEmulator(str(error)) from error
        if server is not None:
            instances.put_on(cluster.db_cluster_arn, server)
            cluster.port = server.port
        return cluster

    return create


def _server_for(cluster: Any, origin: Origin | None) -> Server | None:
    """A new server for ``cluster``, if it is to have one.

    :raises PostgresError: it cannot be made.
    """
    if origin is not None:
        return instances.filled(origin.dump) if origin.dump else None
    if not instances.wants_server(cluster.tags) or cluster.engine != ENGINE:
        return None
    if cluster.manage_master_user_password:
        raise PostgresError("a cluster on PostgreSQL needs a MasterUserPassword of its own")
    password = cluster._master_user_password  # noqa: SLF001  # its property refuses to tell
    return instances.set_up(cluster.master_username, password, cluster.database_name)


def _capturing(create_db_cluster_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_db_cluster_snapshot)
    def create(self: Any, db_cluster_identifier: str, *args: Any, **kwargs: Any) -> Any:
        snapshot = create_db_cluster_snapshot(self, db_cluster_identifier, *args, **kwargs)
        capture(snapshot, self.clusters[db_cluster_identifier])
        return snapshot

    return create


def _restoring(restore: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(restore)
    def restored(self: Any, from_snapshot_id: str, overrides: dict[str, Any]) -> Any:
        snapshot = self.cluster_snapshots.get(from_snapshot_id.rpartition(":cluster-snapshot:")[2].lower())
        if snapshot is not None:
            overrides[ORIGIN] = Origin(instances.dump_of(snapshot))
        return restore(self, from_snapshot_id, overrides)

    return restored


def _deleting(delete: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(delete)
    def deleted(self: Any, *args: Any, **kwargs: Any) -> Any:
        cluster = delete(self, *args, **kwargs)
        instances.take_off(cluster.db_cluster_arn)
        return cluster

    return deleted


def _resetting(reset: Callable[[Any], None]) -> Callable[[Any], None]:
    @wraps(reset)
    def reset_and_stop(self: Any) -> None:
        for cluster in self.__dict__.get("clusters", {}).values():
            instances.take_off(cluster.db_cluster_arn)
        reset(self)

    return reset_and_stop
