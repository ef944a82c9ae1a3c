"""Policies of Data Lifecycle Manager, the stacks that hold some of them, and the scripts that they run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import FILLED_IN, OPEN, TagMap
from tierkeep.validate.unread import Unread


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
class NamedDocumentForm:
    """A document of Systems Manager that the catalog names and does not make: what lets it be run."""

    status: str
    """`Active` is as it should be."""
    type: str
    """`Command` is what Data Lifecycle Manager runs."""
    arn: str | None = field(default=None, compare=False)
    origin: Origin = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"a document of type {self.type}"
