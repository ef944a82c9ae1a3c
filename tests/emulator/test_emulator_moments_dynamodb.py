"""DynamoDB restores a table as it was at a moment of its recovery period, and at no other."""

from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emulated import ACCOUNT, REGION, Aws, refusal
from moto.core.utils import get_service_model
from moto.dynamodb.models import dynamodb_backends
from wire_shapes import Recorder, wire_problems

from emulator import clock
from emulator.dynamodb import journal

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def dynamodb(aws: Aws) -> Any:
    """DynamoDB with a table ``orders`` with point-in-time recovery, which holds the item 1."""
    clock.set_now(datetime.fromisoformat("2027-01-01T00:30:00Z"))
    settings = Config(parameter_validation=False)  # it is the emulator that refuses
    client = boto3.client("dynamodb", region_name=REGION, config=settings)
    client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "number", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "number", "AttributeType": "S"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    put(client, "1", "new")
    recovery(client)
    return client


def recovery(client: Any, enabled: bool = True, **settings: Any) -> dict[str, Any]:
    specification = {"PointInTimeRecoveryEnabled": enabled, **settings}
    done = client.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification=specification
    )
    return dict(done["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])


def described(client: Any) -> dict[str, Any]:
    found = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert found["ContinuousBackupsStatus"] == "ENABLED"
    return dict(found["PointInTimeRecoveryDescription"])


def item(number: str, state: str) -> dict[str, Any]:
    return {"number": {"S": number}, "state": {"S": state}}


def put(client: Any, number: str, state: str) -> None:
    client.put_item(TableName="orders", Item=item(number, state))


def later(by: timedelta = MINUTE) -> datetime:
    """Let time pass, and return the moment before it did."""
    moment = clock.now()
    clock.advance(by.total_seconds())
    return moment


def restore(client: Any, name: str, moment: datetime | None = None, **settings: Any) -> dict[str, str]:
    """The states of the items of a table to which ``orders`` is restored, by their numbers."""
    when = {"RestoreDateTime": moment} if moment else {"UseLatestRestorableTime": True}
    client.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName=name, **when, **settings)
    return held(client, name)


def held(client: Any, name: str) -> dict[str, str]:
    return {each["number"]["S"]: each["state"]["S"] for each in client.scan(TableName=name)["Items"]}


def test_a_table_is_restored_as_it_was_at_each_moment(dynamodb: Any) -> None:
    """Whatever operation has changed its items."""
    moments = [later()]
    put(dynamodb, "1", "open")
    put(dynamodb, "2", "open")
    moments.append(later())
    dynamodb.update_item(
        TableName="orders",
        Key={"number": {"S": "1"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
    )
    dynamodb.delete_item(TableName="orders", Key={"number": {"S": "2"}})
    moments.append(later())
    deleted = {"DeleteRequest": {"Key": {"number": {"S": "1"}}}}
    dynamodb.batch_write_item(
        RequestItems={"orders": [{"PutRequest": {"Item": item("3", "batch")}}, deleted]}
    )
    moments.append(later())
    written = {"Put": {"TableName": "orders", "Item": item("4", "transaction")}}
    gone = {"Delete": {"TableName": "orders", "Key": {"number": {"S": "3"}}}}
    dynamodb.transact_write_items(TransactItems=[written, gone])
    moments.append(later())
    dynamodb.execute_statement(Statement="INSERT INTO \"orders\" VALUE {'number': '5', 'state': 'partiql'}")
    later(10 * MINUTE)

    found = [restore(dynamodb, f"orders-{n}", moment) for n, moment in enumerate(moments)]

    assert found == [
        {"1": "new"},
        {"1": "open", "2": "open"},
        {"1": "paid"},
        {"3": "batch"},
        {"4": "transaction"},
    ]
    assert restore(dynamodb, "latest") == {"4": "transaction", "5": "partiql"}
    put(dynamodb, "4", "after")
    assert held(dynamodb, "latest")["4"] == "transaction"


def test_a_transaction_that_is_canceled_changes_no_moment(dynamodb: Any) -> None:
    later()
    put(dynamodb, "1", "open")
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "orders", "Item": item("2", "lost")}},
                {
                    "ConditionCheck": {
                        "TableName": "orders",
                        "Key": {"number": {"S": "1"}},
                        "ConditionExpression": "attribute_not_exists(#s)",
                        "ExpressionAttributeNames": {"#s": "state"},
                    }
                },
            ]
        )
    put(dynamodb, "3", "kept")
    later(10 * MINUTE)
    assert restore(dynamodb, "again") == {"1": "open", "3": "kept"}


