"""The checks: the questions that are asked of every unit.

The ids are a public contract: `drift.<what>` compares deployed resources of one kind, with everything inside
them, with the desired state. A finding says more closely which field.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One question that is asked of every unit."""

    id: str
    resource_type: str
    question: str


KEY = Check(
    id="drift.key",
    resource_type="key",
    question="Does each key exist, enabled, customer-managed and rotating?",
)
VAULT = Check(
    id="drift.vault",
    resource_type="vault",
    question="Does each vault exist, encrypted with its key and with its lock?",
)
BACKUP_PLAN = Check(
    id="drift.backup-plan",
    resource_type="backup plan",
    question="Does each backup plan exist with exactly its rules and its selections?",
)
SNAPSHOT_POLICY = Check(
    id="drift.snapshot-policy",
    resource_type="snapshot policy",
    question="Does each snapshot policy exist, at work, with exactly its schedules?",
)
ROLE = Check(
    id="drift.role",
    resource_type="role",
    question="Does each role that the stacks make exist, with exactly its trust, policies and boundary?",
)

STATE_MACHINE = Check(
    id="drift.state-machine",
    resource_type="state machine",
    question="Does each state machine exist, with exactly its definition, and is it started as it should be?",
)
TABLE = Check(
    id="drift.table",
    resource_type="table",
    question="Does the point-in-time recovery of each table that a tier claims reach back far enough?",
)


SCRIPT_DOCUMENT = Check(
    id="drift.script-document",
    resource_type="script document",
    question="Does each document with scripts exist, and run exactly these?",
)

CHECKS: tuple[Check, ...] = (
    KEY,
    VAULT,
    BACKUP_PLAN,
    SNAPSHOT_POLICY,
    SCRIPT_DOCUMENT,
    ROLE,
    STATE_MACHINE,
    TABLE,
)
"""All checks, in the order in which they are reported."""

