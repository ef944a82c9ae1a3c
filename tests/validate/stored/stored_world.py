"""What is stored in a unit where everything is as the catalog says, as records, at any moment.

Made from starts and lifetimes of `promises`, with jobs that begin anywhere within their start window, take
anything up to what the compiler allows for, and are listed although what they made has expired since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from validate_states import key_arn, observed_as_desired

from tierkeep.desired.model import DesiredState, DesiredUnit, Engine, Protection, ResourceType
from tierkeep.desired.support import type_support
from tierkeep.promises.calendar import end_of
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.recovery_point import completion_minutes
from tierkeep.promises.timeline import Run, minute_of, moment_of, timeline
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.judge import StoredJudge
from tierkeep.validate.stored.records import (
    FastRestore,
    Image,
    Job,
    JobKind,
    PlanVersion,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)
from tierkeep.validate.stored.tracks import copying

GIB = 1024**3
JOBS_LISTED = timedelta(days=60)
HORIZON = timedelta(days=100)
"""No test looks further than so long after the day since which resources are protected."""
LARGE = 100 * GIB


@cache
def _code(text: str, bits: int) -> int:
    """A number that looks like one of AWS's, always the same for the same text."""
    return _dice(text).getrandbits(bits)


def _dice(text: str) -> Random:
    return Random(text)  # noqa: S311


def observed(unit: DesiredUnit) -> ObservedUnit:
    """All as it should be, each policy with an ARN of its own."""
    found = observed_as_desired(unit)
    assert isinstance(found.snapshot_policies, dict)
    policies = {
        name: replace(form, arn=f"arn:aws:dlm:{unit.id.region}:{unit.account_id}:policy/{policy_id(name)}")
        for name, form in found.snapshot_policies.items()
    }
    return replace(found, snapshot_policies=policies)


def policy_id(name: str) -> str:
    return f"policy-{name}"


@dataclass(frozen=True)
class Owned:
    """A resource with its protection, and what snapshots of it are of."""

    record: Resource
    protection: Protection
    volumes: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Made:
    """A backup: when it was scheduled, began, was complete, and when its copies are."""

    start: int
    began: datetime
    done: datetime
    copied: datetime


