"""The catalog as users write it: strict models, from which `catalog.schema.json` is generated too.

A model says what form a value has. What AWS makes of it stands in `tierkeep.rules`; which names refer to
which stands in `tierkeep.catalog.references`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetPydanticSchema,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from tierkeep.catalog.durations import Duration, DurationField, Unit, WholeDaysField
from tierkeep.catalog.instances import ApplicationConsistency, ExcludedVolumes
from tierkeep.catalog.strict import STRICT, TagKey

Name = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=24)
]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
DESTINATION = r"^([a-z][a-z0-9]*(-[a-z0-9]+)*/)?[a-z]{2}(-[a-z]+)+-[0-9]$"
Destination = Annotated[str, StringConstraints(pattern=DESTINATION)]
"""Where copies go: a Region of the same account, or a Region of another as `account/Region`."""
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@-]+$", max_length=64)]
PolicyName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$",
        max_length=200,
    ),
]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", max_length=64)
]
AvailabilityZone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _version(value: Any) -> Any:
    if type(value) is not int:  # Literal would take 1.0 and true for 1
        raise PydanticCustomError("version", "the version is a whole number: 1")
    return value


def _schedule_day(value: Any) -> str | int:
    if value in WEEKDAYS or (type(value) is int and 1 <= value <= 28):
        return cast("str | int", value)
    raise PydanticCustomError("schedule_day", "a weekday or a day of the month from 1 to 28 is needed")


Day = Annotated[
    str | int,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            _schedule_day,
            json_schema_input_schema=core_schema.union_schema(
                [core_schema.literal_schema(list(WEEKDAYS)), core_schema.int_schema(ge=1, le=28)]
            ),
        )
    ),
]
"""A weekday, or a day of the month that every month has."""
TypeName = Literal["aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"]


class Model(BaseModel):
    """Strict, frozen, and closed to unknown keys."""

    model_config = STRICT


class Schedule(Model):
    """When a tier is backed up, and how long those backups are kept."""

    every: DurationField
    """How often: 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 1w, 1mo or 1y."""
    at: TimeOfDay = "00:00"
    """Time of day, in the tier's time zone; for several runs a day, that of one of them."""
    on: Day | None = None
    """The weekday of a weekly schedule; the day of the month, 1 to 28, of a monthly or yearly one."""
    keep: WholeDaysField
    """How long a backup of this schedule is kept, at least."""
    cold_after: WholeDaysField | None = None
    """It moves to cold storage after so long, where it stays for 90 days at least: cheaper to keep, slower
    and dearer to restore. For efs, and dynamodb with advanced features."""
    archive_after: WholeDaysField | None = None
    """Snapshots of volumes (ebs) move to the archive tier of EBS after so long, and stay there until `keep`
    ends, for 90 days at least. On one monthly or yearly schedule of a tier; a restore from it takes 24 to 72
    hours more."""

    @model_validator(mode="after")
    def _check(self) -> Schedule:
        every = str(self.every)
        allowed = {"1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo", "1y"}
        if every not in allowed:
            raise PydanticCustomError(
                "every", "every: {every} is not one of 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 1w, 1mo, 1y",
                {"every": every},
            )  # fmt: skip
        wanted = {Unit.WEEKS: str, Unit.MONTHS: int, Unit.YEARS: int}.get(self.every.unit)
        if wanted is None and self.on is not None:
            raise PydanticCustomError("on", "`on` goes with weekly, monthly and yearly schedules only")
        if wanted is str and not isinstance(self.on, str):
            raise PydanticCustomError("on", "a weekly schedule needs `on` with a weekday, such as sunday")
        if wanted is int and not isinstance(self.on, int):
            raise PydanticCustomError("on", "a monthly or yearly schedule needs `on` with a day from 1 to 28")
        return self


