"""DB instances on a real PostgreSQL server, and their snapshots with the data.

An instance of the engine ``postgres`` that is created with the tag ``emulator:postgres`` = ``true`` stands
on a server of its own, which its endpoint names.  Its snapshots hold a dump, and an instance that is restored
from one, or to a moment, stands on a new server with that data; the server goes when the instance is deleted
or moto is reset.

What differs from RDS: the version is that of the wheel whatever EngineVersion says, and the port is a free
one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from emulator.errors import NotImplementedByEmulator
from emulator.rds.postgres import Dump, PostgresError, Server

TAG = "emulator:postgres"

ORIGIN = "emulator_origin"
"""What an instance is created with that is to begin with the data of another."""

_DUMP = "emulator_dump"

_servers: dict[str, Server] = {}
_without_instance: list[Server] = []
"""Servers of instances that are deleted, whose continuous backups can still be restored."""


@dataclass(frozen=True)
class Origin:
    """What a restored instance or cluster begins with; without a dump it stands on no server."""

    dump: Dump | None


def server_of(instance: Any) -> Server | None:
    """The server that a DB instance stands on, if it does."""
    return server_at(instance.db_instance_arn)


def server_at(arn: str) -> Server | None:
    """The server that an instance or cluster stands on, if it does."""
    return _servers.get(arn)


def put_on(arn: str, server: Server) -> None:
    """Have an instance or cluster stand on a server."""
    _servers[arn] = server


def take_off(arn: str) -> None:
    """Remove the server of an instance or cluster, unless a continuous backup still needs it."""
    server = _servers.pop(arn, None)
    if server is None:
        return
    if server.users:
        server.stop()
        _without_instance.append(server)
    else:
        server.remove()


def wants_server(tags: list[dict[str, str]]) -> bool:
    """Whether what is created with these tags is to stand on a server."""
    return {tag["Key"]: tag["Value"] for tag in tags}.get(TAG) == "true"


def dump_of(snapshot: Any) -> Dump | None:
    """The data of a DB snapshot, if its instance stood on a server."""
    dump: Dump | None = snapshot.__dict__.get(_DUMP)
    return dump


def capture(snapshot: Any, instance: Any) -> None:
    """Have ``snapshot`` hold what ``instance`` holds now.

    :raises NotImplementedByEmulator: PostgreSQL's own programs cannot read it.
    """
    server = server_of(instance)
    if server is not None:
        with_dump(snapshot, dumped(server))


def as_of(instance: Any, moment: datetime) -> Origin:
    """What ``instance`` held at a moment, for an instance that is to begin with it.

    :raises NotImplementedByEmulator: PostgreSQL's own programs cannot read it.
    """
    server = server_of(instance)
    return Origin(dump_as_of(server, moment) if server else None)


def dump_as_of(server: Server, moment: datetime) -> Dump:
    """:raises NotImplementedByEmulator: PostgreSQL's own programs cannot read it."""
    try:
        return server.dump_as_of(moment)
    except PostgresError as error:
        raise NotImplementedByEmulator(f"The database cannot be read as of {moment}: {error}") from error


def use(instance: Any) -> Server | None:
    """The server of ``instance``, to be there until it is released though the instance be deleted."""
    server = server_of(instance)
    if server is not None:
        server.users += 1
    return server


def release(server: Server) -> None:
    """End one use of ``server``."""
    server.users -= 1
    if not server.users and server in _without_instance:
        _without_instance.remove(server)
        server.remove()


def with_dump(snapshot: Any, dump: Dump | None) -> None:
    """Have ``snapshot`` hold ``dump``."""
    setattr(snapshot, _DUMP, dump)


def install() -> None:
    """Have moto's RDS run servers for the instances that ask for one."""
    from moto.rds.models import DBInstance, RDSBackend

    backend: Any = RDSBackend
    instance: Any = DBInstance
    instance.address = property(_address(instance.address.fget))
    backend.create_db_instance = _creating(backend.create_db_instance)
    backend.create_db_snapshot = _capturing(backend.create_db_snapshot)
    backend.copy_db_snapshot = _copying(backend.copy_db_snapshot)
    backend.restore_db_instance_from_db_snapshot = _restoring(backend.restore_db_instance_from_db_snapshot)
    backend.modify_db_instance = _modifying(backend.modify_db_instance)
    backend.delete_db_instance = _deleting(backend.delete_db_instance)
    backend.stop_db_instance = _then(backend.stop_db_instance, Server.stop)
    backend.start_db_instance = _then(backend.start_db_instance, Server.start)
    backend.reset = _resetting(backend.reset)
    backend.create_db_instance_read_replica = _refusing(backend.create_db_instance_read_replica)


