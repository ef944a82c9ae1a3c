"""Fast snapshot restore, which moto lacks: what was enabled when, and the state that follows from the time.

"Amazon EBS fast snapshot restore" in the Amazon EBS User Guide: snapshots of up to 16 TiB, five of them in a
Region; optimizing takes 60 minutes for each TiB; a volume uses up one of the credits that a snapshot has in a
zone.  How long a snapshot is ``enabling`` and ``disabling`` AWS does not say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from emulator import clock
from emulator.ec2 import blocks

MOST_SNAPSHOTS = 5
LARGEST_GIB = 16 * 1024
OPTIMIZING_A_TIB = timedelta(minutes=60)
TRANSITION = timedelta(seconds=30)
"""How long the emulator has it ``enabling`` and ``disabling``."""

_ATTRIBUTE = "emulator_fast_snapshot_restores"
_INITIATED = "Client.UserInitiated"
_TRANSITION = "Client.UserInitiated - Lifecycle state transition"


@dataclass
class FastSnapshotRestore:
    """Fast restore of one snapshot in one zone."""

    snapshot_id: str
    zone_name: str
    zone_id: str
    owner: str
    size: int
    enabling: datetime
    disabling: datetime | None = None
    _filled: float = field(default=0.0, init=False)
    _filled_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._filled_at = self.enabling

    @property
    def optimizing(self) -> datetime:
        return self.enabling + TRANSITION

    @property
    def enabled(self) -> datetime:
        return self.optimizing + OPTIMIZING_A_TIB * (self.size / 1024)

    @property
    def disabled(self) -> datetime | None:
        return self.disabling + TRANSITION if self.disabling else None

    @property
    def state(self) -> str:
        return [name for name, moment in self.moments() if moment <= clock.now()][-1]

    def moments(self) -> list[tuple[str, datetime]]:
        """The states that it has been or will be in, and when it enters them."""
        course = [("enabling", self.enabling), ("optimizing", self.optimizing), ("enabled", self.enabled)]
        if self.disabling is None or self.disabled is None:
            return course
        before = [each for each in course if each[1] < self.disabling]
        return [*before, ("disabling", self.disabling), ("disabled", self.disabled)]

    def take_credit(self) -> bool:
        """Use up one of its credits, if there is one.

        The bucket is empty at first, gets 1024 credits an hour divided by the size in GiB but ten at most,
        and holds as many as it gets in an hour, but one at least.
        """
        rate = min(10, 1024 / self.size)
        hours = (clock.now() - self._filled_at) / timedelta(hours=1)
        self._filled = min(max(1, rate), self._filled + hours * rate)
        self._filled_at = clock.now()
        if self._filled < 1:
            return False
        self._filled -= 1
        return True

    def described(self) -> dict[str, Any]:
        """As DescribeFastSnapshotRestores answers it."""
        state = self.state
        times = {
            f"{name.capitalize()}Time": moment for name, moment in self.moments() if moment <= clock.now()
        }
        return {
            "SnapshotId": self.snapshot_id,
            "AvailabilityZone": self.zone_name,
            "AvailabilityZoneId": self.zone_id,
            "State": state,
            "StateTransitionReason": _INITIATED if state in ("enabling", "disabling") else _TRANSITION,
            "OwnerId": self.owner,
            **times,
        }


@dataclass(frozen=True)
class Refused:
    """Why fast restore of a snapshot cannot be enabled or disabled in a zone."""

    snapshot_id: str
    zone_name: str
    code: str
    message: str

    def described(self) -> dict[str, Any]:
        error = {
            "AvailabilityZone": self.zone_name,
            "Error": {"Code": self.code, "Message": self.message},
        }
        return {"SnapshotId": self.snapshot_id, "FastSnapshotRestoreStateErrors": [error]}


def of(backend: Any) -> dict[tuple[str, str], FastSnapshotRestore]:
    """Fast restores of an EC2 backend by snapshot and zone; a snapshot's go with it."""
    kept: dict[tuple[str, str], FastSnapshotRestore] = backend.__dict__.setdefault(_ATTRIBUTE, {})
    for key in [key for key in kept if _snapshot(backend, key[0]) is None]:
        del kept[key]
    return kept


