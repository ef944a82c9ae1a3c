"""Security: with which keys what is kept is encrypted, and who else may use it."""

from dataclasses import dataclass, field

from tierkeep.desired.model import Age, Engine, ResourceType
from tierkeep.desired.support import type_support
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.timeline import minute_of, moment_of
from tierkeep.validate import stored_checks
from tierkeep.validate.expected import AWS_MANAGED_ALIAS
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.keys import key_of, known_states
from tierkeep.validate.stored.named import point_named, snapshot_named
from tierkeep.validate.stored.records import Image, Key, Record, RecoveryPoint, Snapshot
from tierkeep.validate.stored.retention import SNAPSHOT_GRACE
from tierkeep.validate.stored.streams import COPIES, IMAGES, KEYS, NOT_IN_STREAM, POINTS, SNAPSHOTS
from tierkeep.validate.stored.tracks import Track
from tierkeep.validate.stored.view import Placed, View
from tierkeep.validate.unread import Unread

ENCRYPTION = StoredCheck(
    check=stored_checks.ENCRYPTION,
    needs=frozenset({POINTS, COPIES, SNAPSHOTS}),
)
PUBLIC = StoredCheck(
    check=stored_checks.PUBLIC,
    needs=frozenset({SNAPSHOTS, IMAGES}),
)
SHARED = StoredCheck(
    check=stored_checks.SHARED,
    needs=frozenset({SNAPSHOTS}),
)
KEY_STATE = StoredCheck(
    check=stored_checks.KEYS_IN_USE,
    needs=frozenset({POINTS, SNAPSHOTS, KEYS}),
)
CHECKS = (ENCRYPTION, PUBLIC, SHARED, KEY_STATE)


