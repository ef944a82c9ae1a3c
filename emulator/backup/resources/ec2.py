"""EC2 instances: their recovery points are images (AMIs) of moto's EC2."""

from datetime import datetime

from emulator.backup.arns import Arn, parse
from emulator.backup.jobs import JobFailedError
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Backup, Kind, Place
from emulator.backup.resources.ebs import GIB, ec2, naive, own_tags
from emulator.backup.vaults import Vault
from emulator.errors import ResourceNotFound


class Ec2(Kind):
    type = "EC2"

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
            description="This image is created by the AWS Backup service.",
            tag_specifications=[],
        )
        image.creation_date = naive(moment)
        image.add_tags({**together, "aws:backup:source-resource": f"{instance.id}:{job_id}"})
        volumes = [device.volume_id for device in instance.block_device_mapping.values()]
        return Backup(
            arn=f"arn:{place.partition}:ec2:{place.region}::image/{image.id}",
            size=sum(backend.volumes[volume].size for volume in volumes) * GIB,
            key_arn=None,
            encrypted=any(backend.volumes[volume].encrypted for volume in volumes),
            restore_metadata={
                "aws:backup:request-id": job_id,
                "InstanceType": instance.instance_type,
                **({"SubnetId": instance.subnet_id} if instance.subnet_id else {}),
            },
            resource_name=taken_over.get("Name"),
            tags=together,
        )

    def delete(self, place: Place, point: RecoveryPoint) -> None:
        backend = ec2(place)
        image = backend.amis.pop(parse(point.arn).resource_id, None)
        if image is not None:
            backend.deleted_amis.append(image.id)
