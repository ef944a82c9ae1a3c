"""MySQL and MariaDB: one session holds the lock from the pre script to the post script."""

import os
import signal

from tests.quiescing.hosts import USER, Host, eventually
from tierkeep.catalog.applications import MySql

PLAIN = MySql(type="mysql", os_user=USER)


def test_the_lock_is_held_from_the_pre_script_to_the_post_script(host: Host) -> None:
    host.install(PLAIN, timeout=20, thaw_after=30)
    code, output = host.run("pre-script")
    assert (code, host.locked()) == (0, True), output
    assert host.calls()[-4:] == [
        "SET SESSION lock_wait_timeout = 14;",
        "SET SESSION wait_timeout = 48;",
        "FLUSH TABLES WITH READ LOCK;",
        "SELECT 'tierkeep locked';",
    ]
    code, output = host.run("post-script")
    assert (code, host.locked()) == (0, False), output
    assert host.calls()[-2:] == ["SELECT 'tierkeep unlocks';", "UNLOCK TABLES;"]


def test_tables_are_locked_before_file_systems_and_unlocked_after_them(host: Host) -> None:
    host.install(MySql(type="mysql", os_user=USER, mount_points=["/data"]))
    assert (host.run("pre-script")[0], host.run("post-script")[0]) == (0, 0)
    order = [call for call in host.calls() if call.startswith(("FLUSH", "UNLOCK", "fsfreeze"))]
    assert order == [
        "FLUSH TABLES WITH READ LOCK;",
        "fsfreeze --freeze /data",
        "fsfreeze --unfreeze /data",
        "UNLOCK TABLES;",
    ]


def test_the_client_logs_in_as_the_catalog_says_and_reconnects_never(host: Host) -> None:
    """A client that reconnected would hold nothing, and not know it."""
    login = MySql(
        type="mysql", os_user=USER, user="backup", login_file="/etc/backup.cnf", socket="/run/db.sock"
    )
    host.install(login)
    host.run("dry-run")
    [call] = host.calls()
    assert call.startswith(
        "mysql --defaults-extra-file=/etc/backup.cnf --socket=/run/db.sock --user=backup --connect-timeout=5"
    )
    assert "--skip-reconnect" in call


def test_a_server_that_does_not_answer_is_told_and_nothing_is_done(host: Host) -> None:
    (host.folder / "down").touch()
    host.install(PLAIN)
    for operation in ("dry-run", "pre-script"):
        code, output = host.run(operation)
        assert (code, "no server" in output) == (206, True), output
    assert not host.session.exists()


def test_tables_that_cannot_be_locked_in_time_fail_the_pre_script(host: Host) -> None:
    """A waiting lock makes every writer wait behind it: it must not be left there."""
    (host.folder / "busy").touch()
    host.install(PLAIN, timeout=4)
    code, output = host.run("pre-script")
    assert (code, host.locked()) == (201, False), output
    assert eventually((host.session / "result").exists)


def test_a_session_that_was_lost_in_between_fails_the_post_script(host: Host) -> None:
    """The lock was gone before the snapshot had begun, for all anybody knows."""
    host.install(PLAIN)
    host.run("pre-script")
    (host.folder / "gone").touch()
    code, output = host.run("post-script")
    assert (code, "before this post script (lost)" in output) == (203, True), output


def test_the_watchdog_unlocks_if_no_post_script_comes(host: Host) -> None:
    host.install(PLAIN, thaw_after=1)
    host.run("pre-script")
    assert host.locked()
    assert eventually(lambda: not host.locked())
    assert host.run("post-script")[0] == 203


def test_even_a_killed_watchdog_takes_the_lock_with_it(host: Host) -> None:
    """The session ends with its input."""
    host.install(PLAIN)
    host.run("pre-script")
    os.kill(host.watchdog(), signal.SIGKILL)
    assert eventually(lambda: not host.locked())
    assert host.run("post-script")[0] == 203
