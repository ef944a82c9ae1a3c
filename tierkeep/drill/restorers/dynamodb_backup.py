"""DynamoDB tables whose backups AWS Backup makes, with its advanced features."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.kinds.table import NAME as TABLE
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.reading import table_contents
from tierkeep.drill.restorers import backup, table_reach, tables
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.restorers.table_reach import TableReach
from tierkeep.drill.scope import Method, Scope

_TYPE = "DynamoDB"
"""As AWS Backup calls it."""


class DynamoDbByBackup(Restorer):
    """A recovery point of a table, restored into a new table under the key of the recovery point."""

    method = Method.BACKUP
    resource_type = ResourceType.DYNAMODB
    title = "DynamoDB tables by AWS Backup"
    maker = BACKUP_JOB.name
    kind = TABLE
    helpers = ()
    choosing_calls = backup.CHOOSING_CALLS
    checking_calls = (*tables.CHECKING_CALLS, "kms:DescribeKey")
    reading_calls = table_contents.CALLS
    reaching_calls = table_reach.CALLS
    not_checked = tables.NOT_CHECKED

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of tables, and of the recovery point."""
        return tables.sheet(backup.titled(tables.TITLES, scope)), table_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, and how the table has to be encrypted: no less than its backup."""
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="DynamoDB table")
        key = chosen.choice.point.key_arn
        encryption = (
            {"encryptionType": "KMS", "kmsMasterKeyArn": key} if key else {"encryptionType": "Default"}
        )
        return replace(chosen.choice, parameters=tuple(sorted(encryption.items())))

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job into a table of the drill's name; AWS Backup takes no tags with it."""
        request = backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)
        return {
            **request,
            "Metadata": {**request["Metadata"], "targetTableName": tables.restored_name(drill_id)},
        }

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        name = tables.restored_name("DRILL")
        return f"into a new table {name}, as {scope.restore_role_arn}, with {metadata}"

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, key."""
        managed = "; the key is customer-managed and enabled" if scope.customer_managed_key else ""
        return f"active, used by nobody, key {choice.point.key_arn or tables.DEFAULT_KEY}{managed}"

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """As of every table."""
        return table_contents.EXPLAINED

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The table, and the recovery point's key."""
        of, _ = self.sheets(bench.scope)
        key = bench.choice.point.key_arn or tables.DEFAULT_KEY
        return (*tables.check(bench, of, key=key), *backup.check_point(bench, of))

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """As of every table."""
        return table_contents.read(bench)

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """Its items, by PartiQL."""
        return nullcontext(TableReach(what=self.title, bench=bench, deadline=bench.deadline()))
