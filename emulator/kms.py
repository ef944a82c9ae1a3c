"""What moto's KMS gets wrong: keys named by ARN, and the replicas of multi-Region keys.

Four operations of moto's know keys by their id alone, where AWS takes ARNs too ("Specify the key ID or key
ARN" in the KMS API reference).  Its ReplicateKey turns the primary key into a replica, and it has no
UpdatePrimaryRegion; what they do here is from ReplicateKey, UpdatePrimaryRegion and KeyMetadata in the same
reference.  A replica shares the primary's id, material, spec, usage, origin and automatic rotation, and
nothing else.  The ids of moto's multi-Region keys are four characters too long, which its own Decrypt does
not understand.  Answers of moto's lack members that KeyMetadata, ScheduleKeyDeletionResponse and
GetKeyRotationStatusResponse have there.
"""

import json
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any
from uuid import uuid4

from moto.core.exceptions import ServiceException

from emulator import clock

_ROTATION_DAYS = 365
"""Between rotations, unless EnableKeyRotation says otherwise."""

_WAITING = "PendingReplicaDeletion"

_PERIOD = "emulator_rotation_days"
_WINDOW = "emulator_pending_window_days"

_BY_ID_ALONE = ("cancel_key_deletion", "disable_key", "enable_key")


class AlreadyExists(ServiceException):
    """There is a replica in the Region."""

    code = "AlreadyExistsException"


class Unsupported(ServiceException):
    """The key is not such that the operation can be done with it."""

    code = "UnsupportedOperationException"


class InvalidState(ServiceException):
    """The key is disabled or pending deletion."""

    code = "KMSInvalidStateException"


class NotFound(ServiceException):
    """There is no such key."""

    code = "NotFoundException"


def install() -> None:
    """Have moto's KMS do it right."""
    from moto.kms import models
    from moto.kms.models import Key, KmsBackend
    from moto.kms.responses import KmsResponse

    module: Any = models
    module.generate_key_id = _new_id
    backend: Any = KmsBackend
    key: Any = Key
    response: Any = KmsResponse
    for name in _BY_ID_ALONE:
        setattr(backend, name, _by_id(getattr(backend, name)))
    backend.schedule_key_deletion = _scheduling(_by_id(backend.schedule_key_deletion))
    backend.describe_key = lambda self, key_id: self.keys[self.any_id_to_key_id(key_id)]
    backend.enable_key_rotation = _with_replicas(backend.enable_key_rotation)
    backend.disable_key_rotation = _with_replicas(backend.disable_key_rotation)
    key.__init__ = _with_defaults(key.__init__)
    key.to_dict = _describing(key.to_dict)
    response._validate_cmk_id = _validating(response._validate_cmk_id)  # noqa: SLF001  # moto's
    response.schedule_key_deletion = _telling_of_deletion(response.schedule_key_deletion)
    response.enable_key_rotation = _keeping_period(response.enable_key_rotation)
    response.get_key_rotation_status = _telling_of_period(response.get_key_rotation_status)
    response.replicate_key = _replicate_key
    response.update_primary_region = _update_primary_region


def _new_id(multi_region: bool = False) -> str:  # noqa: FBT001, FBT002  # as moto has it
    return f"mrk-{uuid4().hex}" if multi_region else str(uuid4())


def _with_defaults(make: Callable[..., None]) -> Callable[..., None]:
    """Of CreateKey: a key encrypts, in one Region."""

    @wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.key_usage = self.key_usage or "ENCRYPT_DECRYPT"
        self.multi_region = bool(self.multi_region)

    return made


