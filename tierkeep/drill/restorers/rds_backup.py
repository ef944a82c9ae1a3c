"""DB instances whose backups AWS Backup makes: its recovery points are DB snapshots of RDS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.reading import database_contents
from tierkeep.drill.restorers import backup, databases
from tierkeep.drill.restorers.base import Bench, Choice
from tierkeep.drill.restorers.rds import RdsRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import properties

_TYPE = "RDS"
"""As AWS Backup calls it."""
_FORM = ":snapshot:"
"""Recovery points of DB instances that are no continuous backups."""


class RdsByBackup(RdsRestorer):
    """A recovery point of a DB instance, restored into a new one in one zone of the isolated network."""

    method = Method.BACKUP
    title = "DB instances by AWS Backup"
    maker = BACKUP_JOB.name
    choosing_calls = (*backup.CHOOSING_CALLS, "rds:DescribeDBSnapshots")
    checking_calls = (*RdsRestorer.checking_calls, "kms:DescribeKey")

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of DB instances, and of the recovery point."""
        return databases.sheet(backup.titled(databases.TITLES, scope)), database_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, and where its instance has to be restored to."""
        where = databases.isolation(scope)
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="DB instance", form=_FORM)
        name = databases.snapshot_name(chosen.choice.point.arn)
        (snapshot,) = session.call("rds", "describe_db_snapshots", DBSnapshotIdentifier=name)["DBSnapshots"]
        # One zone is enough for a drill, and no public address is ever.
        parameters = databases.settings(chosen.metadata, where, MultiAZ="false", PubliclyAccessible="false")
        return replace(
            chosen.choice,
            parameters=parameters,
            properties=properties(
                engine=snapshot["Engine"],
                version=snapshot["EngineVersion"],
                size_gib=snapshot["AllocatedStorage"],
            ),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job into a DB instance of the drill's name; AWS Backup takes no tags with it."""
        request = backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)
        name = databases.restored_name(drill_id)
        return {**request, "Metadata": {**request["Metadata"], "DBInstanceIdentifier": name}}

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        name = databases.restored_name("DRILL")
        return f"into a new DB instance {name}, as {scope.restore_role_arn}, with {metadata}"

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The DB instance, and the recovery point's key."""
        of, _ = self.sheets(bench.scope)
        return (*super().check(bench), *backup.check_point(bench, of))
