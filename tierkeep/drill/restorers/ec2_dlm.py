"""EC2 instances whose images Data Lifecycle Manager makes, launched by EC2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.choosing import newest_of, pick, require_state
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.isolated.preflight import where
from tierkeep.drill.kinds.instance import arn_of, describe
from tierkeep.drill.makers import RUN_INSTANCES
from tierkeep.drill.restorers import dlm, images, volumes
from tierkeep.drill.restorers.base import Choice, Point
from tierkeep.drill.restorers.images import read_image
from tierkeep.drill.restorers.machines import MachineRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import GIB, name_of, properties


class Ec2ByDlm(MachineRestorer):
    """An image of an instance by one of the tier's policies, launched in the isolated network."""

    method = Method.DLM
    title = "EC2 instances by images of Data Lifecycle Manager"
    maker = RUN_INSTANCES.name
    choosing_calls = (*dlm.CALLS, *images.CALLS, "ec2:DescribeInstances", "ec2:GetEbsEncryptionByDefault")

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """An image, and the type of the instance that it is of."""
        isolation = where(scope)
        listed = listed_images(session, scope)
        found = pick(_usable(listed, session, scope), scope.point)
        image = read_image(session, name_of(found.arn))
        keys = image.key_arns
        point = Point(
            arn=found.arn,
            resource_arn=found.resource_arn,
            created=found.created,
            size_bytes=sum(part.size_gib for part in image.parts) * GIB,
            encrypted=image.encrypted,
            key_arn=keys[0] if len(keys) == 1 else None,
        )
        asked = {"InstanceType": _type(session, point), "SubnetId": isolation.subnet_ids[0]}
        return Choice(
            point=point,
            wish=str(scope.point),
            out_of=len(listed),
            newest=newest_of(
                each
                for each in (_point(each, session, scope) for each in listed)
                if each.resource_arn == point.resource_arn
            ),
            parameters=tuple(sorted(asked.items())),
            properties=properties(
                devices=" ".join(part.device for part in image.parts),
                encrypted=volumes.will_be_encrypted(session, encrypted=image.encrypted),
                instance_type=asked["InstanceType"],
            ),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """One instance without a key pair or user data; its volumes are tagged too, and go with it."""
        isolation, asked = where(scope), dict(choice.parameters)
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        request: dict[str, Any] = {
            "ImageId": name_of(choice.point.arn),
            "InstanceType": asked["InstanceType"],
            "MinCount": 1,
            "MaxCount": 1,
            "ClientToken": drill_id,
            "InstanceInitiatedShutdownBehavior": "stop",
            "NetworkInterfaces": [
                {
                    "DeviceIndex": 0,
                    "SubnetId": asked["SubnetId"],
                    "Groups": [isolation.security_group_id],
                    "AssociatePublicIpAddress": False,
                    "DeleteOnTermination": True,
                }
            ],
            "BlockDeviceMappings": [
                {"DeviceName": device, "Ebs": {"DeleteOnTermination": True}}
                for device in str(choice.property("devices")).split()
            ],
            "TagSpecifications": [
                {"ResourceType": kind, "Tags": listed} for kind in ("instance", "volume", "network-interface")
            ],
        }
        if isolation.instance_profile is not None:
            request["IamInstanceProfile"] = {"Name": isolation.instance_profile}
        return request

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to."""
        asked = dict(choice.parameters)
        return (
            f"into a new {asked['InstanceType']} in {asked['SubnetId']}, it and its volumes with the drill's "
            "tags from birth"
        )


def listed_images(session: UnitSession, scope: Scope) -> list[dict[str, Any]]:
    """The account's images that policies of the tier made, of whatever state.

    Raises `CannotVerifyError` if the tier's policies make none, `NothingToRestoreError` if the tier has no
    policy there, and `AwsError`.
    """
    if not scope.image_policies:
        raise CannotVerifyError(
            f"tier {scope.tier!r} has its instances backed up by snapshots of their volumes, of which this "
            "version makes no instance; drill the volumes as --type ebs, or write `images: {}`"
        )
    filters = dlm.made_by(session, scope, scope.image_policies)
    if scope.resource_arn is not None:
        filters.append({"Name": "source-instance-id", "Values": [name_of(scope.resource_arn)]})
    listed = session.pages("ec2", "describe_images", "Images", Owners=["self"], Filters=filters)
    # Of copies from another Region EC2 does not say which instance they are of.
    return [each for each in listed if each.get("SourceInstanceId")]


def _usable(listed: list[dict[str, Any]], session: UnitSession, scope: Scope) -> list[Point]:
    """Those that an instance can be made of. Raises `NothingToRestoreError`."""
    usable = require_state(
        listed,
        "State",
        "available",
        noun="image",
        holder=f"the image policies of tier {scope.tier!r} in {scope.unit} have",
        of=scope.resource_arn or "any EC2 instance",
        maker="the policy and its targets are",
    )
    return [_point(each, session, scope) for each in usable]


def _point(found: Mapping[str, Any], session: UnitSession, scope: Scope) -> Point:
    """As far as the list of images tells."""
    return Point(
        arn=f"arn:{scope.partition}:ec2:{session.region}::image/{found['ImageId']}",
        resource_arn=arn_of(session, scope.partition, found["SourceInstanceId"]),
        created=datetime.fromisoformat(found["CreationDate"]),
        size_bytes=None,
        encrypted=False,
        key_arn=None,
    )


def _type(session: UnitSession, point: Point) -> str:
    """An image does not say of which type its instance is. Raises `CannotVerifyError` where nobody does."""
    found = describe(session, name_of(point.resource_arn))
    if found is None:
        raise CannotVerifyError(
            f"{point.resource_arn} is gone, and {name_of(point.arn)} does not say of which type it was: "
            "recover it by hand, with a type that fits"
        )
    return str(found["InstanceType"])
