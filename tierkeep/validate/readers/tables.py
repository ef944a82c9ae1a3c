"""Reads the point-in-time recovery of the DynamoDB tables that carry tags of tiers."""

from collections.abc import Mapping

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate.forms import TableForm
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread

LONGEST_DAYS = 35
"""What a table has where no period is told: DynamoDB's default (API reference,
PointInTimeRecoverySpecification)."""


def read_tables(session: UnitSession, scope: Scope) -> Mapping[str, TableForm]:
    """The tables of the scope by name. Raises `AwsError` if they cannot be listed.

    One that has been deleted since it was listed is no longer there.
    """
    tables: dict[str, TableForm] = {}
    for tier, tags in sorted(scope.table_tags):
        listed = session.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourceTypeFilters=["dynamodb:table"],
            TagFilters=[{"Key": key, "Values": [value]} for key, value in tags],
        )
        for arn in [each["ResourceARN"] for each in listed]:
            name = arn.split(":table/")[-1]
            try:
                period = _period(session, name)
            except AwsError as error:
                if not error.not_found:
                    tables[name] = TableForm(recovery_period_days=Unread.because(error), tier=tier, arn=arn)
            else:
                tables[name] = TableForm(recovery_period_days=period, tier=tier, arn=arn)
    return tables


def _period(session: UnitSession, table: str) -> int | None:
    answer = session.call("dynamodb", "describe_continuous_backups", TableName=table)
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription") or {}
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    return int(recovery.get("RecoveryPeriodInDays") or LONGEST_DAYS)
