"""What the families of checks share: the resources, their tracks, and where each record belongs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tierkeep.desired.model import (
    DefaultPolicy,
    DesiredState,
    DesiredUnit,
    Engine,
    Origin,
    Protection,
    ResourceType,
)
from tierkeep.desired.selecting import (
    Answer,
    ArnInvalid,
    OptIn,
    ProtectionOfResource,
    protection_of,
    read_resource,
)
from tierkeep.promises.timeline import minute_of
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.observed import CATALOG_TAG, ObservedUnit
from tierkeep.validate.stored.check import Ledger
from tierkeep.validate.stored.records import Image, Job, PlanVersion, RecoveryPoint, Resource, Snapshot
from tierkeep.validate.stored.scope import POLICY_ID_TAG, SCHEDULE_TAG
from tierkeep.validate.stored.streams import Streams
from tierkeep.validate.stored.tracks import Kept, Track, tracks_of, worst_wait
from tierkeep.validate.unread import Unread

BACKUP_PREFIX = "aws:backup:"
"""What the keys of AWS Backup's own tags begin with, on snapshots and images that are its points."""

_COPIED_FROM = re.compile(r"\[Copied (snap-[0-9a-f]+) from ")
"""How the description of a copied snapshot names its original."""
_INSTANCE_OF_IMAGE = re.compile(r"_(i-[0-9a-f]+)_")
"""How Data Lifecycle Manager names an image: by its policy, its instance and the moment."""


