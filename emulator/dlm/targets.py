"""The volumes and instances that a lifecycle policy is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Details = dict[str, Any]

_OLD_ENOUGH = timedelta(hours=24)


@dataclass(frozen=True)
class Target:
    """A volume or an instance, with the volumes to make snapshots of."""

    id: str
    volumes: tuple[str, ...]


def targets(backend: Any, details: Details) -> list[Target]:
    """What a custom policy with these details is about in ``backend``, moto's EC2 of an account and Region.

    A resource is one that has any of the target tags ("How Amazon Data Lifecycle Manager works" in the Amazon
    EBS User Guide).
    """
    wanted = [(tag["Key"], tag["Value"]) for tag in details["TargetTags"]]
    if details["ResourceTypes"] == ["VOLUME"]:
        return [Target(each, (each,)) for each in backend.volumes if _has_any(backend, each, wanted)]
    return [
        Target(instance.id, tuple(_volumes(backend, instance, details)))
        for instance in _instances(backend)
        if _has_any(backend, instance.id, wanted)
    ]


def targets_by_default(backend: Any, details: Details, moment: datetime) -> list[Target]:
    """What a default policy backs up at ``moment``: what has no recent backup and is not excluded.

    A backup is recent for as many days as CreateInterval says, whoever made it, and what is younger than a
    day is not backed up yet ("Considerations for default policies" in the Amazon EBS User Guide).
    """
    since = moment - timedelta(days=details["CreateInterval"])
    old = _naive(moment - _OLD_ENOUGH)
    exclusions = details.get("Exclusions") or {}
    excluded_tags = [(tag["Key"], tag["Value"]) for tag in exclusions.get("ExcludeTags") or []]
    if details["ResourceType"] == "INSTANCE":
        recent = {image.instance_id for image in backend.amis.values() if image.creation_date > _naive(since)}
        return [
            Target(instance.id, tuple(_volumes(backend, instance, {})))
            for instance in _instances(backend)
            if instance.id not in recent
            and _naive(instance.launch_time) <= old
            and not _has_any(backend, instance.id, excluded_tags)
        ]
    recent = {each.volume.id for each in backend.snapshots.values() if each.start_time > _naive(since)}
    types = exclusions.get("ExcludeVolumeTypes") or []
    boots = (
        {_boot_volume(each) for each in _instances(backend)}
        if exclusions.get("ExcludeBootVolumes")
        else set()
    )
    return [
        Target(volume.id, (volume.id,))
        for volume in backend.volumes.values()
        if volume.id not in recent | boots
        and _naive(volume.create_time) <= old
        and volume.volume_type not in types
        and not _has_any(backend, volume.id, excluded_tags)
    ]


def exists(backend: Any, resource_id: str) -> bool:
    """Whether a volume or an instance has not been deleted or terminated."""
    return resource_id in backend.volumes or any(each.id == resource_id for each in _instances(backend))


def _instances(backend: Any) -> Iterator[Any]:
    for reservation in backend.reservations.values():
        for instance in reservation.instances:
            if instance.state != "terminated":
                yield instance


def _volumes(backend: Any, instance: Any, details: Details) -> Iterator[str]:
    parameters = details.get("Parameters") or {}
    without = [(tag["Key"], tag["Value"]) for tag in parameters.get("ExcludeDataVolumeTags") or []]
    boot = _boot_volume(instance)
    for device in instance.block_device_mapping.values():
        volume = device.volume_id
        if volume == boot:
            excluded = parameters.get("ExcludeBootVolume", False)
        else:
            excluded = _has_any(backend, volume, without)
        if not excluded:
            yield volume


def _boot_volume(instance: Any) -> str | None:
    device = instance.block_device_mapping.get(instance.root_device_name)
    return str(device.volume_id) if device else None


def _has_any(backend: Any, resource_id: str, wanted: list[tuple[str, str]]) -> bool:
    tags = backend.tags.get(resource_id, {})
    return any(tags.get(key) == value for key, value in wanted)


def _naive(moment: datetime) -> datetime:
    """As moto keeps times."""
    return moment.replace(tzinfo=None)
