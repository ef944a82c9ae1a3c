"""DynamoDB's point-in-time recovery: tables are restored as they were at a moment, by a journal of changes.

"Point-in-time backups for DynamoDB" in the Amazon DynamoDB Developer Guide: it reaches back as long as the
recovery period, 35 days unless it is set, or to when it was turned on, and lags behind by five minutes; a
table that is deleted leaves a system backup for 35 days.
"""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from emulator import clock
from emulator.dynamodb import journal
from emulator.dynamodb.journal import Journal

LAG = timedelta(minutes=5)
LONGEST_DAYS = 35
"""The longest recovery period, and how long a deleted table's backup is kept."""


def window(kept: Journal) -> tuple[datetime, datetime]:
    """The oldest and the latest moment to which a table can be restored."""
    now = clock.now()
    oldest = max(kept.start, now - timedelta(days=kept.days))
    return oldest, max(oldest, now - LAG)


def install() -> None:
    """Have moto's DynamoDB keep and use journals."""
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.responses import DynamoHandler

    backend: Any = DynamoDBBackend
    handler: Any = DynamoHandler
    backend.update_continuous_backups = _updating(backend.update_continuous_backups)
    backend.describe_continuous_backups = _describing(backend.describe_continuous_backups)
    backend.delete_table = _deleting(backend.delete_table)
    handler.restore_table_to_point_in_time = _restore
    handler.list_backups = _list_backups


def _updating(update: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(update)
    def updated(self: Any, table_name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        days = wanted.get("RecoveryPeriodInDays")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise _invalid(f"RecoveryPeriodInDays must be between 1 and {LONGEST_DAYS}")
        description = update(self, table_name, wanted)["PointInTimeRecoveryDescription"]
        table = self.get_table(table_name)
        kept = journal.of(table)
        if not wanted["PointInTimeRecoveryEnabled"]:
            journal.end(table)
        elif kept is None:
            journal.begin(table, description["RecoveryPeriodInDays"])
        else:
            kept.keep(description["RecoveryPeriodInDays"])
        return _described(table)

    return updated


def _describing(describe: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(describe)
    def described(self: Any, table_name: str) -> dict[str, Any]:
        describe(self, table_name)  # which refuses what is no table
        return _described(self.get_table(table_name))

    return described


def _described(table: Any) -> dict[str, Any]:
    described: dict[str, Any] = table.continuous_backups
    kept = journal.of(table)
    if kept is not None:
        oldest, latest = window(kept)
        described["PointInTimeRecoveryDescription"].update(
            EarliestRestorableDateTime=oldest.timestamp(), LatestRestorableDateTime=latest.timestamp()
        )
    return described


def _deleting(delete: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(delete)
    def deleted(self: Any, name: str) -> Any:
        from moto.dynamodb.models.table import Backup

        table = delete(self, name)
        if journal.of(table) is not None:
            title = f"{table.name}$DeletedTableBackup"
            backup = Backup(self.account_id, self.region_name, title, table, type_="SYSTEM")
            self.backups[backup.arn] = backup
            end = clock.now() + timedelta(days=LONGEST_DAYS)
            clock.Agenda().at(end, lambda: self.backups.pop(backup.arn, None))
        return table

    return deleted


def _list_backups(handler: Any) -> Any:
    """Those that users make, unless the request wants others (ListBackups in the DynamoDB API reference)."""
    from moto.dynamodb.responses import DynamoResult

    wanted = handler.body.get("BackupType", "USER")
    found = handler.dynamodb_backend.list_backups(handler.body.get("TableName"))
    return DynamoResult({"BackupSummaries": [each.summary for each in found if wanted in ("ALL", each.type)]})


def _restore(handler: Any) -> Any:
    from moto.dynamodb.exceptions import PointInTimeRecoveryUnavailable, TableAlreadyExistsException
    from moto.dynamodb.models.table import RestoredPITTable
    from moto.dynamodb.responses import DynamoResult

    given, backend = handler.body, handler.dynamodb_backend
    source, name = _source(backend, given), given["TargetTableName"]
    kept = journal.of(source)
    if kept is None:
        raise PointInTimeRecoveryUnavailable(source.name)
    moment = _moment(given, *window(kept))
    if name in backend.tables:
        raise TableAlreadyExistsException(name)
    make_table: Any = RestoredPITTable  # abstract to a type checker
    table = make_table(name, backend.account_id, backend.region_name, source)
    table.items = kept.as_of(moment)
    table.restore_date_time = moment.replace(tzinfo=None)
    _set_up(table, source, given)
    backend.tables[name] = table
    return DynamoResult(table.describe())


def _source(backend: Any, given: dict[str, Any]) -> Any:
    """The table to restore, which may be of another Region if it is named by its ARN."""
    from moto.dynamodb.exceptions import ResourceNotFoundException, SourceTableNotFoundException
    from moto.dynamodb.models import dynamodb_backends

    name = given.get("SourceTableArn") or given.get("SourceTableName")
    if not name:
        raise _invalid("Either SourceTableName or SourceTableArn must be specified")
    if name.startswith("arn:"):
        backend = dynamodb_backends[backend.account_id][name.split(":")[3]]
    try:
        return backend.get_table(name)
    except ResourceNotFoundException as error:
        raise SourceTableNotFoundException(name) from error


def _moment(given: dict[str, Any], oldest: datetime, latest: datetime) -> datetime:
    """The moment that a request asks for; what AWS says to none, or to two, is not documented."""
    from moto.core.exceptions import JsonRESTError
    from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX

    asked, use_latest = given.get("RestoreDateTime"), given.get("UseLatestRestorableTime")
    if (asked is None) == (not use_latest):
        raise _invalid("Give either RestoreDateTime or UseLatestRestorableTime")
    if asked is None:
        return latest
    moment: datetime = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    if not oldest <= moment <= latest:
        raise JsonRESTError(
            f"{ERROR_TYPE_PREFIX}InvalidRestoreTimeException",
            f"RestoreDateTime must be between {oldest.isoformat()} and {latest.isoformat()}",
        )
    return moment


def _set_up(table: Any, source: Any, given: dict[str, Any]) -> None:
    """Give a restored table the settings that its source has now, but for those that the request overrides
    (RestoreTableToPointInTime in the DynamoDB API reference)."""
    from moto.dynamodb.models.table import GlobalSecondaryIndex, LocalSecondaryIndex

    table.billing_mode = given.get("BillingModeOverride") or source.billing_mode
    table.throughput.update(given.get("ProvisionedThroughputOverride") or {})
    if "GlobalSecondaryIndexOverride" in given:
        wanted = given["GlobalSecondaryIndexOverride"]
        table.global_indexes = [GlobalSecondaryIndex.create(each, table.table_key_attrs) for each in wanted]
    if "LocalSecondaryIndexOverride" in given:
        wanted = given["LocalSecondaryIndexOverride"]
        table.indexes = [LocalSecondaryIndex.create(each, table.table_key_attrs) for each in wanted]
    encryption = given.get("SSESpecificationOverride")
    table.sse_specification = copy.deepcopy(source.sse_specification if encryption is None else encryption)
    if encryption and encryption.get("Enabled"):
        default = table._get_default_encryption_key(table.account_id, table.region_name)  # noqa: SLF001
        table.sse_specification.setdefault("KMSMasterKeyId", default)


def _invalid(message: str) -> Exception:
    from moto.dynamodb.exceptions import MockValidationException

    return MockValidationException(message)
