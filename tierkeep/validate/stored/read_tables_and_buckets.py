"""Reads DynamoDB tables and S3 buckets, whose listings say little more than their names.

Their tags come from the Resource Groups Tagging API, a hundred resources a call; it returns "all the tagged
or previously tagged resources" of a Region (API reference, GetResources), so that one which is missing there
has no tags. What takes calls for each is asked of what a tier claims, side by side.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.validate.side_by_side import side_by_side
from tierkeep.validate.stored.reading import tags_of, utc
from tierkeep.validate.stored.records import Resource
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.unread import Unread

TAG_PAGE = 100
"""The longest page of GetResources (botocore 1.44.5, ResourcesPerPage)."""

TABLE_PAGE = 100
"""The longest page of ListTables (botocore 1.44.5, dynamodb Limit)."""

BUCKET_PAGE = 1000
"""So many buckets are listed with a call; S3 would list 10,000 (botocore 1.44.5, MaxBuckets)."""

AT_ONCE = 4
"""The most resources that are asked at the same time."""

TOGETHER = 100
"""So many resources are asked before the first of them is handed on."""


def read_tables(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """DynamoDB tables; of those that a tier claims also age, size, key and how far back they can be restored.

    Raises `AwsError`.
    """
    tags = _tags(session, "dynamodb:table")
    listed = (
        _known(ResourceType.DYNAMODB, scope.arn("dynamodb", f"table/{name}"), name, tags)
        for name in session.pages("dynamodb", "list_tables", "TableNames", Limit=TABLE_PAGE)
    )
    return _asked(listed, lambda table: _table(session, table) if scope.claims(table.tags) else table)


def _table(session: UnitSession, table: Resource) -> Resource | None:
    """A table with what its own answers say; None if it was deleted since it was listed."""
    try:
        found = session.call("dynamodb", "describe_table", TableName=table.name)["Table"]
        backups = session.call("dynamodb", "describe_continuous_backups", TableName=table.name)
    except AwsError as error:
        if error.not_found:
            return None
        raise
    recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription") or {}
    return replace(
        table,
        created_at=utc(found.get("CreationDateTime")),
        size_bytes=found.get("TableSizeBytes"),
        encrypted=True,  # every table is, at rest (DynamoDB developer guide, "Encryption at rest")
        key_arn=(found.get("SSEDescription") or {}).get("KMSMasterKeyArn"),
        restorable_from=utc(recovery.get("EarliestRestorableDateTime")),
        restorable_to=utc(recovery.get("LatestRestorableDateTime")),
    )


def read_buckets(session: UnitSession, scope: StoredScope) -> Iterator[Resource]:
    """S3 buckets of the Region; of those that a tier claims also versioning and events.

    When one was made S3 does not say: its date "can change when making changes to your bucket" (API
    reference, Bucket). Raises `AwsError`.
    """
    tags = _tags(session, "s3")
    listed = (
        _known(ResourceType.S3, f"arn:{scope.partition}:s3:::{bucket['Name']}", bucket["Name"], tags)
        for bucket in session.pages(
            "s3", "list_buckets", "Buckets", BucketRegion=scope.region, MaxBuckets=BUCKET_PAGE
        )
    )
    return _asked(listed, lambda bucket: _bucket(session, bucket) if scope.claims(bucket.tags) else bucket)


def _bucket(session: UnitSession, bucket: Resource) -> Resource | None:
    """A bucket with what its own answers say; None if it was deleted since it was listed."""
    try:
        return replace(
            bucket,
            versioned=_unless_denied(lambda: _versioned(session, bucket.name)),
            event_bridge=_unless_denied(lambda: _tells_event_bridge(session, bucket.name)),
        )
    except AwsError as error:
        if error.not_found:
            return None
        raise


def _unless_denied(ask: Callable[[], bool]) -> bool | Unread:
    try:
        return ask()
    except AwsError as error:
        if error.not_found:
            raise
        return Unread.because(error)


def _versioned(session: UnitSession, name: str) -> bool:
    return bool(session.call("s3", "get_bucket_versioning", Bucket=name).get("Status") == "Enabled")


def _tells_event_bridge(session: UnitSession, name: str) -> bool:
    answer = session.call("s3", "get_bucket_notification_configuration", Bucket=name)
    return "EventBridgeConfiguration" in answer


def _known(kind: ResourceType, arn: str, name: str, tags: dict[str, dict[str, str]]) -> Resource:
    return Resource(
        arn=arn,
        type=kind,
        name=name,
        tags=tags.get(arn, {}),
        created_at=None,
        size_bytes=None,
        encrypted=None,
        key_arn=None,
    )


def _tags(session: UnitSession, kind: str) -> dict[str, dict[str, str]]:
    """The tags of every resource of a kind, by its ARN."""
    listed = session.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=[kind],
        ResourcesPerPage=TAG_PAGE,
    )
    return {each["ResourceARN"]: tags_of(each.get("Tags")) for each in listed}


def _asked(listed: Iterator[Resource], ask: Callable[[Resource], Resource | None]) -> Iterator[Resource]:
    while some := list(islice(listed, TOGETHER)):
        yield from (found for found in side_by_side(some, ask, at_once=AT_ONCE) if found)
