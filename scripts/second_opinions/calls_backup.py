"""The script's calls of AWS Backup: every operation that ministack has of it, in good cases and bad ones."""

from __future__ import annotations

from typing import Any

from scripts.second_opinions.calling import ACCOUNT, REGION, Calls, sorted_by

ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"
NOBODY = "00000000-0000-4000-8000-000000000000"
NO_VOLUME = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-00000000000000000"
NO_POINT = f"arn:aws:ec2:{REGION}::snapshot/snap-00000000000000000"
RULE = {
    "RuleName": "daily",
    "TargetBackupVaultName": "first",
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "StartWindowMinutes": 60,
    "CompletionWindowMinutes": 180,
    "Lifecycle": {"DeleteAfterDays": 35},
}
PLAN = {"BackupPlanName": "plan", "Rules": [RULE]}
SELECTION = {
    "SelectionName": "volumes",
    "IamRoleArn": ROLE,
    "Resources": [f"arn:aws:ec2:*:{ACCOUNT}:volume/*"],
}
TAGGED = {
    "SelectionName": "tagged",
    "IamRoleArn": ROLE,
    "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}],
}


def run(calls: Calls) -> None:
    """Make the calls, on an account in which there is nothing."""
    empty(calls)
    vaults(calls)
    plan = plans(calls)
    selections(calls, plan)
    jobs(calls)
    tags(calls, plan)
    endings(calls, plan)


def empty(calls: Calls) -> None:
    """What there is before anything is made, and things that there are not."""
    for operation in (
        "list_backup_vaults", "list_backup_plans", "list_backup_plan_templates", "list_backup_jobs",
        "list_copy_jobs", "list_restore_jobs", "list_report_jobs", "list_report_plans", "list_frameworks",
        "list_protected_resources", "list_legal_holds", "list_restore_testing_plans", "list_scan_jobs",
        "list_backup_job_summaries", "list_copy_job_summaries", "list_restore_job_summaries",
        "list_scan_job_summaries", "list_indexed_recovery_points", "list_tiering_configurations",
        "describe_region_settings", "describe_global_settings",
    ):  # fmt: skip
        calls.call(f"{operation}, of nothing", "backup", operation)
    calls.call(
        "supported types", "backup", "get_supported_resource_types",
        seen=lambda answer: dict.fromkeys(answer["ResourceTypes"], "supported"),
    )  # fmt: skip
    absent: dict[str, dict[str, Any]] = {
        "describe_backup_vault": {"BackupVaultName": "none"},
        "delete_backup_vault": {"BackupVaultName": "none"},
        "get_backup_vault_access_policy": {"BackupVaultName": "none"},
        "get_backup_vault_notifications": {"BackupVaultName": "none"},
        "list_recovery_points_by_backup_vault": {"BackupVaultName": "none"},
        "list_protected_resources_by_backup_vault": {"BackupVaultName": "none"},
        "list_restore_access_backup_vaults": {"BackupVaultName": "none"},
        "get_backup_plan": {"BackupPlanId": NOBODY},
        "update_backup_plan": {"BackupPlanId": NOBODY, "BackupPlan": PLAN},
        "delete_backup_plan": {"BackupPlanId": NOBODY},
        "list_backup_plan_versions": {"BackupPlanId": NOBODY},
        "create_backup_selection": {"BackupPlanId": NOBODY, "BackupSelection": SELECTION},
        "list_backup_selections": {"BackupPlanId": NOBODY},
        "get_backup_selection": {"BackupPlanId": NOBODY, "SelectionId": NOBODY},
        "delete_backup_selection": {"BackupPlanId": NOBODY, "SelectionId": NOBODY},
        "describe_backup_job": {"BackupJobId": NOBODY},
        "stop_backup_job": {"BackupJobId": NOBODY},
        "describe_copy_job": {"CopyJobId": NOBODY},
        "describe_restore_job": {"RestoreJobId": NOBODY},
        "get_restore_job_metadata": {"RestoreJobId": NOBODY},
        "list_restore_jobs_by_protected_resource": {"ResourceArn": NO_VOLUME},
        "describe_report_job": {"ReportJobId": NOBODY},
        "describe_report_plan": {"ReportPlanName": "none"},
        "describe_framework": {"FrameworkName": "none"},
        "list_recovery_points_by_resource": {"ResourceArn": NO_VOLUME},
        "describe_protected_resource": {"ResourceArn": NO_VOLUME},
        "get_legal_hold": {"LegalHoldId": NOBODY},
        "list_recovery_points_by_legal_hold": {"LegalHoldId": NOBODY},
        "get_restore_testing_plan": {"RestoreTestingPlanName": "none"},
        "list_restore_testing_selections": {"RestoreTestingPlanName": "none"},
        "get_restore_testing_selection": {
            "RestoreTestingPlanName": "none", "RestoreTestingSelectionName": "none",
        },
        "describe_scan_job": {"ScanJobId": NOBODY},
        "get_tiering_configuration": {"TieringConfigurationName": "none"},
        "list_tags": {"ResourceArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:none"},
        "tag_resource": {
            "ResourceArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:none", "Tags": {"a": "b"},
        },
        "untag_resource": {
            "ResourceArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:none", "TagKeyList": ["a"],
        },
    }  # fmt: skip
    for operation, params in absent.items():
        calls.call(f"{operation}, of what is not there", "backup", operation, **params)


