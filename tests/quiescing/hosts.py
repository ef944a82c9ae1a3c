"""An instance for scripts to run on: this machine, with commands of our own before those that it has."""

import getpass
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tierkeep.catalog.applications import Application
from tierkeep.desired.script_text import script_text

USER = getpass.getuser()
NAME = "campus-database-scripts"

FINDMNT = """
while (($#)); do
    case $1 in --output) column=$2; shift ;; --target) path=$2; shift ;; esac
    shift
done
case $path in
    /data/log*) mount=/data/log device=8:2 ;;
    /data*) mount=/data device=8:1 ;;
    /also-var) mount=/also-var device=8:3 ;;
    /var*) mount=/var device=8:3 ;;
    *) mount=/ device=8:0 ;;
esac
if [[ $column == TARGET ]]; then echo "$mount"; else echo "$device"; fi
"""
FSFREEZE = """
echo "fsfreeze $1 $2" >>{folder}/calls
frozen={folder}/frozen${{2//\\//-}}
if [[ $1 == --freeze ]]; then
    if [[ -e {folder}/slow ]]; then sleep "$(cat {folder}/slow)"; fi
    if [[ $(cat {folder}/broken 2>/dev/null) == "$2" ]]; then echo "fsfreeze: $2: broken" >&2; exit 1; fi
    if [[ -e $frozen ]]; then echo "fsfreeze: $2: freeze failed: Device or resource busy" >&2; exit 1; fi
    : >"$frozen"
else
    if [[ -e {folder}/stuck ]]; then echo "fsfreeze: $2: unfreeze failed: Input/output error" >&2; exit 1; fi
    if [[ ! -e $frozen ]]; then echo "fsfreeze: $2: unfreeze failed: Invalid argument" >&2; exit 1; fi
    rm "$frozen"
fi
"""
# Holds a lock as long as it is connected, which is as long as its input is open.
MYSQL = """
trap 'rm -f {folder}/locked' EXIT
trap 'exit 1' TERM
echo "mysql $*" >>{folder}/calls
if [[ $* == *--execute=* ]]; then
    if [[ -e {folder}/down ]]; then echo "ERROR 2002 (HY000): no server" >&2; exit 1; fi
    echo 1
    exit
fi
while IFS= read -r statement; do
    echo "$statement" >>{folder}/calls
    if [[ -e {folder}/gone ]]; then echo "ERROR 2013 (HY000): Lost connection" >&2; exit 1; fi
    case $statement in
        FLUSH*) if [[ -e {folder}/busy ]]; then sleep 60 & wait; fi; : >{folder}/locked ;;
        UNLOCK*) rm -f {folder}/locked ;;
        SELECT*) answer=${{statement#*\\'}}; echo "${{answer%\\'*}}" ;;
    esac
done
"""


class Host:
    """``folder`` holds what scripts remember, the commands, and in ``calls`` how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = folder / "run" / NAME
        self._bin = folder / "bin"
        self._bin.mkdir()
        self.command("findmnt", FINDMNT)
        self.command("fsfreeze", FSFREEZE.format(folder=folder))
        self.command("mysql", MYSQL.format(folder=folder))
        self.command("logger", f'echo "logger $*" >>{folder}/logged')
        self.path = f"{self._bin}:{os.environ['PATH']}"

    def command(self, name: str, script: str) -> None:
        """Put a command before those that the machine has."""
        file = self._bin / name
        file.write_text(f"#!/bin/bash\n{script}")
        file.chmod(0o755)

    def install(self, application: Application, *, timeout: int = 10, thaw_after: int = 30) -> None:
        """Have :meth:`run` run the script for an application."""
        text = script_text(
            application,
            tier="database",
            name=NAME,
            timeout_seconds=timeout,
            thaw_after_seconds=thaw_after,
            folder=str(self.folder / "run"),
        )
        self.script.write_text(text)

    @property
    def script(self) -> Path:
        return self.folder / "script.sh"

    def start(self, operation: str) -> "subprocess.Popen[str]":
        """Begin to run the script as the agent of Systems Manager does, in a process group of its own."""
        return subprocess.Popen(
            ["/bin/bash", str(self.script), operation],
            env={"PATH": self.path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, operation: str) -> tuple[int, str]:
        """The exit code of the script, and what it printed."""
        process = self.start(operation)
        output, _ = process.communicate(timeout=30)
        return process.returncode, output

    def calls(self, of: str = "") -> list[str]:
        """How the commands were called that begin so, in order."""
        file = self.folder / "calls"
        return (
            [line for line in file.read_text().splitlines() if line.startswith(of)] if file.exists() else []
        )

    def watchdog(self) -> int:
        """The process that holds what is frozen."""
        return self._guards()[0]

    def guarded(self) -> bool:
        """Whether the watchdog, or what it has begun, is still at work."""
        return bool(self._guards())

    def _guards(self) -> list[int]:
        """The oldest first."""
        found = subprocess.run(
            ["pgrep", "-f", f"{self.session}/script guard"], capture_output=True, text=True, check=False
        )
        return sorted(int(each) for each in found.stdout.split())

    def frozen(self) -> bool:
        return any(self.folder.glob("frozen-*"))

    def locked(self) -> bool:
        return (self.folder / "locked").exists()


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it holds within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False
