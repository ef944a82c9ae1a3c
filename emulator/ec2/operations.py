"""The operations of EC2 that moto lacks, answering requests."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult

from emulator.ec2 import fast_snapshot_restores

_PAGE = 200
"""The longest page of DescribeFastSnapshotRestores (``MaxResults`` in botocore's ec2 model)."""

_FILTERS = {
    "availability-zone": "AvailabilityZone",
    "availability-zone-id": "AvailabilityZoneId",
    "owner-id": "OwnerId",
    "snapshot-id": "SnapshotId",
    "state": "State",
}


def install() -> None:
    """Give them to moto's EC2."""
    from moto.ec2.responses import EC2Response

    response: Any = EC2Response
    response.enable_fast_snapshot_restores = _enable
    response.disable_fast_snapshot_restores = _disable
    response.describe_fast_snapshot_restores = _describe
    response.create_volume = _once(_silent(response.create_volume))
    response.run_instances = _once(response.run_instances)


def _silent(create_volume: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """FastRestored "is not returned by CreateVolume" (botocore's ec2 model)."""

    @wraps(create_volume)
    def created(self: Any) -> ActionResult:
        told: Any = copy(create_volume(self).result)
        del told.fast_restored
        return ActionResult(told)

    return created


def _once(create: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """A client token makes one thing: the same request with it is answered with that, another refused
    ("Ensuring idempotency in Amazon EC2 API requests" in the Amazon EC2 Developer Guide)."""

    @wraps(create)
    def created(self: Any) -> ActionResult:
        token, backend = self._get_param("ClientToken"), self.ec2_backend
        if not token:
            return create(self)
        made: dict[str, Any] = backend.__dict__.setdefault(f"emulator_{create.__name__}_by_token", {})
        asked = {name: value for name, value in self.querystring.items() if name not in _OF_THE_CALL}
        if token not in made:
            answer = create(self)
            made[token] = asked, answer
        elif made[token][0] != asked:
            raise _mismatch()
        answered: ActionResult = made[token][1]
        return answered

    return created


def _mismatch() -> Exception:
    from moto.ec2.exceptions import EC2ClientError

    return EC2ClientError("IdempotentParameterMismatch", "The client token was used for another request")


_OF_THE_CALL = frozenset({"Action", "Version"})


def _enable(self: Any) -> ActionResult:
    return _changed(self, fast_snapshot_restores.enable)


def _disable(self: Any) -> ActionResult:
    return _changed(self, fast_snapshot_restores.disable)


def _changed(response: Any, change: Any) -> ActionResult:
    response.error_on_dryrun()
    done, refused = change(
        response.ec2_backend,
        response._get_param("SourceSnapshotIds", []),  # noqa: SLF001  # as moto's own operations do
        response._get_param("AvailabilityZones", []),  # noqa: SLF001
        response._get_param("AvailabilityZoneIds", []),  # noqa: SLF001
    )
    return ActionResult(
        {
            "Successful": [each.described() for each in done],
            "Unsuccessful": [each.described() for each in refused],
        }
    )


def _describe(self: Any) -> ActionResult:
    self.error_on_dryrun()
    filters = self._filters_from_querystring()
    found = [
        described
        for each in fast_snapshot_restores.of(self.ec2_backend).values()
        if _matches(described := each.described(), filters)
    ]
    start = int(self._get_param("NextToken") or 0)
    end = start + (self._get_param("MaxResults") or _PAGE)
    token = str(end) if end < len(found) else None
    return ActionResult({"FastSnapshotRestores": found[start:end], "NextToken": token})


def _matches(described: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    return all(described.get(_FILTERS.get(name, name)) in values for name, values in filters.items())