@dataclass
class World:
    """A unit, its resources, and the day since whose beginning they have been protected."""

    state: DesiredState
    unit: DesiredUnit
    since: date
    how_many: int = 1
    seed: int = 0
    jitter: bool = True
    backup_snapshots: bool = False
    """Whether what AWS Backup keeps of volumes is listed among EC2's snapshots too."""
    owned: list[Owned] = field(default_factory=list)
    _known: dict[tuple[str, int], list[Made]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for protection in self.unit.protections:
            for number in range(self.how_many):
                self.owned.append(self._resource(protection, number))

    def versions(self) -> dict[str, Any]:
        created = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) - timedelta(days=40)
        return {plan.name: PlanVersion(created_at=created) for plan in self.unit.plans}

    def judge(self, at: datetime, **changes: Any) -> StoredJudge:
        """A judge that has seen nothing yet."""
        asked = {"jobs_since": at - JOBS_LISTED, "opted_in": {}, **changes}
        return StoredJudge(
            self.state,
            self.unit,
            asked.pop("observed", observed(self.unit)),
            at,
            asked.pop("versions", self.versions()),
            **asked,
        )

    def outcomes(
        self, at: datetime, records: list[Record] | None = None, **changes: Any
    ) -> list[Finding | Unknown]:
        """What the judge says of the records, or of all as it should be."""
        judge = self.judge(at, **changes)
        for record in self.records(at) if records is None else records:
            judge.see(record)
        return judge.outcomes()

    def _resource(self, protection: Protection, number: int) -> Owned:
        kind, tier = protection.resource_type, protection.tier
        region, account = self.unit.id.region, self.unit.account_id
        name = f"{tier}-{kind}-{number}"
        code = f"{_code(name, 64):017x}"
        arns = {
            ResourceType.EBS: f"arn:aws:ec2:{region}:{account}:volume/vol-{code}",
            ResourceType.EC2: f"arn:aws:ec2:{region}:{account}:instance/i-{code}",
            ResourceType.EFS: f"arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-{code}",
            ResourceType.RDS: f"arn:aws:rds:{region}:{account}:db:{name}",
            ResourceType.AURORA: f"arn:aws:rds:{region}:{account}:cluster:{name}",
            ResourceType.DYNAMODB: f"arn:aws:dynamodb:{region}:{account}:table/{name}",
            ResourceType.S3: f"arn:aws:s3:::{account}-{region}-{name}",
        }
        tags = {self.state.tag_key: tier, "Name": name}
        if number == 0:
            tags["restore-test"] = "weekly"
        bucket = kind is ResourceType.S3
        record = Resource(
            arn=arns[kind],
            type=kind,
            name=name,
            tags=tags,
            # Of buckets, S3 does not say.
            created_at=None if bucket else self._created(cover(self.unit, protection).time_zone),
            size_bytes=LARGE,
            encrypted=None if kind is ResourceType.EC2 else True,
            key_arn=None if kind is ResourceType.EC2 else f"arn:aws:kms:{region}:{account}:key/of-data",
            versioned=True if bucket else None,
            event_bridge=True if bucket else None,
        )
        volumes: tuple[Resource, ...] = (record,) if kind is ResourceType.EBS else ()
        if kind is ResourceType.EC2:
            volumes = (
                replace(
                    record,
                    arn=f"arn:aws:ec2:{region}:{account}:volume/vol-{code[::-1]}",
                    type=ResourceType.EBS,
                    name=f"of-{name}",
                    tags={},
                    encrypted=True,
                    key_arn=f"arn:aws:kms:{region}:{account}:key/of-data",
                    parent_arn=record.arn,
                ),
            )
        return Owned(record, protection, volumes)

    def _created(self, time_zone: str) -> datetime:
        return end_of(self.since - timedelta(days=1), time_zone).astimezone(UTC)

    def records(self, at: datetime) -> list[Record]:
        """The whole stream, in its order."""
        return [
            *self._resources(at),
            *self._jobs(at),
            *self._points(at),
            *self._snapshots(at),
        ]

    def _resources(self, at: datetime) -> Iterator[Record]:
        for each in self.owned:
            yield self._recoverable(each, at)
            if each.record.type is ResourceType.EC2:
                yield from each.volumes
        for kind in ResourceType:
            yield Whole(stream=f"resources/{kind}")

    def _recoverable(self, owned: Owned, at: datetime) -> Resource:
        """With the window of its point-in-time recovery, where its tier asks for one."""
        of = cover(self.unit, owned.protection)
        keep = [each.retain for each in of.scheduled if each.granularity_minutes and each.retain]
        record = owned.record
        if not keep or record.type is ResourceType.S3 or record.created_at is None:
            return record
        first = record.created_at + timedelta(hours=1 if record.type is ResourceType.DYNAMODB else 25)
        if at < first:
            return record
        oldest = max(first, at - timedelta(days=keep[0].interval))
        return replace(record, restorable_from=oldest, restorable_to=at - timedelta(minutes=4))

    def made(self, arn: str, of: Cover, index: int, at: datetime) -> Iterator[Made]:
        """The backups of one schedule that have begun, whether or not they are still kept."""
        known = self._known.get((arn, index))
        if known is None:
            known = self._known[arn, index] = list(self._made(arn, of, index))
        return (each for each in known if each.began <= at)

    def _made(self, arn: str, of: Cover, index: int) -> Iterator[Made]:
        scheduled = of.scheduled[index]
        for minute, run in timeline(of.runs, of.time_zone).starts(self.since, self.since + HORIZON):
            if run != index:
                continue
            dice = _dice(f"{self.seed} {arn} {scheduled.name} {minute}")
            began = minute + (dice.randint(0, scheduled.start_window_minutes) if self.jitter else 0)
            done = began + (dice.randint(1, completion_minutes(of)) if self.jitter else 20)
            copied = done + (dice.randint(1, copying(of)) if self.jitter else 30)
            yield Made(minute, moment_of(began), moment_of(done), moment_of(copied))

    def _backups(self, at: datetime) -> Iterator[tuple[Owned, Cover, int, Made]]:
        for owned in self.owned:
            of = cover(self.unit, owned.protection)
            if of.engine is Engine.BACKUP:
                for index, each in enumerate(of.scheduled):
                    if not each.native:
                        for made in self.made(owned.record.arn, of, index, at):
                            yield owned, of, index, made

    def _jobs(self, at: datetime) -> Iterator[Record]:
        for owned, of, index, made in self._backups(at):
            scheduled = of.scheduled[index]
            if made.began < at - JOBS_LISTED:
                continue
            first = scheduled.granularity_minutes is None or made.start == self._first_start(of, index)
            common: dict[str, Any] = {
                "resource_arn": owned.record.arn,
                "resource_type": type_support()[owned.record.type].name,
                "message": None,
                "plan": scheduled.plan,
                "rule": scheduled.name,
            }
            done = made.done <= at
            yield Job(
                kind=JobKind.BACKUP,
                id=f"job-{_code(f'{owned.record.arn}{made.began}{scheduled.name}', 40):x}",
                state="COMPLETED" if done else "RUNNING",
                category="SUCCESS" if done else None,
                created_at=made.began,
                completed_at=made.done if done else None,
                vault_arn=self._vault(of.vault or ""),
                recovery_point_arn=self._point_arn(owned, scheduled.name, made) if first else None,
                delete_after_days=scheduled.retain.interval if scheduled.retain else None,
                **common,
            )
            for copy in self._rule(scheduled.plan, scheduled.name).copies if made.done <= at else ():
                copied = made.copied <= at
                yield Job(
                    kind=JobKind.COPY,
                    id=f"copy-{_code(f'{owned.record.arn}{made.began}{copy.destination_vault_arn}', 40):x}",
                    state="COMPLETED" if copied else "RUNNING",
                    category="SUCCESS" if copied else None,
                    created_at=made.done,
                    completed_at=made.copied if copied else None,
                    vault_arn=copy.destination_vault_arn,
                    recovery_point_arn=None,
                    **common,
                )
        yield Whole(stream="jobs/backup")
        yield Whole(stream="jobs/copy")
        yield from self._restore_tests(at)
        yield Whole(stream="jobs/restore")

    def _first_start(self, of: Cover, index: int) -> int:
        starts = timeline(of.runs, of.time_zone).starts(self.since, self.since + timedelta(days=2))
        return next(minute for minute, run in starts if run == index)

    def _restore_tests(self, at: datetime) -> Iterator[Record]:
        for plan in self.unit.restore_testing:
            window = plan.start_window_hours * 60
            run = Run(name=plan.name, cron=plan.schedule, start_window_minutes=window, keep_days=1, plan="")
            starts = timeline((run,), plan.time_zone).starts(self.since + timedelta(days=2), at.date())
            for minute, _ in starts:
                for owned in self.owned:
                    dice = _dice(f"{self.seed} {owned.record.arn} {plan.name} {minute}")
                    began = moment_of(minute + dice.randint(0, window))
                    if began <= at and self._tested(owned, plan.name):
                        yield self._restore_test(owned, plan.name, began, at)

    def _tested(self, owned: Owned, plan: str) -> bool:
        assert isinstance(owned.record.tags, dict)
        name = type_support()[owned.record.type].name
        return any(
            each.resource_type == name
            and all(owned.record.tags.get(key) == value for key, value in each.required_tags)
            for tests in self.unit.restore_testing
            if tests.name == plan
            for each in tests.selections
        )

    def _restore_test(self, owned: Owned, plan: str, began: datetime, at: datetime) -> Job:
        done = began + timedelta(hours=3)
        return Job(
            kind=JobKind.RESTORE,
            id=f"restore-{_code(f'{owned.record.arn}{began}', 40):x}",
            state="COMPLETED" if done <= at else "RUNNING",
            message=None,
            category=None,
            resource_arn=owned.record.arn,
            resource_type=type_support()[owned.record.type].name,
            created_at=began,
            completed_at=done if done <= at else None,
            vault_arn=self._vault(cover(self.unit, owned.protection).vault or ""),
            recovery_point_arn="arn:aws:backup:a-point",
            plan=None,
            rule=None,
            restore_testing_plan=f"arn:aws:backup:restore-testing-plan:{plan}",
            validation="SUCCESSFUL" if done <= at else None,
        )

    def _vault(self, name: str) -> str:
        return next(each.arn for each in self.unit.vaults if each.name == name)

    def _rule(self, plan: str, rule: str) -> Any:
        return next(
            each
            for found in self.unit.plans
            if found.name == plan
            for each in found.rules
            if each.name == rule
        )

    def _point_arn(self, owned: Owned, rule: str, made: Made) -> str:
        code = f"{_code(f'{owned.record.arn} {rule} {made.start}', 64):016x}"
        if owned.record.type is ResourceType.EBS:
            return f"arn:aws:ec2:{self.unit.id.region}::snapshot/snap-{code}"
        return f"arn:aws:backup:{self.unit.id.region}:{self.unit.account_id}:recovery-point:{code}"

    def _points(self, at: datetime) -> Iterator[Record]:
        points: dict[str, list[Record]] = {each.arn: [] for each in self.unit.vaults}
        for plan in self.unit.plans:
            for rule in plan.rules:
                for copy in rule.copies:
                    points.setdefault(copy.destination_vault_arn, [])
        for owned, of, index, made in self._backups(at):
            for point in self._points_of(owned, of, index, made, at):
                points[point.vault_arn].append(point)
        for arn, found in points.items():
            yield from found
            yield Whole(stream=f"points/{arn}")

    def _points_of(
        self, owned: Owned, of: Cover, index: int, made: Made, at: datetime
    ) -> Iterator[RecoveryPoint]:
        scheduled = of.scheduled[index]
        rule = self._rule(scheduled.plan, scheduled.name)
        support = type_support()[owned.record.type]
        vault = self._vault(rule.vault_name)
        done = made.done <= at
        days = rule.lifecycle.delete_after_days
        point = RecoveryPoint(
            arn=self._point_arn(owned, scheduled.name, made),
            vault_arn=vault,
            resource_arn=owned.record.arn,
            resource_type=support.name,
            created_at=made.began,
            completed_at=made.done if done else None,
            status="COMPLETED" if done else "CREATING",
            status_message=None,
            plan=scheduled.plan,
            rule=scheduled.name,
            source_vault_arn=None,
            encrypted=True,
            key_arn=self._vault_key(vault) if support.own_encryption else self._source_key(),
            delete_after_days=days,
            cold_after_days=rule.lifecycle.cold_storage_after_days,
            delete_at=made.began + timedelta(days=days),
            size_bytes=5 * GIB,
            last_restored_at=None,
            continuous=False,
            vault_type="BACKUP_VAULT",
        )
        if scheduled.granularity_minutes is not None:
            if made.start == self._first_start(of, index) and done:
                yield replace(point, continuous=True, status="AVAILABLE", delete_at=None)
            return
        if made.began + timedelta(days=days) > at:
            yield point
        for copy in rule.copies:
            kept = copy.lifecycle.delete_after_days
            if made.copied <= at < made.began + timedelta(days=kept):
                yield replace(
                    point,
                    arn=f"{point.arn}-{copy.destination.region}",
                    vault_arn=copy.destination_vault_arn,
                    source_vault_arn=vault,
                    key_arn=self._vault_key(copy.destination_vault_arn),
                    delete_after_days=kept,
                    cold_after_days=copy.lifecycle.cold_storage_after_days,
                    delete_at=made.began + timedelta(days=kept),
                    vault_type="LOGICALLY_AIR_GAPPED_BACKUP_VAULT" if copy.air_gapped else "BACKUP_VAULT",
                )

    def _source_key(self) -> str:
        return f"arn:aws:kms:{self.unit.id.region}:{self.unit.account_id}:key/of-data"

    def _vault_key(self, arn: str) -> str:
        vault = next(each for unit in self.state.units for each in unit.vaults if each.arn == arn)
        return key_arn(arn.split(":")[3], vault.key_alias or "alias/aws/backup")

    def _snapshots(self, at: datetime) -> Iterator[Record]:
        found: dict[str, list[Record]] = {"snapshots": [], "images": [], "fast-restores": []}
        for policy in self.unit.snapshot_policies:
            for schedule in policy.schedules:
                for copy in schedule.copies:
                    found.setdefault(f"snapshots/{copy.target_region}", [])
        for owned in self.owned:
            self._add_snapshots(owned, at, found)
        if self.backup_snapshots:
            found["snapshots"] += [self._listed(each) for each in self._points(at) if self._is_snapshot(each)]
        # Copies elsewhere come after all of their originals.
        for stream in sorted(found, key=lambda name: "/" in name):
            yield from found[stream]
            yield Whole(stream=stream)

    def _add_snapshots(self, owned: Owned, at: datetime, found: dict[str, list[Record]]) -> None:
        of = cover(self.unit, owned.protection)
        target = type_support()[owned.record.type].snapshots
        for policy in self.unit.snapshot_policies if of.engine is Engine.DLM and target else ():
            if policy.tier != owned.protection.tier or policy.resource_type != target.resource_type:
                continue
            for index, schedule in enumerate(policy.schedules):
                for made in self.made(owned.record.arn, of, index, at):
                    if policy.images:
                        if expiry(minute_of(made.began), schedule.kept) > minute_of(at):
                            found["images"].append(self._image(owned, policy, schedule, made, at))
                        continue
                    for volume in owned.volumes:
                        self._add_snapshot(volume, policy, schedule, made, at, found)

    def _add_snapshot(
        self,
        volume: Resource,
        policy: Any,
        schedule: Any,
        made: Made,
        at: datetime,
        found: dict[str, list[Record]],
    ) -> None:
        snapshot = self._snapshot(volume, policy, schedule, made, at)
        if expiry(minute_of(made.began), schedule.kept) > minute_of(at):
            found["snapshots"].append(snapshot)
            found["fast-restores"] += self._fast(snapshot, schedule, made, at)
        for copy in schedule.copies:
            if made.done <= at and expiry(minute_of(made.done), copy.retain) > minute_of(at):
                found[f"snapshots/{copy.target_region}"].append(self._copy(snapshot, copy, made, at))

    def _is_snapshot(self, record: Record) -> bool:
        return (
            isinstance(record, RecoveryPoint)
            and record.resource_type == "EBS"
            and record.source_vault_arn is None
        )

    def _listed(self, point: Any) -> Snapshot:
        return Snapshot(
            id=point.arn.rsplit("/", 1)[-1],
            arn=point.arn,
            volume_id=point.resource_arn.rsplit("/", 1)[-1],
            started_at=point.created_at,
            state="completed",
            tags={"aws:backup:source-resource": "vol:job"},
            encrypted=point.encrypted,
            key_arn=point.key_arn,
            archived=False,
            volume_bytes=LARGE,
            public=False,
            shared_with=None,
            description="This snapshot is created by the AWS Backup service.",
        )

    def _tags(self, policy: Any, schedule: Any) -> dict[str, str]:
        return {
            "aws:dlm:lifecycle-policy-id": policy_id(policy.name),
            "aws:dlm:lifecycle-schedule-name": schedule.name,
            **dict(schedule.tags_to_add),
        }

    def _snapshot(self, volume: Resource, policy: Any, schedule: Any, made: Made, at: datetime) -> Snapshot:
        code = f"{_code(f'{volume.arn} {schedule.name} {made.start}', 64):017x}"
        shared: tuple[str, ...] = ()
        if schedule.share:
            unshared = schedule.share.unshare_after
            if unshared is None or expiry(minute_of(made.began), unshared) > minute_of(at):
                shared = tuple(schedule.share.account_ids)
        return Snapshot(
            id=f"snap-{code}",
            arn=f"arn:aws:ec2:{self.unit.id.region}::snapshot/snap-{code}",
            volume_id=volume.arn.rsplit("/", 1)[-1],
            started_at=made.began,
            state="completed" if made.done <= at else "pending",
            tags=self._tags(policy, schedule),
            encrypted=True,
            key_arn=volume.key_arn,
            archived=False,
            volume_bytes=LARGE,
            public=False,
            shared_with=shared,
            description=f"Created for policy: {policy_id(policy.name)} schedule: {schedule.name}",
        )

    def _copy(self, snapshot: Snapshot, copy: Any, made: Made, at: datetime) -> Snapshot:
        code = f"{_code(f'{snapshot.id} {copy.target_region}', 64):017x}"
        return replace(
            snapshot,
            id=f"snap-{code}",
            arn=f"arn:aws:ec2:{copy.target_region}::snapshot/snap-{code}",
            volume_id="vol-ffffffff",
            started_at=made.done,
            state="completed" if made.copied <= at else "pending",
            key_arn=key_arn(copy.target_region, copy.key_alias) if copy.key_alias else snapshot.key_arn,
            shared_with=(),
            description=f"[Copied {snapshot.id} from {self.unit.id.region}] {snapshot.description}",
        )

    def _fast(self, snapshot: Snapshot, schedule: Any, made: Made, at: datetime) -> list[Record]:
        rule = schedule.fast_restore
        if rule is None or made.done > at or expiry(minute_of(made.began), rule.keep) <= minute_of(at):
            return []
        return [
            FastRestore(snapshot_id=snapshot.id, zone=zone, state="enabled", reason=None)
            for zone in rule.availability_zones
        ]

    def _image(self, owned: Owned, policy: Any, schedule: Any, made: Made, at: datetime) -> Image:
        code = f"{_code(f'{owned.record.arn} {schedule.name} {made.start}', 64):017x}"
        instance = owned.record.arn.rsplit("/", 1)[-1]
        return Image(
            id=f"ami-{code}",
            arn=f"arn:aws:ec2:{self.unit.id.region}::image/ami-{code}",
            name=f"{policy_id(policy.name)}_{instance}_{made.began:%Y-%m-%dT%H.%M.%S}",
            created_at=made.began,
            state="available" if made.done <= at else "pending",
            tags=self._tags(policy, schedule),
            snapshot_ids=(),
            public=False,
            deprecated_at=None,
        )