class Measured(Model):
    """How long backups of a type take in truth, where somebody has measured it."""

    completion: DurationField | None = None
    """From the start of a backup until it can be restored from; where it is left out, 1h is assumed."""
    copy_: DurationField | None = Field(default=None, alias="copy")
    """From then until its copy can be restored from; where it is left out, 2h are assumed."""


class Protects(Model):
    """How a tier protects one type of resource."""

    recovery_point: Name | None = None
    """The recovery point objective that this type is bound to, by its name under `objectives`."""
    engine: Literal["backup", "dlm"] | None = None
    """AWS Backup or Data Lifecycle Manager; where it is left out, what the tier asks for decides."""
    measured: Measured = Measured()
    """What the worst-case RPO reckons with instead of assumptions; the longest that was seen is wise."""


class CopyTo(Model):
    """A copy of each backup in another Region, in another account, or in both."""

    keep: WholeDaysField | None = None
    """How long a copy is kept; where it is left out, as long as the backup itself."""
    cold_after: WholeDaysField | None = None
    """A copy moves to cold storage after so long; where it is left out, never."""
    schedules: list[Name] | None = Field(default=None, min_length=1)
    """Only the backups of these schedules are copied; where it is left out, all."""


class PointInTimeRecovery(Model):
    """Continuous backup of the types that AWS can restore to a moment."""

    granularity: DurationField
    """How far the last restorable moment lags behind, at most: 5m on AWS."""
    keep: WholeDaysField
    """How far back one can restore: 1d to 35d."""


class FastSnapshotRestore(Model):
    """EBS volumes made from a snapshot have their full speed at once. Billed by snapshot, zone and hour."""

    availability_zones: list[AvailabilityZone] = Field(min_length=1)
    schedule: Name
    """The schedule whose snapshots are enabled."""
    keep: WholeDaysField
    """How long a snapshot stays enabled, in days or longer."""


class Share(Model):
    """Snapshots are shared with other accounts."""

    with_accounts: list[Name] = Field(min_length=1)
    """Accounts, by their names under `accounts`."""
    unshare_after: WholeDaysField
    """Sharing ends after so long, before the snapshot itself is deleted."""


class OnDemand(Model):
    """Backups besides the schedules."""

    on: list[Literal["before-deployment", "after-deployment"]] = Field(min_length=1)
    keep: WholeDaysField


class GovernanceLock(Model):
    """A vault lock that whoever has the permission can lift again."""

    mode: Literal["governance"]
    min_keep: WholeDaysField | None = None
    """Nothing that is kept for less gets into the vault; where it is left out, no matter how short."""
    max_keep: WholeDaysField | None = None
    """Nothing that is kept for longer gets into the vault; where it is left out, no matter how long."""


class ComplianceLock(Model):
    """A vault lock that nobody can change or lift any more once its time for changes is over."""

    mode: Literal["compliance"]
    min_keep: WholeDaysField | None = None
    """Nothing that is kept for less gets into the vault; where it is left out, no matter how short."""
    max_keep: WholeDaysField | None = None
    """Nothing that is kept for longer gets into the vault; where it is left out, no matter how long."""
    changeable_for: WholeDaysField
    """So long after its deployment it can still be changed and lifted: 3d or more."""
    acknowledge: Literal["nobody-can-delete-or-shorten"]
    """That nobody can delete a backup in the vault or shorten its time from then on: not you, not the root
    user, not AWS."""


