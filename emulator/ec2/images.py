"""Images of instances with all their volumes: moto's have one empty volume, whatever the instance has.

An image of an instance has a snapshot of each of its volumes, and an instance launched from it a volume of
each of them (CreateImage and RunInstances in the EC2 API reference).  Images that were registered, or that
come with moto, stay as moto has them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from emulator.ec2 import blocks

_ATTRIBUTE = "emulator_devices"


def devices(image: Any) -> list[dict[str, Any]]:
    """The block device mappings of an image of an instance; none of any other image."""
    mappings: list[dict[str, Any]] = image.__dict__.get(_ATTRIBUTE, [])
    return mappings


def snapshots(backend: Any, image: Any) -> list[Any]:
    """Those of the image's snapshots that still exist."""
    ids = [mapping["Ebs"]["SnapshotId"] for mapping in image.block_device_mappings]
    return [backend.snapshots[each] for each in ids if each in backend.snapshots]


def copy(image: Any, source: Any, backend: Any, key_arn: str | None = None) -> None:
    """Give ``image``, which is of ``backend``, copies of the snapshots of ``source``, an image elsewhere.

    :param key_arn: what the copies are encrypted with, otherwise as the snapshots are.
    """
    copies = []
    for mapping in devices(source):
        original = source.ec2_backend.get_snapshot(mapping["Ebs"]["SnapshotId"])
        made = copy_of_snapshot(original, backend, key_arn, f"Copied for {image.id} from {source.id}")
        made.from_ami = image.id
        copies.append({**mapping, "Ebs": {**mapping["Ebs"], "SnapshotId": made.id}})
    _set_devices(backend, image, copies)


def copy_of_snapshot(original: Any, backend: Any, key_arn: str | None, description: str) -> Any:
    """A copy of a snapshot in ``backend``, which may be of another account or Region.

    :param key_arn: what the copy is encrypted with, otherwise as the original is.
    """
    from moto.ec2.models.elastic_block_store import Snapshot
    from moto.ec2.utils import random_snapshot_id

    made = Snapshot(
        backend,
        random_snapshot_id(),
        volume=original.volume,
        description=description,
        encrypted=original.encrypted or key_arn is not None,
        kms_key_id=key_arn or original.kms_key_id,
    )
    blocks.capture(made, original, blocks.lineage(original))
    backend.snapshots[made.id] = made
    return made


def install() -> None:
    """Have moto's EC2 make, copy and launch images with all volumes."""
    from moto.ec2.models.amis import Ami, AmiBackend
    from moto.ec2.models.instances import InstanceBackend

    image: Any = Ami
    images: Any = AmiBackend
    instances: Any = InstanceBackend
    own_mappings = image.block_device_mappings.fget
    image.block_device_mappings = property(lambda self: devices(self) or own_mappings(self))
    image.get_filter_value = _by_snapshot(image.get_filter_value)
    images.create_image = _with_volumes(images.create_image)
    images.copy_image = _with_copies(images.copy_image)
    instances.run_instances = _launching(instances.run_instances)


def _by_snapshot(get_filter_value: Callable[..., Any]) -> Callable[..., Any]:
    """The filter block-device-mapping.snapshot-id of DescribeImages (EC2 API reference), which moto lacks."""

    @wraps(get_filter_value)
    def found(self: Any, filter_name: str, *args: Any, **kwargs: Any) -> Any:
        if filter_name == "block-device-mapping.snapshot-id":
            mappings = (each.get("Ebs") or {} for each in self.block_device_mappings)
            return {each["SnapshotId"] for each in mappings if each.get("SnapshotId")}
        return get_filter_value(self, filter_name, *args, **kwargs)

    return found


def _with_volumes(create_image: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_image)
    def create(self: Any, instance_id: str, *args: Any, **kwargs: Any) -> Any:
        image = create_image(self, instance_id, *args, **kwargs)
        instance = self.get_instance(instance_id)
        image.root_device_name = instance.root_device_name
        description = image.ebs_snapshot.description
        mappings = []
        for name, device in instance.get_block_device_mapping:
            volume = self.volumes[device.volume_id]
            made = self.create_snapshot(volume.id, description, from_ami=image.id)
            mappings.append(_mapping(name, device, volume, made))
        _set_devices(self, image, mappings)
        return image

    return create


def _mapping(name: str, device: Any, volume: Any, snapshot: Any) -> dict[str, Any]:
    ebs = {
        "SnapshotId": snapshot.id,
        "VolumeSize": volume.size,
        "VolumeType": volume.volume_type,
        "DeleteOnTermination": device.delete_on_termination,
        "Encrypted": snapshot.encrypted,
    }
    return {"DeviceName": name, "Ebs": ebs}


def _set_devices(backend: Any, image: Any, mappings: list[dict[str, Any]]) -> None:
    if not mappings:
        return
    backend.snapshots.pop(image.ebs_snapshot.id, None)  # moto's, of a volume that never was
    names = [mapping["DeviceName"] for mapping in mappings]
    root = mappings[names.index(image.root_device_name) if image.root_device_name in names else 0]
    image.ebs_snapshot = backend.snapshots[root["Ebs"]["SnapshotId"]]
    image.root_device_type = "ebs"
    setattr(image, _ATTRIBUTE, mappings)


def _with_copies(copy_image: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(copy_image)
    def copied(self: Any, source_image_id: str, source_region: str, *args: Any, **kwargs: Any) -> Any:
        from moto.ec2.models import ec2_backends

        image = copy_image(self, source_image_id, source_region, *args, **kwargs)
        source = ec2_backends[self.account_id][source_region].amis[source_image_id]
        image.root_device_name = source.root_device_name
        copy(image, source, self)
        return image

    return copied


def _launching(run_instances: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run_instances)
    def run(self: Any, image_id: str, *args: Any, **kwargs: Any) -> Any:
        image = self.amis.get(image_id)
        if image is not None and devices(image) and not kwargs.get("launch_template"):
            given = kwargs.get("block_device_mappings") or []
            kwargs["block_device_mappings"] = _merged(devices(image), given)
        return run_instances(self, image_id, *args, **kwargs)

    return run


def _merged(own: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The image's mappings, with those that a launch gives in the place of the same devices, or added."""
    by_name = {mapping["DeviceName"]: {**mapping, "Ebs": dict(mapping["Ebs"])} for mapping in own}
    for mapping in given:
        name = mapping["DeviceName"]
        present = by_name.get(name, {"Ebs": {}})
        ebs = {key: value for key, value in mapping.get("Ebs", {}).items() if value is not None}
        by_name[name] = {**present, **mapping, "Ebs": {**present["Ebs"], **ebs}}
    return [mapping for mapping in by_name.values() if mapping.get("NoDevice") != ""]
