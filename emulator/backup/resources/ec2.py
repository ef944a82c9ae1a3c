"""EC2 instances: their recovery points are images (AMIs) of moto's EC2, with a snapshot of each volume.

Restoring one launches an instance with all its volumes, in the default VPC unless the metadata says
otherwise, and without the original's user data ("Restore an Amazon EC2 instance" in the AWS Backup Developer
Guide).
"""

import json
from datetime import datetime
from typing import Any

from emulator.backup import keys
from emulator.backup.arns import Arn, parse
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Kind, Place
from emulator.backup.resources.ebs import GIB, damage, ec2, naive, own_tags
from emulator.backup.resources.metadata import (
    REQUEST_ID,
    check_booleans,
    invalid,
    is_true,
    named,
)
from emulator.backup.vaults import Vault
from emulator.ec2 import images
from emulator.errors import NotImplementedByEmulator, ResourceNotFound

IMAGE_DESCRIPTION = "This image is created by the AWS Backup service."

_APPLIED = (
    "DisableApiTermination", "EbsOptimized", "IamInstanceProfileName", "InstanceInitiatedShutdownBehavior",
    "InstanceType", "KeyName", "Monitoring", "Placement", "RequireImdsV2", "SecurityGroupIds", "SubnetId",
    "VpcId",
)  # fmt: skip

_NOT_APPLIED = (
    "CapacityReservationSpecification", "CpuOptions", "CreditSpecification", "HibernationOptions",
    "NetworkInterfaces", "UserData",
)  # fmt: skip
"""What AWS takes too, and moto's EC2 cannot act on."""


class Ec2(Kind):
    type = "EC2"
    service = "ec2"

    def covers(self, arn: Arn) -> bool:
        return arn.service == "ec2" and arn.resource.startswith("instance/")

    def require(self, place: Place, arn: Arn) -> None:
        if ec2(place).get_instance_by_id(arn.resource_id) is None:
            raise ResourceNotFound(f"Instance {arn.resource_id} does not exist")

    def back_up(
        self, place: Place, arn: Arn, vault: Vault, job_id: str, tags: dict[str, str], moment: datetime
    ) -> Backup:
        backend = ec2(place)
        instance = backend.get_instance_by_id(arn.resource_id)
        if instance is None or instance.state == "terminated":
            raise JobFailedError(f"The instance ID '{arn.resource_id}' does not exist")
        taken_over = own_tags(instance)
        together = {**taken_over, **tags}
        image = backend.create_image(
            instance.id,
            name=f"AwsBackup_{instance.id}_{job_id}",
            description=IMAGE_DESCRIPTION,
            tag_specifications=[],
        )
        _date_and_tag(image, moment, {**together, "aws:backup:source-resource": f"{instance.id}:{job_id}"})
        snapshots = images.snapshots(backend, image)
        return Backup(
            arn=f"arn:{place.partition}:ec2:{place.region}::image/{image.id}",
            size=sum(snapshot.volume_size for snapshot in snapshots) * GIB,
            key_arn=None,
            encrypted=any(snapshot.encrypted for snapshot in snapshots),
            restore_metadata={REQUEST_ID: job_id, **_metadata_of(backend, instance)},
            resource_name=taken_over.get("Name"),
            tags=together,
        )

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        backend = ec2(place)
        image = backend.amis.pop(parse(point.arn).resource_id, None)
        if image is None:
            return
        backend.deleted_amis.append(image.id)
        for snapshot in images.snapshots(backend, image):
            del backend.snapshots[snapshot.id]

    def check_restore(self, point: RecoveryPoint, metadata: dict[str, str]) -> None:
        given = named(metadata, (*_APPLIED, *_NOT_APPLIED))
        left_out = [name for name in _NOT_APPLIED if given.get(name) not in (None, "null", "[]", "{}")]
        if left_out:
            raise NotImplementedByEmulator(f"The emulator does not restore with {', '.join(left_out)}")
        check_booleans(given, "DisableApiTermination", "EbsOptimized", "RequireImdsV2")
        if given.get("InstanceInitiatedShutdownBehavior", "stop") not in ("stop", "terminate"):
            raise invalid("InstanceInitiatedShutdownBehavior must be stop or terminate")
        _json(given, "SecurityGroupIds", list)
        _json(given, "Placement", dict)
        _json(given, "Monitoring", dict)

    def restore(self, place: Place, point: RecoveryPoint, metadata: dict[str, str], moment: datetime) -> str:
        given = named(metadata, _APPLIED)
        backend = ec2(place)
        image = backend.amis.get(parse(point.arn).resource_id)
        if image is None:
            raise JobFailedError(f"The image id '{parse(point.arn).resource_id}' does not exist")
        instance = _launch(backend, place, image, given)
        instance.launch_time = naive(moment)
        for _, device in instance.get_block_device_mapping:
            damage(backend.volumes[device.volume_id], point)
        return f"arn:{place.partition}:ec2:{place.region}:{place.account}:instance/{instance.id}"

    def keys(self, place: Place, point: RecoveryPoint) -> list[str]:
        """Those of the snapshots: an image has none of its own."""
        backend = ec2(place)
        image = backend.amis.get(parse(point.arn).resource_id)
        named = {snapshot.kms_key_id for snapshot in images.snapshots(backend, image)} if image else set()
        found = (keys.arn_of(place.account, place.region, each) for each in named)
        return sorted(each for each in found if each)

    def copy(
        self, source: Place, target: Place, point: RecoveryPoint, vault: Vault, moment: datetime
    ) -> Backup:
        """The snapshots of a copy are encrypted by the key of the vault that they go to ("Encryption for
        copies" in the AWS Backup Developer Guide)."""
        from moto.ec2.models.amis import Ami
        from moto.ec2.utils import random_ami_id

        original = ec2(source).amis.get(parse(point.arn).resource_id)
        if original is None:
            raise JobFailedError(f"The image id '{parse(point.arn).resource_id}' does not exist")
        backend = ec2(target)
        image = Ami(
            backend,
            random_ami_id(),
            source_ami=original,
            name=f"{original.name}_{vault.name}_{random_ami_id()[-4:]}",
            description=IMAGE_DESCRIPTION,
            root_device_name=original.root_device_name,
            region_name=f"{target.region}a",
        )
        backend.amis[image.id] = image
        images.copy(image, original, backend, vault.key_arn)
        _date_and_tag(image, moment, point.tags)
        return Backup(
            arn=f"arn:{target.partition}:ec2:{target.region}::image/{image.id}",
            size=point.size,
            key_arn=vault.key_arn,
            encrypted=True,
            restore_metadata=_without_place(point.restore_metadata),
            resource_name=point.resource_name,
            tags=point.tags,
        )


