"""Runs one PostgreSQL server for as long as standard input stays open, then removes it and its data.

Started as a program of its own (``python keeper.py BIN FOLDER SUPERUSER``): its input ends when the emulator
ends, in whatever way that happens, so that no server outlives it.  FOLDER is made, and removed at the end.
It prints the port once the server accepts connections; lines of input are ``stop`` and ``start``, each
answered by ``done``.  An error ends it, with a line that says why.

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


class Keeper:
    """One server: its folder holds the data, the log and the socket."""

    def __init__(self, binaries: Path, folder: Path, superuser: str) -> None:
        self.binaries = binaries
        self.folder = folder
        self.superuser = superuser
        self.user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self.server: subprocess.Popen[bytes] | None = None
        self.port = 0

    def make(self) -> None:
        """Make the folder and an empty database cluster in it."""
        self.folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.folder, self.user, -1)
        self._run(
            "initdb", "--pgdata", str(self.folder / "data"), "--username", self.superuser, "--no-sync",
            "--no-instructions", "--encoding", "UTF8", "--locale", "C", "--auth-local", "trust",
            "--auth-host", "scram-sha-256",
        )  # fmt: skip

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

    def _accepts(self, port: int) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.server is not None and self.server.poll() is None and time.monotonic() < deadline:
            ready = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.user,
            cwd=self.folder,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _exit(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main(binaries: str, folder: str, superuser: str) -> None:
    # Ctrl-C in the emulator's terminal is for the emulator, whose end ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _exit)
    keeper = Keeper(Path(binaries), Path(folder), superuser)
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
