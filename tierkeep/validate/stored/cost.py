"""Cost: what is kept, or backed up, without being of use to a tier.

Prices are a dated table of list prices, and sizes are what AWS lists: of a snapshot the size of its volume,
where it stores only what changed. So every sum is rough, and at most.
"""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from tierkeep.desired.model import Origin, ResourceType
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.stored.check import PART, Fault, StoredCheck
from tierkeep.validate.stored.records import Image, Record, RecoveryPoint, Resource, Snapshot
from tierkeep.validate.stored.scope import POLICY_ID_TAG
from tierkeep.validate.stored.streams import IMAGES, POINTS, RESOURCES, SNAPSHOTS
from tierkeep.validate.stored.view import BACKUP_PREFIX, Placed, View
from tierkeep.validate.unread import Unread

_GB = 1_000_000_000
_COPIED_VOLUME = "vol-ffffffff"
"""What AWS says that a copied snapshot is of (EC2 API reference, Snapshot.VolumeId)."""
_TIER_TAG = "tierkeep:tier"
_ATTACHED_WITHIN_MINUTES = 24 * 60
"""A volume that was just made is mostly about to be attached."""

STRAY = StoredCheck(
    check=stored_checks.STRAY,
    needs=frozenset({SNAPSHOTS}),
)
ORPHAN = StoredCheck(
    check=stored_checks.ORPHAN,
    needs=frozenset({SNAPSHOTS, RESOURCES, IMAGES}),
)
UNATTACHED = StoredCheck(
    check=stored_checks.UNATTACHED,
    needs=frozenset({RESOURCES}),
)
RETIRED = StoredCheck(
    check=stored_checks.RETIRED,
    needs=frozenset({POINTS, SNAPSHOTS}),
)
CHECKS = (STRAY, ORPHAN, UNATTACHED, RETIRED)


@cache
def prices() -> dict[str, float]:
    """US dollars for a GB in a month, by what AWS Backup calls the type; `archive` for archived snapshots."""
    content = json.loads(files(__package__).joinpath("data/prices.json").read_text("utf-8"))
    return {name: float(price) for name, price in content["usd_per_gb_month"].items()}


@dataclass(slots=True)
class _Heap:
    """Things that are alike, counted."""

    resource: Named
    number: int = 0
    size_bytes: int = 0
    usd: float = 0.0
    unpriced: bool = False
    origin: Origin = ()

    def add(self, size_bytes: int | None, price: float | None) -> None:
        self.number += 1
        self.size_bytes += size_bytes or 0
        self.unpriced |= price is None or size_bytes is None
        self.usd += (size_bytes or 0) / _GB * (price or 0.0)

    def __str__(self) -> str:
        cost = f"roughly {self.usd:.2f} USD a month at most"
        more = ", and some of unknown size or price" if self.unpriced else ""
        return f"{self.number} of {self.size_bytes / _GB:.1f} GB, {cost}{more}"


