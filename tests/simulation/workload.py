"""Resources for a simulated AWS, each encrypted, and tagged with its tier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.simulation.deployed import Accounts
from tierkeep.desired.model import DesiredState, DesiredUnit, Protection, ResourceType


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of a protected type. ``volumes`` are those that snapshots of it are of."""

    unit: DesiredUnit
    protection: Protection
    arn: str
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where a resource is made, and its tag."""

    accounts: Accounts
    unit: DesiredUnit
    tags: list[dict[str, str]]
    """That of its tier first."""
    number: int

    @property
    def tier(self) -> str:
        return self.tags[0]["Value"]

    def client(self, service: str) -> Any:
        return self.accounts.client(service, self.unit.account_id, self.unit.id.region)

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.unit.id.region}:{self.unit.account_id}:{resource}"


def create(
    state: DesiredState,
    accounts: Accounts,
    how_many: dict[tuple[str, ResourceType], int],
    tags: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Resource]:
    """So many resources of each tier and type, in each unit that protects it, all with `tags` besides."""
    others = [{"Key": key, "Value": value} for key, value in tags.items()]
    for unit in state.units:
        for protection in unit.protections:
            for number in range(how_many.get((protection.tier, protection.resource_type), 0)):
                tag = {"Key": state.tag_key, "Value": protection.tier}
                place = _Place(accounts, unit, [tag, *others], number)
                arn, volumes = _MAKERS[protection.resource_type](place)
                yield Resource(unit=unit, protection=protection, arn=arn, volumes=volumes)


Made = tuple[str, tuple[str, ...]]


def _volume(place: _Place) -> Made:
    """That of an instance which no tier claims."""
    volumes = _launched(place, "volume", f"host-{place.tier}-{place.number}")[1]
    return place.arn("ec2", f"volume/{volumes[0]}"), volumes


def _instance(place: _Place) -> Made:
    instance, volumes = _launched(place, "instance", f"image-{place.tier}-{place.number}")
    return place.arn("ec2", f"instance/{instance}"), volumes


def _launched(place: _Place, tagged: str, image_name: str) -> Made:
    """An instance and its volumes; the one or the others are tagged. Its volume goes with it, as AWS has it
    where nobody says otherwise, and moto has not."""
    ec2 = place.client("ec2")
    image = ec2.register_image(Name=image_name)["ImageId"]
    disk = {"VolumeSize": 8, "Encrypted": True, "DeleteOnTermination": True}
    made = ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        Placement={"AvailabilityZone": f"{place.unit.id.region}a"},
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": disk}],
        TagSpecifications=[{"ResourceType": tagged, "Tags": place.tags}],
    )["Instances"][0]
    described = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]
    volumes = tuple(device["Ebs"]["VolumeId"] for device in described["BlockDeviceMappings"])
    return made["InstanceId"], volumes


def _file_system(place: _Place) -> Made:
    token = f"{place.tier}-{place.number}"
    made = place.client("efs").create_file_system(CreationToken=token, Encrypted=True, Tags=place.tags)
    return str(made["FileSystemArn"]), ()


def _table(place: _Place) -> Made:
    made = place.client("dynamodb").create_table(
        TableName=f"table-{place.number}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=place.tags,
    )
    return str(made["TableDescription"]["TableArn"]), ()


def _database(place: _Place) -> Made:
    made = place.client("rds").create_db_instance(
        DBInstanceIdentifier=f"database-{place.number}",
        Engine="postgres",
        DBInstanceClass="db.m5.large",
        AllocatedStorage=20,
        StorageEncrypted=True,
        Tags=place.tags,
    )
    return str(made["DBInstance"]["DBInstanceArn"]), ()


def _cluster(place: _Place) -> Made:
    made = place.client("rds").create_db_cluster(
        DBClusterIdentifier=f"cluster-{place.number}",
        Engine="aurora-postgresql",
        MasterUsername="postgres",
        MasterUserPassword="not-a-secret",
        StorageEncrypted=True,
        Tags=place.tags,
    )
    return str(made["DBCluster"]["DBClusterArn"]), ()


_MAKERS: dict[ResourceType, Callable[[_Place], Made]] = {
    ResourceType.EBS: _volume,
    ResourceType.EC2: _instance,
    ResourceType.EFS: _file_system,
    ResourceType.DYNAMODB: _table,
    ResourceType.RDS: _database,
    ResourceType.AURORA: _cluster,
}
