from typing import Any

import pytest
from emulated import ROLE, Aws, refusal


def rule(**settings: Any) -> dict[str, Any]:
    return {"RuleName": "daily", "TargetBackupVaultName": "vault", **settings}


def document(*rules: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"BackupPlanName": "plan", "Rules": list(rules or (rule(),)), **settings}


def make(aws: Aws, *rules: dict[str, Any], **settings: Any) -> str:
    return str(aws.backup.create_backup_plan(BackupPlan=document(*rules, **settings))["BackupPlanId"])


def test_aws_defaults_are_filled_in(aws: Aws) -> None:
    aws.vault()
    [filled] = aws.backup.get_backup_plan(BackupPlanId=make(aws))["BackupPlan"]["Rules"]
    assert filled.pop("RuleId")
    assert filled == {
        "RuleName": "daily",
        "TargetBackupVaultName": "vault",
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 480,
        "CompletionWindowMinutes": 10080,
        "EnableContinuousBackup": False,
    }


def test_an_update_makes_a_version_and_keeps_the_old_one(aws: Aws) -> None:
    aws.vault()
    plan = make(aws)
    old = aws.backup.get_backup_plan(BackupPlanId=plan)["VersionId"]
    new = aws.backup.update_backup_plan(
        BackupPlanId=plan, BackupPlan=document(rule(Lifecycle={"DeleteAfterDays": 3}))
    )["VersionId"]

    assert new != old
    versions = aws.backup.list_backup_plan_versions(BackupPlanId=plan)["BackupPlanVersionsList"]
    assert {version["VersionId"] for version in versions} == {old, new}
    before = aws.backup.get_backup_plan(BackupPlanId=plan, VersionId=old)["BackupPlan"]["Rules"][0]
    after = aws.backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["Rules"][0]
    assert "Lifecycle" not in before
    assert after["Lifecycle"] == {"DeleteAfterDays": 3}
    code = refusal(aws.backup.get_backup_plan, BackupPlanId=plan, VersionId="none")
    assert code == "ResourceNotFoundException"


def test_a_plan_with_selections_is_not_deleted(aws: Aws) -> None:
    aws.vault()
    plan = make(aws)
    selection = aws.backup.create_backup_selection(
        BackupPlanId=plan, BackupSelection={"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
    )["SelectionId"]
    assert refusal(aws.backup.delete_backup_plan, BackupPlanId=plan) == "InvalidRequestException"

    aws.backup.delete_backup_selection(BackupPlanId=plan, SelectionId=selection)
    aws.backup.delete_backup_plan(BackupPlanId=plan)

    assert refusal(aws.backup.get_backup_plan, BackupPlanId=plan) == "ResourceNotFoundException"
    assert aws.backup.list_backup_plans()["BackupPlansList"] == []
    [deleted] = aws.backup.list_backup_plans(IncludeDeleted=True)["BackupPlansList"]
    assert deleted["DeletionDate"]


def test_the_versions_of_a_deleted_plan_still_exist(aws: Aws) -> None:
    """By their id they are told, with the date of the deletion; the plan itself is not found."""
    aws.vault()
    made = aws.backup.create_backup_plan(BackupPlan=document())
    which = {"BackupPlanId": made["BackupPlanId"]}
    aws.backup.delete_backup_plan(**which)
    found = aws.backup.get_backup_plan(**which, VersionId=made["VersionId"])
    assert (found["BackupPlan"]["BackupPlanName"], "DeletionDate" in found) == ("plan", True)
    assert refusal(aws.backup.get_backup_plan, **which) == "ResourceNotFoundException"


def test_the_same_plan_twice_is_refused(aws: Aws) -> None:
    aws.vault()
    make(aws)
    assert refusal(aws.backup.create_backup_plan, BackupPlan=document()) == "AlreadyExistsException"


COPY = {"DestinationBackupVaultArn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:dr"}


@pytest.mark.parametrize(
    "settings",
    [
        {"TargetBackupVaultName": "missing"},
        {"RuleName": "a" * 51},
        {"RuleName": "with space"},
        {"StartWindowMinutes": 59},
        {"StartWindowMinutes": 60, "CompletionWindowMinutes": 119},
        {"ScheduleExpression": "0 5 * * *"},
        {"ScheduleExpression": "cron(0 5 * * * *)"},
        {"ScheduleExpression": "cron(0 5 ? * ? *)"},
        {"ScheduleExpression": "cron(0 24 ? * * *)"},
        {"ScheduleExpression": "cron(0/30 * ? * * *)"},
        {"ScheduleExpression": "rate(30 minutes)"},
        {"ScheduleExpression": "rate(2 hour)"},
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"Lifecycle": {"DeleteAfterDays": 0}},
        {"Lifecycle": {"DeleteAfterDays": 36501}},
        {"Lifecycle": {"DeleteAfterDays": 119, "MoveToColdStorageAfterDays": 30}},
        {"EnableContinuousBackup": True},
        {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 36}},
        {
            "EnableContinuousBackup": True,
            "Lifecycle": {"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": 1},
        },
        {"CopyActions": [COPY] * 6},
        {"CopyActions": [{"DestinationBackupVaultArn": "vault"}]},
        {"CopyActions": [{**COPY, "Lifecycle": {"DeleteAfterDays": 91, "MoveToColdStorageAfterDays": 2}}]},
        {"RecoveryPointTags": {"aws:own": "x"}},
    ],
)
def test_rules_that_aws_does_not_take(aws: Aws, settings: dict[str, Any]) -> None:
    aws.vault()
    code = refusal(aws.backup.create_backup_plan, BackupPlan=document(rule(**settings)))
    assert code == "InvalidParameterValueException"