@dataclass(slots=True)
class Cost:
    """The family."""

    view: View
    _heaps: dict[tuple[str, str], _Heap] = field(default_factory=dict)
    _orphans: dict[str, tuple[str, str, int, bool]] = field(default_factory=dict)
    """Snapshots of volumes that are gone, by id, until images are known: ARN, volume, bytes, archived."""
    _of_images: set[str] = field(default_factory=set)

    def see(self, record: Record, placed: Placed | None) -> None:
        """Take a record into account."""
        match record:
            case Image():
                self._of_images.update(record.snapshot_ids)
            case RecoveryPoint():
                self._retired_point(record)
            case Snapshot() if record.arn.split(":")[3] == self.view.unit.id.region:
                self._snapshot(record, placed)

    def _add(
        self, check: StoredCheck, group: str, resource: Named, size: int | None, price: float | None
    ) -> None:
        self._heaps.setdefault((check.check.id, group), _Heap(resource)).add(size, price)

    def _retired_point(self, point: RecoveryPoint) -> None:
        for vault in self.view.unit.vaults:
            if vault.arn == point.vault_arn and self._over(vault.name, vault.tier):
                resource = Named(type="vault", name=vault.name, arn=vault.arn)
                self._add(RETIRED, vault.name, resource, point.size_bytes, prices().get(point.resource_type))

    def _over(self, vault_name: str, tier: str) -> bool:
        """Whether all that a retired tier, or a vault of an earlier generation, held has reached its end."""
        ends = [
            date.fromisoformat(each.since) + timedelta(days=each.kept_days)
            for each in self.view.unit.superseded
            if each.vault_name == vault_name
        ] + [end for end in (self._tier_end(tier),) if end]
        return any(self.view.at.date() > end + timedelta(days=1) for end in ends)

    def _tier_end(self, tier: str) -> date | None:
        return next(
            (
                date.fromisoformat(each.since) + timedelta(days=each.kept_days)
                for each in self.view.unit.retired
                if each.tier == tier
            ),
            None,
        )

    def _snapshot(self, snapshot: Snapshot, placed: Placed | None) -> None:
        if any(key.startswith(BACKUP_PREFIX) for key in snapshot.tags):
            return  # A recovery point of AWS Backup, which sees to it.
        tier, policy = snapshot.tags.get(_TIER_TAG), snapshot.tags.get(POLICY_ID_TAG)
        price = prices()["archive" if snapshot.archived else "EBS"]
        end = self._tier_end(tier) if tier and placed and placed.ours else None
        if end:
            if self.view.at.date() > end + timedelta(days=1):
                resource = Named(type="snapshots", name=f"of tier {tier}", arn=None)
                self._add(RETIRED, f"snapshots {tier}", resource, snapshot.volume_bytes, price)
        elif placed and placed.ours and policy and placed.track is None:
            if not isinstance(self.view.observed.snapshot_policies, Unread) and not self._copied_here(
                snapshot
            ):
                resource = Named(type="snapshots", name=f"of policy {policy}", arn=None)
                self._add(STRAY, policy, resource, snapshot.volume_bytes, price)
        elif policy is None and placed and placed.owner is None and snapshot.volume_id != _COPIED_VOLUME:
            self._orphans[snapshot.id] = (
                snapshot.arn,
                snapshot.volume_id,
                snapshot.volume_bytes,
                snapshot.archived,
            )

    def _copied_here(self, snapshot: Snapshot) -> bool:
        """Whether it may be a copy that a policy elsewhere keeps here: its tier copies here."""
        region = self.view.unit.id.region
        return any(
            copy.target_region == region
            for unit in self.view.state.units
            if unit.account_id == self.view.unit.account_id
            for each in unit.snapshot_policies
            if each.tier == snapshot.tags.get(_TIER_TAG)
            for schedule in each.schedules
            for copy in schedule.copies
        )

    def end(self) -> None:
        """What is counted, and what needs all records to be known."""
        self._add_orphans()
        for known in self.view.resources.values():
            record = known.record
            stray = record.type is ResourceType.EBS and not record.in_use and self._settled(record)
            tracks = self.view.tracks_for(known) if stray else ()
            if tracks:
                self._add(UNATTACHED, record.arn, known.named, record.size_bytes, prices()["EBS"])
                self._heaps[UNATTACHED.check.id, record.arn].origin = tracks[0].origin
        by_id: dict[str, StoredCheck] = {each.check.id: each for each in CHECKS}
        for (check, _), heap in self._heaps.items():
            self._fault(by_id[check], heap)

    def _add_orphans(self) -> None:
        holes = {name: self.view.streams.hole(name) for name in ("images", "resources/ebs")}
        if any(holes.values()):
            for name, cause in holes.items():
                if cause and self._orphans:
                    part = Named(type=PART, name=name, arn=None)
                    self.view.ledger.unknown(ORPHAN, part, "", cause)
            return
        for name, (arn, volume, size, archived) in self._orphans.items():
            if name not in self._of_images:
                resource = Named(type="snapshots", name=f"of volume {volume}", arn=arn)
                self._add(ORPHAN, volume, resource, size, prices()["archive" if archived else "EBS"])

    def _settled(self, volume: Resource) -> bool:
        """Whether somebody has had the time to attach it."""
        made = volume.created_at
        return made is None or self.view.age_minutes(made) > _ATTACHED_WITHIN_MINUTES

    def _fault(self, check: StoredCheck, heap: _Heap) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=heap.resource,
                field="in_use" if check is UNATTACHED else "existence",
                expected="in use" if check is UNATTACHED else None,
                actual=str(heap),
                origin=heap.origin,
                kind=Kind.UNEXPECTED,
            ),
            alike=(heap.resource.name, heap.resource.arn),
        )
