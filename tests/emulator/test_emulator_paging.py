"""Every list of AWS Backup comes in pages, and takes only the tokens that it gave."""

import pytest
from emulated import ACCOUNT, REGION, Aws, refusal
from moto.core.utils import get_service_model

from emulator.implemented import implemented

PLAN = {"BackupPlanName": "plan", "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "vault"}]}
TESTING_PLAN = {
    "RestoreTestingPlanName": "testing",
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"],
    },
}  # fmt: skip
NAMES_FOR_LISTS = {
    "BackupPlanId": "",
    "BackupVaultName": "gapped",
    "LegalHoldId": "",
    "RecoveryPointArn": "arn:aws:ec2:x::snapshot/snap-1",
    "ResourceArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:gapped",
    "RestoreTestingPlanName": "testing",
}


def _lists() -> list[str]:
    """The operations of AWS Backup that answer in pages."""
    model = get_service_model("backup")
    pages = [
        name
        for name, is_done in implemented("backup").items()
        if is_done and "NextToken" in getattr(model.operation_model(name).input_shape, "members", {})
    ]
    assert len(pages) >= 30
    return pages


@pytest.mark.parametrize("name", _lists())
def test_a_token_that_no_list_gave_is_refused(aws: Aws, name: str) -> None:
    aws.vault("vault")
    aws.backup.create_logically_air_gapped_backup_vault(
        BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=30
    )
    plan = aws.backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]
    aws.backup.create_restore_testing_plan(RestoreTestingPlan=TESTING_PLAN)
    hold = aws.backup.create_legal_hold(
        Title="t", Description="d", RecoveryPointSelection={"VaultNames": ["vault"]}
    )["LegalHoldId"]
    named = {**NAMES_FOR_LISTS, "BackupPlanId": plan, "LegalHoldId": hold}
    shape = get_service_model("backup").operation_model(name).input_shape
    params = {member: named[member] for member in shape.required_members}
    method = {api: own for own, api in aws.backup.meta.method_to_api_mapping.items()}[name]
    ask = getattr(aws.backup, method)
    ask(**params)
    assert refusal(ask, **params, NextToken="x") == "InvalidParameterValueException"
    if "MaxResults" in shape.members:
        assert refusal(ask, **params, MaxResults=0) == "InvalidParameterValueException"


def test_a_list_is_read_page_by_page(aws: Aws) -> None:
    """Nothing is left out, nothing comes twice, and no page is longer than asked for."""
    for number in range(5):
        aws.backup.create_framework(
            FrameworkName=f"frame{number}",
            FrameworkControls=[
                {
                    "ControlName": "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
                    "ControlInputParameters": [
                        {"ParameterName": "requiredRetentionDays", "ParameterValue": str(number + 1)}
                    ],
                }
            ],
        )
    names, token = [], None
    while True:
        page = aws.backup.list_frameworks(MaxResults=2, **({"NextToken": token} if token else {}))
        assert len(page["Frameworks"]) <= 2
        names += [framework["FrameworkName"] for framework in page["Frameworks"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert names == [f"frame{number}" for number in range(5)]