@dataclass(slots=True)
class Known:
    """A resource with what protects it, and the summary of all that was seen of it."""

    record: Resource
    protected: ProtectionOfResource | None
    """None where its tags could not be read, or its ARN says nothing."""
    protection: Protection | None
    tracks: tuple[Track, ...]
    kept: dict[Track, Kept] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    """The minute of the newest complete point, by where it is."""
    first: datetime | None = None
    """Of the oldest point anywhere."""
    continuous: set[str] = field(default_factory=set)
    """Vaults with a continuous point that goes on."""

    @property
    def named(self) -> Named:
        """As a finding names it."""
        return Named(type=self.record.type, name=self.record.called, arn=self.record.arn)

    @property
    def origin(self) -> Origin:
        """Where the catalog asks for it: what its tier says of its type, or else the tier that it names."""
        if self.protection:
            return self.protection.origin
        tier = self.protected.tier if self.protected else None
        return ("tiers", tier) if tier else ()

    def on(self, track: Track) -> Kept:
        """Its summary on a track."""
        return self.kept.setdefault(track, Kept())

    def begun(self) -> datetime | None:
        """From when points of it can be asked for: its creation, or the first that anybody made."""
        moments = [each for each in (self.record.created_at, self.first) if each]
        return max(moments, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where something that is kept belongs."""

    owner: Known | None
    """The resource that it is of; None where there is none any more, or it cannot be told."""
    track: Track | None
    """None for what no rule or schedule of the catalog made."""
    start: int | None
    """The index of its expected start."""
    ours: bool = False
    """Whether it carries the catalog's name, or a policy of the unit made it."""


@dataclass(slots=True)
class View:
    """One unit, its resources and its tracks. Memory grows with resources alone."""

    state: DesiredState
    unit: DesiredUnit
    observed: ObservedUnit
    at: datetime
    versions: Mapping[str, PlanVersion | Unread]
    opted_in: OptIn | Unread
    ledger: Ledger
    streams: Streams
    resources: dict[str, Known] = field(default_factory=dict)
    tracks: dict[tuple[str, ResourceType], list[Track]] = field(default_factory=dict)
    """By tier and type."""
    originals: dict[str, tuple[Known, int | None, int]] = field(default_factory=dict)
    """Of young snapshots, by id: the volume, the index of the start, and the minute."""
    _by_rule: dict[tuple[str, str, str, ResourceType], Track] = field(default_factory=dict)
    _by_vault: dict[tuple[str, ResourceType], list[Track]] = field(default_factory=dict)
    _policies: dict[str, str] = field(default_factory=dict)
    """Names of the unit's snapshot policies by their ids."""
    _young_minutes: int = 0
    _told: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        state: DesiredState,
        unit: DesiredUnit,
        observed: ObservedUnit,
        at: datetime,
        versions: Mapping[str, PlanVersion | Unread],
        opted_in: OptIn | Unread,
    ) -> "View":
        """An empty view. Raises `ScheduleError` where a schedule cannot be read."""
        view = cls(
            state=state,
            unit=unit,
            observed=observed,
            at=at,
            versions=versions,
            opted_in=opted_in,
            ledger=Ledger(unit=unit.id),
            streams=Streams.of(unit),
        )
        locks = {
            vault.arn: (vault.lock.min_retention_days, vault.lock.max_retention_days)
            for each in state.units
            for vault in each.vaults
            if vault.lock
        }
        for protection in unit.protections:
            made = tracks_of(unit, protection, at, versions, locks)
            view.tracks[protection.tier, protection.resource_type] = made
            for track in made:
                view._register(track, protection.recovery_point_minutes or 0)
        policies = observed.snapshot_policies
        for name, form in ({} if isinstance(policies, Unread) else policies).items():
            if not isinstance(form, Unread) and form.arn:
                view._policies[form.arn.rsplit("/", 1)[-1]] = name
        return view

    def _register(self, track: Track, objective: int) -> None:
        self._by_rule[track.where, track.by, track.name, track.resource_type] = track
        self._by_vault.setdefault((track.where, track.resource_type), []).append(track)
        if track.copy:
            wait = worst_wait(track.cover, track.holding.place) or 0
            self._young_minutes = max(self._young_minutes, wait, objective, track.ready_minutes)

    @property
    def all_tracks(self) -> Iterable[Track]:
        """Every track of the unit."""
        return self._by_rule.values()

    def add(self, record: Resource) -> None:
        """Take a resource in."""
        found = None
        if not isinstance(record.tags, Unread):
            try:
                found = protection_of(self.state, read_resource(record.arn, record.tags))
            except ArnInvalid:
                found = None
        protection = self._protection(record, found)
        tracks = self.tracks[protection.tier, protection.resource_type] if protection else []
        self.resources[record.arn] = Known(
            record=record, protected=found, protection=protection, tracks=tuple(tracks)
        )

    def _protection(self, record: Resource, found: ProtectionOfResource | None) -> Protection | None:
        if found is None or found.tier is None or not (self.protectors(found) or found.recovery):
            return None
        return next(
            (
                each
                for each in self.unit.protections
                if (each.tier, each.resource_type) == (found.tier, record.type)
            ),
            None,
        )

    def protectors(self, found: ProtectionOfResource) -> list[Answer]:
        """What the plans and policies of this unit answer for a resource; not default policies."""
        return [
            each.answer
            for each in found.protectors
            if each.unit == self.unit.id and not isinstance(each.by, DefaultPolicy)
        ]

    def parent(self, known: Known) -> Known | None:
        """The instance of a volume, or the cluster of a database instance."""
        return self.resources.get(known.record.parent_arn or "")

    def guarded(self, known: Known) -> Known | None:
        """The resource by whose schedules this one's snapshots are made: itself, or its instance."""
        if known.protection and known.protection.engine is Engine.DLM:
            return known
        parent = self.parent(known)
        if parent and parent.protection and parent.protection.engine is Engine.DLM:
            return parent
        return None

    def tracks_for(self, known: Known) -> tuple[Track, ...]:
        """The tracks that points of a resource lie on. Of an instance by policy, those of its volumes do."""
        by_volumes = known.tracks and known.tracks[0].policy and not known.tracks[0].policy.images
        if known.record.type is ResourceType.EC2 and by_volumes:
            return ()
        if known.record.type is ResourceType.EBS:
            parent = self.parent(known)
            if parent and parent.tracks and parent.tracks[0].policy and not parent.tracks[0].policy.images:
                return (*known.tracks, *self._not_excluded(known, parent))
        return known.tracks

    def _not_excluded(self, volume: Known, instance: Known) -> tuple[Track, ...]:
        policy = instance.tracks[0].policy
        out = policy.exclusions if policy else None
        tags = {} if isinstance(volume.record.tags, Unread) else volume.record.tags
        if out and any(tags.get(key) == value for key, value in out.data_volume_tags):
            return ()
        # Which volume an instance boots from, no record says: where it is left out, one without any is it.
        if out and out.boot_volume and volume.first is None:
            return ()
        return instance.tracks

    def place_point(self, point: RecoveryPoint) -> Placed:
        """Where a recovery point belongs."""
        owner = self.resources.get(point.resource_arn)
        kind = owner.record.type if owner else _type_of(point.resource_arn)
        track = None
        if kind and point.plan and point.rule:
            track = self._by_rule.get((point.vault_arn, point.plan, point.rule, kind))
        # Of a copy within its account, AWS may leave out where it comes from (API reference,
        # RecoveryPointByBackupVault.SourceBackupVaultArn).
        if track and point.source_vault_arn not in {None, track.source_arn}:
            track = None
        if track and point.continuous is not track.continuous:
            track = None
        start = track.start_of(point.created_at) if track else None
        return Placed(owner=owner, track=track, start=start, ours=track is not None)

    def substitutes(self, point: RecoveryPoint, kind: ResourceType) -> Iterator[tuple[Track, int]]:
        """The starts that a point made on demand stands in for: failed backups are started again so."""
        for track in self._by_vault.get((point.vault_arn, kind), ()):
            alike = track.delete_after_days == point.delete_after_days and not track.continuous
            start = track.start_of(point.created_at, late=True) if alike else None
            if start is not None and point.source_vault_arn in {None, track.source_arn}:
                yield track, start

    def place_snapshot(self, snapshot: Snapshot) -> Placed:
        """Where a snapshot belongs."""
        region = snapshot.arn.split(":")[3]
        original = _COPIED_FROM.search(snapshot.description)
        copied = region != self.unit.id.region
        source = self.originals.get(original[1]) if original and copied else None
        owner = source[0] if source else None
        if owner is None and not copied:
            owner = self.resources.get(self._volume_arn(snapshot.volume_id))
        track = self._track_by_tags(snapshot.tags, region)
        start = source[1] if source else None
        if track and not track.copy:
            start = track.start_of(snapshot.started_at)
        elif track and source is None:
            start = track.start_of(snapshot.started_at, late=True)
        ours = track is not None or snapshot.tags.get(CATALOG_TAG) == self.state.name
        return Placed(owner=owner, track=track, start=start, ours=ours)

    def remember(self, snapshot: Snapshot, placed: Placed) -> None:
        """Keep in mind whose a young snapshot is, by which its copies elsewhere are recognised."""
        if placed.owner is None or placed.track is None or placed.track.copy or not self._young_minutes:
            return
        minute = minute_of(snapshot.started_at)
        if minute >= minute_of(self.at) - self._young_minutes:
            self.originals[snapshot.id] = (placed.owner, placed.start, minute)

    def source_minute(self, copy: Snapshot) -> int | None:
        """When the original of a copied snapshot was made, where that is young enough to be remembered."""
        original = _COPIED_FROM.search(copy.description)
        found = self.originals.get(original[1]) if original else None
        return found[2] if found else None

    def count_copy(self, snapshot: Snapshot, track: Track) -> None:
        """Take down whether the copies on a track say what they were copied from."""
        told = _COPIED_FROM.search(snapshot.description) is not None
        self._told[track.where] = self._told.get(track.where, False) or told

    def untold_sources(self, region: str) -> bool:
        """Whether there are copied snapshots in a Region, and none says what it was copied from."""
        return self._told.get(region) is False

    def track_of_job(self, job: Job, kind: ResourceType) -> Track | None:
        """The track that a job of a plan works for."""
        return self._by_rule.get((job.vault_arn or "", job.plan or "", job.rule or "", kind))

    def place_image(self, image: Image) -> Placed:
        """Where an image belongs."""
        region = image.arn.split(":")[3]
        instance = _INSTANCE_OF_IMAGE.search(image.name)
        prefix = f"arn:{self.unit.partition}:ec2:{self.unit.id.region}:{self.unit.account_id}:instance/"
        owner = self.resources.get(prefix + instance[1]) if instance else None
        track = self._track_by_tags(image.tags, region)
        start = track.start_of(image.created_at, late=track.copy) if track else None
        ours = track is not None or image.tags.get(CATALOG_TAG) == self.state.name
        return Placed(owner=owner, track=track, start=start, ours=ours)

    def policy_of(self, tags: Mapping[str, str]) -> str | None:
        """The name of the unit's policy that made something with these tags."""
        return self._policies.get(tags.get(POLICY_ID_TAG, ""))

    def _track_by_tags(self, tags: Mapping[str, str], region: str) -> Track | None:
        policy, schedule = self.policy_of(tags), tags.get(SCHEDULE_TAG)
        if policy is None or schedule is None:
            return None
        for kind in (ResourceType.EBS, ResourceType.EC2):
            track = self._by_rule.get((region, policy, schedule, kind))
            if track:
                return track
        return None

    def _volume_arn(self, volume_id: str) -> str:
        return (
            f"arn:{self.unit.partition}:ec2:{self.unit.id.region}:{self.unit.account_id}:volume/{volume_id}"
        )

    def age_minutes(self, moment: datetime) -> int:
        """How long ago a moment is."""
        return (self.at - moment) // timedelta(minutes=1)

    def alias_arn(self, alias: str, region: str) -> str | Unread | None:
        """The ARN of the key behind an alias of the account, where its aliases were read."""
        here = region == self.unit.id.region
        aliases = self.observed.aliases if here else self.observed.copy_region_aliases.get(region)
        if aliases is None or isinstance(aliases, Unread):
            return aliases
        return aliases.get(alias)


def _type_of(arn: str) -> ResourceType | None:
    try:
        return read_resource(arn, {}).type
    except ArnInvalid:
        return None
