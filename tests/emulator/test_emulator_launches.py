"""Instances as RunInstances launches them: interfaces, tags, client tokens."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import Aws

REQUEST: dict[str, Any] = {
    "ImageId": "ami-12c6146b",
    "InstanceType": "t3.small",
    "MinCount": 1,
    "MaxCount": 1,
}


def interfaces(aws: Aws) -> dict[str, dict[str, Any]]:
    listed = aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    return {each["NetworkInterfaceId"]: each for each in listed}


def test_the_interface_of_a_launch_goes_with_the_instance(aws: Aws) -> None:
    """Unless the request says that it stays, or it was there before."""
    tags = [{"ResourceType": "network-interface", "Tags": [{"Key": "a", "Value": "b"}]}]
    made = aws.ec2.run_instances(**REQUEST, TagSpecifications=tags)["Instances"][0]["InstanceId"]
    [interface] = interfaces(aws).values()
    assert interface["TagSet"] == [{"Key": "a", "Value": "b"}]
    aws.ec2.terminate_instances(InstanceIds=[made])
    assert interfaces(aws) == {}
    staying = [{"DeviceIndex": 0, "DeleteOnTermination": False}]
    made = aws.ec2.run_instances(**REQUEST, NetworkInterfaces=staying)["Instances"][0]["InstanceId"]
    aws.ec2.terminate_instances(InstanceIds=[made])
    assert len(interfaces(aws)) == 1


def test_a_client_token_launches_one_instance_and_finds_it(aws: Aws) -> None:
    """The same request gets the same instance, another is refused, and no other instance has the token."""
    aws.ec2.run_instances(**REQUEST)
    first = aws.ec2.run_instances(**REQUEST, ClientToken="mine")["Instances"][0]["InstanceId"]
    again = aws.ec2.run_instances(**REQUEST, ClientToken="mine")["Instances"][0]["InstanceId"]
    assert again == first
    with pytest.raises(ClientError) as refused:
        aws.ec2.run_instances(**{**REQUEST, "InstanceType": "t3.large"}, ClientToken="mine")
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatch"
    mine = [{"Name": "client-token", "Values": ["mine"]}]
    found = aws.ec2.describe_instances(Filters=mine)["Reservations"]
    assert [each["InstanceId"] for one in found for each in one["Instances"]] == [first]


def test_a_request_may_say_of_a_device_only_what_becomes_of_its_volume(aws: Aws) -> None:
    """All else is the image's; a device that the image does not have needs a size or a snapshot."""
    mapping = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 9, "DeleteOnTermination": False}}
    first = aws.ec2.run_instances(**REQUEST, BlockDeviceMappings=[mapping])["Instances"][0]["InstanceId"]
    image = aws.ec2.create_image(InstanceId=first, Name="whole")["ImageId"]
    request = {**REQUEST, "ImageId": image}
    goes = {"DeviceName": "/dev/sdf", "Ebs": {"DeleteOnTermination": True}}
    made = aws.ec2.run_instances(**request, BlockDeviceMappings=[goes])["Instances"][0]["InstanceId"]
    of_it = [{"Name": "attachment.instance-id", "Values": [made]}]
    volumes = aws.ec2.describe_volumes(Filters=of_it)["Volumes"]
    assert [(each["Size"], bool(each["SnapshotId"])) for each in volumes] == [(9, True)]
    aws.ec2.terminate_instances(InstanceIds=[made])
    left = [each["VolumeId"] for each in aws.ec2.describe_volumes()["Volumes"]]
    assert volumes[0]["VolumeId"] not in left
    with pytest.raises(ClientError) as refused:
        aws.ec2.run_instances(**request, BlockDeviceMappings=[{**goes, "DeviceName": "/dev/sdz"}])
    assert refused.value.response["Error"]["Code"] == "MissingParameter"