def _address(address: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda self: "127.0.0.1" if server_of(self) else address(self)


def _creating(create_db_instance: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_db_instance)
    def create(self: Any, db_kwargs: dict[str, Any]) -> Any:
        origin = db_kwargs.pop(ORIGIN) if ORIGIN in db_kwargs else None
        instance = create_db_instance(self, db_kwargs)
        try:
            server = _server_for(instance, origin)
        except PostgresError as error:
            del self.databases[instance.db_instance_identifier]
            raise NotImplementedByEmulator(str(error)) from error
        if server is not None:
            put_on(instance.db_instance_arn, server)
            instance.port = server.port
        return instance

    return create


def _server_for(instance: Any, origin: Origin | None) -> Server | None:
    """A new server for ``instance``, if it is to have one.

    :raises PostgresError: it cannot be made.
    """
    if origin is not None:
        return filled(origin.dump) if origin.dump else None
    if not wants_server(instance.tags) or instance.engine != "postgres":
        return None
    if instance.manage_master_user_password:
        raise PostgresError("a database on PostgreSQL needs a MasterUserPassword of its own")
    password = instance._master_user_password  # noqa: SLF001  # its property refuses to tell
    return set_up(instance.master_username, password, instance.db_name)


def set_up(master: str, password: str, database: str | None) -> Server:
    """A new server with a master user, and a database if there is to be one.

    :raises PostgresError: it cannot be made.
    """
    server = Server()
    try:
        server.set_up(master, password, database)
    except PostgresError:
        server.remove()
        raise
    return server


def filled(dump: Dump) -> Server:
    """A new server with what a dump holds.

    :raises PostgresError: it cannot be made.
    """
    server = Server()
    try:
        server.load(dump)
    except PostgresError:
        server.remove()
        raise
    return server


def dumped(server: Server) -> Dump:
    """What a server holds now.

    :raises NotImplementedByEmulator: PostgreSQL's own programs cannot read it.
    """
    try:
        return server.dump()
    except PostgresError as error:
        raise NotImplementedByEmulator(f"The database cannot be dumped: {error}") from error


def _capturing(create_db_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_db_snapshot)
    def create(self: Any, db_instance_identifier: str, *args: Any, **kwargs: Any) -> Any:
        snapshot = create_db_snapshot(self, db_instance_identifier, *args, **kwargs)
        capture(snapshot, self.databases[db_instance_identifier])
        return snapshot

    return create


def _copying(copy_db_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(copy_db_snapshot)
    def copy(self: Any, source_db_snapshot_identifier: str, *args: Any, **kwargs: Any) -> Any:
        made = copy_db_snapshot(self, source_db_snapshot_identifier, *args, **kwargs)
        with_dump(made, dump_of(self.get_db_snapshot(source_db_snapshot_identifier)))
        return made

    return copy


def _restoring(restore: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(restore)
    def restored(self: Any, from_snapshot_id: str, overrides: dict[str, Any]) -> Any:
        name = from_snapshot_id.rpartition(":snapshot:")[2].lower()
        snapshot = self.database_snapshots.get(name)
        if snapshot is not None:
            overrides[ORIGIN] = Origin(dump_of(snapshot))
        return restore(self, from_snapshot_id, overrides)

    return restored


def _modifying(modify: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(modify)
    def modified(self: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
        arn = getattr(self.databases.get(db_instance_identifier), "db_instance_arn", None)
        password = db_kwargs.get("master_user_password")
        instance = modify(self, db_instance_identifier, db_kwargs)
        server = _servers.pop(arn, None) if arn else None
        if server is not None:
            _servers[instance.db_instance_arn] = server  # it may have been renamed
            if password:
                server.set_password(instance.master_username, password)
        return instance

    return modified


def _deleting(delete: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(delete)
    def deleted(self: Any, db_instance_identifier: str, *args: Any, **kwargs: Any) -> Any:
        instance = delete(self, db_instance_identifier, *args, **kwargs)
        take_off(instance.db_instance_arn)
        return instance

    return deleted


def _then(method: Callable[..., Any], act: Callable[[Server], None]) -> Callable[..., Any]:
    @wraps(method)
    def then(self: Any, db_instance_identifier: str, *args: Any, **kwargs: Any) -> Any:
        answer = method(self, db_instance_identifier, *args, **kwargs)
        server = server_of(self.databases[db_instance_identifier])
        if server is not None:
            act(server)
        return answer

    return then


def _resetting(reset: Callable[[Any], None]) -> Callable[[Any], None]:
    @wraps(reset)
    def reset_and_stop(self: Any) -> None:
        for instance in self.__dict__.get("databases", {}).values():
            server = _servers.pop(instance.db_instance_arn, None)
            if server is not None:
                server.remove()
        while _without_instance:
            _without_instance.pop().remove()
        reset(self)

    return reset_and_stop


def _refusing(create_read_replica: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_read_replica)
    def refused(self: Any, given: dict[str, Any]) -> Any:
        source = self.databases.get(given["source_db_instance_identifier"].rpartition(":")[2])
        if source is not None and server_of(source) is not None:
            raise NotImplementedByEmulator("A database that stands on PostgreSQL is not replicated")
        return create_read_replica(self, given)

    return refused
