"""A small workload for the demo and the tests: what a platform team would have running before Tierkeep."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from urllib.request import urlopen

from scripts.disks import disk
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId

REGION = "ap-south-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """Ids and ARNs of what was made."""

    critical_volumes: tuple[str, ...]
    database_instance: str
    testing_volume_arn: str
    development_volume_arn: str


def create_workload(state: DesiredState, endpoint: str) -> Workload:
    """Tagged volumes and an instance in the accounts of the shipped catalog, where AWS Config records, in the
    emulator at an endpoint. Raises `AwsError`."""
    for unit in state.units:
        if unit.frameworks:
            record_configuration(session_in(unit))
    production = _session(state, "production")
    key = _key(production)
    critical = tuple(_volume(production, state, "critical", size, key) for size in (40, 100))
    instance = _instance(production, state, "database", key)
    staging, development = _session(state, "staging"), _session(state, "development")
    testing = _volume(staging, state, "testing", 8, _key(staging))
    put_on_disk(endpoint, staging.account_id, staging.region, testing)
    return Workload(
        critical_volumes=critical,
        database_instance=instance,
        testing_volume_arn=_arn(staging, testing),
        development_volume_arn=_arn(development, _volume(development, state, "development", 8, None)),
    )


def record_configuration(session: UnitSession) -> None:
    """AWS Config records all types in the session's account and Region, as whoever asks for controls of Audit
    Manager has to see to. Raises `AwsError`."""
    recorder = {
        "name": "default",
        "roleARN": f"arn:aws:iam::{session.account_id}:role/config",
        "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
    }
    session.call("config", "put_configuration_recorder", ConfigurationRecorder=recorder)
    channel = {"name": "default", "s3BucketName": "configuration"}
    session.call("config", "put_delivery_channel", DeliveryChannel=channel)
    session.call("config", "start_configuration_recorder", ConfigurationRecorderName="default")


def unit_of(state: DesiredState, account: str) -> DesiredUnit:
    """The unit of an account in the workload's Region. Raises `LookupError` if the catalog has none."""
    unit = state.unit(UnitId(account=account, region=REGION))
    if unit is None:
        raise LookupError(f"the catalog has no unit {account}/{REGION}")
    return unit


def _session(state: DesiredState, account: str) -> UnitSession:
    return session_in(unit_of(state, account))


def session_in(unit: DesiredUnit) -> UnitSession:
    """A session in a unit, as who deploys there. Raises `AwsError`."""
    return open_unit(
        unit=str(unit.id),
        account_id=unit.account_id,
        region=unit.id.region,
        role_arn=unit.access.deploy_role_arn,
        session_name="workload",
    )


def _key(session: UnitSession) -> str:
    key = session.call("kms", "create_key", Description="The workload's own key")
    return str(key["KeyMetadata"]["Arn"])


def _volume(session: UnitSession, state: DesiredState, tier: str, gib: int, key: str | None) -> str:
    own_key = {"KmsKeyId": key} if key else {}
    answer = session.call(
        "ec2",
        "create_volume",
        AvailabilityZone=f"{REGION}a",
        Size=gib,
        VolumeType="gp3",
        Encrypted=True,
        TagSpecifications=_tags("volume", state, tier),
        **own_key,
    )
    return str(answer["VolumeId"])


def put_on_disk(endpoint: str, account_id: str, region: str, volume_id: str) -> None:
    """Put a file system on a volume, as an instance would: AWS has no call for it, and the emulator has."""
    blocks = {"0": base64.b64encode(disk("ext4")).decode()}
    document = {"account": account_id, "region": region, "volume_id": volume_id, "blocks": blocks}
    with urlopen(f"{endpoint}/emulator/ebs/blocks", json.dumps(document).encode(), timeout=30):  # noqa: S310
        pass


def _instance(session: UnitSession, state: DesiredState, tier: str, key: str) -> str:
    root = {"VolumeSize": 8, "Encrypted": True, "KmsKeyId": key}
    image = next(session.pages("ec2", "describe_images", "Images"))["ImageId"]
    answer = session.call(
        "ec2",
        "run_instances",
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": root}],
        TagSpecifications=_tags("instance", state, tier),
    )
    return str(answer["Instances"][0]["InstanceId"])


def _tags(resource: str, state: DesiredState, tier: str) -> list[dict[str, object]]:
    return [{"ResourceType": resource, "Tags": [{"Key": state.tag_key, "Value": tier}]}]


def _arn(session: UnitSession, volume: str) -> str:
    return f"arn:aws:ec2:{session.region}:{session.account_id}:volume/{volume}"
