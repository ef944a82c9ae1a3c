"""The emulator as a process of its own, for demos and tests."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def running(*options: str) -> Iterator[str]:
    """The URL of an emulator on a free port of this machine; it stops with the block, or with this process.

    ``options`` are those of ``python -m emulator``, but its clock runs unless they say otherwise: most
    programs poll.  Raises ``RuntimeError`` if it does not start.
    """
    command = [sys.executable, "-m", "emulator", "--exit-with-parent", "--clock", "running", *options]
    # A session of its own: Ctrl-C must not take it away from those who are still cleaning up.
    with subprocess.Popen(
        command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("emulator ready at "):
                raise RuntimeError(f"the emulator did not start; its first line was {line!r}")
            yield line.split()[-1]
        finally:
            process.terminate()
