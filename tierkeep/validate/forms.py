"""The shapes in which the desired and the observed state are compared.

Each form holds what is judged of one resource, in one normal form: AWS's defaults filled in, sets sorted,
"not set" in one spelling. `expected.py` makes them from the desired state, `read_*.py` from AWS's answers,
and `difference.py` compares any two of them, so that a field which is added here is judged.

On the observed side any field may be `Unread`. Fields with `compare=False` are carried along for the reader.
A mapping is a collection whose members are recognised by their key; a member that is missing or too many is
one difference, whatever it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tierkeep.desired.model import Origin
from tierkeep.validate.unread import Unread

TagMap: TypeAlias = Mapping[str, str]

AWS_OWNED = "a key that AWS owns"
"""What encrypts an air-gapped vault that was made without a key: it has no alias in any account."""

OPEN: dict[str, Any] = {"open": True}
"""Metadata of a collection in which members beyond the expected ones are nobody's business: tags."""

FILLED_IN: dict[str, Any] = {"filled_in": True}
"""Metadata of a field which AWS fills in as it likes when it is not set (expected None)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyForm:
    """A KMS key, found by its alias."""

    state: str | Unread
    """KMS's `KeyState`; `Enabled` is as it should be."""
    manager: str | Unread
    """`CUSTOMER` or `AWS`."""
    rotation: bool | Unread
    description: str | Unread
    policy: TagMap | Unread
    """The statements of its policy by their ids, each as JSON."""
    tags: TagMap | Unread = field(metadata=OPEN)
    spec: str | None = field(default=None, compare=False)
    """KMS's `KeySpec`; a vault takes `SYMMETRIC_DEFAULT` alone."""
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return "an enabled customer-managed key that rotates"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockForm:
    """A vault lock, its range in days."""

    mode: str
    """`governance`, or `compliance` where there is a moment from which it is final."""
    min_retention_days: int | None
    max_retention_days: int | None
    final_from: str | None = field(default=None, compare=False)
    """That moment, as AWS answers it: when it was deployed and for how long it stays changeable."""
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        least = f", {self.min_retention_days} days or more" if self.min_retention_days else ""
        most = f", {self.max_retention_days} days or fewer" if self.max_retention_days else ""
        final = f", final from {self.final_from}" if self.final_from else ""
        return f"a lock in {self.mode} mode{least}{most}{final}"


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultForm:
    """A backup vault. `key` is the key's ARN as read, its alias once it is resolved; or `AWS_OWNED`."""

    air_gapped: bool
    key: str | Unread | None
    policy: TagMap | Unread
    """The statements of its access policy by their ids, each as JSON; none where it has no policy."""
    lock: LockForm | None
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        kind = "a logically air-gapped vault" if self.air_gapped else "a vault"
        return f"{kind} encrypted with {self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LifecycleForm:
    """Days until cold storage and deletion; None is never."""

    cold_storage_after_days: int | None
    delete_after_days: int | None

    def __str__(self) -> str:
        cold = f"cold after {self.cold_storage_after_days} days, " if self.cold_storage_after_days else ""
        return cold + (f"kept {self.delete_after_days} days" if self.delete_after_days else "kept always")


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyForm:
    """A copy action, found by its destination vault's ARN."""

    lifecycle: LifecycleForm
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a copy {self.lifecycle}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleForm:
    """A backup rule. Windows in minutes."""

    vault_name: str
    schedule: str
    time_zone: str
    start_window_minutes: int
    completion_window_minutes: int
    continuous: bool
    lifecycle: LifecycleForm
    copies: Mapping[str, CopyForm]
    recovery_point_tags: TagMap
    other_settings: TagMap
    """Settings that the desired state has no word for, by AWS's name, as JSON."""
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a rule {self.schedule} ({self.time_zone}) into vault {self.vault_name}, {self.lifecycle}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectionForm:
    """A selection of a backup plan. `string_equals` is by condition key, `aws:ResourceTag/…`."""

    role_arn: str
    resources: tuple[str, ...]
    string_equals: TagMap
    other_settings: TagMap
    id: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        tags = " and ".join(f"{key}={value}" for key, value in self.string_equals.items())
        return f"a selection of {', '.join(self.resources)} with {tags or 'any tags'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanForm:
    """A backup plan with its rules and its selections, each by name."""

    rules: Mapping[str, RuleForm] | Unread
    selections: Mapping[str, SelectionForm | Unread] | Unread
    backup_options: TagMap | Unread
    """What is asked of backups of a type, such as `EC2.WindowsVSS`; what is disabled is not there."""
    other_settings: TagMap | Unread
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        rules = "" if isinstance(self.rules, Unread) else f" with the rules {', '.join(self.rules)}"
        return f"a backup plan{rules}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyRuleForm:
    """A cross-region copy rule, found by its target Region. `key` as in `VaultForm`."""

    encrypted: bool
    copy_tags: bool
    key: str | Unread | None
    retain: str
    deprecated: str | None
    """After how long a copy of an image is deprecated; None is never."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a copy encrypted with {self.key}, kept {self.retain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FastRestoreForm:
    """Fast snapshot restore of a schedule's snapshots."""

    availability_zones: tuple[str, ...]
    keep: str
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"fast snapshot restore in {', '.join(self.availability_zones)} for {self.keep}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareForm:
    """The sharing of a schedule's snapshots."""

    account_ids: tuple[str, ...]
    unshare_after: str
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"shared with {', '.join(self.account_ids)} for {self.unshare_after}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptsForm:
    """The scripts around a schedule's snapshots. What AWS's own handler has no word for is None."""

    stages: tuple[str, ...] | None = field(metadata=FILLED_IN)
    timeout_seconds: int | None = field(metadata=FILLED_IN)
    retries: int
    crash_consistent_on_failure: bool
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        otherwise = "a crash-consistent snapshot" if self.crash_consistent_on_failure else "no snapshot"
        return f"scripts, tried {self.retries + 1} times, or else {otherwise}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleForm:
    """A schedule of a snapshot policy. Ages as text, such as `7 DAYS`, or a count, such as `5 snapshots`."""

    when: str
    """`every 12 HOURS` or the cron expression."""
    retain: str
    copies: Mapping[str, CopyRuleForm]
    fast_restore: FastRestoreForm | None
    share: ShareForm | None
    scripts: Mapping[str, ScriptsForm]
    """By the document that holds them."""
    archived: str | None
    """How long snapshots stay in the archive tier once `retain` has ended; None is no archive."""
    deprecated: str | None
    """After how long an image is deprecated; None is never."""
    copy_tags: bool
    tags_to_add: TagMap
    other_settings: TagMap
    start_time: str | None = field(metadata=FILLED_IN)
    """hh:mm in UTC; None with a cron expression."""
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a schedule {self.when}, kept {self.retain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SharingForm:
    """The event that a policy waits for: a snapshot is shared with its account. Copies by target Region."""

    owners: tuple[str, ...]
    description_regex: str
    copies: Mapping[str, CopyRuleForm]
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"copies to {', '.join(self.copies)} of what {', '.join(self.owners)} share"


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultForm:
    """What a default policy backs up whatever its tags are. In days."""

    every_days: int
    keep_days: int
    copy_tags: bool
    extend_deletion: bool
    copy_regions: tuple[str, ...]
    without_boot_volumes: bool
    without_volume_types: tuple[str, ...]
    without_tags: tuple[str, ...]
    """As key=value: any one of them is enough."""
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"backups by default, every {self.every_days} days, kept {self.keep_days}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyForm:
    """A policy of Data Lifecycle Manager."""

    status: str
    """`ENABLED` is as it should be; an error carries AWS's message."""
    policy_type: str
    """What it makes, in AWS's word."""
    description: str
    role_arn: str
    resource_types: tuple[str, ...]
    target_tags: tuple[str, ...]
    """As key=value: any one of them is enough, so a key may stand here twice."""
    by_stack: bool = field(default=False, compare=False)
    """Whether a stack of CloudFormation holds it, which sees nothing of what is changed by hand."""
    reboot: bool
    """Whether instances are rebooted for their images."""
    without_boot_volume: bool
    without_volumes: tuple[str, ...]
    """Tags of data volumes that are left out, as key=value."""
    schedules: Mapping[str, ScheduleForm]
    sharing: SharingForm | None
    """Of a policy that copies what others share; it has no schedules and no targets."""
    default: DefaultForm | None
    """Of a default policy, which has neither as well."""
    other_settings: TagMap
    tags: TagMap = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        if self.sharing:
            return f"a policy that {self.sharing}"
        if self.default:
            return f"a default policy: {self.default}"
        return f"a snapshot policy with the schedules {', '.join(self.schedules)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StackForm:
    """A stack of CloudFormation that is to hold one snapshot policy."""

    status: str
    resources: TagMap
    """Types by logical id."""
    policy: PolicyForm | None
    """None where it does not hold exactly one."""
    settings: TagMap
    """What was set when it was made, and what no update changes."""
    tags: TagMap


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentForm:
    """A document of Systems Manager with scripts."""

    content: str | Unread
    """The digest of what the default version says, which is the one that runs; whole, it fills pages."""
    tags: TagMap = field(metadata=OPEN)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a document with scripts, {self.content}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleForm:
    """An IAM role that an AWS service assumes, or a command of Tierkeep."""

    arn: str
    trust: TagMap
    """The statements of its trust policy by their ids, each as JSON."""
    policies: Mapping[str, TagMap | Unread] | Unread
    """The statements of each policy by their ids: of inline policies by name, of attached ones by ARN. What
    AWS's own policies say is AWS's business: those have none here."""
    boundary: str | None
    """The ARN of its permissions boundary."""
    tags: TagMap = field(metadata=OPEN)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"the role {self.arn}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartForm:
    """A schedule that starts a state machine."""

    state: str
    """`ENABLED` is as it should be."""
    expression: str
    time_zone: str
    description: str
    target: str
    role_arn: str
    other_settings: TagMap
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a schedule {self.expression}"


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineForm:
    """A state machine of Step Functions."""

    status: str
    """`ACTIVE` is as it should be."""
    type: str
    definition: TagMap
    """Its states by their names, with `States.` before them, and what else it says, each as JSON."""
    role_arn: str
    logging: str
    """What of its executions goes to which log group."""
    tracing: bool
    start: StartForm | Unread | None
    """What starts it; None where nothing does."""
    tags: TagMap | Unread = field(metadata=OPEN)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a state machine that runs as {self.role_arn}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableForm:
    """A DynamoDB table of somebody's, which carries the tag of a tier."""

    recovery_period_days: int | Unread | None
    """How far back its own point-in-time recovery reaches; None where it is off."""
    tier: str = field(compare=False)
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a table of tier {self.tier}"
