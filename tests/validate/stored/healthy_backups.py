"""What is kept of resources where everything is as the catalog says, each record with when it is to be seen.

Made from starts and lifetimes of `promises`, with jobs that begin anywhere within their start window, take
anything up to what the compiler allows for, and are listed although what they made has expired since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

from tests.validate.as_desired import key_arn
from tierkeep.desired.model import DesiredState, DesiredUnit, Engine, Protection, ResourceType
from tierkeep.desired.support import type_support
from tierkeep.promises.cover import Cover, cover
from tierkeep.promises.lifetime import expiry
from tierkeep.promises.recovery_point import completion_minutes
from tierkeep.promises.timeline import Run, minute_of, moment_of, timeline
from tierkeep.validate.stored.records import (
    FastRestore,
    Image,
    Job,
    JobKind,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
)
from tierkeep.validate.stored.tracks import copying

GIB = 1024**3
LARGE = 100 * GIB
JOBS_LISTED = timedelta(days=60)
ALWAYS = datetime.max.replace(tzinfo=UTC)
AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"


class Seen(NamedTuple):
    """A record, in which part of the stream it comes, and from when until when it is as it is."""

    stream: str
    since: datetime
    until: datetime
    record: Record


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


@cache
def code(text: str, bits: int = 64) -> int:
    """A number that looks like one of AWS's, always the same for the same text."""
    return _dice(text).getrandbits(bits)


def _dice(text: str) -> Random:
    return Random(text)  # noqa: S311


def policy_id(name: str) -> str:
    return f"policy-{name}"


def _ends(moment: datetime, age: Any) -> datetime:
    return ALWAYS if age is None else moment_of(expiry(minute_of(moment), age))


