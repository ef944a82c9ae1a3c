"""The documented rules of AWS Backup and DLM, and what of each is done: what `docs/emulator.md` says.

A rule that is kept names the code that keeps it, as the thing itself, and the test that proves it, which must
exist; one that is not kept says why not.
"""

from emulator.documented.commands import COMMANDS
from emulator.documented.machines import MACHINES
from emulator.documented.moments import MOMENTS
from emulator.documented.others import OTHERS
from emulator.documented.plans import PLANS
from emulator.documented.rule import Rule
from emulator.documented.vaults import VAULTS

__all__ = ["RULES", "UNKNOWABLE", "Rule"]

RULES: dict[str, tuple[Rule, ...]] = {**PLANS, **MOMENTS, **VAULTS, **COMMANDS, **MACHINES, **OTHERS}

UNKNOWABLE = (
    "How far the latest restorable time of a bucket lies behind: here 15 minutes.",
    "To which moment AWS Backup restores a continuous backup without a RestoreTime: here to the latest.",
    "With which codes AWS Backup and RDS refuse a moment out of reach, and whether at once.",
    "With which codes RDS and DynamoDB refuse a restore to no moment, or to two.",
    "Whether DynamoDB restores what was changed within the second asked for: here only what was before it.",
    "How long jobs take, and all the messages that they end with: those that AWS publishes are AWS's.",
    "Whether AWS checks in the order in which we do, where a request breaks several rules.",
    "The ids of AWS Backup's plan templates: these operations answer NotImplemented.",
    "The columns of audit reports, and the keys of their objects, to the letter.",
    "The ARN of the AWS owned key of a logically air-gapped vault: it is left out.",
    "Whether a role's permissions suffice, and what an organization's policies forbid.",
    "Which of the KMS permissions that AWS lists a copy really needs: here those that all its lists have.",
    "Whether AWS Backup's own grant on a vault's key suffices where its policy admits nobody: here not.",
    "Which principal uses which key in a copy within an account: here the job's role uses both.",
    "What DLM does where a key does not admit its role: here the policy goes into the error state.",
    "The status of a command that finds no instance by its tags, or cannot be delivered: Failed here.",
    "The course of DLM's VSS backups: here a command that decides on the tag AppConsistent.",
    "How soon reads see what was written: at once here, or by a fault after a time that is set.",
    "What the service model does not say and the documentation does not either: prices, rates, outages.",
)
"""What cannot be known without AWS."""
