from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from drill_world import World, build_world
from moto import mock_aws

import emulator
from emulator import clock as emulated_time
from tierkeep.drill.clock import SystemClock

REPOSITORY = Path(__file__).parents[2]
WITHOUT_MANAGED_POLICIES = ("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
"""Drills need none of the thousand that moto would read anew for each test."""


class EmulatedClock:
    """The emulator's own clock: sleeping moves AWS's time on, and takes none."""

    def __init__(self) -> None:
        self._start = emulated_time.now()

    def now(self) -> datetime:
        return emulated_time.now()

    def monotonic(self) -> float:
        return (emulated_time.now() - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        # The emulator's time has microseconds: less would be no sleep, and waiting would not end.
        emulated_time.advance(max(seconds, 1e-6))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedClock]:
    """AWS inside this process, and its clock."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("TIERKEEP_ENDPOINT", raising=False)
    monkeypatch.setenv(*WITHOUT_MANAGED_POLICIES)
    emulator.install()
    with mock_aws():
        yield EmulatedClock()
    emulated_time.set_offset(0)


@pytest.fixture
def world(clock: EmulatedClock) -> World:
    """A volume that was backed up two hours ago and once more just now."""
    built = build_world(clock)
    built.back_up(clock)
    emulated_time.advance(7200)
    built.back_up(clock)
    return built


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An emulator in a process of its own; its URL."""
    command = [sys.executable, "-m", "emulator", "--port", "0", "--job-seconds", "0.3", "--exit-with-parent"]
    command += ["--clock", "running"]
    environment = {**os.environ, **dict([WITHOUT_MANAGED_POLICIES])}
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("emulator ready at "), line
        yield line.split()[-1]
        process.terminate()


@pytest.fixture
def served_world(server: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same on the server, whose time is real."""
    connection = HTTPConnection(server.removeprefix("http://"), timeout=30)
    connection.request("POST", "/emulator/reset")
    assert connection.getresponse().status == 200
    connection.close()
    monkeypatch.setenv("TIERKEEP_ENDPOINT", server)
    built = build_world(SystemClock())
    built.back_up(SystemClock())
    return built
