"""An account whose events are deployed by plain boto3 calls, and what its topic has told."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from emulator import clock, stepfunctions
from tests.catalogs import model
from tests.simulation.deployed import Accounts, deploy
from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.desired.resolve import resolve

ACCOUNT, REGION, FAR = "111111111111", "eu-central-1", "eu-west-1"
_TIER = {
    "description": "x",
    "encryption": "customer-managed",
    "schedules": {"daily": {"every": "1d", "keep": "30d", "at": "02:00"}},
    "on_demand": {"on": ["before-deployment"], "keep": "7d"},
}


SERVERS = {
    **_TIER,
    "protects": {"ec2": {"engine": "backup"}, "ebs": {"engine": "backup"}},
    "application_consistency": {"scripts": "vss"},
}
"""Instances that AWS Backup backs up with VSS, and volumes beside them."""


TABLES = {
    **_TIER,
    "protects": {"dynamodb": {"point_in_time_recovery": "native"}},
    "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
}
"""Tables whose own point-in-time recovery is switched on."""


def catalog(more: dict[str, Any] | None = None, **events: Any) -> dict[str, Any]:
    """Volumes and databases, copied to another Region, and more tiers."""
    volumes = {**_TIER, "protects": {"ebs": {}}, "copy_to": {FAR: {"keep": "60d"}}}
    databases = {
        **_TIER,
        "protects": {"aurora": {}},
        "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
    }
    tiers = {"volumes": volumes, "databases": databases, **(more or {})}
    return {
        "version": 1,
        "name": "campus",
        "tiers": tiers,
        "accounts": {"main": {"id": ACCOUNT, "regions": [REGION], "tiers": sorted(tiers)}},
        "events": {"retry": {"attempts": 2, "after": "15m"}, **events},
    }


@dataclass
class World:
    """The account, at work."""

    accounts: Accounts
    state: DesiredState

    @classmethod
    def of(cls, accounts: Accounts, **events: Any) -> World:
        """Everything of the catalog, and a queue that hears what the topic tells."""
        world = cls(accounts, resolve(model(catalog(**events))))
        deploy(world.state, accounts)
        world.deploy_events()
        return world

    @property
    def unit(self) -> DesiredUnit:
        """Where the resources live."""
        return next(unit for unit in self.state.units if unit.id.region == REGION)

    def client(self, service: str, region: str = REGION) -> Any:
        """A client of a service in the account."""
        return self.accounts.client(service, ACCOUNT, region)

    def deploy_events(self) -> None:
        events = self.unit.events
        assert events
        inbox = self.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        self.client("sns").create_topic(Name=events.topic.name)
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{inbox.rsplit('/', 1)[-1]}"
        self.client("sns").subscribe(TopicArn=events.topic.arn, Protocol="sqs", Endpoint=arn)
        for machine in self.unit.state_machines:
            self.client("stepfunctions").create_state_machine(
                name=machine.name, definition=machine.definition, roleArn=machine.role_arn
            )
        for rule in events.rules:
            target = {"Id": rule.name, "Arn": rule.target_arn}
            target |= {"RoleArn": rule.role_arn} if rule.role_arn else {}
            target |= {"Input": rule.input} if rule.input else {}
            self.client("events").put_rule(Name=rule.name, EventPattern=rule.pattern)
            self.client("events").put_targets(Rule=rule.name, Targets=[target])

    def instance(self) -> str:
        """An instance of tier servers, by its ARN."""
        image = self.client("ec2").register_image(Name="base")["ImageId"]
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "backup-tier", "Value": "servers"}]}]
        (made,) = self.client("ec2").run_instances(
            ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags
        )["Instances"]
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{made['InstanceId']}"

    def volume(self, tier: str = "volumes") -> str:
        """A volume of a tier, by its ARN."""
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "backup-tier", "Value": tier}]}]
        made = self.client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8, TagSpecifications=tags)
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{made['VolumeId']}"

    def until_the_schedule(self) -> None:
        """To a few minutes after the next time when plans back up."""
        now = clock.now()
        due = now.replace(hour=2, minute=0, second=0, microsecond=0)
        clock.set_now((due if due > now else due + timedelta(days=1)) + timedelta(minutes=2))

    def executions(self, machine: str, seconds: float = 30) -> list[dict[str, Any]]:
        """All of a machine, when they have ended: time passes by the emulator's clock until then."""
        states = self.client("stepfunctions")
        arn = next(each.arn for each in self.unit.state_machines if each.name == machine)
        deadline = time.monotonic() + seconds
        while True:
            listed = states.list_executions(stateMachineArn=arn)["executions"]
            if all(each["status"] != "RUNNING" for each in listed):
                return [states.describe_execution(executionArn=each["executionArn"]) for each in listed]
            assert time.monotonic() < deadline, listed
            moment = stepfunctions.waiting_until()
            if moment is not None and moment > clock.now():
                clock.set_now(moment)
            time.sleep(0.01)

    def told(self) -> list[tuple[str, str]]:
        """What the topic has told since the last time: subjects and messages, in order."""
        url = self.client("sqs").get_queue_url(QueueName="inbox")["QueueUrl"]
        found: list[tuple[str, str]] = []
        while (
            messages := self.client("sqs")
            .receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            .get("Messages")
        ):
            for each in messages:
                body = json.loads(each["Body"])
                found.append((body.get("Subject", ""), body["Message"]))
                self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def escalated(self) -> list[tuple[str, str]]:
        """Only what the state machines have told: events have no subject."""
        return [each for each in self.told() if each[0]]

    def states(self) -> dict[str, str]:
        """The state of each resource's backup job, where it has one."""
        listed = self.client("backup").list_backup_jobs()["BackupJobs"]
        return {each["ResourceArn"]: each["State"] for each in listed}

    def jobs(self) -> list[tuple[str, bool, dict[str, int]]]:
        """State, whether a plan started it, and the lifecycle of each backup job, oldest first."""
        listed = self.client("backup").list_backup_jobs()["BackupJobs"]
        listed.sort(key=lambda each: each["CreationDate"])
        return [(each["State"], "CreatedBy" in each, each["RecoveryPointLifecycle"]) for each in listed]
