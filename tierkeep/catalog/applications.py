"""The applications that Tierkeep has scripts for: what holds still while a snapshot begins.

No password stands here, or in a document of Systems Manager, which every reader of documents sees: clients
log in as the operating system's user, or with a file on the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetPydanticSchema, StringConstraints
from pydantic_core import PydanticCustomError, core_schema

from tierkeep.catalog.forms import Model

HostPath = Annotated[
    str, StringConstraints(pattern=r"^/([A-Za-z0-9_.@+=:,-]+(/[A-Za-z0-9_.@+=:,-]+)*)?$", max_length=200)
]
"""A path on an instance, without a slash at its end."""
UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=63)]


def _each_once(paths: list[str]) -> list[str]:
    for path in paths:
        if paths.count(path) > 1:
            raise PydanticCustomError("mount_points", "{path} stands here twice", {"path": path})
    return paths


MountPoints = Annotated[list[HostPath], AfterValidator(_each_once)]


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """A file beside the catalog, with what it holds."""

    path: str
    text: str


FILES = "files"
"""What the context of a validation calls the texts of the files that the catalog names, by their paths."""


def _script_file(value: Any, info: core_schema.ValidationInfo) -> ScriptFile:
    if not isinstance(value, str):
        raise PydanticCustomError("script_file", "the path of a file beside the catalog is needed")
    text = (info.context or {}).get(FILES, {}).get(value)
    if text is None:
        raise PydanticCustomError("script_file", "the file {path} was not read", {"path": value})
    return ScriptFile(value, text)


ScriptPath = Annotated[
    ScriptFile,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.with_info_plain_validator_function(
            _script_file,
            json_schema_input_schema=core_schema.str_schema(min_length=1, max_length=200),
        )
    ),
]
"""A script for bash, by its path from the catalog's own folder."""


class Filesystem(Model):
    """Whatever writes to these file systems: writing waits while they are frozen."""

    type: Literal["filesystem"]
    mount_points: MountPoints = Field(min_length=1)
    """Frozen in this order, and thawed in the opposite one."""


class PostgreSql(Model):
    """PostgreSQL: a checkpoint before the snapshot, from which it recovers as after a loss of power."""

    type: Literal["postgresql"]
    os_user: UserName = "postgres"
    """The user of the operating system that `psql` runs as: by peer authentication, or with its ~/.pgpass."""
    user: UserName | None = None
    """The role of PostgreSQL; where it is left out, as `os_user` is called."""
    database: UserName = "postgres"
    port: int = Field(default=5432, ge=1, le=65535)
    socket_directory: HostPath | None = None
    """Where its socket lies, if not where `psql` looks for it."""
    mount_points: MountPoints = []
    """File systems that are frozen as well, after the checkpoint."""


class MySql(Model):
    """MySQL or MariaDB: its tables are locked for reading by one session until the snapshot has begun."""

    type: Literal["mysql"]
    os_user: UserName = "root"
    """The user of the operating system that the client runs as: by socket authentication, or with its
    ~/.my.cnf."""
    user: UserName | None = None
    """The user of MySQL; where it is left out, as the client's own files say, or as `os_user` is called."""
    login_file: HostPath | None = None
    """A file of options on the host that names the user and the password, if not ~/.my.cnf."""
    socket: HostPath | None = None
    """Its socket, if not where the client looks for it."""
    mount_points: MountPoints = []
    """File systems that are frozen as well, once the tables are locked."""


class OwnScripts(Model):
    """Scripts of the team. The second undoes what the first did, however far that came."""

    type: Literal["own"]
    pre: ScriptPath
    """What bash runs before the snapshot."""
    post: ScriptPath
    """What bash runs after it; also where `pre` failed, or where nobody came to run it in time."""
    mount_points: MountPoints = []
    """File systems that are frozen as well, after `pre`, and thawed before `post`."""


Application = Filesystem | PostgreSql | MySql | OwnScripts
