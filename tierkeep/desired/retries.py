"""The state machine that starts failed backup and copy jobs again, and escalates what it cannot mend.

It is started by AWS Backup's events of jobs that a plan of the catalog's made. What a job was to do it reads
from the plan's rule, in the version by which the job was made: neither the event nor a new job on demand
knows of the rule's lifecycle, its tags and its copies.
"""

from __future__ import annotations

from typing import Any

from tierkeep.desired.plans import WINDOWS_VSS
from tierkeep.desired.states import (
    AT_WORK,
    POLL_SECONDS,
    State,
    States,
    Teller,
    choose,
    compute,
    keep,
    move,
    told,
    wait,
)

IN_VAIN = (
    "*ccess*enied*",
    "*not authorized*",
    "*nsufficient privileges*",
    "*does not exist*",
    "*not found*",
    "*NotFound*",
    "*not accessible*",
    "*outside*range*",
    "*cannot be copied*",
    "*must be a member of the same organization*",
    "*stopped by user*",
)
"""What the reason of a failed job looks like if another attempt would fail alike, or if somebody wanted it so
(AWS Backup developer guide, "Monitoring AWS Backup events using Amazon EventBridge" and "AWS Backup Vault
Lock"; AWS Knowledge Center, "How do I troubleshoot issues with cross-account copy in AWS Backup?")."""

_NO_REASON = "AWS Backup gave no reason."


def retry_machine(teller: Teller, *, attempts: int, after_seconds: int, windows_vss: bool) -> dict[str, Any]:
    """The definition. It waits `after_seconds` before the first attempt and twice as long before each next.
    `windows_vss` is whether any plan backs up with the Volume Shadow Copy Service of Windows.

    An execution ends FAILED only where it could not do its work: what it could not mend it escalates, and
    succeeds.
    """
    states: States = {
        "Whose job": choose(
            {"Variable": "$.detail.backupJobId", "IsPresent": True, "Next": "Backup job"},
            {"Variable": "$.detail.copyJobId", "IsPresent": True, "Next": "Copy job"},
            otherwise="Not of a plan",
        ),
        "Not of a plan": {
            "Type": "Fail",
            "Error": "NoJobOfAPlan",
            "Cause": "The input is no event of a backup or copy job.",
        },
        "Backup job": _about("backup", "$.detail.backupJobId", after_seconds),
        "Copy job": _about("copy", "$.detail.copyJobId", after_seconds),
        **_rule_of_the_job(teller),
        **_backing_up(teller, attempts, windows_vss=windows_vss),
        "Copies": {
            "Type": "Map",
            "ItemsPath": "$.rule.it.CopyActions",
            "ItemSelector": {
                "copy.$": "$$.Map.Item.Value",
                "index.$": "$$.Map.Item.Index",
                **{f"{name}.$": f"$.{name}" for name in _OF_COPIES},
                "reason": _NO_REASON,
            },
            "MaxConcurrency": 0,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Is it asked for",
                "States": _copying(teller, attempts, after_seconds),
            },
            "ResultPath": "$.outcomes",
            "Next": "Done",
        },
        "Done": {
            "Type": "Pass",
            "Parameters": {"job.$": "$.first", "resource.$": "$.resource", "times.$": "$.retry.times"},
            "End": True,
        },
    }
    return {
        "Comment": "Starts failed backup and copy jobs again, and escalates what it cannot mend.",
        "StartAt": "Whose job",
        "States": states,
    }


_OF_COPIES = ("first", "resource", "vault", "role", "point", "only", "retry")
"""What a copy needs to know of its job."""


