"""A team's own scripts: `post` runs whatever becomes of `pre`."""

import pytest

from tests.quiescing.hosts import Host, eventually
from tierkeep.catalog.applications import OwnScripts, ScriptFile


def own(pre: str, post: str) -> OwnScripts:
    return OwnScripts.model_construct(
        type="own",
        pre=ScriptFile("scripts/pre.sh", pre),
        post=ScriptFile("scripts/post.sh", post),
        mount_points=[],
    )


def scripts(host: Host, pre: str = "", post: str = "") -> OwnScripts:
    return own(f"echo pre >>{host.folder}/calls\n{pre}", f"echo post >>{host.folder}/calls\n{post}")


def test_the_scripts_run_before_and_after_as_they_stand_in_their_files(host: Host) -> None:
    """Quotes, dollars and what looks like a template included."""
    text = """cat <<'X' >>"$OUT"\n$HOME `x` "a" 'b' @{ c }@ #% if\n#% if d\nX"""
    host.install(scripts(host, pre=text.replace("$OUT", f"{host.folder}/out")))
    assert (host.run("pre-script")[0], host.calls()) == (0, ["pre"])
    assert (host.folder / "out").read_text() == """$HOME `x` "a" 'b' @{ c }@ #% if\n#% if d\n"""
    assert (host.run("post-script")[0], host.calls()) == (0, ["pre", "post"])


def test_a_dry_run_runs_neither(host: Host) -> None:
    host.install(scripts(host))
    code, output = host.run("dry-run")
    assert (code, host.calls()) == (0, [])
    assert "would run scripts/pre.sh" in output


def test_what_they_print_stands_in_the_output_of_the_command(host: Host) -> None:
    host.install(scripts(host, pre="echo frozen", post="echo thawed"))
    assert "frozen" in host.run("pre-script")[1]
    assert "thawed" in host.run("post-script")[1]


@pytest.mark.parametrize("pre", ["exit 3", "sleep 60"])
def test_where_the_first_fails_or_takes_too_long_the_second_runs_at_once(host: Host, pre: str) -> None:
    host.install(scripts(host, pre=pre), timeout=4)
    code, output = host.run("pre-script")
    assert code == 201, output
    assert eventually(lambda: host.calls() == ["pre", "post"])


def test_where_nobody_comes_the_second_runs_by_itself(host: Host) -> None:
    host.install(scripts(host), thaw_after=1)
    host.run("pre-script")
    assert eventually(lambda: host.calls() == ["pre", "post"])
    assert (host.run("post-script")[0], host.calls()) == (203, ["pre", "post"])


def test_a_second_script_that_fails_runs_again_at_the_next_attempt(host: Host) -> None:
    host.install(scripts(host, post=f"test -e {host.folder}/well"))
    host.run("pre-script")
    assert host.run("post-script")[0] == 202
    (host.folder / "well").touch()
    assert host.run("post-script")[0] == 0
    assert host.run("post-script")[0] == 0
