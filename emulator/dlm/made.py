"""What DLM makes of a volume or an instance: snapshots or an image, with their copies, shares and tags."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator import clock
from emulator.backup import keys
from emulator.dlm.targets import Target
from emulator.ec2 import fast_snapshot_restores
from emulator.key_policies import Use
from emulator.policies import Principal

Details = dict[str, Any]

MANAGED = "dlm:managed"
POLICY_ID = "aws:dlm:lifecycle-policy-id"
SCHEDULE_NAME = "aws:dlm:lifecycle-schedule-name"
EXPIRATION = "aws:dlm:expirationTime"
ARCHIVED = "aws:dlm:archived"


class KeyUnusableError(Exception):
    """A KMS key that a copy needs does not exist, is not enabled, or does not admit who copies."""


@dataclass(eq=False)
class Made:
    """The snapshots that one run of a schedule has made of a resource, and the image that they are of if any.

    ``backend`` is moto's EC2 of an account and Region.
    """

    backend: Any
    resource_id: str
    moment: datetime
    snapshots: list[str] = field(default_factory=list)
    image: str | None = None

    def delete(self) -> None:
        """Deregister the image and delete the snapshots, as far as nobody else has."""
        if self.image in self.backend.amis:
            self.backend.deregister_image(self.image)
            self.backend.tags.pop(self.image, None)
        for each in self.snapshots:
            self.backend.snapshots.pop(each, None)
            self.backend.tags.pop(each, None)

    def existing(self) -> list[str]:
        return [each for each in self.snapshots if each in self.backend.snapshots]

    def tag(self, key: str, value: str) -> None:
        for each in self.existing():
            self.backend.tags[each][key] = value

    def deprecate(self, moment: datetime) -> None:
        """Deprecate the image from ``moment`` on, unless it is sooner: who launches by its id still can."""
        image = self.backend.amis.get(self.image)
        text = f"{moment:%Y-%m-%dT%H:%M:00.000Z}"
        if image is not None:
            image.deprecation_time = min(text, getattr(image, "deprecation_time", text))

    def archive(self) -> None:
        """Move the snapshots to the archive tier."""
        for each in self.existing():
            self.backend.modify_snapshot_tier(each, "archive")
        self.tag(ARCHIVED, "true")

    def restore_fast(self, rule: Details) -> None:
        """Enable fast snapshot restore in the zones of ``rule``; what EC2 refuses, DLM passes over."""
        fast_snapshot_restores.enable(self.backend, self.existing(), **_zones(rule))

    def restore_slowly(self, rule: Details) -> None:
        """Disable it again."""
        fast_snapshot_restores.disable(self.backend, self.existing(), **_zones(rule))

    def share(self, accounts: list[str]) -> None:
        for each in self.existing():
            self.backend.add_create_volume_permission(each, accounts, [])

    def unshare(self, accounts: list[str]) -> None:
        for each in self.existing():
            self.backend.remove_create_volume_permission(each, accounts, [])


def make(
    backend: Any,
    target: Target,
    policy_id: str,
    schedule: Details,
    *,
    image: bool = False,
) -> Made | None:
    """The snapshots, or the image, of a target; None if the policy excludes all of its volumes.

    The tags are those of "How Amazon Data Lifecycle Manager works" in the Amazon EBS User Guide.
    """
    if not target.volumes:
        return None
    name = schedule["Name"]
    moment = clock.now()
    own = {MANAGED: "true", POLICY_ID: policy_id, SCHEDULE_NAME: name, **_added(schedule, target, moment)}
    made = Made(backend, target.id, moment)
    copied = schedule.get("CopyTags", False)
    if image:
        _make_image(made, policy_id, own, copied=copied)
        return made
    for volume_id in target.volumes:
        snapshot = backend.create_snapshot(volume_id, f"Created for policy: {policy_id} schedule: {name}")
        snapshot.add_tags({**(user_tags(backend, volume_id) if copied else {}), **own})
        made.snapshots.append(snapshot.id)
    return made


def _make_image(made: Made, policy_id: str, own: dict[str, str], *, copied: bool) -> None:
    backend = made.backend
    image = backend.create_image(
        made.resource_id,
        name=f"{policy_id}_{made.resource_id}_{made.moment:%Y-%m-%dT%H.%M.%S}",
        description=f"Created for policy: {policy_id} schedule: {own[SCHEDULE_NAME]}",
        tag_specifications=[],
    )
    image.creation_date = made.moment.replace(tzinfo=None)
    tags = {**(user_tags(backend, made.resource_id) if copied else {}), **own}
    image.add_tags(tags)
    made.image = image.id
    for mapping in image.block_device_mappings:
        snapshot_id = mapping["Ebs"]["SnapshotId"]
        backend.snapshots[snapshot_id].add_tags(tags)
        made.snapshots.append(snapshot_id)


def copy(made: Made, target: Any, rule: Details, role_arn: str) -> Made:
    """Copies in ``target``, EC2 of another Region, as a cross-Region copy rule says, under a policy's role.

    Copies of encrypted snapshots are encrypted, even if the rule does not say so, by the rule's key or the
    Region's default key for EBS (CrossRegionCopyRule in the Amazon DLM API reference).

    :raises KeyUnusableError: the rule's key, or that of a snapshot, cannot be used.
    """
    from emulator.ec2.images import copy_of_snapshot

    use = Use(Principal(role_arn.split(":")[4], role_arn), "ec2")
    copied = Made(target, made.resource_id, clock.now())
    for each in made.existing():
        key = _key_of(made.backend.snapshots[each])
        if not use.may_read(key):
            raise KeyUnusableError(f"The policy of the KMS key {key} does not let {role_arn} use it")
    if made.image is not None:
        return _copy_image(made, copied, rule, use)
    for each in made.existing():
        original = made.backend.snapshots[each]
        key = _key(target, rule, use) if original.encrypted or rule.get("Encrypted") else None
        description = f"[Copied {each} from {made.backend.region_name}] {original.description}"
        snapshot = copy_of_snapshot(original, target, key, description)
        snapshot.add_tags(_tags_of_copy(made.backend, each, rule))
        copied.snapshots.append(snapshot.id)
    return copied


def _key_of(snapshot: Any) -> str | None:
    backend = snapshot.ec2_backend
    return keys.arn_of(backend.account_id, backend.region_name, snapshot.kms_key_id)


def _copy_image(made: Made, copied: Made, rule: Details, use: Use) -> Made:
    target = copied.backend
    source = made.backend.amis.get(str(made.image))
    if source is None:
        return copied
    encrypted = any(made.backend.snapshots[each].encrypted for each in made.existing())
    key = _key(target, rule, use) if encrypted or rule.get("Encrypted") else None
    image = target.copy_image(made.image, made.backend.region_name, source.name, source.description)
    image.creation_date = copied.moment.replace(tzinfo=None)
    image.add_tags(_tags_of_copy(made.backend, source.id, rule))
    copied.image = image.id
    copied.snapshots = [mapping["Ebs"]["SnapshotId"] for mapping in image.block_device_mappings]
    for mapping in image.block_device_mappings if key else ():
        snapshot = target.snapshots[mapping["Ebs"]["SnapshotId"]]
        snapshot.encrypted, snapshot.kms_key_id = True, key
        mapping["Ebs"]["Encrypted"] = True
    return copied


def _key(target: Any, rule: Details, use: Use) -> str:
    from moto.kms.models import kms_backends

    arn = rule.get("CmkArn")
    if not arn:
        if not target.default_kms_key_id:
            target.default_kms_key_id = target._create_default_encryption_key()  # noqa: SLF001  # as moto does
        return str(target.default_kms_key_id)
    kms = kms_backends[arn.split(":")[4]][arn.split(":")[3]]
    name = arn.split(":")[5]
    key_id = kms.get_key_id_from_alias(name) if name.startswith("alias/") else name.removeprefix("key/")
    key = kms.keys.get(str(key_id))
    if key is None or key.key_state != "Enabled":
        raise KeyUnusableError(f"The KMS key {arn} does not exist, or is not enabled")
    if not use.may_write(key.arn):
        raise KeyUnusableError(f"The policy of the KMS key {arn} does not let {use.who.arn} use it")
    return str(key.arn)


def _tags_of_copy(backend: Any, resource_id: str, rule: Details) -> dict[str, str]:
    tags = backend.tags.get(resource_id, {})
    own = {name: value for name, value in tags.items() if name in (MANAGED, POLICY_ID, SCHEDULE_NAME)}
    return {**(user_tags(backend, resource_id) if rule.get("CopyTags") else {}), **own}


def user_tags(backend: Any, resource_id: str) -> dict[str, str]:
    """A resource's tags without AWS's own."""
    tags = backend.tags.get(resource_id, {})
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _zones(rule: Details) -> dict[str, list[str]]:
    if rule.get("AvailabilityZones"):
        return {"availability_zones": rule["AvailabilityZones"]}
    return {"availability_zone_ids": rule["AvailabilityZoneIds"]}


def _added(schedule: Details, target: Target, moment: datetime) -> dict[str, str]:
    """The tags that a schedule adds (Schedule.TagsToAdd and VariableTags in the Amazon DLM API reference)."""
    added = {tag["Key"]: tag["Value"] for tag in schedule.get("TagsToAdd") or []}
    values = {"$(instance-id)": target.id, "$(timestamp)": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    variable = {tag["Key"]: values[tag["Value"]] for tag in schedule.get("VariableTags") or []}
    return {**added, **variable}
