"""Freezing file systems: in order, for as long as the snapshot takes, and never for longer."""

import os
import signal

import pytest

from tests.quiescing.hosts import Host, eventually
from tierkeep.catalog.applications import Filesystem

BOTH = Filesystem(type="filesystem", mount_points=["/data", "/data/log"])
FREEZE = ["fsfreeze --freeze /data", "fsfreeze --freeze /data/log"]
THAW = ["fsfreeze --unfreeze /data/log", "fsfreeze --unfreeze /data"]


def test_what_is_frozen_before_is_thawed_after_in_the_opposite_order(host: Host) -> None:
    host.install(BOTH)
    code, output = host.run("pre-script")
    assert (code, host.calls(), host.frozen()) == (0, FREEZE, True), output
    assert "froze /data/log" in output
    code, output = host.run("post-script")
    assert (code, host.calls(), host.frozen()) == (0, FREEZE + THAW, False), output
    assert "thawed /data" in output


def test_a_second_post_script_answers_as_the_first_and_does_nothing(host: Host) -> None:
    host.install(BOTH)
    host.run("pre-script")
    assert [host.run("post-script")[0] for _ in range(2)] == [0, 0]
    assert host.calls() == FREEZE + THAW
    assert (host.run("pre-script")[0], host.run("post-script")[0]) == (0, 0)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(host: Host) -> None:
    host.install(BOTH)
    code, output = host.run("dry-run")
    assert (code, host.calls(), host.session.exists()) == (0, [], False)
    assert "would freeze /data/log" in output


@pytest.mark.parametrize(
    ("mount_point", "why"),
    [
        ("/", "/ is the file system of /"),
        ("/var", "/var is the file system of /var"),
        ("/also-var", "/also-var is the file system of /var"),
        ("/data/directory", "/data/directory is no mount point"),
    ],
)
@pytest.mark.parametrize("operation", ["dry-run", "pre-script"])
def test_what_the_system_or_its_agent_needs_is_never_frozen(
    host: Host, mount_point: str, why: str, operation: str
) -> None:
    host.install(Filesystem(type="filesystem", mount_points=["/data", mount_point]))
    code, output = host.run(operation)
    assert (code, host.calls()) == (206, [])
    assert why in output


def test_without_a_post_script_the_watchdog_thaws_and_the_post_script_says_so(host: Host) -> None:
    """The snapshot may have been begun after that: it must not be called consistent."""
    host.install(BOTH, thaw_after=1)
    assert host.run("pre-script")[0] == 0
    assert host.frozen()
    assert eventually(lambda: not host.frozen())
    assert host.calls() == FREEZE + THAW
    assert eventually((host.folder / "logged").exists)
    code, output = host.run("post-script")
    assert (code, host.calls()) == (203, FREEZE + THAW)
    assert "before this post script (expired)" in output
    assert host.run("post-script")[0] == 203


def test_a_pre_script_that_fails_half_way_is_taken_back(host: Host) -> None:
    (host.folder / "broken").write_text("/data/log")
    host.install(BOTH)
    code, output = host.run("pre-script")
    assert (code, host.frozen()) == (201, False), output
    assert host.run("post-script")[0] == 205


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_pre_script_that_is_killed_half_way_is_taken_back(host: Host, by: signal.Signals) -> None:
    """As the agent does at a time-out: it kills the whole process group of the script."""
    (host.folder / "slow").write_text("0.5")
    host.install(BOTH)
    process = host.start("pre-script")
    assert eventually(lambda: bool(host.calls()))
    os.killpg(process.pid, by)
    process.communicate(timeout=60)
    assert eventually((host.session / "result").exists)
    assert (host.frozen(), (host.session / "result").read_text()) == (False, "abandoned\n")
    (host.folder / "slow").unlink()
    assert (host.run("pre-script")[0], host.run("post-script")[0]) == (0, 0)


def test_a_freeze_that_takes_too_long_is_undone_once_it_is_over(host: Host) -> None:
    """It cannot be stopped, and comes after the first attempt to thaw."""
    (host.folder / "slow").write_text("5")
    host.install(Filesystem(type="filesystem", mount_points=["/data"]), timeout=4)
    code, output = host.run("pre-script")
    assert (code, host.frozen()) == (201, False), output  # it has not come that far
    assert eventually((host.session / "result").exists)
    assert (host.frozen(), host.calls()[-1]) == (False, "fsfreeze --unfreeze /data")


def test_what_somebody_else_has_frozen_is_not_thawed(host: Host) -> None:
    (host.folder / "frozen-data-log").touch()
    host.install(BOTH)
    code, output = host.run("pre-script")
    assert (code, host.calls()) == (204, [*FREEZE, THAW[1]]), output
    assert (host.folder / "frozen-data-log").exists()
    (host.folder / "frozen-data-log").unlink()


def test_a_second_pre_script_does_not_touch_what_the_first_holds(host: Host) -> None:
    host.install(BOTH)
    host.run("pre-script")
    code, output = host.run("pre-script")
    assert (code, host.calls(), host.frozen()) == (204, FREEZE, True), output
    assert host.run("post-script")[0] == 0


def test_a_post_script_without_a_pre_script_fails(host: Host) -> None:
    host.install(BOTH)
    assert (host.run("post-script")[0], host.calls()) == (205, [])


def test_a_watchdog_that_is_told_to_end_thaws_first(host: Host) -> None:
    host.install(BOTH)
    host.run("pre-script")
    os.kill(host.watchdog(), signal.SIGTERM)
    assert eventually(lambda: not host.frozen())
    assert host.run("post-script")[0] == 203


def test_what_a_killed_watchdog_leaves_the_post_script_thaws(host: Host) -> None:
    host.install(BOTH)
    host.run("pre-script")
    os.kill(host.watchdog(), signal.SIGKILL)
    assert host.frozen()
    code, output = host.run("post-script")
    assert (code, host.frozen()) == (203, False), output
    assert "before this post script (killed)" in output


def test_a_watchdog_that_is_killed_in_the_middle_leaves_nothing_frozen(host: Host) -> None:
    (host.folder / "slow").write_text("1")
    host.install(Filesystem(type="filesystem", mount_points=["/data"]))
    process = host.start("pre-script")
    assert eventually(lambda: bool(host.calls()))
    os.kill(host.watchdog(), signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 201
    assert eventually(lambda: not host.guarded())
    assert (host.calls()[-1], host.frozen()) == (THAW[1], False)


def test_a_thaw_that_fails_is_tried_again_until_it_succeeds(host: Host) -> None:
    (host.folder / "stuck").touch()
    host.install(BOTH, timeout=4)
    host.run("pre-script")
    code, output = host.run("post-script")
    assert (code, host.frozen()) == (202, True), output
    (host.folder / "stuck").unlink()
    assert eventually(lambda: not host.frozen())
    assert eventually(lambda: host.run("post-script")[0] == 0)


def test_an_unknown_command_fails(host: Host) -> None:
    host.install(BOTH)
    assert (host.run("freeze")[0], host.calls()) == (1, [])
