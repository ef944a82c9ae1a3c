"""What AWS Backup and DLM tell: EventBridge with SQS and SNS behind it, and vault notifications."""

import json
from typing import Any

import boto3
import pytest
from emulated import ACCOUNT, REGION, ROLE, Aws

from emulator import clock, faults


class Inbox:
    """A queue, and how things get into it."""

    def __init__(self) -> None:
        self._sqs = boto3.client("sqs", region_name=REGION)
        self._events = boto3.client("events", region_name=REGION)
        self._sns = boto3.client("sns", region_name=REGION)
        self._url = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        self._arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"

    def listen(self, detail_type: str, target: str | None = None, **detail: list[str]) -> None:
        """To events of a type, through the queue or through ``target``."""
        pattern: dict[str, Any] = {"detail-type": [detail_type]}
        if detail:
            pattern["detail"] = detail
        self._events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
        self._events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": target or self._arn}])

    def topic(self) -> str:
        """A topic whose messages come here."""
        arn = str(self._sns.create_topic(Name="topic")["TopicArn"])
        self._sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=self._arn)
        return arn

    def messages(self) -> list[dict[str, Any]]:
        received = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        found = received.get("Messages", [])
        for each in found:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in found]


@pytest.fixture
def inbox(aws: Aws) -> Inbox:
    aws.vault()
    return Inbox()


def test_each_state_of_a_backup_job_is_an_event(aws: Aws, inbox: Inbox) -> None:
    inbox.listen("Backup Job State Change")
    job = aws.backed_up(aws.volume())
    told = inbox.messages()
    assert [each["detail"]["state"] for each in told] == ["CREATED", "RUNNING", "COMPLETED"]
    last = told[-1]
    assert (last["source"], last["account"], last["region"]) == ("aws.backup", ACCOUNT, REGION)
    assert last["resources"] == [job["RecoveryPointArn"]]
    detail = last["detail"]
    assert detail["backupJobId"] == job["BackupJobId"]
    assert (detail["backupVaultName"], detail["resourceType"]) == ("vault", "EBS")
    assert (detail["backupSizeInBytes"], detail["percentDone"]) == (str(8 * 1024**3), 100)
    assert last["time"] == job["CompletionDate"].strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_failed_job_is_an_event_that_a_rule_can_pick(aws: Aws, inbox: Inbox) -> None:
    inbox.listen("Backup Job State Change", state=["FAILED"])
    faults.add("job-fails", operation="StartBackupJob", times=1, message="out of space")
    aws.backed_up(aws.volume())
    faults.clear()
    aws.backed_up(aws.volume())
    [told] = inbox.messages()
    assert told["detail"]["statusMessage"] == "out of space"


def test_copies_restores_and_recovery_points_are_events(aws: Aws, inbox: Inbox) -> None:
    there = boto3.client("backup", region_name="eu-west-1")
    vault = there.create_backup_vault(BackupVaultName="dr")["BackupVaultArn"]
    inbox.listen("Recovery Point State Change")
    point = aws.backed_up(aws.volume(), Lifecycle={"DeleteAfterDays": 2})["RecoveryPointArn"]
    [told] = inbox.messages()
    assert (told["resources"], told["detail"]["status"]) == ([point], "COMPLETED")
    assert told["detail"]["lifecycle"] == {"deleteAfterDays": 2}

    inbox.listen("Copy Job State Change")
    aws.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName="vault",
        DestinationBackupVaultArn=vault,
        IamRoleArn=ROLE,
    )
    clock.advance(5)
    states = [each["detail"]["state"] for each in inbox.messages()]
    assert states == ["CREATED", "RUNNING", "COMPLETED"]

    inbox.listen("Restore Job State Change")
    job = aws.restored(point)
    told = inbox.messages()[-1]
    assert (told["detail"]["status"], told["detail"]["createdResourceArn"]) == (
        "COMPLETED",
        job["CreatedResourceArn"],
    )

    inbox.listen("Recovery Point State Change")
    clock.advance(2 * 86400)
    [told] = inbox.messages()
    assert (told["resources"], told["detail"]["status"]) == ([point], "DELETING")


def test_an_event_goes_to_a_topic_too(aws: Aws, inbox: Inbox) -> None:
    inbox.listen("Backup Job State Change", inbox.topic(), state=["COMPLETED"])
    job = aws.backed_up(aws.volume())
    [message] = inbox.messages()
    assert json.loads(message["Message"])["detail"]["backupJobId"] == job["BackupJobId"]


def test_a_changed_plan_is_an_event(aws: Aws, inbox: Inbox) -> None:
    inbox.listen("Backup Plan State Change")
    rule = {"RuleName": "rule", "TargetBackupVaultName": "vault"}
    plan = aws.backup.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [rule]})
    aws.backup.update_backup_plan(
        BackupPlanId=plan["BackupPlanId"], BackupPlan={"BackupPlanName": "other", "Rules": [rule]}
    )
    aws.backup.delete_backup_plan(BackupPlanId=plan["BackupPlanId"])
    told = inbox.messages()
    assert [each["detail"]["state"] for each in told] == ["CREATED", "MODIFIED", "DELETED"]
    assert told[0]["resources"] == [plan["BackupPlanArn"]]


def test_a_vault_notifies_of_the_events_it_is_asked_for(aws: Aws, inbox: Inbox) -> None:
    """The text is the one that the guide shows."""
    aws.backup.put_backup_vault_notifications(
        BackupVaultName="vault",
        SNSTopicArn=inbox.topic(),
        BackupVaultEvents=["BACKUP_JOB_COMPLETED", "RESTORE_JOB_STARTED", "RECOVERY_POINT_MODIFIED"],
    )
    volume = aws.volume()
    job = aws.backed_up(volume)
    [message] = inbox.messages()
    assert message["Subject"] == "Notification from AWS Backup"
    assert message["Message"] == (
        f"An AWS Backup job was completed successfully. Recovery point ARN: {job['RecoveryPointArn']}. "
        f"Resource ARN : {volume}. BackupJob ID : {job['BackupJobId']}"
    )
    attributes = {name: each["Value"] for name, each in message["MessageAttributes"].items()}
    assert attributes["State"] == "COMPLETED"
    assert attributes["Id"] == job["BackupJobId"]

    faults.add("job-fails", operation="StartBackupJob", times=1)
    aws.backed_up(volume)
    faults.clear()
    [message] = inbox.messages()
    assert message["Message"].startswith("An AWS Backup job failed. Resource ARN : ")

    aws.restored(job["RecoveryPointArn"])
    aws.backup.update_recovery_point_lifecycle(
        BackupVaultName="vault",
        RecoveryPointArn=job["RecoveryPointArn"],
        Lifecycle={"DeleteAfterDays": 9},
    )
    types = [message["MessageAttributes"]["EventType"]["Value"] for message in inbox.messages()]
    assert types == ["RESTORE_JOB", "RECOVERY_POINT"]
