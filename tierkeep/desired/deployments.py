"""The state machine that backs up a tier's resources before and after a deployment.

Its input is `{"tier": "…", "moment": "before-deployment"}`: what rules of EventBridge send, and what a
pipeline that is to wait for the backups sends itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from tierkeep.desired.terms import Tags

_AT_ONCE = 10
"""Backup jobs that are watched side by side; AWS Backup itself runs hundreds."""
_PAGE = 100
"""Resources in an answer of GetResources, its most (Resource Groups Tagging API reference)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TierOnDemand:
    """How a tier is backed up on demand."""

    tier: str
    vault_name: str
    role_arn: str
    resource_tag: tuple[str, str]
    """The tag by which resources belong to the tier."""
    resource_types: tuple[str, ...]
    """As the Resource Groups Tagging API names them, such as `ec2:volume`."""
    windows_vss: bool
    """Whether instances are backed up with the Volume Shadow Copy Service of Windows."""
    delete_after_days: int
    start_window_minutes: int
    completion_window_minutes: int
    recovery_point_tags: Tags


def deployment_machine(teller: Teller, tiers: Sequence[TierOnDemand]) -> dict[str, Any]:
    """The definition. An execution succeeds when a recovery point of every resource is complete.

    It ends FAILED if one failed, or if no resource carries the tier's tag, so that a pipeline which waits for
    it stops.
    """
    return {
        "Comment": "Backs up the resources of a tier before and after a deployment.",
        "StartAt": "Which tier",
        "States": {
            "Which tier": choose(
                *(
                    {"Variable": "$.tier", "StringEquals": each.tier, "Next": f"Tier {each.tier}"}
                    for each in tiers
                ),
                otherwise="No such tier",
            ),
            **{f"Tier {each.tier}": _tier(each) for each in tiers},
            "No such tier": _fail("NoSuchTier", "The input names no tier that is backed up on demand."),
            **_resources(teller, windows_vss=any(each.windows_vss for each in tiers)),
        },
    }


def _tier(tier: TierOnDemand) -> State:
    key, value = tier.resource_tag
    values = {
        "tier": tier.tier,
        "moment.$": "$.moment",
        "filters": [{"Key": key, "Values": [value]}],
        "types": list(tier.resource_types),
        "token": "",
        "count": 0,
        "failed": False,
        "job": {
            "BackupVaultName": tier.vault_name,
            "IamRoleArn": tier.role_arn,
            "Lifecycle": {"DeleteAfterDays": tier.delete_after_days},
            "StartWindowMinutes": tier.start_window_minutes,
            "CompleteWindowMinutes": tier.completion_window_minutes,
            "RecoveryPointTags": dict(tier.recovery_point_tags),
            **({"BackupOptions": dict(WINDOWS_VSS)} if tier.windows_vss else {}),
        },
    }
    return {"Type": "Pass", "Parameters": values, "Next": "Find resources"}


def _resources(teller: Teller, *, windows_vss: bool) -> States:
    """Each page of the resources that carry the tag, one after the other."""
    wanted = {
        "TagFilters.$": "$.filters",
        "ResourceTypeFilters.$": "$.types",
        "ResourcesPerPage": _PAGE,
        "PaginationToken.$": "$.token",
    }
    none = told(
        "Nothing of tier {} was backed up ({}): no resource of its types carries its tag here.",
        "$.tier",
        "$.moment",
    )
    done = told("{} resource(s) of tier {} have been backed up ({}).", "$.count", "$.tier", "$.moment")
    return {
        "Find resources": teller.call(
            "resourcegroupstaggingapi:getResources", wanted, to="$.found", after="Back up each"
        ),
        "Back up each": {
            "Type": "Map",
            "ItemsPath": "$.found.ResourceTagMappingList",
            "ItemSelector": {
                "resource.$": "$$.Map.Item.Value.ResourceARN",
                "execution.$": "$$.Execution.Name",
                "index.$": "$$.Map.Item.Index",
                "job.$": "$.job",
                "tier.$": "$.tier",
                "moment.$": "$.moment",
                "count.$": "$.count",
                "reason": "AWS Backup gave no reason.",
            },
            "MaxConcurrency": _AT_ONCE,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Is VSS for it" if windows_vss else "Start the backup job",
                "States": _backing_up(teller, windows_vss=windows_vss),
            },
            "ResultPath": "$.outcomes",
            "Next": "Any failed",
        },
        "Any failed": compute(
            {
                "any.$": "States.ArrayContains($.outcomes, 'failed')",
                "count.$": "States.MathAdd($.count, States.ArrayLength($.outcomes))",
            },
            at="$.page",
            after="Count them",
        ),
        "Count them": move("$.page.count", at="$.count", after="Did any fail"),
        "Did any fail": choose(
            {"Variable": "$.page.any", "BooleanEquals": True, "Next": "Some failed"}, otherwise="Any more"
        ),
        "Some failed": keep(value=True, at="$.failed", after="Any more"),
        "Any more": choose(
            {
                "And": [
                    {"Variable": "$.found.PaginationToken", "IsPresent": True},
                    {"Not": {"Variable": "$.found.PaginationToken", "StringEquals": ""}},
                ],
                "Next": "Next page",
            },
            {"Variable": "$.count", "NumericEquals": 0, "Next": "Nothing found"},
            {"Variable": "$.failed", "BooleanEquals": True, "Next": "Backups failed"},
            otherwise="All backed up",
        ),
        "Next page": move("$.found.PaginationToken", at="$.token", after="Find resources"),
        "Nothing found": teller.tell("Tierkeep: nothing to back up for a deployment", none, after="Nothing"),
        "Nothing": _fail("NothingFound", "No resource of the tier's types carries its tag here."),
        "Backups failed": _fail("BackupsFailed", "The topic has been told of each backup that failed."),
        "All backed up": teller.tell("Tierkeep: backed up for a deployment", done, after="Backed up all"),
        "Backed up all": {
            "Type": "Pass",
            "Parameters": {"tier.$": "$.tier", "moment.$": "$.moment", "resources.$": "$.count"},
            "End": True,
        },
    }


