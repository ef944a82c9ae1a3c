"""`tierkeep diff` as a command: files, git revisions, exit codes, and errors with their side."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.catalogs import SHIPPED
from tierkeep.cli import exit_codes
from tierkeep.cli.main import main

TEXT = SHIPPED.read_text()
WEAKER = TEXT.replace('every: 1d, at: "02:00", keep: 7d', 'every: 1d, at: "02:00", keep: 5d')
INVALID = TEXT.replace("keep: 7d", "keep: soon")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository, the working folder, with two commits: the shipped catalog, and a weaker one."""
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git("init", "-q", "-b", "main")
    commit({"catalog.yaml": TEXT})
    commit({"catalog.yaml": WEAKER})
    return tmp_path


def git(*arguments: str) -> None:
    """Runs git in the working folder, without the user's settings."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit(files: dict[str, str]) -> None:
    """Writes files and commits them."""
    for name, text in files.items():
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git("add", ".")
    git("commit", "-q", "-m", "catalog")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("HEAD", "HEAD", exit_codes.OK),
        ("HEAD~1", "HEAD", exit_codes.FALLS_SHORT),
        ("HEAD", "HEAD~1", exit_codes.OK),
        ("HEAD~1", "catalog.yaml", exit_codes.FALLS_SHORT),
        ("main~1:catalog.yaml", "main:./catalog.yaml", exit_codes.FALLS_SHORT),
    ],
)
def test_exit_codes(old: str, new: str, code: int) -> None:
    """0 where nothing gets weaker, 4 where something does; files and revisions mix."""
    assert main(["diff", old, new]) == code


@pytest.mark.usefixtures("repository")
def test_json_goes_to_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """It parses, and names what was compared."""
    main(["diff", "HEAD~1", "HEAD", "--format", "json"])
    printed = capsys.readouterr()
    assert printed.err == ""
    document = json.loads(printed.out)
    assert (document["old"], document["new"], document["needs_attention"]) == ("HEAD~1", "HEAD", True)
    assert [each["what"] for each in document["promises"]] == ["retention of daily"]


def test_a_catalog_in_a_folder_with_its_parts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision is read at --catalog's path from the working folder, with the files that it includes."""
    head, accounts = TEXT.split("\naccounts:\n")
    accounts, drills = accounts.split("\n# Recovery tests")
    split = f"include: [accounts/*.yaml]\n{head}\n# Recovery tests{drills}"
    commit({"prod/catalog.yaml": split, "prod/accounts/all.yaml": f"accounts:\n{accounts}"})
    assert main(["diff", "HEAD~2:catalog.yaml", "HEAD", "--catalog", "prod/catalog.yaml"]) == exit_codes.OK
    monkeypatch.chdir(repository / "prod")
    assert main(["diff", "HEAD~2:catalog.yaml", "HEAD"]) == exit_codes.OK
    assert main(["diff", "HEAD:./catalog.yaml", "catalog.yaml"]) == exit_codes.OK
    absolute = str(repository / "prod" / "catalog.yaml")
    assert main(["diff", "HEAD", "HEAD", "--catalog", absolute]) == exit_codes.OK


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nowhere", "no such revision"),
        ("HEAD:nowhere.yaml", "path 'nowhere.yaml' does not exist in 'HEAD'"),
        ("HEAD:", "its name is not complete"),
        (":catalog.yaml", "its name is not complete"),
    ],
)
def test_what_is_neither_a_file_nor_a_revision(
    text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the side, why, and what to write."""
    assert main(["diff", "HEAD", text]) == exit_codes.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"NEW: `{text}` is neither a file nor a catalog in a git revision ({why})" in printed.err
    assert "REVISION:PATH" in printed.err


@pytest.mark.usefixtures("repository")
def test_errors_of_both_catalogs_come_with_their_side(capsys: pytest.CaptureFixture[str]) -> None:
    """At once, each with its place in the file or in the revision, and exit code 3."""
    commit({"catalog.yaml": INVALID})
    Path("other.yaml").write_text("version: 1\n")
    assert main(["diff", "HEAD", "other.yaml"]) == exit_codes.CATALOG_INVALID
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re_line(printed.err, "HEAD:catalog.yaml:") > 1
    assert "OLD (HEAD): " in printed.err
    assert "NEW (other.yaml): " in printed.err


@pytest.fixture
def split(repository: Path) -> Path:
    """The repository, its catalog in `prod` with its accounts in files that are not called .yaml."""
    head, accounts = TEXT.split("\naccounts:\n")
    accounts, drills = accounts.split("\n# Recovery tests")
    text = f"include: [accounts/*.part]\n{head}\n# Recovery tests{drills}"
    commit({"prod/catalog.yaml": text, "prod/accounts/all.part": f"accounts:\n{accounts}"})
    return repository


def test_a_revision_reads_what_lint_reads(split: Path) -> None:
    """Whatever the files' suffix, through links within the folder, and no file that no pattern matches."""
    both = ["diff", "HEAD", "prod/catalog.yaml", "--catalog", "prod/catalog.yaml"]
    assert main(both) == exit_codes.OK
    folder = split / "prod" / "accounts"
    (folder / "all.part").rename(split / "prod" / "elsewhere.txt")
    (folder / "all.part").symlink_to("../elsewhere.txt")
    commit({"prod/ü\n.txt": "version: 7\n"})
    assert main(both) == exit_codes.OK


def test_a_revision_has_the_scripts_that_its_catalog_names(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also those that an included file names; a change of one alone is a change of its document."""
    own = "application: { type: own, pre: scripts/pre.sh, post: scripts/post.sh }"
    text = TEXT.replace("application: { type: postgresql }", own)
    tiers, accounts = text.split("\naccounts:\n")
    scripts = {"prod/scripts/pre.sh": "echo pre", "prod/scripts/post.sh": "echo post"}
    for _ in range(2):
        commit({"prod/catalog.yaml": text, **scripts})
        assert main(["diff", "HEAD", "prod/catalog.yaml", "--catalog", "prod/catalog.yaml"]) == exit_codes.OK
        commit({"prod/scripts/pre.sh": "echo changed"})
        capsys.readouterr()
        main(["diff", "HEAD~1", "HEAD", "--catalog", "prod/catalog.yaml"])
        assert "content: scripts for own" in capsys.readouterr().out
        accounts = accounts.replace("\n# Recovery tests", "\n# recovery tests")
        text = f"include: [tiers.yaml]\nversion: 1\nname: campus\naccounts:\n{accounts}"
        scripts["prod/tiers.yaml"] = tiers.replace("version: 1\n", "").replace("name: campus", "#")


def test_a_revision_has_the_programs_of_its_assertions(repository: Path) -> None:
    """To be executed as they are there: whether one may be is a matter of the catalog's form."""
    look = repository / "prod" / "checks" / "look"
    look.parent.mkdir(parents=True)
    look.touch(mode=0o755)
    asserted = "assertions: { disk: { type: ebs, script: { path: checks/look } } }"
    text = TEXT.replace("\naccounts:\n", f"\n{asserted}\naccounts:\n")
    commit({"prod/catalog.yaml": text, "prod/checks/look": "#!/bin/sh\n"})
    both = ["diff", "HEAD", "prod/catalog.yaml", "--catalog", "prod/catalog.yaml"]
    assert main(both) == exit_codes.OK
    look.chmod(0o644)
    commit({"prod/note.txt": "not executable any more"})
    assert main(both) == exit_codes.CATALOG_INVALID


@pytest.mark.usefixtures("repository")
def test_a_catalog_at_the_root_with_linked_parts() -> None:
    """As in the working folder."""
    head, accounts = TEXT.split("\naccounts:\n")
    accounts, drills = accounts.split("\n# Recovery tests")
    Path("linked.part").symlink_to("parts/accounts")
    text = f"include: ['*.part']\n{head}\n# Recovery tests{drills}"
    commit({"catalog.yaml": text, "parts/accounts": f"accounts:\n{accounts}"})
    assert main(["diff", "HEAD~2", "HEAD"]) == exit_codes.OK
    assert main(["diff", "HEAD", "catalog.yaml"]) == exit_codes.OK


def test_a_revision_follows_no_link_out_of_the_folder(
    split: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither to another folder of the repository nor to a file of this machine."""
    outside = split.parent / "outside.part"
    outside.write_text("accounts: {}\n")
    (split / "prod" / "accounts" / "all.part").unlink()
    for target in (outside, "../../catalog.yaml", "/etc/hostname"):
        link = split / "prod" / "accounts" / "linked.part"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        commit({"note.txt": str(target)})
        assert main(["diff", "HEAD", "HEAD", "--catalog", "prod/catalog.yaml"]) == exit_codes.CATALOG_INVALID
        assert "`accounts/*.part` matches no file" in capsys.readouterr().err


def test_errors_of_a_revision_name_no_temporary_path(split: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither as the place nor within the text."""
    accounts = (split / "prod" / "accounts" / "all.part").read_text()
    commit({"prod/accounts/more.part": accounts})
    assert main(["diff", "HEAD", "HEAD", "--catalog", "prod/catalog.yaml"]) == exit_codes.CATALOG_INVALID
    said = capsys.readouterr().err
    assert "HEAD:prod/accounts/more.part:" in said
    assert "the first is at HEAD:prod/accounts/all.part:" in said
    (split / "prod" / "accounts" / "more.part").unlink()
    (split / "prod" / "accounts" / "all.part").unlink()
    commit({"note.txt": "none"})
    assert main(["diff", "HEAD", "HEAD", "--catalog", "prod/catalog.yaml"]) == exit_codes.CATALOG_INVALID
    said += capsys.readouterr().err
    assert "it is looked for in HEAD:prod" in said
    assert "tierkeep-diff-" not in said


def re_line(text: str, beginning: str) -> int:
    """The line number of the first error that begins so."""
    line = next(each for each in text.splitlines() if each.startswith(beginning))
    return int(line.removeprefix(beginning).split(":")[0])


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, and nothing is guessed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["diff", "HEAD", "HEAD~1"]) == exit_codes.USAGE