def _about(kind: str, job: str, after_seconds: int) -> State:
    values: dict[str, Any] = {
        "kind": kind,
        "first.$": job,
        "id.$": job,
        "resource.$": "$.detail.resourceArn",
        "role.$": "$.detail.iamRoleArn",
        "plan.$": "$.detail.createdBy.backupPlanId",
        "version.$": "$.detail.createdBy.backupPlanVersion",
        "ruleId.$": "$.detail.createdBy.backupPlanRuleId",
        "reason": _NO_REASON,
        "retry": {"attempt": 0, "times": 1, "wait": after_seconds},
    }
    if kind == "backup":
        values |= {"vault.$": "$.detail.backupVaultName", "point": "", "only": ""}
    else:
        values |= {
            "vault.$": "States.ArrayGetItem(States.StringSplit($.detail.sourceBackupVaultArn, ':'), 6)",
            "point.$": "States.ArrayGetItem($.resources, 0)",
            "only.$": "$.detail.destinationBackupVaultArn",
        }
    return {"Type": "Pass", "Parameters": values, "Next": "Read the plan"}


def _rule_of_the_job(teller: Teller) -> States:
    """Looks for the rule by its id among the plan's, one after the other: a plan has ten at most."""
    unread = teller.escalate(
        "Plan unread",
        "AWS Backup: a failed job cannot be retried",
        told(
            "Job {} for {} failed and is not started again, since the rule that made it could not be read. "
            "Look at the job, mend the cause and start it by hand. The answer was: {}",
            "$.first",
            "$.resource",
            "$.error.Cause",
        ),
        resource="$.resource",
        job="$.first",
        after="Done",
    )
    continuous = teller.escalate(
        "Continuous",
        "AWS Backup: a continuous backup failed",
        told(
            "Continuous backup job {} for {} failed. AWS Backup has none on demand, so that it is not "
            "started again: the next run of the rule tries, and until then the resource may not be "
            "restorable to a moment. Look at the job, and mend the cause.",
            "$.first",
            "$.resource",
        ),
        resource="$.resource",
        job="$.first",
        after="Done",
    )
    plan = {"BackupPlanId.$": "$.plan", "VersionId.$": "$.version"}
    return {
        "Read the plan": teller.call(
            "backup:getBackupPlan", plan, to="$.read", after="First rule", refused="Plan unread"
        ),
        "First rule": compute(
            {"index": 0, "count.$": "States.ArrayLength($.read.BackupPlan.Rules)"},
            at="$.at",
            after="Any rule left",
        ),
        "Any rule left": choose(
            {"Variable": "$.at.index", "NumericLessThanPath": "$.at.count", "Next": "Rule"},
            otherwise="No such rule",
        ),
        "Rule": compute(
            {"it.$": "States.ArrayGetItem($.read.BackupPlan.Rules, $.at.index)"},
            at="$.rule",
            after="Is it the rule",
        ),
        "Is it the rule": choose(
            {"Variable": "$.rule.it.RuleId", "StringEqualsPath": "$.ruleId", "Next": "What to do again"},
            otherwise="Next rule",
        ),
        "Next rule": compute(
            {"index.$": "States.MathAdd($.at.index, 1)", "count.$": "$.at.count"},
            at="$.at",
            after="Any rule left",
        ),
        "No such rule": keep({"Cause": "the plan has no such rule"}, at="$.error", after="Plan unread"),
        "What to do again": choose(
            {"Variable": "$.kind", "StringEquals": "copy", "Next": "Copies"},
            {
                "And": [
                    {"Variable": "$.rule.it.EnableContinuousBackup", "IsPresent": True},
                    {"Variable": "$.rule.it.EnableContinuousBackup", "BooleanEquals": True},
                ],
                "Next": "Continuous",
            },
            otherwise="Look at the backup job",
        ),
        **unread,
        **continuous,
    }


