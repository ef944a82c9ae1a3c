"""DB instances of RDS, whoever made their backup: one way to check and to read what was restored."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.kinds.db_instance import NAME as DB_INSTANCE
from tierkeep.drill.reading import database_contents
from tierkeep.drill.restorers import databases
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Scope


class RdsRestorer(Restorer):
    """What restorers of DB instances have in common; how each chooses and asks is its own."""

    resource_type = ResourceType.RDS
    kind = DB_INSTANCE
    helpers = ()
    checking_calls: tuple[str, ...] = ("rds:DescribeDBInstances",)
    reading_calls = ("rds:DescribeDBInstances", *databases.READING_CALLS)
    reaching_calls = reading_calls
    networked = True
    not_checked: tuple[str, ...] = databases.NOT_CHECKED

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of DB instances."""
        return databases.sheet(databases.TITLES), database_contents.SHEET

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, engine, size, encryption, network."""
        return databases.explain_check(scope, choice)

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """Tables and rows."""
        return databases.explain_read(scope)

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The DB instance from outside."""
        of, _ = self.sheets(bench.scope)
        found = databases.look(bench, DB_INSTANCE, bench.arn)
        return databases.check(of, found, bench.choice, databases.isolation(bench.scope))

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """What it holds."""
        return databases.read(bench, DB_INSTANCE)

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """Queries of it, and of its source."""
        return databases.reach(bench, DB_INSTANCE, self.title)
