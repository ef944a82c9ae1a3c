"""The desired state: what a catalog asks AWS to hold, unit by unit.

Frozen plain values, computed from the catalog alone. The generator (`modules/`), the validator and the
drills all read these and nothing else of the catalog, so that they cannot disagree about a tier.

Every thing carries its `origin`: the path in the catalog that it came from, so that a rule or a finding can
point at the line that asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.desired.assertions import Assertion
from tierkeep.desired.auditing import Control, Framework, ReportBucket, ReportPlan
from tierkeep.desired.contacts import Contact
from tierkeep.desired.default_policy import DefaultExclusions, DefaultPolicy
from tierkeep.desired.drilling import Covered, Scenario
from tierkeep.desired.granting import Access, Role, RolePurpose, Statement
from tierkeep.desired.isolation import Isolation
from tierkeep.desired.machines import EventStart, ScheduledStart, StateMachine
from tierkeep.desired.organizing import (
    EVERY_ACCOUNT,
    BackupPolicy,
    OrganizationSettings,
    RegionalPlan,
    VaultGuard,
)
from tierkeep.desired.plans import BackupPlan, BackupRule, CopyAction, Lifecycle, Selection
from tierkeep.desired.protecting import Login, Protection, Retired, TierPromise
from tierkeep.desired.recoveries import TableRecovery
from tierkeep.desired.snapshots import (
    ArchiveRule,
    CopyElsewhere,
    CrossRegionCopyRule,
    FastRestoreRule,
    Images,
    PolicyResource,
    ScriptDocument,
    Scripts,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    VolumeExclusions,
)
from tierkeep.desired.storage import Key, KeyRoles, Superseded, Vault, VaultLock
from tierkeep.desired.telling import DeadLetters, EventRule, Events, Retries, Topic, VaultNotifications
from tierkeep.desired.terms import Age, Engine, Origin, ResourceType, Tags, TimeUnit, UnitId
from tierkeep.desired.testing import RestoreTestingPlan, RestoreTestingSelection
from tierkeep.desired.watching import (
    Alarm,
    AlertKind,
    Budget,
    Comparison,
    Dashboard,
    Metric,
    MissingData,
    Watching,
)

__all__ = [
    "EVERY_ACCOUNT",
    "Access",
    "Age",
    "Alarm",
    "AlertKind",
    "ArchiveRule",
    "Assertion",
    "BackupPlan",
    "BackupPolicy",
    "BackupRule",
    "Budget",
    "Comparison",
    "Contact",
    "Control",
    "CopyAction",
    "CopyElsewhere",
    "Covered",
    "CrossRegionCopyRule",
    "Dashboard",
    "DeadLetters",
    "DefaultExclusions",
    "DefaultPolicy",
    "DesiredState",
    "DesiredUnit",
    "Engine",
    "EventRule",
    "EventStart",
    "Events",
    "FastRestoreRule",
    "Framework",
    "Images",
    "Isolation",
    "Key",
    "KeyRoles",
    "Lifecycle",
    "Login",
    "Metric",
    "MissingData",
    "OrganizationSettings",
    "Origin",
    "PolicyResource",
    "Protection",
    "RegionalPlan",
    "ReportBucket",
    "ReportPlan",
    "ResourceType",
    "RestoreTestingPlan",
    "RestoreTestingSelection",
    "Retired",
    "Retries",
    "Role",
    "RolePurpose",
    "Scenario",
    "ScheduledStart",
    "ScriptDocument",
    "Scripts",
    "Selection",
    "ShareRule",
    "SharedCopyPolicy",
    "SnapshotPolicy",
    "SnapshotSchedule",
    "StateBackend",
    "StateMachine",
    "Statement",
    "Superseded",
    "TableRecovery",
    "Tags",
    "Term",
    "TierPromise",
    "TimeUnit",
    "Topic",
    "UnitId",
    "Unmet",
    "UnmetKind",
    "Vault",
    "VaultGuard",
    "VaultLock",
    "VaultNotifications",
    "VolumeExclusions",
    "Waiver",
    "Watching",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class StateBackend:
    """Where Terraform keeps the state: the S3 bucket with a lock file beside each state, or local files."""

    bucket: str | None
    """None keeps the state in local files."""
    region: str | None
    prefix: str
    """What each object's key begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredUnit:
    """All that one account in one Region shall hold."""

    id: UnitId
    account_id: str
    partition: str
    access: Access
    keys: tuple[Key, ...]
    vaults: tuple[Vault, ...]
    plans: tuple[BackupPlan, ...]
    snapshot_policies: tuple[SnapshotPolicy, ...]
    copy_policies: tuple[SharedCopyPolicy, ...] = ()
    """What copies snapshots that other accounts share with this one."""
    documents: tuple[ScriptDocument, ...] = ()
    """What the snapshot policies have run on instances, but for documents that are there already."""
    default_policies: tuple[DefaultPolicy, ...] = ()
    """What is backed up whatever its tags are."""
    roles: tuple[Role, ...]
    protections: tuple[Protection, ...]
    depends_on: tuple[UnitId, ...]
    """Units that must be deployed before this one: the destinations of its copies."""
    retired: tuple[Retired, ...] = ()
    table_recoveries: tuple[TableRecovery, ...] = ()
    state_machines: tuple[StateMachine, ...] = ()
    events: Events | None = None
    """None where the catalog has none."""
    watching: Watching | None = None
    """None where neither alarms nor a dashboard are asked for."""
    budgets: tuple[Budget, ...] = ()
    """Those of the whole account, in one of its units."""
    restore_testing: tuple[RestoreTestingPlan, ...] = ()
    """Plans by which AWS Backup restores by itself."""
    frameworks: tuple[Framework, ...] = ()
    report_bucket: ReportBucket | None = None
    report_plans: tuple[ReportPlan, ...] = ()
    opted_in: tuple[str, ...] = ()
    """Types of resource whose backups the Region is opted in to, as AWS Backup calls them."""
    organization: OrganizationSettings | None = None
    """What the management account holds for the organisation; None in every other unit."""
    superseded: tuple[Superseded, ...] = ()
    """Which of the vaults others have taken over from."""
    isolation: Isolation | None = None
    """Where drills restore what needs a network, none of which is made here; None restores nothing of it."""

    @property
    def vaults_in_use(self) -> tuple[Vault, ...]:
        """The vaults that something may still land in."""
        gone = {each.vault_name for each in self.superseded}
        return tuple(vault for vault in self.vaults if vault.name not in gone)

    @property
    def snapshot_copies(self) -> tuple[CrossRegionCopyRule, ...]:
        """Every copy that Data Lifecycle Manager makes here, of its own snapshots and of shared ones."""
        schedules = [each for policy in self.snapshot_policies for each in policy.schedules]
        return (
            *(copy for each in schedules for copy in each.copies),
            *(copy for policy in self.copy_policies for copy in policy.copies),
        )

    @property
    def named_documents(self) -> tuple[Scripts, ...]:
        """Scripts around snapshots in documents that are there already, one of each document."""
        made = {each.name for each in self.documents}
        run = [each.scripts for policy in self.snapshot_policies for each in policy.schedules if each.scripts]
        return tuple(
            {each.handler: each for each in run if each.own_document and each.handler not in made}.values()
        )

    def role(self, purpose: RolePurpose) -> Role | None:
        """The unit's role for a purpose, or None where the unit needs none."""
        return next((role for role in self.roles if role.purpose is purpose), None)