def _backing_up(teller: Teller, *, windows_vss: bool) -> States:
    """One resource. AWS Backup takes `BackupOptions` for instances only."""
    start = {
        **{f"{name}.$": f"$.job.{name}" for name in _OF_JOBS},
        "ResourceArn.$": "$.resource",
        "IdempotencyToken.$": told("{}-{}-{}", "$.execution", "$.count", "$.index"),
    }
    failed = told(
        "The backup of {} for a deployment of tier {} ({}) failed. Mend the cause and start it again before "
        "the deployment goes on. Reason: {}",
        "$.resource", "$.tier", "$.moment", "$.reason",
    )  # fmt: skip
    with_vss = {
        "Is VSS for it": choose(
            {
                "And": [
                    {"Variable": "$.job.BackupOptions", "IsPresent": True},
                    {"Variable": "$.resource", "StringMatches": "arn:*:ec2:*:instance/*"},
                ],
                "Next": "Start the backup job with VSS",
            },
            otherwise="Start the backup job",
        ),
        "Start the backup job with VSS": teller.call(
            "backup:startBackupJob",
            {**start, "BackupOptions.$": "$.job.BackupOptions"},
            to="$.started",
            after="Wait for the backup job",
            refused="Refused",
        ),
    }
    return {
        **(with_vss if windows_vss else {}),
        "Start the backup job": teller.call(
            "backup:startBackupJob", start, to="$.started", after="Wait for the backup job", refused="Refused"
        ),
        "Wait for the backup job": wait(POLL_SECONDS, after="Look at the backup job"),
        "Look at the backup job": teller.call(
            "backup:describeBackupJob",
            {"BackupJobId.$": "$.started.BackupJobId"},
            to="$.seen",
            after="Has the backup ended",
            refused="Refused",
        ),
        "Has the backup ended": choose(
            {"Variable": "$.seen.State", "StringEquals": "COMPLETED", "Next": "Backed up"},
            {
                "Or": [{"Variable": "$.seen.State", "StringEquals": each} for each in AT_WORK],
                "Next": "Wait for the backup job",
            },
            otherwise="Has it a reason",
        ),
        "Has it a reason": choose(
            {"Variable": "$.seen.StatusMessage", "IsPresent": True, "Next": "Reason"}, otherwise="Failed"
        ),
        "Reason": move("$.seen.StatusMessage", at="$.reason", after="Failed"),
        "Refused": move("$.error.Cause", at="$.reason", after="Failed"),
        **teller.escalate(
            "Failed",
            "AWS Backup: a backup for a deployment failed",
            failed,
            resource="$.resource",
            job="$.resource",
            after="Not backed up",
        ),
        "Not backed up": {"Type": "Pass", "Result": "failed", "End": True},
        "Backed up": {"Type": "Pass", "Result": "done", "End": True},
    }


_OF_JOBS = (
    "BackupVaultName",
    "CompleteWindowMinutes",
    "IamRoleArn",
    "Lifecycle",
    "RecoveryPointTags",
    "StartWindowMinutes",
)


def _fail(error: str, cause: str) -> State:
    return {"Type": "Fail", "Error": error, "Cause": cause}