@dataclass(slots=True)
class Security:
    """The family."""

    view: View
    _first_keys: dict[str, str | None] = field(default_factory=dict)
    """The key of the first copy in each vault of another unit, which all others share."""
    _states: dict[str, tuple[str, str | Unread]] = field(default_factory=dict)
    """Of keys by their ARN: their alias, or else what the ARN calls them, and their state."""
    _used: set[str] = field(default_factory=set)
    """The keys that anything kept in the unit is encrypted with."""
    _vaults: frozenset[str] = frozenset()
    """The unit's own."""

    def __post_init__(self) -> None:
        self._states |= known_states(self.view.observed)
        self._vaults = frozenset(each.arn for each in self.view.unit.vaults)

    def see(self, record: Record, placed: Placed | None) -> None:
        """Judge a record."""
        if isinstance(record, Key):
            self._states[record.arn] = record.arn.rpartition(":")[2], record.state
        if key := key_of(record, vaults=self._vaults, region=self.view.unit.id.region):
            self._used.add(key)
        if placed is None:
            return
        match record:
            case RecoveryPoint():
                self._point(record, placed)
            case Snapshot():
                self._snapshot(record, placed)
            case Image() if record.public:
                self._public("image", record.id, record.arn)

    def end(self) -> None:
        """Resources whose backups nothing encrypts, and the keys themselves."""
        for known in self.view.resources.values():
            own = type_support()[known.record.type].own_encryption
            tracks = self.view.tracks_for(known)
            if tracks and not own and known.record.encrypted is False:
                self.view.ledger.fault(
                    Fault(
                        check=ENCRYPTION,
                        resource=known.named,
                        field="encrypted",
                        expected="encrypted: its backups are as it is",
                        actual="not encrypted",
                        origin=tracks[0].origin,
                    )
                )
        for arn in sorted(self._used):
            self._key_state(arn)

    def _public(self, what: str, name: str, arn: str) -> None:
        resource = Named(type=what, name=name, arn=arn)
        self.view.ledger.fault(
            Fault(check=PUBLIC, resource=resource, field="public", expected=False, actual=True)
        )

    def _key_state(self, arn: str) -> None:
        if arn not in self._states and self.view.streams.hole("keys"):
            return
        alias, state = self._states.get(arn, (arn.rpartition(":")[2], NOT_IN_STREAM))
        resource = Named(type="key", name=alias, arn=arn)
        if isinstance(state, Unread):
            self.view.ledger.unknown(KEY_STATE, resource, "state", state)
        elif state != "Enabled":
            self.view.ledger.fault(
                Fault(
                    check=KEY_STATE,
                    resource=resource,
                    field="state",
                    expected="Enabled",
                    actual=f"{state}, and backups are encrypted with it",
                )
            )

    def _point(self, point: RecoveryPoint, placed: Placed) -> None:
        track, resource = placed.track, point_named(point, placed)
        alike = (point.resource_arn, point.vault_arn, point.encrypted, point.key_arn)
        if track is None:
            return
        if track.copy:
            self._copied(point, placed, track, resource)
        elif type_support()[track.resource_type].own_encryption:
            alias = self._vault_alias(point.vault_arn)
            wanted = self.view.alias_arn(alias, self.view.unit.id.region)
            self._keyed(point.encrypted, point.key_arn, wanted, alias, resource, track, alike)
        elif placed.owner:
            self._like_source(point.encrypted, point.key_arn, placed, resource, track, alike)

    def _copied(self, point: RecoveryPoint, placed: Placed, track: Track, resource: Named) -> None:
        """A vault's key never changes, so that all copies in it have one, whichever it is."""
        source = placed.owner.record if placed.owner else None
        if track.resource_type is ResourceType.AURORA and source and source.encrypted is False:
            return  # Its copies stay as they are (developer guide, encryption).
        region = point.vault_arn.split(":")[3]
        alias = self._vault_alias(point.vault_arn)
        same_account = point.vault_arn.split(":")[4] == self.view.unit.account_id
        known = self.view.alias_arn(alias, region) if same_account else None
        wanted = (
            known if isinstance(known, str) else self._first_keys.setdefault(point.vault_arn, point.key_arn)
        )
        alike = (point.resource_arn, point.vault_arn, point.encrypted, point.key_arn)
        self._keyed(point.encrypted, point.key_arn, wanted, alias, resource, track, alike)

    def _vault_alias(self, arn: str) -> str:
        vaults = (vault for unit in self.view.state.units for vault in unit.vaults)
        found = next((each for each in vaults if each.arn == arn), None)
        return (found.key_alias if found else None) or AWS_MANAGED_ALIAS

    def _keyed(
        self,
        encrypted: bool,  # noqa: FBT001 - a field of a record
        key_arn: str | None,
        wanted: str | Unread | None,
        alias: str,
        resource: Named,
        track: Track,
        alike: tuple[object, ...],
    ) -> None:
        if isinstance(wanted, Unread):
            self.view.ledger.unknown(ENCRYPTION, None, f"key {alias}", wanted)
        # Where the alias does not exist, the missing key is a finding of its own (drift.key).
        elif not encrypted or (wanted is not None and key_arn != wanted):
            self.view.ledger.fault(
                Fault(
                    check=ENCRYPTION,
                    resource=resource,
                    field="key_arn" if encrypted else "encrypted",
                    expected=f"{wanted} ({alias})",
                    actual=key_arn if encrypted else "not encrypted",
                    origin=track.origin,
                ),
                alike=alike,
            )

    def _like_source(
        self,
        encrypted: bool,  # noqa: FBT001 - a field of a record
        key_arn: str | None,
        placed: Placed,
        resource: Named,
        track: Track,
        alike: tuple[object, ...],
    ) -> None:
        """The key of the resource; of an instance, each volume has its own, and the instance itself none."""
        source = placed.owner.record if placed.owner else None
        if source is None:
            return
        wrong = not encrypted or (source.encrypted and source.key_arn and key_arn != source.key_arn)
        if wrong:
            self.view.ledger.fault(
                Fault(
                    check=ENCRYPTION,
                    resource=resource,
                    field="key_arn" if encrypted else "encrypted",
                    expected=source.key_arn or "encrypted, as its resource should be",
                    actual=key_arn if encrypted else "not encrypted",
                    origin=track.origin,
                ),
                alike=alike,
            )

    def _snapshot(self, snapshot: Snapshot, placed: Placed) -> None:
        if snapshot.public:
            self._public("snapshot", snapshot.id, snapshot.arn)
        self._shared(snapshot, placed)
        track = placed.track
        if track is None or track.cover.engine is not Engine.DLM:
            return
        resource = snapshot_named(snapshot, placed)
        where = snapshot.arn.split(":")[3]
        alike = (snapshot.volume_id, where, snapshot.encrypted, snapshot.key_arn)
        if not track.copy:
            self._like_source(snapshot.encrypted, snapshot.key_arn, placed, resource, track, alike)
            return
        copies = track.schedule.copies if track.schedule else ()
        alias = next((each.key_alias for each in copies if each.target_region == where), None)
        wanted = self.view.alias_arn(alias, where) if alias else None
        self._keyed(snapshot.encrypted, snapshot.key_arn, wanted, alias or "any key", resource, track, alike)

    def _over(self, snapshot: Snapshot, unshare_after: Age | None) -> bool:
        """Whether a snapshot should not be shared any more; Data Lifecycle Manager ends it by itself."""
        if unshare_after is None:
            return False
        end = moment_of(expiry(minute_of(snapshot.started_at), unshare_after))
        return self.view.at > end + SNAPSHOT_GRACE

    def _shared(self, snapshot: Snapshot, placed: Placed) -> None:
        resource = snapshot_named(snapshot, placed)
        if isinstance(snapshot.shared_with, Unread):
            self.view.ledger.unknown(SHARED, resource, "shared_with", snapshot.shared_with)
            return
        track = placed.track
        rule = track.schedule.share if track and track.schedule else None
        if track:
            shared = rule is not None and not track.copy and not self._over(snapshot, rule.unshare_after)
            allowed = set(rule.account_ids if rule and shared else ())
        else:
            allowed = {each.account_id for each in self.view.state.units}
        others = sorted(set(snapshot.shared_with or ()) - allowed)
        if others:
            self.view.ledger.fault(
                Fault(
                    check=SHARED,
                    resource=resource,
                    field="shared_with",
                    expected=tuple(sorted(allowed)),
                    actual=tuple(others),
                    origin=track.origin if track else (),
                ),
                alike=(snapshot.volume_id, tuple(others)),
            )
