"""EFS file systems, whose backups AWS Backup makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.assertions import Script
from tierkeep.desired.model import ResourceType
from tierkeep.drill.checks import Check, Rung, Sheet, attempt
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.kinds.file_system import NAME as FILE_SYSTEM
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.restorers import backup
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import Thing, properties

_TYPE = "EFS"
"""As AWS Backup calls it."""

_ENOUGH = 0.90
"""How much of the backup's size a file system has to have: what EFS meters is not what AWS Backup counts."""
_READ_BY_SCRIPT = (
    "EFS is read by mounting it alone, and this drill mounts nothing: assert with a `script` that does"
)


class EfsByBackup(Restorer):
    """A recovery point of a file system, restored into a new file system that nobody can mount.

    Never into one that exists: with `newFileSystem` false, AWS Backup writes into the file system that the
    metadata names, and that is the source's.
    """

    method = Method.BACKUP
    resource_type = ResourceType.EFS
    title = "EFS file systems by AWS Backup"
    maker = BACKUP_JOB.name
    kind = FILE_SYSTEM
    helpers = ()
    choosing_calls = backup.CHOOSING_CALLS
    checking_calls = ("efs:DescribeFileSystems", "efs:DescribeAccessPoints", "kms:DescribeKey")
    reading_calls = ()
    not_checked = (
        "files: a file system has to be mounted to be read, which only a `script` of the catalog can do",
        "settings: throughput, life cycle, policy, access points and replication, which a restore leaves out",
        "application: nothing was pointed at the restored file system",
    )

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of file systems. What a script reads stands on its own rung."""
        titles = {
            "state": "File system is available",
            "use": "File system has neither mount targets nor access points",
            "encryption": "File system is encrypted",
            "key": "Key is the one that the restore asked for",
            "size": "Size is that of the backup",
        }
        if not scope.customer_managed_key:
            del titles["key"]
        outside = Sheet(rung=Rung.RESTORED, titles=backup.titled(titles, scope))
        files = {} if _read_by_script(scope) else {"files": "Files can be read"}
        return outside, Sheet(rung=Rung.READABLE, titles=files)

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, and how the file system has to be encrypted: no less than its backup."""
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="EFS file system")
        key = chosen.choice.point.key_arn if scope.customer_managed_key else None
        parameters = {
            "file-system-id": chosen.metadata["file-system-id"],
            "newFileSystem": "true",
            "PerformanceMode": "generalPurpose",
            "Encrypted": "true",
            **({"KmsKeyId": key} if key else {}),
        }
        return replace(
            chosen.choice, parameters=tuple(sorted(parameters.items())), properties=properties(key=key)
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job into a file system with the drill's token; AWS Backup takes no tags with it."""
        request = backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)
        return {**request, "Metadata": {**request["Metadata"], "CreationToken": f"tierkeep-{drill_id}"}}

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """As whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        return f"into a new file system without mount targets, as {scope.restore_role_arn}, with {metadata}"

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, encryption, key, size."""
        key = choice.property("key")
        managed = f", key {key}, customer-managed and enabled" if scope.customer_managed_key else ""
        return f"available, no mount targets, encrypted{managed}, {_ENOUGH:.0%} of the backup's size at least"

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """Whether anything reads it."""
        return "nothing: the catalog's scripts read it" if _read_by_script(scope) else _READ_BY_SCRIPT

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The file system, and the recovery point's key."""
        of, _ = self.sheets(bench.scope)
        point = backup.check_point(bench, of)
        found = attempt(lambda: kind_named(FILE_SYSTEM).read(bench.session, bench.arn))
        if not isinstance(found, Thing):
            cause = str(found) if isinstance(found, AwsError) else "EFS says that it does not exist"
            return (*of.not_run(cause, but=[each.id for each in point]), *point)
        encrypted = "encrypted" if found.property("encrypted") else "not encrypted"
        return (
            of.compare("state", "available", found.state),
            of.compare("use", "nobody", ", ".join(found.users) or "nobody"),
            of.compare("encryption", "encrypted", encrypted),
            *_key(bench, of, found),
            _size(bench, of, found),
            *point,
        )

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """Nothing of it can be read from here."""
        _, of = self.sheets(bench.scope)
        return of.not_run(_READ_BY_SCRIPT)


def _read_by_script(scope: Scope) -> bool:
    """Whether some script of the catalog looks into each file system of the tier."""
    return any(isinstance(each.form, Script) and not each.only_tagged for each in scope.assertions)


def _key(bench: Bench, of: Sheet, found: Thing) -> tuple[Check, ...]:
    if "key" not in of.titles:
        return ()
    asked = bench.choice.property("key")
    if asked is None:
        cause = "AWS Backup does not say which key the recovery point is encrypted with"
        return (of.unknown("key", expected="that of the recovery point", cause=cause),)
    return (of.compare("key", str(asked), str(found.property("key_arn") or "none")),)


def _size(bench: Bench, of: Sheet, found: Thing) -> Check:
    """EFS meters a file system within hours (EFS API reference, FileSystemSize): one that seems too small may
    only not have been metered yet."""
    backed_up, size = bench.choice.point.size_bytes, int(found.property("size_bytes") or 0)
    if backed_up is None:
        return of.unknown("size", expected="that of the backup", cause="AWS Backup does not say its size")
    expected = f"{_ENOUGH:.0%} of {backed_up} bytes at least"
    if size >= backed_up * _ENOUGH:
        return of.judged("size", expected, f"{size} bytes", holds=True)
    cause = f"EFS says {size} bytes, and may not have metered what was restored yet: that takes it hours"
    return of.unknown("size", expected=expected, cause=cause)
