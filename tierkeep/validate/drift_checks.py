"""The checks of how a unit is set up: the family `drift`.

Each compares deployed resources of one kind, with everything inside them, with the desired state. A finding
says more closely which field.
"""

from tierkeep.validate.check import Check
from tierkeep.validate.severity import Severity

_DEPLOY = "deploy the unit again, which puts it back; if it is meant to be so, write it into the catalog"

KEY = Check(
    id="drift.key",
    resource_type="key",
    question="Does each key exist, enabled, customer-managed and rotating, for its users alone?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="a key that is gone or disabled takes every recovery point that it encrypts with it",
    remedy="enable the key, or cancel its deletion while it waits; everything else a deployment puts back",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
)
VAULT = Check(
    id="drift.vault",
    resource_type="vault",
    question="Does each vault exist, encrypted with its key and with its lock?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="backups fail, or recovery points can be deleted, read or lost against the tier's promise",
    remedy="deploy the unit again; a vault's key and kind never change, and a final lock stays",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
)
BACKUP_PLAN = Check(
    id="drift.backup-plan",
    resource_type="backup plan",
    question="Does each backup plan exist with exactly its rules and its selections?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="resources are not backed up, or not as often, as long or where the tier promises",
    remedy=_DEPLOY,
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html",
)
SNAPSHOT_POLICY = Check(
    id="drift.snapshot-policy",
    resource_type="snapshot policy",
    question="Does each snapshot policy exist, at work, with exactly its schedules?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="snapshots are not made, kept, copied or shared as the tier promises",
    remedy=f"{_DEPLOY}; a policy that a stack of CloudFormation holds is updated by hand",
    source="https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html",
)
ROLE = Check(
    id="drift.role",
    resource_type="role",
    question="Does each role that the stacks make exist, with exactly its trust, policies and boundary?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="backups, copies, restores or commands fail, or somebody may do more than is needed",
    remedy="deploy the unit again; take away by hand what Terraform did not put there",
    source="docs/adr/0011-roles-of-our-own.md",
)

STATE_MACHINE = Check(
    id="drift.state-machine",
    resource_type="state machine",
    question="Does each state machine exist, with exactly its definition, its start and its log group?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="failed jobs are not tried again, tables not switched on, or deployments not backed up",
    remedy=_DEPLOY,
    source="docs/adr/0020-failures-are-told-retried-and-escalated.md",
)
TABLE = Check(
    id="drift.table",
    resource_type="table",
    question="Does the point-in-time recovery of each table that a tier claims reach back far enough?",
    severity=Severity.HIGH,
    risk="a table cannot be restored to a moment, or not as far back as the tier promises",
    remedy="see why the executions of the tier's state machine fail: it switches tables on within an hour",
    source="docs/adr/0018-point-in-time-recovery-of-tables.md",
)


SCRIPT_DOCUMENT = Check(
    id="drift.script-document",
    resource_type="script document",
    question="Does each document with scripts exist, may it be run, and are they exactly the catalog's?",
    severity=Severity.CRITICAL,
    mildest=Severity.LOW,
    risk="snapshots are not consistent for the application, or instances run what nobody asked for",
    remedy=_DEPLOY,
    source="https://docs.aws.amazon.com/ebs/latest/userguide/automate-app-consistent-backups.html",
)

RESTORE_TESTING = Check(
    id="drift.restore-testing",
    resource_type="restore testing plan",
    question="Does each restore testing plan exist with exactly its vaults and its selections?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="nobody knows whether the backups can be restored until one has to be",
    remedy=_DEPLOY,
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
)
FRAMEWORK = Check(
    id="drift.framework",
    resource_type="framework",
    question="Does each framework exist, at work, with exactly its controls?",
    severity=Severity.MEDIUM,
    mildest=Severity.LOW,
    risk="nobody is told what does not comply with the promises of the tier",
    remedy=_DEPLOY,
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-audit-manager.html",
)
REPORTS = Check(
    id="drift.reports",
    resource_type="report plan",
    question="Does each report plan exist, and is the reports' bucket private, versioned and emptied?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="reports are missing, or may be read, forged or deleted",
    remedy=_DEPLOY,
    source="docs/adr/0022-audit-by-tier-and-region.md",
)
OPT_IN = Check(
    id="drift.opt-in",
    resource_type="opt-in setting",
    question="Is the Region opted in to each type that the catalog opts in?",
    severity=Severity.HIGH,
    risk="AWS Backup passes over resources that selections find by tag",
    remedy=_DEPLOY,
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html",
)
EVENTS = Check(
    id="drift.events",
    resource_type="event rule",
    question="Do the topic, its subscriptions, the rules and the vaults' notifications tell of each failure?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="failures are told to nobody, or not tried again",
    remedy=_DEPLOY,
    source="docs/adr/0020-failures-are-told-retried-and-escalated.md",
)
ALARM = Check(
    id="drift.alarm",
    resource_type="alarm",
    question="Does each alarm exist, look at what it should, and tell who it should?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="nobody is told when backups fail or stay away",
    remedy=_DEPLOY,
    source="docs/adr/0021-what-is-watched-follows-from-what-is-promised.md",
)
DASHBOARD = Check(
    id="drift.dashboard",
    resource_type="dashboard",
    question="Does each dashboard exist with exactly its widgets?",
    severity=Severity.LOW,
    risk="people do not see what the catalog has shown to them",
    remedy=_DEPLOY,
    source="docs/adr/0021-what-is-watched-follows-from-what-is-promised.md",
)
BUDGET = Check(
    id="drift.budget",
    resource_type="budget",
    question="Does each budget exist with exactly its limit and its alerts?",
    severity=Severity.MEDIUM,
    mildest=Severity.LOW,
    risk="nobody is told when backups cost more than planned",
    remedy=_DEPLOY,
    source="docs/adr/0021-what-is-watched-follows-from-what-is-promised.md",
)
ORGANIZATION = Check(
    id="drift.organization",
    resource_type="organisation",
    question="Does the management account hold each setting, delegation and policy of the organisation?",
    severity=Severity.HIGH,
    mildest=Severity.LOW,
    risk="copies between accounts, who watches them or what guards them is not as the catalog says",
    remedy=_DEPLOY,
    source="docs/adr/0023-the-organisation.md",
)

DRIFT_CHECKS: tuple[Check, ...] = (
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
"""All of them, in the order in which they are reported."""
