"""Which events of AWS's services mean what: patterns of EventBridge.

AWS Backup developer guide, "Monitoring AWS Backup events using Amazon EventBridge"; EBS user guide, "Monitor
Data Lifecycle Manager policies using EventBridge" and "EventBridge events for Amazon EBS"; CodeDeploy user
guide, "Monitoring deployments with Amazon CloudWatch Events"; CodePipeline user guide, "Monitoring
CodePipeline events".
"""

from __future__ import annotations

from typing import Any

Pattern = dict[str, Any]

BACKUP, COPY, RESTORE = (f"{each} Job State Change" for each in ("Backup", "Copy", "Restore"))
CODE_SOURCES = ("aws.codedeploy", "aws.codepipeline")
DEPLOYMENT_SOURCE = "tierkeep.deployment"
"""What a team's own event names as its source; its detail type is the moment, its detail names the tier."""

_FAILED = ["FAILED", "ABORTED", "EXPIRED"]
_SAYS_SOMETHING = [{"anything-but": [""]}]
_MOMENTS = {
    "before-deployment": {"codedeploy": "START", "codepipeline": "STARTED"},
    "after-deployment": {"codedeploy": "SUCCESS", "codepipeline": "SUCCEEDED"},
}


def failed_jobs() -> Pattern:
    """Backup, copy and restore jobs that came to nothing. A restore job has a status, the others a state."""
    return {
        "source": ["aws.backup"],
        "$or": [
            {"detail-type": [BACKUP, COPY], "detail": {"state": _FAILED}},
            {"detail-type": [RESTORE], "detail": {"status": _FAILED}},
        ],
    }


def incomplete_jobs() -> Pattern:
    """Jobs that are complete in part, and backup jobs "completed with issues": those have a message."""
    return {
        "source": ["aws.backup"],
        "$or": [
            {"detail-type": [BACKUP], "detail": {"state": ["COMPLETED"], "statusMessage": _SAYS_SOMETHING}},
            {"detail-type": [BACKUP, COPY], "detail": {"state": ["PARTIAL"]}},
        ],
    }


def failed_snapshots() -> Pattern:
    """Policies of Data Lifecycle Manager in error, their scripts, and snapshots of volumes and copies of
    them.

    An event of EBS does not say who asked for the snapshot, so that others' failures are told as well.
    """
    ended = {"result": ["failed"]}
    return {
        "$or": [
            {
                "source": ["aws.dlm"],
                "detail-type": ["DLM Policy State Change"],
                "detail": {"state": ["ERROR"]},
            },
            {
                "source": ["aws.dlm"],
                "detail-type": ["DLM Pre Post Script Notification"],
                "detail": {"result": [{"anything-but": ["initiated", "success"]}]},
            },
            {
                "source": ["aws.ec2"],
                "detail-type": ["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
                "detail": {"event": ["createSnapshot", "createSnapshots", "copySnapshot"], **ended},
            },
        ]
    }


def retried_jobs(role_arn: str) -> Pattern:
    """Failed backup and copy jobs that a plan started with a role. What somebody, or a retry, starts has no
    plan."""
    return {
        "source": ["aws.backup"],
        "detail-type": [BACKUP, COPY],
        "detail": {
            "state": _FAILED,
            "iamRoleArn": [role_arn],
            "createdBy": {"backupPlanId": [{"exists": True}]},
        },
    }


def deployments(tier: str, moment: str, *, codedeploy: list[str], codepipeline: list[str]) -> Pattern:
    """What comes before or after deployments that a tier is to be backed up for."""
    asked: list[Pattern] = [
        {"source": [DEPLOYMENT_SOURCE], "detail-type": [moment], "detail": {"tier": [tier]}}
    ]
    if codedeploy:
        asked.append(
            {
                "source": [CODE_SOURCES[0]],
                "detail-type": ["CodeDeploy Deployment State-change Notification"],
                "detail": {"application": sorted(codedeploy), "state": [_MOMENTS[moment]["codedeploy"]]},
            }
        )
    if codepipeline:
        asked.append(
            {
                "source": [CODE_SOURCES[1]],
                "detail-type": ["CodePipeline Pipeline Execution State Change"],
                "detail": {"pipeline": sorted(codepipeline), "state": [_MOMENTS[moment]["codepipeline"]]},
            }
        )
    return asked[0] if len(asked) == 1 else {"$or": asked}