@dataclass(frozen=True)
class Backups:
    """All backups of a unit's resources since the beginning of a day, up to a horizon."""

    state: DesiredState
    unit: DesiredUnit
    owned: tuple[Owned, ...]
    since: date
    until: date
    seed: int
    jitter: bool
    backup_snapshots: bool

    def seen(self) -> Iterator[Seen]:
        """Every record of every state that it goes through."""
        for owned in self.owned:
            of = cover(self.unit, owned.protection)
            for index, scheduled in enumerate(of.scheduled):
                if scheduled.native:
                    continue
                for made in self._made(owned, of, index):
                    if of.engine is Engine.BACKUP:
                        yield from self._by_backup(owned, of, index, made)
                    else:
                        yield from self._by_policy(owned, scheduled.name, made)
            yield from self._restore_tests(owned)

    def _made(self, owned: Owned, of: Cover, index: int) -> Iterator[Made]:
        scheduled = of.scheduled[index]
        for minute, run in timeline(of.runs, of.time_zone).starts(self.since, self.until):
            if run != index:
                continue
            dice = _dice(f"{self.seed} {owned.record.arn} {scheduled.name} {minute}")
            began = minute + (dice.randint(0, scheduled.start_window_minutes) if self.jitter else 0)
            done = began + (dice.randint(1, completion_minutes(of)) if self.jitter else 20)
            copied = done + (dice.randint(1, copying(of)) if self.jitter else 30)
            yield Made(minute, moment_of(began), moment_of(done), moment_of(copied))

    def _by_backup(self, owned: Owned, of: Cover, index: int, made: Made) -> Iterator[Seen]:
        scheduled = of.scheduled[index]
        rule = next(
            each
            for plan in self.unit.plans
            if plan.name == scheduled.plan
            for each in plan.rules
            if each.name == scheduled.name
        )
        job = self._job(owned, scheduled, made, self._vault(rule.vault_name))
        yield from self._job_states(job, made.began, made.done)
        for copy in rule.copies:
            copying_job = replace(
                job,
                kind=JobKind.COPY,
                id=f"copy-{code(f'{job.id} {copy.destination_vault_arn}'):x}",
                created_at=made.done,
                vault_arn=copy.destination_vault_arn,
            )
            yield from self._job_states(copying_job, made.done, made.copied)
        point = self._point(owned, rule, scheduled, made)
        if scheduled.granularity_minutes is None:
            yield from self._periodic(point, rule, made)
        elif made.start == self._first_start(of, index):
            always = replace(point, continuous=True, status="AVAILABLE", delete_at=None)
            yield Seen(f"points/{point.vault_arn}", made.done, ALWAYS, always)

    def _job(self, owned: Owned, scheduled: Any, made: Made, vault: str) -> Job:
        return Job(
            kind=JobKind.BACKUP,
            id=f"job-{code(f'{owned.record.arn} {scheduled.name} {made.start}'):x}",
            state="RUNNING",
            message=None,
            category=None,
            resource_arn=owned.record.arn,
            resource_type=type_support()[owned.record.type].name,
            created_at=made.began,
            completed_at=None,
            vault_arn=vault,
            recovery_point_arn=None,
            plan=scheduled.plan,
            rule=scheduled.name,
        )

    def _job_states(self, job: Job, began: datetime, done: datetime) -> Iterator[Seen]:
        yield Seen(f"jobs/{job.kind}", began, done, job)
        complete = replace(job, state="COMPLETED", category="SUCCESS", completed_at=done)
        yield Seen(f"jobs/{job.kind}", done, began + JOBS_LISTED, complete)

    def _first_start(self, of: Cover, index: int) -> int:
        starts = timeline(of.runs, of.time_zone).starts(self.since, self.since + timedelta(days=2))
        return next(minute for minute, run in starts if run == index)

    def _restore_tests(self, owned: Owned) -> Iterator[Seen]:
        for plan in self.unit.restore_testing:
            window = plan.start_window_hours * 60
            run = Run(name=plan.name, cron=plan.schedule, start_window_minutes=window, keep_days=1, plan="")
            tested = any(self._selects(each, owned) for each in plan.selections)
            starts = timeline((run,), plan.time_zone).starts(self.since + timedelta(days=2), self.until)
            for minute, _ in starts if tested else ():
                dice = _dice(f"{self.seed} {owned.record.arn} {plan.name} {minute}")
                began = moment_of(minute + dice.randint(0, window))
                done = began + timedelta(hours=3)
                job = self._restore_test(owned, plan.name, began)
                yield Seen("jobs/restore", began, done, job)
                over = replace(job, state="COMPLETED", completed_at=done, validation="SUCCESSFUL")
                yield Seen("jobs/restore", done, began + JOBS_LISTED, over)

    def _selects(self, selection: Any, owned: Owned) -> bool:
        assert isinstance(owned.record.tags, dict)
        tags = owned.record.tags
        of_type = selection.resource_type == type_support()[owned.record.type].name
        return of_type and all(tags.get(key) == value for key, value in selection.required_tags)

    def _restore_test(self, owned: Owned, plan: str, began: datetime) -> Job:
        return Job(
            kind=JobKind.RESTORE,
            id=f"restore-{code(f'{owned.record.arn} {began}'):x}",
            state="RUNNING",
            message=None,
            category=None,
            resource_arn=owned.record.arn,
            resource_type=type_support()[owned.record.type].name,
            created_at=began,
            completed_at=None,
            vault_arn=self._vault(cover(self.unit, owned.protection).vault or ""),
            recovery_point_arn="arn:aws:backup:a-point",
            plan=None,
            rule=None,
            restore_testing_plan=f"arn:aws:backup:restore-testing-plan:{plan}",
        )

    def _vault(self, name: str) -> str:
        return next(each.arn for each in self.unit.vaults if each.name == name)

    def _point(self, owned: Owned, rule: Any, scheduled: Any, made: Made) -> RecoveryPoint:
        support, vault = type_support()[owned.record.type], self._vault(rule.vault_name)
        days, number = rule.lifecycle.delete_after_days, code(f"{owned.record.arn} {rule.name} {made.start}")
        arn = f"arn:aws:backup:{self.unit.id.region}:{self.unit.account_id}:recovery-point:{number:016x}"
        if owned.record.type is ResourceType.EBS:
            arn = f"arn:aws:ec2:{self.unit.id.region}::snapshot/snap-{number:016x}"
        source_key = f"arn:aws:kms:{self.unit.id.region}:{self.unit.account_id}:key/of-data"
        return RecoveryPoint(
            arn=arn,
            vault_arn=vault,
            resource_arn=owned.record.arn,
            resource_type=support.name,
            created_at=made.began,
            completed_at=made.done,
            status="COMPLETED",
            status_message=None,
            plan=scheduled.plan,
            rule=scheduled.name,
            source_vault_arn=None,
            encrypted=True,
            key_arn=self._vault_key(vault) if support.own_encryption else source_key,
            delete_after_days=days,
            cold_after_days=rule.lifecycle.cold_storage_after_days,
            delete_at=made.began + timedelta(days=days),
            size_bytes=5 * GIB,
            last_restored_at=None,
            continuous=False,
            vault_type="BACKUP_VAULT",
        )

    def _periodic(self, point: RecoveryPoint, rule: Any, made: Made) -> Iterator[Seen]:
        home = f"points/{point.vault_arn}"
        yield Seen(home, made.began, made.done, replace(point, status="CREATING", completed_at=None))
        assert point.delete_at
        yield Seen(home, made.done, point.delete_at, point)
        if self.backup_snapshots and point.resource_type == "EBS":
            yield Seen("snapshots", made.done, point.delete_at, _listed(point))
        for copy in rule.copies:
            kept = copy.lifecycle.delete_after_days
            copied = replace(
                point,
                arn=f"{point.arn}-{copy.destination.region}",
                vault_arn=copy.destination_vault_arn,
                source_vault_arn=point.vault_arn,
                key_arn=self._vault_key(copy.destination_vault_arn),
                delete_after_days=kept,
                cold_after_days=copy.lifecycle.cold_storage_after_days,
                delete_at=made.began + timedelta(days=kept),
                vault_type=AIR_GAPPED if copy.air_gapped else "BACKUP_VAULT",
            )
            assert copied.delete_at
            yield Seen(f"points/{copied.vault_arn}", made.copied, copied.delete_at, copied)

    def _vault_key(self, arn: str) -> str:
        vault = next(each for unit in self.state.units for each in unit.vaults if each.arn == arn)
        return key_arn(arn.split(":")[3], vault.key_alias or "alias/aws/backup")

    def _by_policy(self, owned: Owned, name: str, made: Made) -> Iterator[Seen]:
        target = type_support()[owned.record.type].snapshots
        policy = next(
            each
            for each in self.unit.snapshot_policies
            if each.tier == owned.protection.tier and target and each.resource_type == target.resource_type
        )
        schedule = next(each for each in policy.schedules if each.name == name)
        ends = _ends(made.began, schedule.kept)
        if policy.images:
            image = self._image(owned, policy, schedule, made)
            yield Seen("images", made.began, made.done, replace(image, state="pending"))
            yield Seen("images", made.done, ends, image)
            return
        for volume in owned.volumes:
            snapshot = self._snapshot(volume, policy, schedule, made)
            shared_until = ends
            if schedule.share:
                shared_until = min(ends, _ends(made.began, schedule.share.unshare_after))
            yield Seen("snapshots", made.began, made.done, replace(snapshot, state="pending"))
            yield Seen("snapshots", made.done, shared_until, snapshot)
            if schedule.share:
                yield Seen("snapshots", shared_until, ends, replace(snapshot, shared_with=()))
            yield from self._fast(snapshot, schedule, made)
            for copy in schedule.copies:
                yield from self._copied(snapshot, copy, made)

    def _tags(self, policy: Any, schedule: Any) -> dict[str, str]:
        return {
            "aws:dlm:lifecycle-policy-id": policy_id(policy.name),
            "aws:dlm:lifecycle-schedule-name": schedule.name,
            **dict(schedule.tags_to_add),
        }

    def _snapshot(self, volume: Resource, policy: Any, schedule: Any, made: Made) -> Snapshot:
        name = f"snap-{code(f'{volume.arn} {schedule.name} {made.start}'):017x}"
        return Snapshot(
            id=name,
            arn=f"arn:aws:ec2:{self.unit.id.region}::snapshot/{name}",
            volume_id=volume.arn.rsplit("/", 1)[-1],
            started_at=made.began,
            state="completed",
            tags=self._tags(policy, schedule),
            encrypted=True,
            key_arn=volume.key_arn,
            archived=False,
            volume_bytes=LARGE,
            public=False,
            shared_with=tuple(schedule.share.account_ids) if schedule.share else None,
            description=f"Created for policy: {policy_id(policy.name)} schedule: {schedule.name}",
        )

    def _copied(self, snapshot: Snapshot, copy: Any, made: Made) -> Iterator[Seen]:
        name = f"snap-{code(f'{snapshot.id} {copy.target_region}'):017x}"
        copied = replace(
            snapshot,
            id=name,
            arn=f"arn:aws:ec2:{copy.target_region}::snapshot/{name}",
            volume_id="vol-ffffffff",
            started_at=made.done,
            key_arn=key_arn(copy.target_region, copy.key_alias) if copy.key_alias else snapshot.key_arn,
            shared_with=None,
            description=f"[Copied {snapshot.id} from {self.unit.id.region}] {snapshot.description}",
        )
        stream = f"snapshots/{copy.target_region}"
        yield Seen(stream, made.done, made.copied, replace(copied, state="pending"))
        yield Seen(stream, made.copied, _ends(made.done, copy.retain), copied)

    def _fast(self, snapshot: Snapshot, schedule: Any, made: Made) -> Iterator[Seen]:
        rule = schedule.fast_restore
        for zone in rule.availability_zones if rule else ():
            on = FastRestore(snapshot_id=snapshot.id, zone=zone, state="enabled", reason=None)
            yield Seen("fast-restores", made.done, _ends(made.began, rule.keep), on)

    def _image(self, owned: Owned, policy: Any, schedule: Any, made: Made) -> Image:
        name = f"ami-{code(f'{owned.record.arn} {schedule.name} {made.start}'):017x}"
        instance = owned.record.arn.rsplit("/", 1)[-1]
        return Image(
            id=name,
            arn=f"arn:aws:ec2:{self.unit.id.region}::image/{name}",
            name=f"{policy_id(policy.name)}_{instance}_{made.began:%Y-%m-%dT%H.%M.%S}",
            created_at=made.began,
            state="available",
            tags=self._tags(policy, schedule),
            snapshot_ids=(),
            public=False,
            deprecated_at=None,
        )


def _listed(point: RecoveryPoint) -> Snapshot:
    """What AWS Backup keeps of a volume, as EC2 lists it."""
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