def test_items_with_a_sort_key_are_restored(aws: Aws, dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName="lines",
        KeySchema=[
            {"AttributeName": "number", "KeyType": "HASH"},
            {"AttributeName": "line", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "number", "AttributeType": "S"},
            {"AttributeName": "line", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_continuous_backups(
        TableName="lines", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    for line in "12":
        dynamodb.put_item(TableName="lines", Item={"number": {"S": "1"}, "line": {"N": line}})
    moment = later()
    dynamodb.delete_item(TableName="lines", Key={"number": {"S": "1"}, "line": {"N": "1"}})
    later(10 * MINUTE)
    for name, when, lines in (
        ("before", {"RestoreDateTime": moment}, ["1", "2"]),
        ("after", {"UseLatestRestorableTime": True}, ["2"]),
    ):
        dynamodb.restore_table_to_point_in_time(SourceTableName="lines", TargetTableName=name, **when)
        found = dynamodb.scan(TableName=name)["Items"]
        assert sorted(each["line"]["N"] for each in found) == lines


def test_restorable_times_follow_the_clock_and_the_recovery_period(dynamodb: Any) -> None:
    start = clock.now()
    assert described(dynamodb) == {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 35,
        "EarliestRestorableDateTime": start,
        "LatestRestorableDateTime": start,
    }
    later(10 * DAY)
    found = described(dynamodb)
    assert found["EarliestRestorableDateTime"] == start
    assert found["LatestRestorableDateTime"] == clock.now() - 5 * MINUTE
    assert recovery(dynamodb, RecoveryPeriodInDays=2)["EarliestRestorableDateTime"] == clock.now() - 2 * DAY
    two_days_ago = clock.now() - 2 * DAY
    found = recovery(dynamodb, RecoveryPeriodInDays=35)
    assert found["EarliestRestorableDateTime"] == two_days_ago, "what is forgotten is forgotten"
    later(40 * DAY)
    assert described(dynamodb)["EarliestRestorableDateTime"] == clock.now() - 35 * DAY


def test_recovery_that_is_turned_off_and_on_begins_anew(dynamodb: Any) -> None:
    before = later()
    assert recovery(dynamodb, enabled=False) == {"PointInTimeRecoveryStatus": "DISABLED"}
    put(dynamodb, "2", "unseen")
    later()
    assert recovery(dynamodb)["EarliestRestorableDateTime"] == clock.now()
    put(dynamodb, "3", "seen")
    later(10 * MINUTE)
    request = {"SourceTableName": "orders", "TargetTableName": "again", "RestoreDateTime": before}
    assert refusal(dynamodb.restore_table_to_point_in_time, **request) == "InvalidRestoreTimeException"
    assert restore(dynamodb, "again") == {"1": "new", "2": "unseen", "3": "seen"}


def test_the_journal_is_no_longer_than_the_recovery_period(dynamodb: Any) -> None:
    """What is older is in the state that it begins with."""
    recovery(dynamodb, RecoveryPeriodInDays=1)
    for day in range(10):
        put(dynamodb, "1", f"day {day}")
        later(DAY)
    put(dynamodb, "2", "last")
    kept = journal.of(dynamodb_backends[ACCOUNT][REGION].tables["orders"])
    assert kept is not None
    assert len(kept._changes) == 1
    later(10 * MINUTE)
    assert restore(dynamodb, "oldest", clock.now() - DAY + MINUTE) == {"1": "day 9"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SourceTableName": "none"}, "SourceTableNotFoundException"),
        ({"SourceTableName": "plain"}, "PointInTimeRecoveryUnavailableException"),
        ({"TargetTableName": "plain"}, "TableAlreadyExistsException"),
        ({"RestoreDateTime": datetime.fromisoformat("2026-12-31T00:00:00Z")}, "InvalidRestoreTimeException"),
        ({"RestoreDateTime": datetime.fromisoformat("2027-01-01T00:36:00Z")}, "InvalidRestoreTimeException"),
        ({"RestoreDateTime": None}, "ValidationException"),
        ({"UseLatestRestorableTime": True}, "ValidationException"),
        ({"SourceTableName": None}, "ValidationException"),
    ],
)
def test_a_table_that_cannot_be_restored_so(dynamodb: Any, change: dict[str, Any], code: str) -> None:
    dynamodb.create_table(
        TableName="plain",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    moment = later(10 * MINUTE)
    names = {"SourceTableName": "orders", "TargetTableName": "again", "RestoreDateTime": moment}
    request = {key: value for key, value in {**names, **change}.items() if value is not None}
    assert refusal(dynamodb.restore_table_to_point_in_time, **request) == code


def test_a_recovery_period_is_1_to_35_days_of_a_table(dynamodb: Any) -> None:
    for days in (0, 36):
        assert refusal(recovery, client=dynamodb, RecoveryPeriodInDays=days) == "ValidationException"
    missing = refusal(dynamodb.describe_continuous_backups, TableName="none")
    assert missing == "TableNotFoundException"


def test_a_restored_table_is_set_up_as_its_source_is_now_or_as_the_request_says(
    aws: Aws, dynamodb: Any
) -> None:
    key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    moment = later(10 * MINUTE)
    restore(dynamodb, "same", moment)
    restore(
        dynamodb,
        "other",
        moment,
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        GlobalSecondaryIndexOverride=[],
        SSESpecificationOverride={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    same, other = (dynamodb.describe_table(TableName=name)["Table"] for name in ("same", "other"))
    assert same["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [each["IndexName"] for each in same["GlobalSecondaryIndexes"]] == ["by-state"]
    assert same["RestoreSummary"]["RestoreDateTime"] == moment
    assert other["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert other.get("GlobalSecondaryIndexes", []) == []
    assert other["SSEDescription"]["KMSMasterKeyArn"] == key
    found = dynamodb.describe_continuous_backups(TableName="same")["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_of_another_region_is_restored_by_its_arn(dynamodb: Any) -> None:
    moment = later()
    put(dynamodb, "2", "late")
    later(10 * MINUTE)
    there = boto3.client("dynamodb", region_name="eu-west-1")
    there.restore_table_to_point_in_time(
        SourceTableArn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders",
        TargetTableName="orders",
        RestoreDateTime=moment,
    )
    assert held(there, "orders") == {"1": "new"}


def test_a_deleted_table_leaves_a_system_backup_for_35_days(dynamodb: Any) -> None:
    dynamodb.delete_table(TableName="orders")
    assert dynamodb.list_backups()["BackupSummaries"] == []
    [backup] = dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert (backup["BackupName"], backup["BackupType"]) == ("orders$DeletedTableBackup", "SYSTEM")
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=backup["BackupArn"])
    assert held(dynamodb, "again") == {"1": "new"}
    later(35 * DAY)
    assert dynamodb.list_backups(BackupType="ALL")["BackupSummaries"] == []


def test_what_is_answered_is_of_the_service_model(dynamodb: Any) -> None:
    recorder = Recorder(dynamodb)
    later(10 * MINUTE)
    recovery(dynamodb, RecoveryPeriodInDays=2)
    described(dynamodb)
    restore(dynamodb, "again")
    dynamodb.delete_table(TableName="orders")
    dynamodb.list_backups(BackupType="ALL")
    names = (
        "UpdateContinuousBackups",
        "DescribeContinuousBackups",
        "RestoreTableToPointInTime",
        "ListBackups",
    )
    for name in names:
        operation = get_service_model("dynamodb").operation_model(name)
        [body] = recorder.bodies["dynamodb", name]
        assert wire_problems(operation, body) == [], name