def vaults(calls: Calls) -> None:
    """Three vaults, one with a key of its own."""
    make = "create_backup_vault"
    first = {"BackupVaultName": "first"}
    calls.call("a vault with tags", "backup", make, **first, BackupVaultTags={"team": "a"})
    calls.call("the same vault again", "backup", make, **first)
    calls.call("a vault with a request id", "backup", make, BackupVaultName="second", CreatorRequestId="once")
    calls.call("the same request again", "backup", make, BackupVaultName="second", CreatorRequestId="once")
    for what, name in {"a vault with a name too short": "a", "a vault with a bad name": "a.b"}.items():
        if calls.call(what, "backup", make, BackupVaultName=name):
            calls.client("backup").delete_backup_vault(BackupVaultName=name)
    key = calls.client("kms").create_key()["KeyMetadata"]["Arn"]
    calls.name("key", key.rpartition("/")[2])
    calls.call("a vault with a key", "backup", make, BackupVaultName="third", EncryptionKeyArn=key)
    for name in ("first", "second", "third"):
        calls.call(f"describe vault {name}", "backup", "describe_backup_vault", BackupVaultName=name)
    calls.call(
        "list vaults", "backup", "list_backup_vaults", seen=sorted_by("BackupVaultList", "BackupVaultName")
    )
    pages(calls, "vaults", "list_backup_vaults", "BackupVaultList")
    calls.call("a vault without a policy", "backup", "get_backup_vault_access_policy", **first)
    calls.call("a vault without notifications", "backup", "get_backup_vault_notifications", **first)
    calls.call("a vault without recovery points", "backup", "list_recovery_points_by_backup_vault", **first)
    calls.call("a vault without resources", "backup", "list_protected_resources_by_backup_vault", **first)
    calls.call("no access vaults of a plain vault", "backup", "list_restore_access_backup_vaults", **first)
    for operation in (
        "describe_recovery_point", "get_recovery_point_index_details", "get_recovery_point_restore_metadata",
    ):  # fmt: skip
        calls.call(
            f"{operation}, of what is not there", "backup", operation, **first, RecoveryPointArn=NO_POINT
        )