def _backing_up(teller: Teller, attempts: int, *, windows_vss: bool) -> States:
    """From the failed job's reason on: wait, start it again, watch it, until it succeeds or is given up."""
    again = {
        "BackupVaultName.$": "$.rule.it.TargetBackupVaultName",
        "ResourceArn.$": "$.resource",
        "IamRoleArn.$": "$.role",
        "IdempotencyToken.$": told("{}-{}", "$.first", "$.retry.attempt"),
        "StartWindowMinutes.$": "$.rule.it.StartWindowMinutes",
        "CompleteWindowMinutes.$": "$.rule.it.CompletionWindowMinutes",
        "Lifecycle.$": "$.rule.it.Lifecycle",
        "RecoveryPointTags.$": "$.rule.it.RecoveryPointTags",
    }
    recovered = told(
        "The backup of {} into vault {} has succeeded at attempt {}, as job {}, after job {} had failed. "
        "Nothing is to be done.",
        "$.resource", "$.vault", "$.retry.times", "$.id", "$.first",
    )  # fmt: skip
    given_up = told(
        "The backup of {} into vault {} failed {} time(s), the first as job {}, the last as job {}, and is "
        "not started again. Mend the cause, then start a backup by hand; the schedule goes on anyway. "
        "Reason: {}",
        "$.resource", "$.vault", "$.retry.times", "$.first", "$.id", "$.reason",
    )  # fmt: skip
    ((option, enabled),) = WINDOWS_VSS.items()
    with_vss = {
        "Was VSS asked for": choose(
            {
                "And": [
                    {"Variable": f"$.job.BackupOptions.{option}", "IsPresent": True},
                    {"Variable": f"$.job.BackupOptions.{option}", "StringEquals": enabled},
                ],
                "Next": "Start the backup job with VSS",
            },
            otherwise="Start the backup job",
        ),
        "Start the backup job with VSS": teller.call(
            "backup:startBackupJob",
            {**again, "BackupOptions.$": "$.job.BackupOptions"},
            to="$.started",
            after="Started backup job",
            refused="Backup refused",
        ),
    }
    return {
        "Look at the backup job": teller.call(
            "backup:describeBackupJob",
            {"BackupJobId.$": "$.id"},
            to="$.job",
            after="Has the backup ended",
            refused="Backup refused",
        ),
        "Has the backup ended": choose(
            {"Variable": "$.job.State", "StringEquals": "COMPLETED", "Next": "Backed up"},
            *_going_on("$.job.State", "Wait for the backup job"),
            otherwise="Has the backup a reason",
        ),
        "Wait for the backup job": wait(POLL_SECONDS, after="Look at the backup job"),
        **_judging(
            "backup",
            teller,
            attempts,
            reason="$.job.StatusMessage",
            again="Was VSS asked for" if windows_vss else "Start the backup job",
            given_up=given_up,
        ),
        **(with_vss if windows_vss else {}),
        "Start the backup job": teller.call(
            "backup:startBackupJob",
            again,
            to="$.started",
            after="Started backup job",
            refused="Backup refused",
        ),
        "Started backup job": move("$.started.BackupJobId", at="$.id", after="Wait for the backup job"),
        "Backed up": teller.tell(
            "AWS Backup: a failed backup has been made up for", recovered, after="Any copies"
        ),
        "Any copies": choose(
            {"Variable": "$.rule.it.CopyActions[0]", "IsPresent": True, "Next": "Point to copy"},
            otherwise="Done",
        ),
        "Point to copy": move("$.job.RecoveryPointArn", at="$.point", after="Copies from now"),
        "Copies from now": move("$.id", at="$.first", after="Copies"),
    }


