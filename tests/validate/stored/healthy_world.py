"""What is stored in a unit where everything is as the catalog says, as a stream of records, at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from healthy_backups import JOBS_LISTED, LARGE, Backups, Owned, Seen, code, policy_id

from tests.validate.as_desired import observed_as_desired
from tierkeep.desired.model import DesiredState, DesiredUnit, Protection, ResourceType
from tierkeep.promises.calendar import end_of
from tierkeep.promises.cover import cover
from tierkeep.validate.findings import Finding, Unknown
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.judge import StoredJudge
from tierkeep.validate.stored.keys import key_of, known_states
from tierkeep.validate.stored.records import Key, PlanVersion, Record, Resource, Whole


def observed(unit: DesiredUnit) -> ObservedUnit:
    """All as it should be, each policy with an ARN of its own."""
    found = observed_as_desired(unit)
    assert isinstance(found.snapshot_policies, dict)
    policies = {
        name: replace(form, arn=f"arn:aws:dlm:{unit.id.region}:{unit.account_id}:policy/{policy_id(name)}")
        for name, form in found.snapshot_policies.items()
    }
    return replace(found, snapshot_policies=policies)


@dataclass
class World:
    """A unit, its resources, and the day since whose beginning they have been protected."""

    state: DesiredState
    unit: DesiredUnit
    since: date
    horizon_days: int = 45
    seed: int = 0
    jitter: bool = True
    backup_snapshots: bool = False
    """Whether what AWS Backup keeps of volumes is listed among EC2's snapshots too."""
    owned: list[Owned] = field(default_factory=list)
    observed: ObservedUnit = field(init=False)
    _seen: dict[str, list[Seen]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.observed = observed(self.unit)
        self.owned = [self._resource(each) for each in self.unit.protections]
        backups = Backups(
            state=self.state,
            unit=self.unit,
            owned=tuple(self.owned),
            since=self.since,
            until=self.since + timedelta(days=self.horizon_days),
            seed=self.seed,
            jitter=self.jitter,
            backup_snapshots=self.backup_snapshots,
        )
        self._seen = {stream: [] for stream in self._streams()}
        for each in backups.seen():
            self._seen[each.stream].append(each)

    def _streams(self) -> Iterator[str]:
        """The parts after the resources, in their order: copies elsewhere come after all originals."""
        yield from ("jobs/backup", "jobs/copy", "jobs/restore")
        rules = [rule for plan in self.unit.plans for rule in plan.rules]
        for arn in (
            *(each.arn for each in self.unit.vaults),
            *(copy.destination_vault_arn for rule in rules for copy in rule.copies),
        ):
            yield f"points/{arn}"
        yield from ("snapshots", "images", "fast-restores")
        schedules = [each for policy in self.unit.snapshot_policies for each in policy.schedules]
        yield from (f"snapshots/{copy.target_region}" for each in schedules for copy in each.copies)

    def versions(self) -> dict[str, Any]:
        created = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) - timedelta(days=40)
        return {plan.name: PlanVersion(created_at=created) for plan in self.unit.plans}

    def judge(self, at: datetime, **changes: Any) -> StoredJudge:
        """A judge that has seen nothing yet."""
        asked = {"restores_since": at - JOBS_LISTED, "opted_in": {}, **changes}
        return StoredJudge(
            self.state,
            self.unit,
            asked.pop("observed", self.observed),
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

    def _resource(self, protection: Protection) -> Owned:
        kind, tier = protection.resource_type, protection.tier
        region, account = self.unit.id.region, self.unit.account_id
        name = f"{tier}-{kind}-0"
        number = f"{code(name):017x}"
        arns = {
            ResourceType.EBS: f"arn:aws:ec2:{region}:{account}:volume/vol-{number}",
            ResourceType.EC2: f"arn:aws:ec2:{region}:{account}:instance/i-{number}",
            ResourceType.EFS: f"arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-{number}",
            ResourceType.RDS: f"arn:aws:rds:{region}:{account}:db:{name}",
            ResourceType.AURORA: f"arn:aws:rds:{region}:{account}:cluster:{name}",
            ResourceType.DYNAMODB: f"arn:aws:dynamodb:{region}:{account}:table/{name}",
            ResourceType.S3: f"arn:aws:s3:::{account}-{region}-{name}",
        }
        tags = {self.state.tag_key: tier, "Name": name, "restore-test": "weekly"}
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
                    arn=f"arn:aws:ec2:{region}:{account}:volume/vol-{number[::-1]}",
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
        found = list(self._resources(at))
        for stream, each in self._seen.items():
            found += [seen.record for seen in each if seen.since <= at < seen.until]
            found.append(Whole(stream=stream))
        return [*found, *self._keys(found), Whole(stream="keys")]

    def _keys(self, found: list[Record]) -> Iterator[Record]:
        """Those of which the state is not known from how the unit is set up: of the resources' makers."""
        vaults, region = {each.arn for each in self.unit.vaults}, self.unit.id.region
        used = {key_of(each, vaults=vaults, region=region) for each in found}
        for arn in sorted({each for each in used if each} - known_states(self.observed).keys()):
            yield Key(arn=arn, state="Enabled")

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
