"""`make demo` cleans up after itself, however it ends. That it works, tests/deploy/test_apply.py shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from tests.catalogs import ROOT


def test_an_interrupted_demo_leaves_no_process_behind() -> None:
    """Ctrl-C while Terraform deploys: a message, exit code 130, and nothing that it started still runs."""
    mark = f"demo-{os.getpid()}"
    env = {**os.environ, "DEMO_MARK": mark}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "demo.py")],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that runs the tests in the background lets them, and so this, ignore SIGINT.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as demo:
        assert demo.stdout
        for line in demo.stdout:
            if line.startswith("cdktf deploy"):
                break
        deadline = time.monotonic() + 120
        while not any("terraform" in command for command in marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert any("terraform" in command for command in marked(mark))
        demo.send_signal(signal.SIGINT)
        output = demo.stdout.read()
        assert demo.wait(60) == 130
    assert "interrupted: everything that was started has been stopped" in output
    deadline = time.monotonic() + 10
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert marked(mark) == []


def marked(mark: str) -> list[str]:
    """The commands of all processes that have the mark in their environment."""
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"DEMO_MARK={mark}" in (process / "environ").read_text(errors="replace"):
                commands.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended meanwhile, or is another user's
    return commands