class UnmetKind(StrEnum):
    """Why something that a catalog asks for is in no unit."""

    NO_EFFECT = "no effect"
    """Nothing in the catalog that it could apply to."""
    NOT_GENERATED = "not generated"
    """This version of Tierkeep does not generate it yet."""
    NOT_EVERYWHERE = "not everywhere"
    """It has an effect in other accounts or Regions only."""
    WEAKENED = "weakened"
    """An account's overrides promise less than the tier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One value of something that is asked for, so that two catalogs' can be compared."""

    what: str
    text: str
    strength: int
    """More is a stronger promise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """Something that a catalog asks for and that stands in no unit. Rules report it."""

    kind: UnmetKind
    what: str
    why: str
    origin: Origin
    terms: tuple[Term, ...] = ()
    """With what values it is asked for, where it has any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A rule that the catalog breaks knowingly, or findings of a check that are accepted, until a day."""

    waives: str
    """The id of the rule or of the check."""
    reason: str
    until: str
    """The last day on which it holds, as YYYY-MM-DD."""
    at: Origin
    """It holds for what lies at or below this path of the catalog; empty holds everywhere."""
    resource: str | None = None
    """The resources whose findings it holds for, as a pattern of a name or ARN; None holds for all."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredState:
    """The whole of what a catalog asks for."""

    name: str
    """The catalog's name: the prefix of every physical name."""
    tag_key: str
    """The tag by which a resource says which tier it belongs to."""
    state: StateBackend
    units: tuple[DesiredUnit, ...]
    promises: tuple[TierPromise, ...]
    unmet: tuple[Unmet, ...]
    waivers: tuple[Waiver, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    """What drills hold restored data to."""
    drills: tuple[Scenario, ...] = ()
    """The restore drills that are held again and again, by name."""
    everywhere: tuple[DesiredUnit, ...] = ()
    """What backup policies of the organisation hold in whatever account is below their targets, a unit of
    `EVERY_ACCOUNT` for each policy and Region: rules judge it, no stack holds it."""
    contacts: tuple[Contact, ...] = ()
    """In the order in which they are to be called."""

    @property
    def places(self) -> tuple[DesiredUnit, ...]:
        """Wherever the catalog has something backed up: in units, and by backup policies."""
        return (*self.units, *self.everywhere)

    def unit(self, unit_id: UnitId) -> DesiredUnit | None:
        """The unit of that id, or None."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def drill(self, name: str) -> Scenario | None:
        """The drill of that name, or None."""
        return next((drill for drill in self.drills if drill.name == name), None)

    def promise(self, tier: str) -> TierPromise | None:
        """What the tier of that name promises, or None if there is no such tier."""
        return next((promise for promise in self.promises if promise.tier == tier), None)
