"""The catalog as users write it: strict models, from which `catalog.schema.json` is generated too.

A model says what form a value has. What AWS makes of it stands in `tierkeep.rules`; which names refer to
which stands in `tierkeep.catalog.references`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tierkeep.catalog.assertions import Assertion
from tierkeep.catalog.audit import Audit
from tierkeep.catalog.command_roles import CommandRole
from tierkeep.catalog.contacts import Contact
from tierkeep.catalog.default_policies import DefaultPolicies
from tierkeep.catalog.drills import Drill
from tierkeep.catalog.durations import Duration, DurationField, Unit, WholeDaysField
from tierkeep.catalog.events import Events
from tierkeep.catalog.forms import (
    AccountId,
    Date,
    Model,
    Name,
    PolicyName,
    Region,
    RoleName,
    TagKey,
    TimeZone,
    unset,
)
from tierkeep.catalog.isolation import Isolation, UnitName
from tierkeep.catalog.organization import Organization
from tierkeep.catalog.tiers import Tier, TierOverride
from tierkeep.catalog.watching import Watching


def _version(value: Any) -> Any:
    if type(value) is not int:  # Literal would take 1.0 and true for 1
        raise PydanticCustomError("version", "the version is a whole number: 1")
    return value


class Account(Model):
    """An AWS account: where it is used, and which tiers its resources may belong to."""

    id: AccountId
    regions: list[Region] = []
    """The Regions where its resources live. Regions that only receive copies are not named here."""
    tiers: list[Name] = []
    """Left out together with `regions` in an account that only receives copies."""
    overrides: dict[Name, TierOverride] = {}
    """What is different about a tier in this account, by the tier's name."""
    default_policies: DefaultPolicies | None = None
    """In the place of the catalog's; `{}` is none."""

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
    key_deletion_window: WholeDaysField = Duration(30, Unit.DAYS)
    """How long a key waits for its deletion, which can be cancelled until then: 7d to 30d."""


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
    """The IAM roles that Tierkeep assumes in each account; left out, the caller's own identity. And what the
    roles that it makes may do."""

    deploy: RoleName | None = None
    validate_: CommandRole | None = Field(default=None, alias="validate")
    """Of `tierkeep validate`: the name of a role that you make in each account; or with `trusted_by`, the
    stacks make one in each Region of each account."""
    drill: CommandRole | None = None
    """Of `tierkeep drill`, in the same two ways."""
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
        if self.drill in [self.deploy, *self.key_administrators]:
            raise PydanticCustomError(
                "key_administrators",
                "the role {drill} holds drills, for which it uses the keys: let others administer them",
                {"drill": str(self.drill)},
            )
        return self


class Waiver(Model):
    """A rule that the catalog breaks knowingly, or findings of a check that are accepted, until a day."""

    reason: Annotated[str, StringConstraints(min_length=10, max_length=300)]
    """Why, for whoever reads it when it expires."""
    until: Date
    """The last day on which it holds, in UTC, such as 2027-06-30."""
    at: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Only for this path of the catalog and what lies below it, such as tiers.database.schedules; where it is
    left out, wherever the rule is broken or the check fails."""
    resource: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    """Of a check only: the resource that it holds for, by its name or ARN; `*` stands for any characters."""


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Waivers = Annotated[
    list[Waiver],
    Field(min_length=1),
    BeforeValidator(_several, json_schema_input_type=Waiver | list[Waiver]),
]
"""One waiver of a rule or of a check, or a list of several."""


class Catalog(Model):
    """A tier catalog: what each tier of backups promises, and which accounts it serves."""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    name: Annotated[Name, StringConstraints(max_length=16)]
    """The prefix of all that is made: vaults, plans, keys, roles."""
    include: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default=[], max_length=100
    )
    """Patterns of files below the catalog's own folder that hold parts of it, such as tiers/*.yaml."""
    defaults: Defaults = unset(Defaults)
    state: LocalState | S3State = Field(
        default=LocalState.model_construct(backend="local"), discriminator="backend"
    )
    access: AccessRoles = unset(AccessRoles)
    objectives: Objectives = unset(Objectives)
    tiers: dict[Name, Tier] = Field(min_length=1)
    default_policies: DefaultPolicies = unset(DefaultPolicies)
    """What Data Lifecycle Manager backs up in each account that has `regions`, whatever its tags."""
    accounts: dict[Name, Account] = Field(min_length=1)
    drills: dict[Name, Drill] = {}
    isolation: dict[UnitName, Isolation] = {}
    """Where drills restore what needs a network, by account and Region, such as production/eu-west-1."""
    assertions: dict[Name, Assertion] = {}
    """What drills hold the data to that they restored."""
    events: Events | None = None
    """Left out, nobody is told of a failure, and deployments start no backups."""
    watching: Watching | None = None
    """Left out, nothing is watched."""
    audit: Audit | None = None
    organization: Organization | None = None
    contacts: list[Contact] = Field(default=[], max_length=100)
    """Whom to call when something has to be recovered, in this order: runbooks name them."""
    waivers: dict[str, Waivers] = {}
    """Rules that are broken knowingly, by their id such as TK041, and checks of `tierkeep validate` whose
    findings are accepted, by theirs such as drift.vault."""
