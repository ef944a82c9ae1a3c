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


DRIFT = "drift."
"""What the ids of the checks begin with that ask how a unit is set up, and not what it stores."""

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

STORED = Check(
    id="observed.stored",
    resource_type="listing",
    question="Could all that is stored be read: resources, recovery points, snapshots and jobs?",
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
    STORED,
)
"""All checks, in the order in which they are reported."""

NOT_COMPARED = (
    "documents of Systems Manager that a catalog only names",
    "restore testing plans",
    "frameworks and reports of AWS Backup Audit Manager",
    "what the management account holds for the organisation",
    "what policies of AWS's own and boundaries say",
    "the Region's opt-in settings",
    "topics, event rules, and log groups of state machines",
    "whether what is stored is what the tiers promise",
    "alarms, dashboards and budgets",
)
"""What this version does not look at, although a backup may depend on it. Every report says so."""