def _day(text: str) -> str:
    match = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    year, month, day = (int(part) for part in match.groups()) if match else (0, 0, 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        raise PydanticCustomError(
            "day", "`{day}` is no day of the calendar: write one such as 2027-06-30", {"day": text}
        )
    return text


Date = Annotated[str, AfterValidator(_day)]


class Tier(Model):
    """A way of backing up: how often, how long, copied where, encrypted how, restored how fast."""

    description: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    protects: dict[TypeName, Protects] = Field(min_length=1)
    """The types of resource that belong to this tier if they carry its tag."""
    recovery_time: Name | None = None
    """The recovery time objective, by its name under `objectives`."""
    encryption: Literal["customer-managed", "aws-managed"]
    """Whose KMS key encrypts the vault and its copies."""
    schedules: dict[Name, Schedule] = Field(min_length=1)
    copy_to: dict[Destination, CopyTo] = {}
    """By Region, such as eu-west-1; or by account and Region, such as vaults/eu-west-1."""
    point_in_time_recovery: PointInTimeRecovery | None = None
    application_consistency: ApplicationConsistency | None = None
    exclude: ExcludedVolumes | None = None
    """Volumes of its instances (ec2) that snapshots leave out, which Data Lifecycle Manager alone can do."""
    fast_snapshot_restore: FastSnapshotRestore | None = None
    share: Share | None = None
    on_demand: OnDemand | None = None
    vault_lock: GovernanceLock | ComplianceLock | None = Field(default=None, discriminator="mode")
    """Nobody deletes a backup in the tier's vaults or shortens its time: in the vault at home, and in those
    that receive copies."""
    time_zone: TimeZone | None = None
    start_window: DurationField | None = None
    completion_window: DurationField | None = None
    retired: Date | None = None
    """Since when nothing is backed up by it any more. Its vaults and keys stay."""


class ScheduleOverride(Model):
    """What an account changes about a schedule; for a schedule of its own, `every` and `keep` are needed."""

    every: DurationField | None = None
    at: TimeOfDay | None = None
    on: Day | None = None
    keep: WholeDaysField | None = None
    cold_after: WholeDaysField | None = None
    archive_after: WholeDaysField | None = None


class TierOverride(Model):
    """What an account changes about a tier: fewer types, or more than the tier promises, never less."""

    protects: list[TypeName] | None = Field(default=None, min_length=1)
    """Only these of the tier's types are protected in this account."""
    schedules: dict[Name, ScheduleOverride] = {}
    """Schedules of the tier with changes, or more schedules."""
    copy_to: dict[Destination, CopyTo] = {}
    """More destinations, or other terms for one of the tier's."""
    point_in_time_recovery: PointInTimeRecovery | None = None
    start_window: DurationField | None = None
    completion_window: DurationField | None = None
    retired: Date | None = None
    """Since when nothing is backed up by it here."""


class Account(Model):
    """An AWS account: where it is used, and which tiers its resources may belong to."""

    id: AccountId
    regions: list[Region] = []
    """The Regions where its resources live. Regions that only receive copies are not named here."""
    tiers: list[Name] = []
    """Left out together with `regions` in an account that only receives copies."""
    overrides: dict[Name, TierOverride] = {}
    """What is different about a tier in this account, by the tier's name."""

    @model_validator(mode="after")
    def _check(self) -> Account:
        for lacking, here, there in (
            ("tiers", self.tiers, self.regions),
            ("regions", self.regions, self.tiers),
        ):
            if there and not here:
                raise PydanticCustomError(
                    "account", "the account has no `{lacking}`: name one at least, or leave out both",
                    {"lacking": lacking},
                )  # fmt: skip
        return self


class Objectives(Model):
    """What recovery must achieve, by class of system and of data."""

    recovery_time: dict[Name, DurationField] = {}
    """Longest time until a class of systems runs again."""
    recovery_point: dict[Name, DurationField] = {}
    """Longest time whose changes a class of data may lose."""


class Defaults(Model):
    """What holds for every tier that does not say otherwise."""

    tier_tag: TagKey = "backup-tier"
    """A resource belongs to the tier that its tag of this key names."""
    time_zone: TimeZone = "Etc/UTC"
    start_window: DurationField = Duration(1, Unit.HOURS)
    """A backup starts within so long after its scheduled time, or not at all."""
    completion_window: DurationField = Duration(12, Unit.HOURS)
    """A backup that has not ended so long after its scheduled time is cancelled."""


class LocalState(Model):
    """Terraform's state in local files."""

    backend: Literal["local"]


class S3State(Model):
    """Terraform's state in an S3 bucket, with a lock file beside it."""

    backend: Literal["s3"]
    bucket: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*[a-z0-9]$", min_length=3, max_length=63)
    ]
    region: Region
    prefix: Annotated[
        str, StringConstraints(pattern=r"^([A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+$", max_length=200)
    ] = "tierkeep"