def _validating(validate: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    """moto takes an id for one by its dashes, which multi-Region keys' do not have."""

    @wraps(validate)
    def validated(self: Any, key_id: str) -> None:
        if not key_id.startswith("mrk-"):
            validate(self, key_id)
        elif key_id not in self.kms_backend.keys:
            raise NotFound(f"Key '{key_id}' does not exist")

    return validated


def _by_id(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def by_id(self: Any, key_id: str, *args: Any, **kwargs: Any) -> Any:
        return method(self, self.get_key_id(key_id), *args, **kwargs)

    return by_id


def _backend(account: str, region: str) -> Any:
    from moto.kms.models import kms_backends

    return kms_backends[account][region]


def _related(key: Any) -> list[Any]:
    """The keys of a multi-Region key that exist, one in each Region: all have the same id."""
    from moto.kms.models import kms_backends

    regions = list(kms_backends[key.account_id].values())
    return [backend.keys[key.id] for backend in regions if key.id in backend.keys]


def _primary(key: Any) -> bool:
    return bool(key.multi_region_configuration["MultiRegionKeyType"] == "PRIMARY")


def _named(key: Any) -> dict[str, str]:
    return {"Arn": key.arn, "Region": key.region}


def _describing(to_dict: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Each key tells of all the others as they are now."""

    @wraps(to_dict)
    def described(self: Any) -> dict[str, Any]:
        document = to_dict(self)
        if self.multi_region:
            related = _related(self)
            metadata = document["KeyMetadata"]
            if self.key_state == _WAITING:
                metadata.pop("DeletionDate", None)
                metadata["PendingDeletionWindowInDays"] = getattr(self, _WINDOW)
            metadata["MultiRegionConfiguration"] = {
                "MultiRegionKeyType": "PRIMARY" if _primary(self) else "REPLICA",
                "PrimaryKey": next((_named(each) for each in related if _primary(each)), None),
                "ReplicaKeys": [_named(each) for each in related if not _primary(each)],
            }
        return document

    return described


def _required(self: Any) -> Any:
    """The primary key that a request names, if it is in a state to be worked with."""
    key_id = self._get_param("KeyId")
    key = self.kms_backend.keys.get(self.kms_backend.get_key_id(key_id))
    if key is None:
        raise NotFound(f"Key '{key_id}' does not exist")
    if not key.multi_region:
        raise Unsupported(f"{key.arn} is not a multi-Region key.")
    if not _primary(key):
        raise Unsupported(f"{key.arn} is not a multi-Region primary key.")
    if key.key_state != "Enabled":
        raise InvalidState(f"{key.arn} is {key.key_state}.")
    return key


def _replicate_key(self: Any) -> str:
    key, region = _required(self), self._get_param("ReplicaRegion")
    if any(each.region == region for each in _related(key)):
        raise AlreadyExists(f"{key.id} already has a key in {region}")
    tags = self._get_param("Tags") or []
    replica = copy(key)
    replica.region = region
    replica.arn = f"{key.arn.partition(':kms:')[0]}:kms:{region}:{key.account_id}:key/{key.id}"
    replica.description = self._get_param("Description") or ""
    replica.policy = self._get_param("Policy") or key.generate_default_policy()
    replica.creation_date = clock.now().timestamp()
    replica.multi_region_configuration = {"MultiRegionKeyType": "REPLICA"}
    replica.grants, replica.aliases, replica.rotations = {}, {}, list(key.rotations)
    backend = _backend(key.account_id, region)
    backend.keys[key.id] = replica
    if tags:
        backend.tagger.tag_resource(key.id, tags)
    answer = {"ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"], "ReplicaPolicy": replica.policy}
    return json.dumps({**answer, "ReplicaTags": tags})


def _update_primary_region(self: Any) -> str:
    key, region = _required(self), self._get_param("PrimaryRegion")
    replica = next((each for each in _related(key) if each.region == region), None)
    if replica is None:
        raise NotFound(f"{key.id} has no replica in {region}")
    if replica is key:
        raise Unsupported(f"{key.arn} is the primary key already.")
    if replica.key_state != "Enabled":
        raise InvalidState(f"{replica.arn} is {replica.key_state}.")
    key.multi_region_configuration = {"MultiRegionKeyType": "REPLICA"}
    replica.multi_region_configuration = {"MultiRegionKeyType": "PRIMARY"}
    return json.dumps({})


def _with_replicas(change: Callable[..., Any]) -> Callable[..., Any]:
    """Automatic rotation is set on the primary key, for all ("Multi-Region keys in AWS KMS", shared
    properties)."""

    @wraps(change)
    def changed(self: Any, key_id: str, *args: Any, **kwargs: Any) -> Any:
        key = self.keys[self.get_key_id(key_id)]
        if key.multi_region and not _primary(key):
            raise Unsupported(f"{key.arn} is a replica; rotation is set on its primary key.")
        answer = change(self, key_id, *args, **kwargs)
        if key.multi_region:
            for each in _related(key):
                each.key_rotation_status = key.key_rotation_status
        return answer

    return changed


def _scheduling(schedule: Callable[..., Any]) -> Callable[..., Any]:
    """A primary key waits for its replicas to be deleted first."""

    @wraps(schedule)
    def scheduled(self: Any, key_id: str, pending_window_in_days: int) -> Any:
        answer = schedule(self, key_id, pending_window_in_days)
        key = self.keys[self.get_key_id(key_id)]
        setattr(key, _WINDOW, pending_window_in_days)
        if key.multi_region and _primary(key) and len(_related(key)) > 1:
            key.key_state = _WAITING
        return answer

    return scheduled


def _key(self: Any) -> Any:
    """The key that a request names, which is there."""
    return self.kms_backend.keys[self.kms_backend.any_id_to_key_id(self._get_param("KeyId"))]


def _telling_of_deletion(schedule: Callable[[Any], str]) -> Callable[[Any], str]:
    """When the last replica goes is not known, so a primary that waits for that has no date."""

    @wraps(schedule)
    def told(self: Any) -> str:
        answer, key = json.loads(schedule(self)), _key(self)
        answer |= {"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": getattr(key, _WINDOW)}
        if key.key_state == _WAITING:
            del answer["DeletionDate"]
        return json.dumps(answer)

    return told


def _keeping_period(enable: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(enable)
    def enabled(self: Any) -> str:
        answer, key = enable(self), _key(self)
        for each in _related(key):
            setattr(each, _PERIOD, self._get_param("RotationPeriodInDays") or _ROTATION_DAYS)
        return answer

    return enabled


def _telling_of_period(status: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(status)
    def told(self: Any) -> str:
        answer = json.loads(status(self))
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(_key(self), _PERIOD, _ROTATION_DAYS)
        return json.dumps(answer)

    return told
