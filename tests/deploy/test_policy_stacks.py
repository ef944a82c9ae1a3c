"""Snapshot policies with what the provider's resource lacks, deployed by the real Terraform as stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from emulator.process import running
from tests.catalogs import model
from tests.deploy.applying import apply, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge
from tierkeep.validate.findings import Finding
from tierkeep.validate.run import validate_units

ACCOUNT, REGION = "000000000001", "ap-south-1"
CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "access": {"deploy": "deploy", "validate": "validate"},
    "watching": {"alarms": "by-tier", "topic": "operations"},
    "tiers": {
        "basic": {
            "description": "Basic",
            "protects": {"ebs": {}, "ec2": {}},
            "encryption": "aws-managed",
            "schedules": {"monthly": {"every": "1mo", "on": 1, "keep": "2y", "archive_after": "3mo"}},
            "application_consistency": {
                "scripts": "pre-and-post",
                "application": {"type": "mysql", "mount_points": ["/var/lib/mysql"]},
                "timeout_seconds": 60,
                "retries": 2,
                "on_failure": "no-snapshot",
            },
            "exclude": {"boot_volume": True, "data_volumes_with_tags": {"scratch": "yes"}},
        }
    },
    "accounts": {"one": {"id": ACCOUNT, "regions": [REGION], "tiers": ["basic"]}},
}


CHANGED: dict[str, Any] = {
    "application_consistency": {
        **CATALOG["tiers"]["basic"]["application_consistency"],
        "timeout_seconds": 90,
    },
    "schedules": {"monthly": {"every": "1mo", "on": 2, "keep": "3y", "archive_after": "3mo"}},
}


@dataclass(frozen=True)
class Deployed:
    """The catalog's one unit, deployed to an emulator."""

    folder: Path
    endpoint: str

    def become(self, **tier: Any) -> str | None:
        """Deploys the catalog with other settings of its tier; what went wrong, or None."""
        made = synthesize(state(**tier), endpoint=self.endpoint, destroyable="demo")
        return apply(self.folder, made[f"one-{REGION}"], self.endpoint)

    def policies(self) -> dict[str, dict[str, Any]]:
        session = self.session
        found = session.pages("dlm", "get_lifecycle_policies", "Policies")
        return {
            each["Tags"]["tierkeep:policy"]: session.call(
                "dlm", "get_lifecycle_policy", PolicyId=each["PolicyId"]
            )["Policy"]
            for each in found
        }

    def alarms(self) -> dict[str, str]:
        """The id of the policy that each alarm of one metric looks at, by the alarm's name."""
        found = self.session.pages("cloudwatch", "describe_alarms", "MetricAlarms")
        return {each["AlarmName"]: each["Dimensions"][0]["Value"] for each in found if each.get("Dimensions")}

    @property
    def session(self) -> UnitSession:
        role = f"arn:aws:iam::{ACCOUNT}:role/test"
        return open_unit(
            unit="test", account_id=ACCOUNT, region=REGION, role_arn=role, session_name="tierkeep-test"
        )


def state(**tier: Any) -> DesiredState:
    catalog = deepcopy(CATALOG)
    catalog["tiers"]["basic"].update(tier)
    catalog["tiers"]["basic"] = {key: value for key, value in catalog["tiers"]["basic"].items() if value}
    found = resolve(model(catalog))
    assert not [each for each in judge(found) if each.severity is Severity.ERROR]
    return found


def findings(**tier: Any) -> list[Finding]:
    wanted = state(**tier)
    results = validate_units(wanted, wanted.units, on_done=lambda _: None)
    assert [unknown for unit in results for unknown in unit.unknowns] == []
    return [finding for unit in results for finding in unit.findings]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    require_terraform()
    with running("--clock", "at-rest") as endpoint:
        unit = Deployed(folder=tmp_path_factory.mktemp("stacks") / "one", endpoint=endpoint)
        assert unit.become() is None
        yield unit