class AccessRoles(Model):
    """The IAM roles, by name, that Tierkeep assumes in each account; left out, the caller's own identity. And
    what the roles that it makes for AWS's services may do."""

    deploy: RoleName | None = None
    validate_: RoleName | None = Field(default=None, alias="validate")
    drill: RoleName | None = None
    deletion: list[RoleName] = Field(default=[], max_length=20)
    """The only roles of an account that may delete its recovery points or make them expire sooner; left out,
    whoever IAM lets. The deploy role may as well, since it may change the vaults' policies that say so."""
    permissions_boundary: PolicyName | None = None
    """The permissions boundary of every role that Tierkeep makes: the name of a policy in each account, with
    its path if it has one, or an ARN."""
    service_policies: Literal["least-privilege", "aws-managed"] = "least-privilege"
    """What the roles of AWS's backup services may do: just what the tiers need, or what the policies say that
    AWS manages."""
    key_administrators: list[RoleName] | None = Field(default=None, min_length=1)
    """With `deploy`, the only roles that administer keys; then none of them may decrypt, and keys are used by
    AWS's backup services and by `drill` alone. Left out, each account's own IAM policies decide both."""

    @model_validator(mode="after")
    def _check(self) -> AccessRoles:
        if self.key_administrators is None:
            return self
        if self.deploy is None:
            raise PydanticCustomError(
                "key_administrators",
                "`key_administrators` needs `deploy`: who deploys has to administer the keys",
            )
        if self.drill in {self.deploy, *self.key_administrators}:
            raise PydanticCustomError(
                "key_administrators",
                "the role {drill} holds drills, for which it uses the keys: let others administer them",
                {"drill": str(self.drill)},
            )
        return self


class Drill(Model):
    """A restore drill that is held again and again."""

    every: DurationField
    scope: Literal["all", "sample"]
    """Every resource of a tier, or a sample of them."""


class Waiver(Model):
    """A rule that the catalog breaks knowingly, until a day. A waiver that has expired is an error."""

    reason: Annotated[str, StringConstraints(min_length=10, max_length=300)]
    """Why, for whoever reads it when it expires."""
    until: Date
    """The last day on which it holds, in UTC, such as 2027-06-30."""
    at: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Only for this path of the catalog and what lies below it, such as tiers.database.schedules; where it is
    left out, wherever the rule is broken."""


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Waivers = Annotated[
    list[Waiver],
    Field(min_length=1),
    BeforeValidator(_several, json_schema_input_type=Waiver | list[Waiver]),
]
"""One waiver of a rule, or a list of several."""


class Catalog(Model):
    """A tier catalog: what each tier of backups promises, and which accounts it serves."""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    name: Annotated[Name, StringConstraints(max_length=16)]
    """The prefix of all that is made: vaults, plans, keys, roles."""
    include: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default=[], max_length=100
    )
    """Patterns of files below the catalog's own folder that hold parts of it, such as tiers/*.yaml."""
    defaults: Defaults = Defaults()
    state: LocalState | S3State = Field(default=LocalState(backend="local"), discriminator="backend")
    access: AccessRoles = AccessRoles()
    objectives: Objectives = Objectives()
    tiers: dict[Name, Tier] = Field(min_length=1)
    accounts: dict[Name, Account] = Field(min_length=1)
    drills: dict[Name, Drill] = {}
    waivers: dict[str, Waivers] = {}
    """Rules that are broken knowingly, by their id such as TK041."""