UNPROTECTED = Check(
    id="protection.unprotected",
    resource_type="resource",
    question="Is each resource that names a tier selected by one of its plans or policies?",
)
UNCLAIMED = Check(
    id="protection.unclaimed",
    resource_type="resource",
    question="Does a tier claim each resource of the types that tiers protect here?",
)
NEAR_MISS = Check(
    id="protection.near-miss",
    resource_type="resource",
    question="Is each tag that looks like the tier tag spelled so that AWS selects by it?",
)
TWICE = Check(
    id="protection.twice",
    resource_type="resource",
    question="Is each resource backed up by one plan or policy alone?",
)
GONE = Check(
    id="protection.gone",
    resource_type="resource",
    question="Is each resource that was backed up a moment ago still there?",
)
FRESH_HOME = Check(
    id="freshness.home",
    resource_type="resource",
    question="Is the newest complete backup of each protected resource young enough?",
)
FRESH_COPY = Check(
    id="freshness.copy",
    resource_type="resource",
    question="Is the newest copy of each protected resource young enough, wherever its tier copies to?",
)
POINT_IN_TIME = Check(
    id="freshness.point-in-time",
    resource_type="resource",
    question="Does point-in-time recovery reach up to now, and back as far as the tier says?",
)
MISSING = Check(
    id="retention.missing",
    resource_type="resource",
    question="Is there a recovery point for each start that the retention calendar still holds?",
)
DELETED_EARLY = Check(
    id="retention.deleted-early",
    resource_type="resource",
    question="Is what each completed backup job made still there until its time has come?",
)
TOO_SHORT = Check(
    id="retention.too-short",
    resource_type="recovery point",
    question="Is each recovery point kept at least as long as its rule says?",
)
TOO_LONG = Check(
    id="retention.too-long",
    resource_type="recovery point",
    question="Is each recovery point kept no longer than its rule says?",
)
NEVER_EXPIRES = Check(
    id="retention.never-expires",
    resource_type="recovery point",
    question="Does each recovery point in a tier's vault have an end?",
)
COLD_STORAGE = Check(
    id="retention.cold-storage",
    resource_type="recovery point",
    question="Does each recovery point move to cold storage when its rule says?",
)
OVERDUE = Check(
    id="retention.overdue",
    resource_type="recovery point",
    question="Is each recovery point and snapshot gone once its time has come?",
)
LOCK_RANGE = Check(
    id="retention.lock-range",
    resource_type="recovery point",
    question="Is the retention of each recovery point within the range of its vault's lock?",
)
STATUS = Check(
    id="integrity.status",
    resource_type="recovery point",
    question="Is each recovery point, snapshot and image complete?",
)
BACKUP_JOBS = Check(
    id="integrity.backup-job",
    resource_type="resource",
    question="Has each backup job that failed been followed by one that succeeded?",
)
COPY_JOBS = Check(
    id="integrity.copy-job",
    resource_type="resource",
    question="Has each copy job that failed been followed by one that succeeded?",
)
JOB_ISSUES = Check(
    id="integrity.completed-with-issues",
    resource_type="resource",
    question="Did the latest backup job of each resource end without issues, such as VSS that failed?",
)
RESTORE_JOBS = Check(
    id="integrity.restore-job",
    resource_type="resource",
    question="Did the latest restore test of each resource succeed, and was it found valid?",
)
UNTESTED = Check(
    id="integrity.untested",
    resource_type="resource",
    question="Has each resource been restored as often as the drills of the catalog say?",
)
ENCRYPTION = Check(
    id="security.encryption",
    resource_type="recovery point",
    question="Is each recovery point and snapshot encrypted with the key that its tier says?",
)
PUBLIC = Check(
    id="security.public",
    resource_type="snapshot",
    question="Is each snapshot and image closed to the public?",
)
SHARED = Check(
    id="security.shared",
    resource_type="snapshot",
    question="Is each snapshot shared with no accounts but those that the catalog names?",
)
KEYS_IN_USE = Check(
    id="security.key-state",
    resource_type="key",
    question="Is each key enabled that stored recovery points are encrypted with?",
)
EVENT_BRIDGE = Check(
    id="silent.event-bridge",
    resource_type="resource",
    question="Does each bucket with point-in-time recovery send its events to EventBridge?",
)
VERSIONING = Check(
    id="silent.versioning",
    resource_type="resource",
    question="Has each protected bucket versioning, without which AWS Backup backs up nothing?",
)
OPT_IN = Check(
    id="silent.opt-in",
    resource_type="resource",
    question="Is AWS Backup opted in to each type that a selection needs it for?",
)
FAST_RESTORE = Check(
    id="silent.fast-restore",
    resource_type="snapshot",
    question="Is fast snapshot restore enabled for each snapshot that its schedule says?",
)
AIR_GAPPED = Check(
    id="silent.air-gapped",
    resource_type="recovery point",
    question="Does each copy for an air-gapped vault lie in one?",
)
STRAY = Check(
    id="cost.stray",
    resource_type="snapshot",
    question="Is the policy that made each snapshot of the catalog still there, to delete it?",
)
ORPHAN = Check(
    id="cost.orphan",
    resource_type="snapshot",
    question="Is each snapshot that nobody's policy keeps one of a volume that exists, or of an image?",
)
UNATTACHED = Check(
    id="cost.unattached",
    resource_type="resource",
    question="Is each volume that is backed up in use?",
)
RETIRED = Check(
    id="cost.retired",
    resource_type="recovery point",
    question="Is what retired tiers and earlier vaults held gone once its time has come?",
)

STORED_CHECKS: tuple[Check, ...] = (
    UNPROTECTED, UNCLAIMED, NEAR_MISS, TWICE, GONE,
    FRESH_HOME, FRESH_COPY, POINT_IN_TIME,
    MISSING, DELETED_EARLY, TOO_SHORT, TOO_LONG, NEVER_EXPIRES, COLD_STORAGE, OVERDUE, LOCK_RANGE,
    STATUS, BACKUP_JOBS, COPY_JOBS, JOB_ISSUES, RESTORE_JOBS, UNTESTED,
    ENCRYPTION, PUBLIC, SHARED, KEYS_IN_USE,
    EVENT_BRIDGE, VERSIONING, OPT_IN, FAST_RESTORE, AIR_GAPPED,
    STRAY, ORPHAN, UNATTACHED, RETIRED,
)  # fmt: skip
"""Checks of what is stored, by `stored.judge.StoredJudge`. They are no part of `CHECKS` yet, since a verdict
on a check that nobody made would be a pass."""

NOT_COMPARED = (
    "documents of Systems Manager that a catalog only names",
    "restore testing plans",
    "frameworks and reports of AWS Backup Audit Manager",
    "what the management account holds for the organisation",
    "what policies of AWS's own and boundaries say",
    "the Region's opt-in settings",
    "topics, event rules, and log groups of state machines",
    "recovery points",
    "alarms, dashboards and budgets",
)
"""What this version does not look at, although a backup may depend on it. Every report says so."""
