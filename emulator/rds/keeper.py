"""Runs one PostgreSQL server for as long as standard input stays open, then removes it and its data.

Started as a program of its own (``python keeper.py BIN FOLDER SUPERUSER [SOURCE SETTING...]``): its input
ends when the emulator ends, in whatever way that happens, so that no server outlives it.  FOLDER is made, and
removed at the end.  It prints the port once the server accepts connections; lines of input are ``stop`` and
``start``, each answered by ``done``.  An error ends it, with a line that says why.

With SOURCE, the folder of another server, the data is that server's, replayed from its beginning as far as
the settings (recovery_target_lsn=0/81FAF0) say: every server keeps how it began, and all of its write-ahead
log.

PostgreSQL does not run as root, so that root hands it to the user ``nobody``.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ATTEMPTS = 3
PATIENCE_SECONDS = 30.0
ALL_MEGABYTES = 2**31 - 1
BEGINNING = "beginning.tar"


class Keeper:
    """One server: its folder holds the data, what they began as, the log and the socket."""

    def __init__(
        self, binaries: Path, folder: Path, superuser: str, source: Path | None, recovery: list[str]
    ) -> None:
        self.binaries = binaries
        self.folder = folder
        self.superuser = superuser
        self.source = source
        self.recovery = recovery
        self.user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self.server: subprocess.Popen[bytes] | None = None
        self.port = 0

    def make(self) -> None:
        """Make the folder and a database cluster in it: an empty one, or as the source's began."""
        self.folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.folder, self.user, -1)
        data, tar = self.folder / "data", Path("tar")
        if self.source is not None:
            self._run(tar, "-xf", str(self.source / BEGINNING))
            self._run(Path("touch"), str(data / "recovery.signal"))
            return
        self._run(
            self.binaries / "initdb", "--pgdata", str(data), "--username", self.superuser, "--no-sync",
            "--no-instructions", "--encoding", "UTF8", "--locale", "C", "--auth-local", "trust",
            "--auth-host", "scram-sha-256", "--wal-segsize", "1",
        )  # fmt: skip
        self._run(tar, "-cf", BEGINNING, "data")

    def start(self) -> None:
        """Start the server, on the port that it had or on a free one."""
        for attempt in range(ATTEMPTS):
            port = self.port or free_port()
            with (self.folder / "log").open("ab") as log:
                self.server = subprocess.Popen(
                    [
                        str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-h", "127.0.0.1",
                        "-p", str(port), "-k", str(self.folder), "-F", "-c", "shared_buffers=16MB",
                        "-c", "max_connections=50", "-c", "listen_addresses=127.0.0.1",
                        "-c", f"wal_keep_size={ALL_MEGABYTES}", *self._recovering(),
                    ],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user,
                )  # fmt: skip
            if self._accepts(port):
                self.port = port
                return
            if attempt == ATTEMPTS - 1:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        """Stop the server at once; what was committed is there when it starts again."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(5)
            except subprocess.TimeoutExpired:
                self.server.send_signal(signal.SIGQUIT)
                self.server.wait(5)

    def remove(self) -> None:
        """End the server, whose data nobody needs any more."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _recovering(self) -> list[str]:
        """Options by which a server takes connections only when all is replayed that is to be."""
        if self.source is None:
            return []
        settings = [
            f"restore_command=cp '{self.source}/data/pg_wal/%f' '%p'", "recovery_target_action=promote",
            "hot_standby=off", *self.recovery,
        ]  # fmt: skip
        return [option for setting in settings for option in ("-c", setting)]

    def _accepts(self, port: int) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.server is not None and self.server.poll() is None and time.monotonic() < deadline:
            ready = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _run(self, program: Path, *arguments: str) -> None:
        done = subprocess.run(
            [str(program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.user,
            cwd=self.folder,
        )
        if done.returncode:
            raise RuntimeError(f"{program.name} failed: {done.stderr.strip()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _exit(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main(binaries: str, folder: str, superuser: str, source: str = "", *recovery: str) -> None:
    # Ctrl-C in the emulator's terminal is for the emulator, whose end ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _exit)
    origin = Path(source) if source else None
    keeper = Keeper(Path(binaries), Path(folder), superuser, origin, list(recovery))
    try:
        keeper.make()
        keeper.start()
        print(keeper.port, flush=True)
        for line in sys.stdin:
            {"stop": keeper.stop, "start": keeper.start}[line.strip()]()
            print("done", flush=True)
    except (OSError, RuntimeError, KeyError) as error:
        print(f"error: {error}".replace("\n", " "), flush=True)
    finally:
        keeper.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
