"""Networks to drill in: one that leads nowhere, and an instance in another to be backed up."""

from __future__ import annotations

from dataclasses import replace

from drill_world import FILES, REGION, put_on_disk

from tierkeep.aws import UnitSession
from tierkeep.desired.model import Isolation

TYPE = "t3.small"
DEVICES = {"/dev/sda1": FILES, "/dev/sdf": {**FILES, 7: b"of the data volume"}}


def build_network(here: UnitSession) -> Isolation:
    """A VPC of two subnets without a route out, and a security group that lets in and out what is its own."""
    vpc = here.call("ec2", "create_vpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        here.call(
            "ec2",
            "create_subnet",
            VpcId=vpc,
            CidrBlock=f"10.9.{number}.0/24",
            AvailabilityZone=f"{REGION}{'ab'[number]}",
        )["Subnet"]["SubnetId"]
        for number in range(2)
    ]
    group = closed_group(here, vpc, "drills")
    itself = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    here.call("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=itself)
    here.call("ec2", "authorize_security_group_egress", GroupId=group, IpPermissions=itself)
    return Isolation(
        subnet_ids=tuple(sorted(subnets)),
        security_group_id=group,
        db_subnet_group=None,
        instance_profile=None,
        origin=(),
    )


def build_database_network(here: UnitSession) -> Isolation:
    """The same, with the subnet group that drills restore databases into."""
    isolation = build_network(here)
    here.call(
        "rds",
        "create_db_subnet_group",
        DBSubnetGroupName="drills",
        DBSubnetGroupDescription="for drills",
        SubnetIds=list(isolation.subnet_ids),
    )
    return replace(isolation, db_subnet_group="drills")


def closed_group(here: UnitSession, vpc: str, name: str) -> str:
    """A security group that lets nothing in or out."""
    group: str = here.call(
        "ec2", "create_security_group", GroupName=name, Description="for drills", VpcId=vpc
    )["GroupId"]
    out = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    here.call("ec2", "revoke_security_group_egress", GroupId=group, IpPermissions=out)
    return group


def build_instance(here: UnitSession) -> str:
    """An instance in production with a root volume that goes with it, and one for data that does not; its
    ARN."""
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    listed = here.call("ec2", "describe_images", Owners=["amazon"])["Images"]
    image = next(each["ImageId"] for each in listed if each.get("Platform") != "windows")
    instance = here.call(
        "ec2",
        "run_instances",
        ImageId=image,
        InstanceType=TYPE,
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[
            {
                "DeviceName": device,
                "Ebs": {
                    "VolumeSize": 8,
                    "Encrypted": True,
                    "KmsKeyId": key,
                    "DeleteOnTermination": device == "/dev/sda1",
                },
            }
            for device in DEVICES
        ],
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "tier", "Value": "databases"}]},
        ],
    )["Instances"][0]["InstanceId"]
    vpc = here.call("ec2", "describe_vpcs")["Vpcs"][0]["VpcId"]
    here.call("elbv2", "create_target_group", Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    for device, volume in volumes_of(here, instance).items():
        put_on_disk(volume, DEVICES[device])
    return f"arn:aws:ec2:{REGION}:{here.account_id}:instance/{instance}"


def volumes_of(here: UnitSession, instance: str) -> dict[str, str]:
    """The ids of an instance's volumes by device."""
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    return {
        attachment["Device"]: volume["VolumeId"]
        for volume in here.pages("ec2", "describe_volumes", "Volumes", Filters=filters)
        for attachment in volume["Attachments"]
    }
