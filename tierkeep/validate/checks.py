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
    question="Does each state machine exist, with exactly its definition, its start and its log group?",
)
TABLE = Check(
    id="drift.table",
    resource_type="table",
    question="Does the point-in-time recovery of each table that a tier claims reach back far enough?",
)


SCRIPT_DOCUMENT = Check(
    id="drift.script-document",
    resource_type="script document",
    question="Does each document with scripts exist, may it be run, and are they exactly the catalog's?",
)

RESTORE_TESTING = Check(
    id="drift.restore-testing",
    resource_type="restore testing plan",
    question="Does each restore testing plan exist with exactly its vaults and its selections?",
)
FRAMEWORK = Check(
    id="drift.framework",
    resource_type="framework",
    question="Does each framework exist, at work, with exactly its controls?",
)
REPORTS = Check(
    id="drift.reports",
    resource_type="report plan",
    question="Does each report plan exist, and is the reports' bucket private, versioned and emptied?",
)
OPT_IN = Check(
    id="drift.opt-in",
    resource_type="opt-in setting",
    question="Is the Region opted in to each type that the catalog opts in?",
)
EVENTS = Check(
    id="drift.events",
    resource_type="event rule",
    question="Do the topic, its subscriptions, the rules and the vaults' notifications tell of each failure?",
)
ALARM = Check(
    id="drift.alarm",
    resource_type="alarm",
    question="Does each alarm exist, look at what it should, and tell who it should?",
)
DASHBOARD = Check(
    id="drift.dashboard",
    resource_type="dashboard",
    question="Does each dashboard exist with exactly its widgets?",
)
BUDGET = Check(
    id="drift.budget",
    resource_type="budget",
    question="Does each budget exist with exactly its limit and its alerts?",
)
ORGANIZATION = Check(
    id="drift.organization",
    resource_type="organisation",
    question="Does the management account hold each setting, delegation and policy of the organisation?",
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
    RESTORE_TESTING,
    FRAMEWORK,
    REPORTS,
    OPT_IN,
    EVENTS,
    ALARM,
    DASHBOARD,
    BUDGET,
    ORGANIZATION,
)
"""All checks, in the order in which they are reported."""

NOT_COMPARED = (
    "what policies of AWS's own and boundaries say, and documents that a catalog only names",
    "recovery points",
)
"""What this version does not look at, although a backup may depend on it. Every report says so."""
