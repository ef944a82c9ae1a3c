"""Keys, vaults and backup plans."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tierkeep.desired.model import Origin
from tierkeep.validate.forms.shared import OPEN, TagMap
from tierkeep.validate.unread import Unread

GRANTS_NOT_READ = Unread(
    service="kms",
    operation="list_grants",
    code="NotRead",
    message="observed by a version that did not read grants",
)
"""Of a key in a file that such a version saved."""


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
    grants: TagMap | Unread = GRANTS_NOT_READ
    """What each principal may do with it by a grant, whatever its policy says."""
    tags: TagMap | Unread = field(metadata=OPEN)
    users: tuple[str, ...] = field(default=(), compare=False)
    """Of a desired key: the accounts whose services hold grants on it as they encrypt and decrypt."""
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