@pytest.mark.parametrize(
    "settings",
    [
        {"StartWindowMinutes": 60, "CompletionWindowMinutes": 120},
        {"ScheduleExpression": "cron(15 * ? * MON-FRI *)"},
        {"ScheduleExpression": "cron(0 0 L * ? *)"},
        {"ScheduleExpression": "cron(0 0 ? * 6#3 2030-2040/2)"},
        {"ScheduleExpression": "rate(1 hour)"},
        {"ScheduleExpressionTimezone": "Europe/Berlin"},
        {"Lifecycle": {"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 30}},
        {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 35}},
        {"CopyActions": [COPY] * 5},
    ],
)
def test_rules_that_aws_takes(aws: Aws, settings: dict[str, Any]) -> None:
    aws.vault()
    plan = make(aws, rule(**settings))
    [kept] = aws.backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["Rules"]
    assert {name: kept[name] for name in settings} == settings


@pytest.mark.parametrize(
    "settings",
    [
        {"BackupPlanName": "with space"},
        {"BackupPlanName": "a" * 51},
        {"Rules": []},
        {"Rules": [rule(RuleName=f"rule{number}") for number in range(11)]},
        {"AdvancedBackupSettings": [{"ResourceType": "EBS", "BackupOptions": {}}]},
        {"AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "on"}}]},
    ],
)
def test_plans_that_aws_does_not_take(aws: Aws, settings: dict[str, Any]) -> None:
    aws.vault()
    code = refusal(aws.backup.create_backup_plan, BackupPlan=document(**settings))
    assert code == "InvalidParameterValueException"


def test_a_refused_update_leaves_the_plan_alone(aws: Aws) -> None:
    aws.vault()
    plan = make(aws)
    broken = document(rule(StartWindowMinutes=1))
    assert refusal(aws.backup.update_backup_plan, BackupPlanId=plan, BackupPlan=broken)
    assert len(aws.backup.list_backup_plan_versions(BackupPlanId=plan)["BackupPlanVersionsList"]) == 1


def selection(**settings: Any) -> dict[str, Any]:
    return {"SelectionName": "selection", "IamRoleArn": ROLE, **settings}


def test_a_selection_reads_back_with_its_conditions(aws: Aws) -> None:
    aws.vault()
    plan = make(aws)
    given = selection(
        ListOfTags=[{"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}]
    )
    made = aws.backup.create_backup_selection(BackupPlanId=plan, BackupSelection=given)["SelectionId"]
    read = aws.backup.get_backup_selection(BackupPlanId=plan, SelectionId=made)["BackupSelection"]
    assert read == {**given, "Conditions": {}}
    assert [item["SelectionName"] for item in _listed(aws, plan)] == ["selection"]
    duplicate = refusal(aws.backup.create_backup_selection, BackupPlanId=plan, BackupSelection=given)
    assert duplicate == "AlreadyExistsException"


def _listed(aws: Aws, plan: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = aws.backup.list_backup_selections(BackupPlanId=plan)[
        "BackupSelectionsList"
    ]
    return listed


VOLUME = "arn:aws:ec2:eu-central-1:123456789012:volume/vol-"
CONDITION = {"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b"}
TAG = {"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}


@pytest.mark.parametrize(
    "settings",
    [
        {"SelectionName": "with space"},
        {"IamRoleArn": "role"},
        {"IamRoleArn": "arn:aws:iam::123456789012:user/backup"},
        {"Resources": [f"{VOLUME}{number}" for number in range(501)]},
        {"Resources": [f"{VOLUME}{number}*" for number in range(31)]},
        {"Resources": ["arn:aws:s3:::*-logs"]},
        {"NotResources": ["volume"]},
        {"ListOfTags": [TAG] * 31},
        {"Conditions": {"StringEquals": [CONDITION] * 16, "StringLike": [CONDITION] * 15}},
        {"Conditions": {"StringEquals": [{"ConditionKey": "a", "ConditionValue": "b"}]}},
    ],
)
def test_selections_that_aws_does_not_take(aws: Aws, settings: dict[str, Any]) -> None:
    aws.vault()
    code = refusal(
        aws.backup.create_backup_selection, BackupPlanId=make(aws), BackupSelection=selection(**settings)
    )
    assert code == "InvalidParameterValueException"


def test_a_selection_of_no_plan(aws: Aws) -> None:
    get = refusal(aws.backup.get_backup_selection, BackupPlanId="none", SelectionId="none")
    create = refusal(aws.backup.create_backup_selection, BackupPlanId="none", BackupSelection=selection())
    assert (get, create) == ("ResourceNotFoundException", "InvalidParameterValueException")
