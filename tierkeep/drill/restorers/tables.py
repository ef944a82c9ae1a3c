"""What restored DynamoDB tables have in common, whoever made their backup: the lower rung."""

from __future__ import annotations

from collections.abc import Mapping

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Read, Rung, Sheet, attempt
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.kinds.table import NAME as TABLE
from tierkeep.drill.restorers import backup
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import Thing

CHECKING_CALLS = ("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource")

NOT_CHECKED = (
    "values: sampled items were read by their keys, and not looked at for whether they are right",
    "settings: indexes, capacity, streams, time to live and policies, which a restore may leave out",
    "application: nothing was pointed at the restored table",
)

TITLES = {
    "state": "Table is active",
    "use": "Table is used by nobody",
    "key": "Key is the one that the restore asked for",
}


def sheet(titles: Mapping[str, str]) -> Sheet:
    """Checks of the rung `restored`."""
    return Sheet(rung=Rung.RESTORED, titles=titles)


def restored_name(drill_id: str) -> str:
    """What a restored table is called: nobody else's is, since the drill's id is random."""
    return f"tierkeep-{drill_id}"


def check(bench: Bench, of: Sheet, *, key: Read[str]) -> tuple[Check, ...]:
    """The checks that any restored table has; `key` is how it has to be encrypted, by ARN or in words."""
    table = attempt(lambda: kind_named(TABLE).read(bench.session, bench.arn))
    if not isinstance(table, Thing):
        cause = str(table) if isinstance(table, AwsError) else "DynamoDB says that the table does not exist"
        return of.not_run(cause, but=backup.OF_POINT)
    found = str(table.property("key_arn") or DEFAULT_KEY)
    if isinstance(key, AwsError):
        encryption = of.unknown("key", expected="the key of the source", cause=str(key))
    else:
        encryption = of.compare("key", key, found)
    return (
        of.compare("state", "ACTIVE", table.state),
        of.compare("use", "nobody", ", ".join(table.users) or "nobody"),
        encryption,
    )


DEFAULT_KEY = "DynamoDB's own"
"""How a table is encrypted that names no key."""