def _copying(teller: Teller, attempts: int, after_seconds: int) -> States:
    """One copy action of the rule: of a recovery point that was backed up again, or the one whose job
    failed."""
    again = {
        "RecoveryPointArn.$": "$.point",
        "SourceBackupVaultName.$": "$.vault",
        "DestinationBackupVaultArn.$": "$.copy.DestinationBackupVaultArn",
        "IamRoleArn.$": "$.role",
        "IdempotencyToken.$": told("{}-{}-{}", "$.first", "$.index", "$.retry.attempt"),
        "Lifecycle.$": "$.copy.Lifecycle",
    }
    recovered = told(
        "The copy of a recovery point of {} to {} has succeeded at attempt {}. Nothing is to be done. "
        "Recovery point: {}",
        "$.resource", "$.copy.DestinationBackupVaultArn", "$.retry.times", "$.point",
    )  # fmt: skip
    given_up = told(
        "The copy of a recovery point of {} to {} failed {} time(s), the first with job {}, and is not "
        "started again. Mend the cause, then copy {} by hand: the schedule does not copy it any more. "
        "Reason: {}",
        "$.resource", "$.copy.DestinationBackupVaultArn", "$.retry.times", "$.first", "$.point", "$.reason",
    )  # fmt: skip
    return {
        "Is it asked for": choose(
            {"Variable": "$.only", "StringEquals": "", "Next": "First copy job"},
            {
                "Variable": "$.copy.DestinationBackupVaultArn",
                "StringEqualsPath": "$.only",
                "Next": "Failed copy job",
            },
            otherwise="Copied",
        ),
        "First copy job": keep(
            {"attempt": 0, "times": 1, "wait": after_seconds}, at="$.retry", after="Start the copy job"
        ),
        "Failed copy job": move("$.first", at="$.id", after="Look at the copy job"),
        "Look at the copy job": teller.call(
            "backup:describeCopyJob",
            {"CopyJobId.$": "$.id"},
            to="$.job",
            after="Has the copy ended",
            refused="Copy refused",
        ),
        "Has the copy ended": choose(
            {"Variable": "$.job.CopyJob.State", "StringEquals": "COMPLETED", "Next": "Copied again"},
            *_going_on("$.job.CopyJob.State", "Wait for the copy job"),
            otherwise="Has the copy a reason",
        ),
        "Wait for the copy job": wait(POLL_SECONDS, after="Look at the copy job"),
        **_judging(
            "copy",
            teller,
            attempts,
            reason="$.job.CopyJob.StatusMessage",
            again="Start the copy job",
            given_up=given_up,
        ),
        "Start the copy job": teller.call(
            "backup:startCopyJob", again, to="$.started", after="Started copy job", refused="Copy refused"
        ),
        "Started copy job": move("$.started.CopyJobId", at="$.id", after="Wait for the copy job"),
        "Copied again": teller.tell("AWS Backup: a copy has been made up for", recovered, after="Copied"),
        "Copied": {"Type": "Pass", "Result": "done", "End": True},
    }


def _judging(what: str, teller: Teller, attempts: int, *, reason: str, again: str, given_up: str) -> States:
    """What becomes of a job that has failed: another attempt after a while, or escalation."""
    end = "Done" if what == "backup" else "Copied"
    cap = what.capitalize()
    reasons = [{"Variable": "$.reason", "StringMatches": each} for each in IN_VAIN]
    return {
        f"Has the {what} a reason": choose(
            {"Variable": reason, "IsPresent": True, "Next": f"Reason of the {what}"},
            otherwise=f"Retry the {what}",
        ),
        f"Reason of the {what}": move(reason, at="$.reason", after=f"Retry the {what}"),
        f"Retry the {what}": choose(
            {"Or": reasons, "Next": f"{cap} given up"},
            {"Variable": "$.retry.attempt", "NumericGreaterThanEquals": attempts, "Next": f"{cap} given up"},
            otherwise=f"Wait before the {what}",
        ),
        f"Wait before the {what}": wait("$.retry.wait", after=f"Count the {what}"),
        f"Count the {what}": compute(
            {
                "attempt.$": "States.MathAdd($.retry.attempt, 1)",
                "times.$": "States.MathAdd($.retry.times, 1)",
                "wait.$": "States.MathAdd($.retry.wait, $.retry.wait)",
            },
            at="$.retry",
            after=again,
        ),
        f"{cap} refused": move("$.error.Cause", at="$.reason", after=f"{cap} given up"),
        **teller.escalate(
            f"{cap} given up",
            f"AWS Backup: a {what} failed for good",
            given_up,
            resource="$.resource",
            job="$.first",
            after=end,
        ),
    }


def _going_on(state: str, after: str) -> list[State]:
    return [{"Or": [{"Variable": state, "StringEquals": each} for each in AT_WORK], "Next": after}]
