"""What moto lacks of launching instances: interfaces that go with them and have tags, devices of an image of
which a request changes but one thing, and client tokens.

From RunInstances and DescribeInstances in the EC2 API reference, and from "Elastic network interfaces" in the
Amazon EC2 User Guide: what a launch makes goes with the instance unless the request says otherwise. A request
may say of a device of the image no more than what becomes of its volume ("Preserve data when an instance is
terminated", there).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any


def install() -> None:
    """Have moto's EC2 launch instances so, and find them by their client tokens."""
    from moto.ec2 import utils
    from moto.ec2.models.instances import InstanceBackend

    instances: Any = InstanceBackend
    instances.run_instances = _whole(instances.run_instances)
    utils.filter_dict_attribute_mapping["client-token"] = "client_token"


def install_operations() -> None:
    """Have requests say of a device of the image as little as they like."""
    from moto.ec2.responses import EC2Response

    response: Any = EC2Response
    own = response._validate_block_device_mapping  # noqa: SLF001  # as moto's own operations do

    def validate(mapping: dict[str, Any]) -> None:
        # Whether the image has the device is known when it is launched.
        own({**mapping, "Ebs": {"VolumeSize": 1, **mapping["Ebs"]}} if mapping.get("Ebs") else mapping)

    response._validate_block_device_mapping = staticmethod(validate)  # noqa: SLF001


def _require_devices(backend: Any, image_id: str, mappings: list[dict[str, Any]]) -> None:
    from moto.ec2.exceptions import EC2ClientError

    image = backend.amis.get(image_id)
    known = {each["DeviceName"] for each in image.block_device_mappings} if image else set()
    for each in mappings:
        ebs = each.get("Ebs") or {}
        whole = ebs.get("SnapshotId") or ebs.get("VolumeSize") or each.get("NoDevice") == ""
        if not whole and each["DeviceName"] not in known:
            message = "The request must contain the parameter size or snapshotId"
            raise EC2ClientError("MissingParameter", message)


def _whole(run_instances: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run_instances)
    def run(self: Any, image_id: str, *args: Any, **kwargs: Any) -> Any:
        _require_devices(self, image_id, kwargs.get("block_device_mappings") or [])
        asked = {int(each.get("DeviceIndex") or 0): dict(each) for each in kwargs.get("nics") or []}
        tags = (kwargs.get("tags") or {}).get("network-interface", {})
        reservation = run_instances(self, image_id, *args, **kwargs)
        for instance in reservation.instances:
            for index, interface in instance.nics.items():
                wanted = asked.get(index, {})
                if not wanted.get("NetworkInterfaceId"):
                    interface.delete_on_termination = wanted.get("DeleteOnTermination", True)
                    interface.add_tags(tags)
        return reservation

    return run