@pytest.fixture(autouse=True)
def at_the_emulator(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIERKEEP_ENDPOINT", deployed.endpoint)


def test_the_policies_are_as_the_catalog_says_and_nothing_drifts(deployed: Deployed) -> None:
    """Applied, planned empty, and clean for the validator, which reads policies and documents, not stacks."""
    assert sorted(deployed.policies()) == ["demo-basic-instances", "demo-basic-volumes"]
    assert findings() == []
    assert deployed.alarms() == watched(deployed.policies())
    instances = deployed.policies()["demo-basic-instances"]["PolicyDetails"]
    [script] = instances["Schedules"][0]["CreateRule"]["Scripts"]
    assert script["ExecutionHandler"] == "demo-basic-scripts"
    assert script["ExecuteOperationOnScriptFailure"] is False
    volumes = deployed.policies()["demo-basic-volumes"]["PolicyDetails"]["Schedules"][0]
    assert (
        volumes["RetainRule"]["Interval"]
        + volumes["ArchiveRule"]["RetainRule"]["RetentionArchiveTier"]["Interval"]
        == 731
    )


def test_a_change_is_made_in_place(deployed: Deployed) -> None:
    """The policy keeps its id, and with it its snapshots; a new version of the document is the one to run."""
    before = deployed.policies()
    assert deployed.become(**CHANGED) is None
    after = deployed.policies()
    assert {name: each["PolicyId"] for name, each in after.items()} == {
        name: each["PolicyId"] for name, each in before.items()
    }
    assert findings(**CHANGED) == []
    assert deployed.alarms() == watched(after)
    document = deployed.session.call("ssm", "describe_document", Name="demo-basic-scripts")["Document"]
    assert (document["DefaultVersion"], document["LatestVersion"]) == ("2", "2")


def test_scripts_run_volumes_are_left_out_and_snapshots_archived(deployed: Deployed) -> None:
    """What the policies of the stacks do, as far as the emulator knows DLM, is what the catalog asks for."""
    session = deployed.session
    set_clock(deployed.endpoint, "2030-01-15T00:00:00Z")
    image = session.call("ec2", "register_image", Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    machine = session.call(
        "ec2", "run_instances", ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tagged("instance")
    )["Instances"][0]
    zone = {"AvailabilityZone": machine["Placement"]["AvailabilityZone"], "Size": 8}
    data = session.call("ec2", "create_volume", **zone)["VolumeId"]
    alone = session.call("ec2", "create_volume", **zone, TagSpecifications=tagged("volume"))["VolumeId"]
    attached = {"VolumeId": data, "InstanceId": machine["InstanceId"], "Device": "/dev/sdf"}
    session.call("ec2", "attach_volume", **attached)
    set_clock(deployed.endpoint, "2030-06-20T00:00:00Z")

    commands = [each["Parameters"]["command"] for each in session.call("ssm", "list_commands")["Commands"]]
    assert commands == [
        ["post-script"],
        ["pre-script"],
    ]  # of the last run: Systems Manager forgets older ones
    assert storage_tiers(session, data) == ["standard"] * 5
    assert storage_tiers(session, alone) == ["archive", "archive", "standard", "standard", "standard"]
    for each in machine["BlockDeviceMappings"]:
        assert storage_tiers(session, each["Ebs"]["VolumeId"]) == []


def watched(policies: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The alarms on failures of each policy: schedules of a month are too rare for any others."""
    return {
        f"{name}-stack-failed-{what}": each["PolicyId"]
        for name, each in policies.items()
        for what in ("snapshots", "snapshot-deletion")
    }


def storage_tiers(session: UnitSession, volume: str) -> list[str]:
    """The tier of each snapshot of a volume, the oldest first."""
    found = session.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"])
    of_volume = [each for each in found if each["VolumeId"] == volume]
    return [each["StorageTier"] for each in sorted(of_volume, key=lambda each: each["StartTime"])]


def tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "backup-tier", "Value": "basic"}]}]


def set_clock(endpoint: str, moment: str) -> None:
    body = json.dumps({"now": moment}).encode()
    urlopen(Request(f"{endpoint}/emulator/clock", data=body, method="POST"), timeout=60).close()


def test_what_is_changed_by_hand_the_validator_sees_and_terraform_does_not(deployed: Deployed) -> None:
    """A stack compares templates: the plan is empty, and the remedy says what does put it back."""
    policy = deployed.policies()["demo-basic-instances"]
    details = policy["PolicyDetails"]
    details["Schedules"][0]["CreateRule"]["Scripts"][0]["MaximumRetryCount"] = 0
    by_hand = {"PolicyId": policy["PolicyId"], "PolicyDetails": details}
    deployed.session.call("dlm", "update_lifecycle_policy", **by_hand)
    plan = terraform(deployed.folder, deployed.endpoint, "plan", "-detailed-exitcode", "-input=false")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    (finding,) = findings(**CHANGED)
    assert finding.field == "schedules[monthly].scripts[demo-basic-scripts].retries"
    assert (finding.expected, finding.actual) == (2, 0)
    assert "aws dlm update-lifecycle-policy" in finding.remedy

    details["Schedules"][0]["CreateRule"]["Scripts"][0]["MaximumRetryCount"] = 2
    deployed.session.call("dlm", "update_lifecycle_policy", **by_hand)
    assert findings(**CHANGED) == []


def test_without_scripts_the_native_resource_takes_over_and_all_can_be_destroyed(
    deployed: Deployed,
) -> None:
    """The migration that `tierkeep diff` tells of: another policy, in place of the old one."""
    native = {**CHANGED, "application_consistency": None, "exclude": {"boot_volume": True}}
    before = deployed.policies()
    assert deployed.become(**native) is None
    after = deployed.policies()
    assert after["demo-basic-instances"]["PolicyId"] != before["demo-basic-instances"]["PolicyId"]
    assert after["demo-basic-instances"]["PolicyDetails"]["Parameters"] == {"ExcludeBootVolume": True}
    assert after["demo-basic-volumes"]["PolicyId"] == before["demo-basic-volumes"]["PolicyId"]
    assert findings(**native) == []
    of_stacks = {name for name in watched(after) if name.startswith("demo-basic-volumes-")}
    assert set(deployed.alarms()) == of_stacks, "an alarm on a native policy looks at a sum"
    done = terraform(deployed.folder, deployed.endpoint, "destroy", "-auto-approve", "-input=false")
    assert done.returncode == 0, done.stdout + done.stderr
    assert deployed.policies() == {}
    own = [{"Key": "Owner", "Values": ["Self"]}]
    assert list(deployed.session.pages("ssm", "list_documents", "DocumentIdentifiers", Filters=own)) == []
