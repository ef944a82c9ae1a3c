"""Silent failures: what AWS does not do, without saying so anywhere."""

from collections import Counter
from dataclasses import dataclass, field

from tierkeep.desired.model import FastRestoreRule, ResourceType
from tierkeep.desired.selecting import Answer, protection_of
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.timeline import minute_of
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.findings import Value
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.named import point_named
from tierkeep.validate.stored.records import FastRestore, Job, JobKind, Record, RecoveryPoint, Snapshot
from tierkeep.validate.stored.streams import COPIES, COPY_JOBS, FAST_RESTORES, RESOURCES, SNAPSHOTS
from tierkeep.validate.stored.tracks import Track
from tierkeep.validate.stored.view import Known, Placed, View
from tierkeep.validate.unread import Unread

FAST_RESTORE_MINUTES = 120
"""For a snapshot to complete and fast restore to be asked for; then it is `enabling`, an hour a TiB."""
LARGEST_FAST_RESTORE_BYTES = 16 * 1024**4
"""The largest snapshot that it takes (EBS user guide, ebs-fast-snapshot-restore)."""
_AT_WORK = {"enabled", "enabling", "optimizing"}
_AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"

EVENT_BRIDGE = StoredCheck(
    check=stored_checks.EVENT_BRIDGE,
    needs=frozenset({RESOURCES}),
)
VERSIONING = StoredCheck(
    check=stored_checks.VERSIONING,
    needs=frozenset({RESOURCES}),
)
OPT_IN = StoredCheck(
    check=stored_checks.OPT_IN,
    needs=frozenset({RESOURCES}),
)
FAST_RESTORE = StoredCheck(
    check=stored_checks.FAST_RESTORE,
    needs=frozenset({SNAPSHOTS, FAST_RESTORES}),
)
AIR_GAPPED = StoredCheck(
    check=stored_checks.AIR_GAPPED,
    needs=frozenset({COPIES, COPY_JOBS}),
)
CHECKS = (EVENT_BRIDGE, VERSIONING, OPT_IN, FAST_RESTORE, AIR_GAPPED)


@dataclass(slots=True)
class Silent:
    """The family."""

    view: View
    _fast: dict[tuple[str, str], str] = field(default_factory=dict)
    """States by snapshot and zone: AWS allows a handful a Region."""
    _wanted: dict[str, FastRestoreRule] = field(default_factory=dict)
    """Young snapshots that are to have it."""

    def see(self, record: Record, placed: Placed | None) -> None:
        """Take a record into account."""
        match record:
            case FastRestore():
                self._fast[record.snapshot_id, record.zone] = record.state
            case Snapshot() if placed and placed.track and not placed.track.copy:
                self._snapshot(record, placed.track)
            case RecoveryPoint() if placed and placed.track and placed.track.air_gapped:
                if record.vault_type not in {None, _AIR_GAPPED}:
                    self._fault(
                        AIR_GAPPED, point_named(record, placed), "vault_type", _AIR_GAPPED, record.vault_type,
                        placed.track.origin,
                    )  # fmt: skip
            case Job(kind=JobKind.COPY):
                self._copy_job(record)

    def _snapshot(self, snapshot: Snapshot, track: Track) -> None:
        rule = track.schedule.fast_restore if track.schedule else None
        if rule is None or snapshot.volume_bytes > LARGEST_FAST_RESTORE_BYTES:
            return
        age = self.view.age_minutes(snapshot.started_at)
        ends = expiry(minute_of(snapshot.started_at), rule.keep)
        if age > FAST_RESTORE_MINUTES and minute_of(self.view.at) < ends:
            self._wanted[snapshot.id] = rule

    def _copy_job(self, job: Job) -> None:
        """A copy that went to another vault than its rule says, where one of the rule's is air-gapped."""
        for plan in self.view.unit.plans:
            for rule in plan.rules:
                if (plan.name, rule.name) != (job.plan, job.rule):
                    continue
                wanted = {copy.destination_vault_arn for copy in rule.copies}
                if job.vault_arn not in wanted and any(copy.air_gapped for copy in rule.copies):
                    known = self.view.resources.get(job.resource_arn)
                    resource = (
                        known.named
                        if known
                        else Named(type="resource", name=job.resource_arn, arn=job.resource_arn)
                    )
                    self._fault(
                        AIR_GAPPED, resource, "vault_arn", tuple(sorted(wanted)), job.vault_arn, rule.origin
                    )

    def _fault(
        self,
        check: StoredCheck,
        resource: Named,
        what: str,
        expected: Value,
        actual: Value,
        origin: tuple[str, ...],
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=resource,
                field=what,
                expected=expected,
                actual=actual,
                origin=origin,
                kind=Kind.MISSING if actual is None else Kind.CHANGED,
            )
        )

    def end(self) -> None:
        """What does not depend on the order of records."""
        for known in self.view.resources.values():
            if known.record.type is ResourceType.S3 and known.protection:
                self._bucket(known)
        self._opt_in()
        if self.view.streams.hole("fast-restores"):
            return
        for snapshot, rule in self._wanted.items():
            for zone in rule.availability_zones:
                state = self._fast.get((snapshot, zone))
                if state not in _AT_WORK:
                    resource = Named(type="snapshot", name=snapshot, arn=None)
                    self._fault(
                        FAST_RESTORE, resource, f"fast restore in {zone}", "enabled", state, rule.origin
                    )

    def _bucket(self, known: Known) -> None:
        continuous = any(each.continuous for each in known.tracks)
        asked = [(VERSIONING, "versioning", known.record.versioned)]
        if continuous:
            asked.append((EVENT_BRIDGE, "EventBridge", known.record.event_bridge))
        for check, what, value in asked:
            if isinstance(value, Unread):
                self.view.ledger.unknown(check, known.named, what, value)
            elif value is not True:
                self._fault(check, known.named, what, "on", "off", known.tracks[0].origin)

    def _opt_in(self) -> None:
        """Types whose claimed resources would be selected if the Region were opted in, and are not."""
        opted_in = self.view.opted_in
        lost: Counter[ResourceType] = Counter()
        for known in self.view.resources.values():
            if known.protected is None or Answer.YES not in self.view.protectors(known.protected):
                continue
            if isinstance(opted_in, Unread):
                plans = {each.name for each in self.view.unit.plans}
                if any(each.by.name in plans for each in known.protected.protectors):
                    self.view.ledger.unknown(OPT_IN, None, "settings", opted_in)
                continue
            found = protection_of(self.view.state, known.protected.resource, {self.view.unit.id: opted_in})
            lost[known.record.type] += Answer.YES not in self.view.protectors(found)
        for kind, number in lost.items():
            if number:
                resource = Named(type="Region settings", name=f"opt-in of {kind}", arn=None)
                self._fault(OPT_IN, resource, "opt-in", "on", f"off, with {number} claimed resources", ())
