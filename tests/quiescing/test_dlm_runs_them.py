"""The whole of it at the emulator: Data Lifecycle Manager has our document run around its snapshots."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

import emulator
from emulator import clock
from emulator.backup.timing import set_job_seconds
from emulator.ssm import outcomes
from tests.desired.test_script_documents import state_for
from tests.quiescing.hosts import Host
from tests.validate.dlm_requests import policy_request
from tierkeep.desired.script_text import RUN_FOLDER

REGION = "ap-south-1"
START = datetime(2027, 1, 1, tzinfo=UTC)
FROZEN, THAWED = "fsfreeze --freeze /data", "fsfreeze --unfreeze /data"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    emulator.install()
    session = boto3.Session("testing", "testing", region_name=REGION)
    with mock_aws():
        clock.set_now(START)
        set_job_seconds(0)
        yield session.client
        outcomes.clear()
    clock.set_offset(0)
    set_job_seconds(1)


@pytest.mark.parametrize("breaks", [False, True])
def test_what_the_tier_asks_for_runs_before_and_after_each_snapshot(
    host: Host, client: Any, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    """Deployed as the desired state has it. Where the freeze fails, there is a crash-consistent snapshot."""
    monkeypatch.setenv("PATH", host.path)
    if breaks:
        (host.folder / "broken").write_text("/data")
    (unit,) = state_for({"type": "filesystem", "mount_points": ["/data"]}).units
    (document,), (policy,) = unit.documents, unit.snapshot_policies
    # What it remembers lies in a folder that only root may write to.
    content = document.content.replace(RUN_FOLDER, str(host.folder / "run"))
    ssm, ec2 = client("ssm"), client("ec2")
    ssm.create_document(
        Name=document.name,
        DocumentType="Command",
        DocumentFormat="JSON",
        TargetType="/AWS::EC2::Instance",
        Content=content,
        Tags=[{"Key": key, "Value": value} for key, value in document.tags],
    )
    outcomes.add(document=document.name, run=True)
    image = ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    tags = [{"Key": key, "Value": value} for key, value in policy.target_tags]
    ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=[{"ResourceType": "instance", "Tags": tags}]
    )
    client("dlm").create_lifecycle_policy(**policy_request(policy, {}))
    clock.set_now(START + timedelta(days=1, minutes=1))

    snapshots = [
        {tag["Key"]: tag["Value"] for tag in each.get("Tags", [])}
        for each in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    ]
    made = [each for each in snapshots if "aws:dlm:pre-script" in each]
    assert made
    ran = ssm.list_command_invocations(Details=True)["CommandInvocations"]
    said = "".join(plugin["Output"] for each in ran for plugin in each["CommandPlugins"])
    if breaks:
        assert {each["aws:dlm:pre-script"] for each in made} == {"FAILED"}
        assert set(host.calls()) == {FROZEN, THAWED}
        assert not host.frozen()
        return
    assert host.calls() == [FROZEN, THAWED] * len(made)
    assert {(each["aws:dlm:pre-script"], each["aws:dlm:post-script"]) for each in made} == {
        ("SUCCESS", "SUCCESS")
    }
    assert "froze /data" in said
    assert json.loads(ssm.get_document(Name=document.name)["Content"])["schemaVersion"] == "2.2"
