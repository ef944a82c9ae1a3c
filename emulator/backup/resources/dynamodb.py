"""DynamoDB tables, with the advanced features of AWS Backup: definition and items are kept and restored.

A restored table has the keys, indexes, billing mode and capacity of the original, and not its tags, TTL,
streams, deletion protection or point-in-time recovery ("Restoring a DynamoDB table from a backup" in the
DynamoDB Developer Guide).
"""

import copy
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator import faults
from emulator.backup import keys
from emulator.backup.arns import Arn
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Place
from emulator.backup.resources.managed import Captured, FullyManaged
from emulator.backup.resources.metadata import check_booleans, invalid, is_true, named, require
from emulator.errors import InvalidParameterValue

_RESTORE_KEYS = ("targetTableName", "encryptionType", "kmsMasterKeyArn", "deletionProtection")

_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
"""``TableName`` in botocore's dynamodb model."""


@dataclass(frozen=True)
class TableData:
    """A table as it was: what moto needs to make it again, and its items by key."""

    arn: str
    definition: dict[str, Any]
    indexes: list[Any]
    global_indexes: list[Any]
    items: dict[str, Any]


class DynamoDb(FullyManaged):
    type = "DynamoDB"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "dynamodb" and arn.resource.startswith("table/")

    def exists(self, place: Place, arn: Arn) -> bool:
        return arn.resource_id in _backend(place).tables

    def capture(self, place: Place, arn: Arn) -> Captured:
        table = _backend(place).tables[arn.resource_id]
        definition = {
            "schema": table.schema,
            "attr": table.attr,
            "throughput": table.throughput,
            "billing_mode": table.billing_mode,
            "warm_throughput": table.warm_throughput,
        }
        data = TableData(
            arn=table.table_arn,
            definition=copy.deepcopy(definition),
            indexes=copy.deepcopy(table.indexes),
            global_indexes=copy.deepcopy(table.global_indexes),
            items=copy.deepcopy(table.items),
        )
        tags = {tag["Key"]: tag["Value"] for tag in table.tags or []}
        return Captured(data, sum(item.size() for item in table.all_items()), {}, tags)

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, _RESTORE_KEYS)
        require(given, "targetTableName")
        if not _NAME.fullmatch(given["targetTableName"]):
            raise invalid(f"targetTableName must match {_NAME.pattern}")
        encryption = given.get("encryptionType", "Default")
        if encryption not in ("Default", "KMS"):
            raise invalid("encryptionType must be Default or KMS")
        if given.get("kmsMasterKeyArn") and encryption != "KMS":
            raise invalid("kmsMasterKeyArn needs the encryptionType KMS")
        check_booleans(given, "deletionProtection")

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        from moto.dynamodb.models.table import Table

        given = named(metadata, _RESTORE_KEYS)
        backend, name = _backend(place), given["targetTableName"]
        if name in backend.tables:
            raise JobFailedError(f"Table already exists: {name}")
        data: TableData = point.data
        make_table: Any = Table  # abstract to a type checker
        table = make_table(
            name,
            account_id=place.account,
            region=place.region,
            sse_specification=_encryption(given),
            deletion_protection_enabled=is_true(given, "deletionProtection"),
            **copy.deepcopy(data.definition),
        )
        table.indexes = copy.deepcopy(data.indexes)
        table.global_indexes = copy.deepcopy(data.global_indexes)
        table.items = copy.deepcopy(data.items)
        _damage(table, point)
        table.created_at = moment.replace(tzinfo=None)
        backend.tables[name] = table
        return str(table.table_arn)


def _backend(place: Place) -> Any:
    from moto.dynamodb.models import dynamodb_backends

    return dynamodb_backends[place.account][place.region]


def _damage(table: Any, point: RecoveryPoint) -> None:
    """Lose an item of a table that is restored from a recovery point which is damaged on request."""
    corruption = faults.corruption(point)
    if corruption is None:
        return
    present = table.all_items()
    kept = {id(item) for item in corruption.of_items(present)}
    for item in present:
        if id(item) not in kept:
            table.delete_item(item.hash_key, item.range_key)


def _encryption(given: dict[str, str]) -> dict[str, Any] | None:
    """How the restored table is encrypted; None stands for DynamoDB's own key."""
    if given.get("encryptionType") != "KMS":
        return None
    key = given.get("kmsMasterKeyArn")
    if not key:
        return {"Enabled": True, "SSEType": "KMS"}
    try:
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys.require(key)}
    except InvalidParameterValue as error:
        raise JobFailedError(error.message) from error
