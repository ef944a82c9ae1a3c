"""Rules of the documents of Systems Manager that Tierkeep makes, and of what their scripts freeze."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tierkeep.desired.model import DesiredState, ScriptDocument
from tierkeep.rules.registry import Severity, Violation, rule

_CREATE = "botocore 1.44.5, ssm CreateDocument; read 2026-11"

_RESERVED = ("aws", "amazon", "amzn")
_MOST_BYTES = 64 * 1024
_NEEDED = (
    "/boot", "/dev", "/etc", "/proc", "/run", "/snap", "/sys", "/tmp", "/usr",  # noqa: S108
    "/var/lib/amazon", "/var/log", "/var/snap", "/var/tmp",  # noqa: S108
)  # fmt: skip
"""What Linux and the agent of Systems Manager write to, or are started from."""
_PARAMETER = re.compile(r"\{\{\s*(ssm:)?[\w-]+[^{}]*\}\}")


def _documents(state: DesiredState) -> Iterator[ScriptDocument]:
    for unit in state.units:
        yield from unit.documents


@rule(
    "TK140",
    title="A document's name does not begin as those of AWS do",
    severity=Severity.ERROR,
    source=_CREATE,
)
def reserved_name(state: DesiredState) -> Iterator[Violation]:
    """Systems Manager refuses documents whose names begin with `aws`, `amazon` or `amzn`. Ours begin with the
    catalog's name.

    Breaks it: `name: aws-backups`, with a tier that has an `application`
    Keeps it: `name: backups-on-aws`
    """
    for document in _documents(state):
        begun = next((each for each in _RESERVED if document.name.lower().startswith(each)), None)
        if begun:
            yield Violation(
                origin=("name",),
                message=f"the document {document.name} begins with {begun}, which AWS keeps for its own",
                hint="give the catalog a name that begins with something else, before anything is deployed",
            )


@rule(
    "TK141",
    title="What the system needs is not frozen",
    severity=Severity.ERROR,
    source="EBS user guide, automate-app-consistent-backups, sample documents (freeze_fs); fsfreeze(8); read "
    "2026-11",
)
def frozen_system(state: DesiredState) -> Iterator[Violation]:
    """Whatever writes to a frozen file system waits. Where that is the root file system, or one that the
    agent of Systems Manager writes to, nothing may be left that could thaw it. The script looks at the
    devices of the instance as well, and refuses there what the paths do not show.

    Breaks it: `application: { type: filesystem, mount_points: [/var] }`
    Keeps it: `application: { type: filesystem, mount_points: [/var/lib/mysql] }`
    """
    for document in _documents(state):
        for index, path in enumerate(document.mount_points):
            held = next((each for each in _NEEDED if _holds(path, each)), None)
            if held:
                yield Violation(
                    origin=(*document.origin, "mount_points", str(index)),
                    message=f"{path} is, or holds, {held}, without which the instance stands still",
                    hint="put the application's data on a file system of its own, and name that",
                )


def _holds(path: str, needed: str) -> bool:
    """What lies below `/dev` and the like holds no data, and is needed as well."""
    return PurePosixPath(needed).is_relative_to(path) or (
        needed in {"/boot", "/dev", "/proc", "/run", "/sys"} and PurePosixPath(path).is_relative_to(needed)
    )


@rule(
    "TK142",
    title="A document holds 64 KB at most",
    severity=Severity.ERROR,
    source=_CREATE,
)
def document_size(state: DesiredState) -> Iterator[Violation]:
    """Systems Manager refuses a larger one. Both scripts of a team are in one document, with what runs them.

    Breaks it: `application: { type: own, … }` with scripts of 60 KB together
    Keeps it: scripts of 40 KB together
    """
    for document in _documents(state):
        size = len(document.content.encode())
        if size > _MOST_BYTES:
            yield Violation(
                origin=document.origin,
                message=f"the document is {size / 1024:.0f} KB long; Systems Manager takes 64",
                hint="have the scripts call programs that are on the instances already",
            )


@rule(
    "TK143",
    title="Double braces in a script are parameters of its document",
    severity=Severity.ERROR,
    source="Systems Manager user guide, documents-syntax-data-elements-parameters; read 2026-11",
)
def double_braces(state: DesiredState) -> Iterator[Violation]:
    """Systems Manager puts a value in the place of `{{ command }}` or `{{ ssm:name }}` wherever it stands.
    What it does about a name that is no parameter, its documentation does not say. `{{.Names}}`, as Docker
    and others have it, is none and stays.

    Breaks it: a script of the team with `--format '{{ json }}'`
    Keeps it: the same with `--format '{''{ json }''}'`, which bash reads alike
    """
    for document in _documents(state):
        for part, text in document.own_scripts:
            found = _PARAMETER.search(text)
            if found:
                line = text.count("\n", 0, found.start()) + 1
                yield Violation(
                    origin=(*document.origin, part),
                    message=f"line {line} of the script holds {found[0]}, a parameter to Systems Manager",
                    hint="part the braces, as in '{''{'",
                )


@rule(
    "TK144",
    title="A database recovers from all of its volumes or from none",
    severity=Severity.WARNING,
    source='PostgreSQL 18 documentation, "File System Level Backup"; read 2026-11',
)
def volumes_left_out(state: DesiredState) -> Iterator[Violation]:
    """The snapshots of an instance show all of its volumes at one moment, from which a database recovers as
    after a loss of power. If one of them with its data or its log is left out, there is nothing to recover
    from.

    Breaks it: `application: { type: postgresql }` beside `exclude: { data_volumes_with_tags: … }`
    Keeps it: a tier of its own for instances with volumes that are left out
    """
    for unit in state.units:
        databases = {each.tier for each in unit.documents if each.application in {"postgresql", "mysql"}}
        for policy in unit.snapshot_policies:
            left_out = policy.exclusions
            if policy.tier in databases and left_out and left_out.data_volume_tags:
                yield Violation(
                    origin=(*left_out.origin, "data_volumes_with_tags"),
                    message=f"the database of tier {policy.tier} needs all of its volumes to recover",
                    hint="keep the tags off volumes with its data or its log, and waive this rule",
                )