def _date_and_tag(image: Any, moment: datetime, tags: dict[str, str]) -> None:
    image.creation_date = naive(moment)
    image.add_tags(tags)
    for snapshot in images.snapshots(image.ec2_backend, image):
        snapshot.start_time = naive(moment)
        snapshot.add_tags(tags)


def _metadata_of(backend: Any, instance: Any) -> dict[str, str]:
    """The restore metadata of an instance, from which it can be restored as it was."""
    association = backend.iam_instance_profile_associations.get(instance.id)
    found = {
        "InstanceType": instance.instance_type,
        "KeyName": instance.key_name,
        "VpcId": instance.vpc_id,
        "SubnetId": instance.subnet_id,
        "SecurityGroupIds": json.dumps(_groups(instance)),
        "IamInstanceProfileName": association.iam_instance_profile.name if association else None,
        "InstanceInitiatedShutdownBehavior": instance.instance_initiated_shutdown_behavior,
        "DisableApiTermination": str(bool(instance.disable_api_termination)).lower(),
        "EbsOptimized": str(bool(instance.ebs_optimized)).lower(),
        "Monitoring": json.dumps({"State": instance.monitoring_state}),
        "Placement": json.dumps({"AvailabilityZone": instance.availability_zone, "Tenancy": "default"}),
        "RequireImdsV2": str(instance.metadata_options.http_tokens == "required").lower(),
    }
    return {name: value for name, value in found.items() if value}


def _groups(instance: Any) -> list[str]:
    return [group.id for nic in instance.nics.values() for group in nic.group_set]


def _without_place(metadata: dict[str, str]) -> dict[str, str]:
    """Restore metadata that means something in another Region or account."""
    of_the_place = ("VpcId", "SubnetId", "SecurityGroupIds", "Placement", "KeyName")
    return {name: value for name, value in metadata.items() if name not in of_the_place}


def _launch(backend: Any, place: Place, image: Any, given: dict[str, str]) -> Any:
    subnet = _subnet(backend, given)
    imds = {"HttpTokens": "required"} if is_true(given, "RequireImdsV2") else {}
    monitoring = (_json(given, "Monitoring", dict) or {}).get("State", "disabled")
    reservation = backend.run_instances(
        image.id,
        1,
        None,
        [],
        instance_type=given.get("InstanceType") or "m1.small",
        is_instance_type_default=not given.get("InstanceType"),
        region_name=place.region,
        subnet_id=subnet.id,
        key_name=given.get("KeyName"),
        security_group_ids=_json(given, "SecurityGroupIds", list) or [],
        ebs_optimized=is_true(given, "EbsOptimized"),
        disable_api_termination=is_true(given, "DisableApiTermination"),
        instance_initiated_shutdown_behavior=given.get("InstanceInitiatedShutdownBehavior"),
        monitoring_state=monitoring,
        metadata_options=imds,
    )
    instance = reservation.instances[0]
    if given.get("IamInstanceProfileName"):
        backend.associate_iam_instance_profile(
            instance_id=instance.id, iam_instance_profile_name=given["IamInstanceProfileName"]
        )
    return instance


def _subnet(backend: Any, given: dict[str, str]) -> Any:
    """The subnet that is named, or one of the default VPC ("Restore testing inferred metadata": an instance
    is restored to the default VPC, and not at all where there is none)."""
    if given.get("SubnetId"):
        subnet = backend.get_subnet(given["SubnetId"])
        if given.get("VpcId") not in (None, subnet.vpc_id):
            raise JobFailedError(f"The subnet '{subnet.id}' is not in the VPC '{given['VpcId']}'")
        return subnet
    default = backend.get_default_vpc()
    vpc_id = given.get("VpcId") or (default.id if default else None)
    for subnet in backend.describe_subnets(filters={"vpc-id": [vpc_id]}) if vpc_id else []:
        return subnet
    raise JobFailedError("No default VPC for this user" if not vpc_id else f"No subnet in VPC '{vpc_id}'")


def _json(given: dict[str, str], name: str, kind: type) -> Any:
    """The value of a key whose text is JSON.

    :raises InvalidParameterValue: it is not.
    """
    text = given.get(name)
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise invalid(f"{name} is not JSON: {error}") from error
    if not isinstance(value, kind):
        raise invalid(f"{name} must be a JSON {'list' if kind is list else 'object'}")
    return value