def enable(
    backend: Any,
    snapshot_ids: list[str],
    availability_zones: list[str] | None = None,
    availability_zone_ids: list[str] | None = None,
) -> tuple[list[FastSnapshotRestore], list[Refused]]:
    """Enable fast restore of each snapshot in each zone: those for which it was done, and those not."""
    zones = _zones(backend, availability_zones, availability_zone_ids)
    made = [_enable(backend, snapshot_id, zone) for snapshot_id in snapshot_ids for zone in zones]
    done = [each for each in made if isinstance(each, FastSnapshotRestore)]
    return done, [each for each in made if isinstance(each, Refused)]


def disable(
    backend: Any,
    snapshot_ids: list[str],
    availability_zones: list[str] | None = None,
    availability_zone_ids: list[str] | None = None,
) -> tuple[list[FastSnapshotRestore], list[Refused]]:
    """Disable it again."""
    done, refused = [], []
    for snapshot_id in snapshot_ids:
        for zone in _zones(backend, availability_zones, availability_zone_ids):
            present = of(backend).get((snapshot_id, zone.name))
            if present is None or present.disabling is not None:
                message = "Fast snapshot restore is not enabled"
                refused.append(Refused(snapshot_id, zone.name, "InvalidState", message))
            else:
                present.disabling = clock.now()
                done.append(present)
    return done, refused


def _enable(backend: Any, snapshot_id: str, zone: Any) -> FastSnapshotRestore | Refused:
    kept = of(backend)
    present = kept.get((snapshot_id, zone.name))
    if present is not None and present.disabling is None:
        return present
    snapshot = _snapshot(backend, snapshot_id)
    in_use = {each.snapshot_id for each in kept.values() if each.state != "disabled"}
    refusal: tuple[str, str] | None = None
    if snapshot is None:
        refusal = "InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist."
    elif blocks.volume_size(snapshot) > LARGEST_GIB:
        refusal = "InvalidParameterValue", f"Snapshots of more than {LARGEST_GIB} GiB cannot be restored fast"
    elif snapshot_id not in in_use and len(in_use) >= MOST_SNAPSHOTS:
        refusal = "FastSnapshotRestoreLimitExceeded", f"{MOST_SNAPSHOTS} snapshots in a Region at most"
    if refusal is not None:
        return Refused(snapshot_id, zone.name, *refusal)
    size = blocks.volume_size(snapshot)
    made = FastSnapshotRestore(snapshot_id, zone.name, zone.zone_id, backend.account_id, size, clock.now())
    kept[snapshot_id, zone.name] = made
    return made


def _snapshot(backend: Any, snapshot_id: str) -> Any:
    """A snapshot of this account, or one that is shared with it."""
    from moto.ec2.models import ec2_backends

    own = backend.snapshots.get(snapshot_id)
    if own is not None:
        return own
    for regions in list(ec2_backends.values()):
        there: Any = regions.get(backend.region_name)
        found = there.snapshots.get(snapshot_id) if there else None
        if found is not None and backend.account_id in found.create_volume_permission_userids:
            return found
    return None


def _zones(backend: Any, names: list[str] | None, ids: list[str] | None) -> list[Any]:
    """The zones that a request names.

    :raises InvalidParameterValue: there is no such zone, or none is named.
    """
    from moto.ec2.exceptions import EC2ClientError

    if bool(names) == bool(ids):
        message = "Give either availability zones or their IDs"
        raise EC2ClientError("InvalidParameterCombination" if names else "MissingParameter", message)
    by_name = {zone.name: zone for zone in backend.describe_availability_zones()}
    by_id = {zone.zone_id: zone for zone in by_name.values()}
    wanted, known = (names or [], by_name) if names else (ids or [], by_id)
    unknown = [each for each in wanted if each not in known]
    if unknown:
        raise EC2ClientError("InvalidParameterValue", f"Invalid availability zone: {', '.join(unknown)}")
    return [known[each] for each in wanted]


def install() -> None:
    """Give moto's EC2 the operations, and have it restore volumes fast."""
    from moto.ec2.models import EC2Backend

    backend: Any = EC2Backend
    backend.enable_fast_snapshot_restores = enable
    backend.disable_fast_snapshot_restores = disable
    backend.create_volume = _counting(backend.create_volume)


def _counting(create_volume: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_volume)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        volume = create_volume(self, *args, **kwargs)
        fast = of(self).get((volume.snapshot_id, volume.zone.name)) if volume.zone else None
        volume.fast_restored = fast is not None and fast.state == "enabled" and fast.take_credit()
        return volume

    return create
