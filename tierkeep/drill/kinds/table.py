"""DynamoDB tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "dynamodb:table"


class TableKind(Kind):
    """Tables, by DynamoDB."""

    name = NAME
    noun = "table"
    pending = frozenset({"CREATING", "UPDATING"})
    # A change of a table that is being made is refused (ResourceInUseException in the API reference).
    tagged_while_pending = False
    ending = frozenset({"DELETING"})
    ended: frozenset[str] = frozenset()
    calls = Calls(
        read=("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"),
        tag=("dynamodb:TagResource",),
        delete=("dynamodb:DeleteTable",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A table with its tags; None if DynamoDB knows none of that name."""
        found = describe(session, name_of(arn))
        if found is None:
            return None
        _, _, _, region, account, _ = found["TableArn"].split(":", 5)
        encryption = found.get("SSEDescription") or {}
        return Thing(
            kind=NAME,
            arn=found["TableArn"],
            account_id=account,
            region=region,
            state=found["TableStatus"],
            free_states=frozenset({"ACTIVE"}),
            tags=_tags(session, found["TableArn"]),
            users=_users(found),
            created=found.get("CreationDateTime"),
            properties=properties(
                key_arn=encryption.get("KMSMasterKeyArn"),
                key_schema=key_schema(found),
                restored_from=(found.get("RestoreSummary") or {}).get("SourceTableArn"),
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        session.call("dynamodb", "tag_resource", ResourceArn=arn, Tags=listed)

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it; DynamoDB refuses where its deletion protection is on."""
        session.call("dynamodb", "delete_table", TableName=name_of(arn))

    def left_by(self, session: UnitSession, request: Mapping[str, Any]) -> str | None:
        """The table of the name that a restore job was to make, if it is there: nobody but the drill knows
        that name before."""
        found = describe(session, request["Metadata"]["targetTableName"])
        return str(found["TableArn"]) if found is not None else None


def describe(session: UnitSession, name: str) -> dict[str, Any] | None:
    """A table as DynamoDB describes it; None if it knows none of that name. Raises `AwsError`."""
    try:
        found: dict[str, Any] = session.call("dynamodb", "describe_table", TableName=name)["Table"]
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    return found


def _tags(session: UnitSession, arn: str) -> tuple[tuple[str, str], ...]:
    """Its tags; none where the table goes while it is read, and what has no tag is not deleted."""
    try:
        listed = list(session.pages("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn))
    except AwsError as error:
        if error.not_found:
            return ()
        raise
    return tuple(sorted((tag["Key"], tag["Value"]) for tag in listed))


def key_schema(found: Mapping[str, Any]) -> str:
    """A table's key in words: its attributes with their types, the partition key first."""
    types = {each["AttributeName"]: each["AttributeType"] for each in found.get("AttributeDefinitions", ())}
    return ", ".join(
        f"{key['AttributeName']} ({types.get(key['AttributeName'], 'of unknown type')}) {key['KeyType']}"
        for key in sorted(found.get("KeySchema", ()), key=lambda key: key["KeyType"])
    )


def _users(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody has set up on a table since it was restored, and that a deletion would take along."""
    replicas = [f"replicated to {each['RegionName']}" for each in found.get("Replicas", ())]
    stream = (
        ["its changes are streamed"] if (found.get("StreamSpecification") or {}).get("StreamEnabled") else []
    )
    protected = ["its deletion protection is on"] if found.get("DeletionProtectionEnabled") else []
    return (*replicas, *stream, *protected)
