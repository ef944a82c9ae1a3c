"""Scripts of commands, run on this machine where a test has asked for it.

The script gets a folder of its own, which is its HOME too, PATH, and what the SSM Agent sets
(AWS_SSM_INSTANCE_ID and AWS_SSM_REGION_NAME), and nothing else of this process's environment.  When its time
is over, it is killed with all that it has started.  It may ask the emulator for anything, but not where DLM
has it run: that is while the clock moves on, and nothing of this package is answered before it stands still.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

KILLED = 137
"""The response code of what was killed."""

_LAST_WORDS = 5.0
"""How many seconds what has left the script's process group may still hold its output open."""


@dataclass(frozen=True)
class Result:
    """What a script has written, and its exit code; ``finished`` is False where it was killed."""

    stdout: str
    stderr: str
    code: int
    finished: bool = True


def run(script: str, instance_id: str, region: str, seconds: float) -> Result:
    """Run a script for ``seconds`` at most."""
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "AWS_SSM_INSTANCE_ID": instance_id,
        "AWS_SSM_REGION_NAME": region,
    }
    with TemporaryDirectory(prefix="emulator-ssm-") as folder:
        file = Path(folder, "script.sh")
        file.write_text(script, encoding="utf-8")
        process = subprocess.Popen(
            ["/bin/bash", str(file)],
            cwd=folder,
            env={**environment, "HOME": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        return _result(process, seconds)


def _result(process: subprocess.Popen[str], seconds: float) -> Result:
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        return Result(stdout, stderr, process.returncode)
    try:
        stdout, stderr = process.communicate(timeout=_LAST_WORDS)
    except subprocess.TimeoutExpired:
        stdout = stderr = ""
    return Result(stdout, stderr, KILLED, finished=False)