def pages(calls: Calls, what: str, operation: str, listed: str, **params: Any) -> None:
    """All pages of two, by what is on each: how many, and whether there is another."""
    token: dict[str, str] = {}
    for number in (1, 2, 3):
        answer = calls.call(
            f"{what}, page {number}", "backup", operation, **params, **token, MaxResults=2,
            seen=lambda answer: {"items": len(answer[listed]), "more": "NextToken" in answer},
        )  # fmt: skip
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def plans(calls: Calls) -> str:
    """A plan with two versions.  Returns its id."""
    make = "create_backup_plan"
    for what, document in {
        "a plan without rules": {**PLAN, "Rules": []},
        "a plan with no vault": {**PLAN, "Rules": [{**RULE, "TargetBackupVaultName": "none"}]},
        "a plan with a bad name": {**PLAN, "BackupPlanName": "a plan"},
        "a plan with a bad schedule": {**PLAN, "Rules": [{**RULE, "ScheduleExpression": "daily"}]},
        "a plan with a short start window": {**PLAN, "Rules": [{**RULE, "StartWindowMinutes": 30}]},
        "a plan that deletes too early": {
            **PLAN,
            "Rules": [{**RULE, "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 60}}],
        },
        "a plan with a rule twice": {**PLAN, "Rules": [RULE, RULE]},
    }.items():  # fmt: skip
        _unmake_plan(calls, calls.call(what, "backup", make, BackupPlan=document))
    made = calls.call("a plan with tags", "backup", make, BackupPlan=PLAN, BackupPlanTags={"team": "a"})
    # The answer just kept has the names of neither.
    plan, version = (
        calls.name("plan", made.get("BackupPlanId", "")),
        calls.name("version 1", made.get("VersionId", "")),
    )
    _unmake_plan(calls, calls.call("the same plan again", "backup", make, BackupPlan=PLAN))
    which = {"BackupPlanId": plan}
    calls.call("get the plan", "backup", "get_backup_plan", **which)
    other = {**PLAN, "BackupPlanName": "renamed", "Rules": [{**RULE, "Lifecycle": {"DeleteAfterDays": 14}}]}
    changed = calls.call("update the plan", "backup", "update_backup_plan", **which, BackupPlan=other)
    calls.name("version 2", changed.get("VersionId", ""))
    calls.call("update the plan with nothing", "backup", "update_backup_plan", **which, BackupPlan={})
    calls.call("get the changed plan", "backup", "get_backup_plan", **which)
    calls.call("get the plan's first version", "backup", "get_backup_plan", **which, VersionId=version)
    calls.call("get a version that is not there", "backup", "get_backup_plan", **which, VersionId=NOBODY)
    calls.call("list the plan's versions", "backup", "list_backup_plan_versions", **which)
    calls.call("list plans", "backup", "list_backup_plans")
    for name in ("spare-a", "spare-b"):
        spare = calls.client("backup").create_backup_plan(BackupPlan={**PLAN, "BackupPlanName": name})
        calls.name(name, spare["BackupPlanId"])
    pages(calls, "plans", "list_backup_plans", "BackupPlansList")
    return plan


def selections(calls: Calls, plan: str) -> None:
    """Two selections, of which one stays."""
    which = {"BackupPlanId": plan}
    make = "create_backup_selection"
    for what, document in {
        "a selection without a role": {**SELECTION, "IamRoleArn": ""},
        "a selection with a bad name": {**SELECTION, "SelectionName": "all volumes"},
        "a selection of nothing": {**SELECTION, "Resources": []},
    }.items():
        _unmake_selection(calls, calls.call(what, "backup", make, **which, BackupSelection=document))
    made = calls.call("a selection", "backup", make, **which, BackupSelection=SELECTION)
    one = {**which, "SelectionId": calls.name("selection", made.get("SelectionId", ""))}
    again = calls.call("the same selection again", "backup", make, **which, BackupSelection=SELECTION)
    _unmake_selection(calls, again)
    made = calls.call("a selection by tag", "backup", make, **which, BackupSelection=TAGGED)
    other = {**which, "SelectionId": calls.name("tagged", made.get("SelectionId", ""))}
    calls.call("get the selection", "backup", "get_backup_selection", **one)
    calls.call("get the selection by tag", "backup", "get_backup_selection", **other)
    calls.call("list selections", "backup", "list_backup_selections", **which)
    calls.call("delete the selection", "backup", "delete_backup_selection", **one)
    calls.call("delete the selection again", "backup", "delete_backup_selection", **one)
    calls.call("get the deleted selection", "backup", "get_backup_selection", **one)
    calls.client("backup").delete_backup_selection(**other)
    # Who deletes a plan with its selections is left without one, so it is one that is needed no more.
    held = {
        "BackupPlanId": calls.client("backup").create_backup_plan(
            BackupPlan={**PLAN, "BackupPlanName": "held"}
        )["BackupPlanId"]
    }
    calls.client("backup").create_backup_selection(**held, BackupSelection=SELECTION)
    calls.name("held", held["BackupPlanId"])
    calls.call("delete a plan with selections", "backup", "delete_backup_plan", **held)


def jobs(calls: Calls) -> None:
    """A backup of a volume, which is there on both."""
    made = calls.client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    volume = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{calls.name('volume', made)}"
    what = {"ResourceArn": volume, "IamRoleArn": ROLE}
    start = "start_backup_job"
    calls.call("a job into no vault", "backup", start, BackupVaultName="none", **what)
    calls.call(
        "a job of no volume", "backup", start, BackupVaultName="first", **{**what, "ResourceArn": NO_VOLUME}
    )
    started = calls.call("a job", "backup", start, BackupVaultName="first", **what, IdempotencyToken="once")
    job = {"BackupJobId": calls.name("job", started.get("BackupJobId", ""))}
    calls.call(
        "the same job again", "backup", start, BackupVaultName="first", **what, IdempotencyToken="once"
    )
    described = calls.call("the job", "backup", "describe_backup_job", **job)
    point = calls.name("point", described.get("RecoveryPointArn", ""))
    calls.call("stop the job, which is done", "backup", "stop_backup_job", **job)
    for by in ({"ByBackupVaultName": "first"}, {"ByState": "COMPLETED"}, {"ByResourceArn": volume},
               {"ByBackupVaultName": "second"}, {"ByState": "FAILED"}, {"ByResourceType": "S3"}):  # fmt: skip
        calls.call(
            f"jobs {by}".replace(volume, "volume"), "backup", "list_backup_jobs", **by,
            seen=lambda answer: {"states": sorted(each["State"] for each in answer["BackupJobs"])},
        )  # fmt: skip
    in_vault = {"BackupVaultName": "first"}
    calls.call("the vault's points", "backup", "list_recovery_points_by_backup_vault", **in_vault)
    one = {**in_vault, "RecoveryPointArn": point}
    calls.call("the point", "backup", "describe_recovery_point", **one)
    calls.call("the point's metadata", "backup", "get_recovery_point_restore_metadata", **one)
    calls.call("the volume's points", "backup", "list_recovery_points_by_resource", ResourceArn=volume)
    calls.call("the volume, protected", "backup", "describe_protected_resource", ResourceArn=volume)
    calls.call("what is protected", "backup", "list_protected_resources")


def tags(calls: Calls, plan: str) -> None:
    """Tags of a vault and of a plan."""
    for what, arn in {
        "second vault": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:second",
        "plan": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{plan}",
    }.items():
        which = {"ResourceArn": arn}
        calls.call(f"the {what}'s tags", "backup", "list_tags", **which)
        calls.call(f"tag the {what}", "backup", "tag_resource", **which, Tags={"team": "b", "cost": "low"})
        calls.call(f"the {what}'s new tags", "backup", "list_tags", **which)
        calls.call(f"untag the {what}", "backup", "untag_resource", **which, TagKeyList=["team", "none"])
        calls.call(f"the {what}'s last tags", "backup", "list_tags", **which)
    calls.call("tags of no ARN", "backup", "list_tags", ResourceArn="second")
    calls.call("tags of another service's thing", "backup", "list_tags", ResourceArn="arn:aws:s3:::bucket")


def endings(calls: Calls, plan: str) -> None:
    """What is left when things are deleted."""
    which = {"BackupPlanId": plan}
    calls.call("delete the plan", "backup", "delete_backup_plan", **which)
    calls.call("delete the plan again", "backup", "delete_backup_plan", **which)
    calls.call("get the deleted plan", "backup", "get_backup_plan", **which)
    calls.call(
        "a selection for the deleted plan",
        "backup",
        "create_backup_selection",
        **which,
        BackupSelection=TAGGED,
    )
    calls.call("plans that are left", "backup", "list_backup_plans", seen=_names)
    calls.call("plans with deleted ones", "backup", "list_backup_plans", IncludeDeleted=True, seen=_names)
    calls.call("delete an empty vault", "backup", "delete_backup_vault", BackupVaultName="second")
    calls.call("the deleted vault", "backup", "describe_backup_vault", BackupVaultName="second")
    calls.call("delete a vault with a point", "backup", "delete_backup_vault", BackupVaultName="first")


def _unmake_plan(calls: Calls, answer: dict[str, Any]) -> None:
    """Have both endpoints go on alike, where only one has refused."""
    if answer:
        calls.client("backup").delete_backup_plan(BackupPlanId=answer["BackupPlanId"])


def _unmake_selection(calls: Calls, answer: dict[str, Any]) -> None:
    if answer:
        which = {"BackupPlanId": answer["BackupPlanId"], "SelectionId": answer["SelectionId"]}
        calls.client("backup").delete_backup_selection(**which)


def _names(answer: dict[str, Any]) -> dict[str, Any]:
    return {"plans": sorted(each["BackupPlanName"] for each in answer["BackupPlansList"])}
