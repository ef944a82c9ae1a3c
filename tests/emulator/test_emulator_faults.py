"""What goes wrong on request, in process and on the server."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from emulated import ACCOUNT, REGION, ROLE, Aws, refusal

from emulator import clock, faults, process

ONCE = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


@pytest.fixture(autouse=True)
def without_faults() -> Iterator[None]:
    yield
    faults.clear()


def client(service: str, **settings: Any) -> Any:
    given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", **settings}
    return boto3.client(service, region_name=REGION, config=ONCE, **given)


def answered(call: Any, **params: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("service", "operation", "codes"),
    [
        ("backup", "list_backup_vaults", ["ThrottlingException", "AccessDeniedException", "InternalFailure"]),
        ("dlm", "get_lifecycle_policies", ["ThrottlingException", "AccessDeniedException",
                                           "InternalServerException"]),
        ("ec2", "describe_volumes", ["RequestLimitExceeded", "UnauthorizedOperation", "InternalError"]),
        ("rds", "describe_db_instances", ["Throttling", "AccessDenied", "InternalFailure"]),
        ("dynamodb", "list_tables", ["ThrottlingException", "AccessDeniedException", "InternalServerError"]),
        ("iam", "list_roles", ["Throttling", "AccessDenied", "InternalFailure"]),
        ("kms", "list_keys", ["ThrottlingException", "AccessDeniedException", "KMSInternalException"]),
        ("s3", "list_buckets", ["SlowDown", "AccessDenied", "InternalError"]),
    ],
)  # fmt: skip
def test_a_refusal_has_the_services_own_code_and_happens_once(
    aws: Aws, service: str, operation: str, codes: list[str]
) -> None:
    """In every protocol; then the service answers as ever."""
    asked = client(service)
    kinds = ("throttling", "access-denied", "internal-failure")
    name = asked.meta.method_to_api_mapping[operation]
    for kind, code in zip(kinds, codes, strict=True):
        faults.add(kind, service=service, operation=name, times=1)
        found, status = answered(getattr(asked, operation))
        assert (found, status >= 500) == (
            code,
            kind == "internal-failure" or "Slow" in code or "Limit" in code,
        )
        getattr(asked, operation)()


def test_a_fault_concerns_only_what_it_names(aws: Aws) -> None:
    aws.vault("one")
    aws.vault("two")
    faults.add("access-denied", service="backup", operation="DescribeBackupVault", resource="one")
    assert refusal(aws.backup.describe_backup_vault, BackupVaultName="one") == "AccessDeniedException"
    aws.backup.describe_backup_vault(BackupVaultName="two")
    aws.ec2.describe_volumes()


def test_chance_is_repeatable(aws: Aws) -> None:
    """The same seed lets the same requests fail, and about as many as the probability says."""

    def course() -> list[bool]:
        faults.clear()
        fault = faults.add("throttling", probability=0.5, seed=7)
        return [fault.happens() for _ in range(200)]

    first = course()
    assert first == course()
    assert 60 < sum(first) < 140


def test_a_timeout_is_no_answer(aws: Aws) -> None:
    faults.add("timeout", service="dynamodb", seconds=0, times=1)
    with pytest.raises(ReadTimeoutError):
        client("dynamodb").list_tables()


def test_a_job_fails_with_the_message(aws: Aws) -> None:
    aws.vault()
    faults.add("job-fails", operation="StartBackupJob", message="No space", times=1)
    job = aws.backed_up(aws.volume())
    assert (job["State"], job["StatusMessage"]) == ("FAILED", "No space")
    assert aws.backed_up(aws.volume())["State"] == "COMPLETED"


def test_a_job_completes_with_issues(aws: Aws) -> None:
    """AWS Backup shows it as COMPLETED with a message category other than SUCCESS."""
    aws.vault()
    faults.add("job-has-issues", message="VSS failed", category="VSS_FAILED")
    job = aws.backed_up(aws.volume())
    assert (job["State"], job["StatusMessage"]) == ("COMPLETED", "VSS failed")
    assert job["MessageCategory"] == "VSS_FAILED"


def test_a_copy_never_arrives(aws: Aws) -> None:
    aws.vault()
    target = aws.vault("target")
    point = aws.backed_up(aws.volume())["RecoveryPointArn"]
    faults.add("job-hangs", operation="StartCopyJob")
    job = aws.backup.start_copy_job(
        RecoveryPointArn=point, SourceBackupVaultName="vault", DestinationBackupVaultArn=target,
        IamRoleArn=ROLE,
    )["CopyJobId"]  # fmt: skip
    clock.advance(20 * 86400)
    assert aws.backup.describe_copy_job(CopyJobId=job)["CopyJob"]["State"] == "RUNNING"
    assert aws.backup.list_recovery_points_by_backup_vault(BackupVaultName="target")["RecoveryPoints"] == []


def test_reads_lag_behind(aws: Aws) -> None:
    """A new vault is neither listed nor described until its time has come; older ones are."""
    aws.vault("old")
    faults.add("eventual-consistency", service="backup", seconds=10, times=1)
    aws.vault("new")
    vaults = aws.backup.list_backup_vaults()["BackupVaultList"]
    assert [vault["BackupVaultName"] for vault in vaults] == ["old"]
    assert refusal(aws.backup.describe_backup_vault, BackupVaultName="new") == "ResourceNotFoundException"

    clock.advance(11)

    assert len(aws.backup.list_backup_vaults()["BackupVaultList"]) == 2
    aws.backup.describe_backup_vault(BackupVaultName="new")


def test_corruption_is_of_a_point_and_stays(aws: Aws) -> None:
    """The same recovery point is damaged in the same way each time; another one is not."""
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}"
    damaged, sound = (
        SimpleNamespace(arn=f"{arn}:recovery-point:{n}", vault_arn=f"{arn}:backup-vault:v", resource_arn=n)
        for n in ("one", "two")
    )
    faults.add("corruption", resource="recovery-point:one", times=1)
    corruption = faults.corruption(damaged)
    assert corruption is not None
    assert faults.corruption(sound) is None
    assert faults.corruption(damaged) == corruption

    data = bytes(512)
    assert sum(a != b for a, b in zip(corruption.of_bytes(data), data, strict=True)) == 1
    assert corruption.of_bytes(data) == corruption.of_bytes(data)
    assert len(corruption.of_items([1, 2, 3])) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "no-such"},
        {"kind": "throttling", "probability": 2},
        {"kind": "throttling", "times": 0},
        {"kind": "throttling", "times": "3"},
        {"kind": "timeout", "seconds": -1},
        {"kind": "eventual-consistency", "service": "ec2"},
        {"kind": "throttling", "colour": "red"},
    ],
)
def test_a_wrong_fault_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the message differs
        faults.add(**wrong)
    assert faults.standing() == []


def control(url: str, method: str, document: object = None) -> Any:
    data = json.dumps(document).encode() if document is not None else None
    request = urllib.request.Request(f"{url}/emulator/faults", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_faults_are_set_on_the_server(clients: Aws) -> None:
    """They are added, seen and removed by HTTP; a request that times out has its connection closed."""
    with process.running() as url:
        ec2 = client("ec2", endpoint_url=url)
        fault = control(url, "POST", {"kind": "throttling", "service": "ec2"})
        assert answered(ec2.describe_volumes) == ("RequestLimitExceeded", 503)
        assert [f["id"] for f in control(url, "GET")["faults"]] == [fault["id"]]
        assert control(url, "DELETE", {"id": fault["id"]}) == {"faults": []}
        ec2.describe_volumes()

        control(url, "POST", {"kind": "timeout", "seconds": 0, "times": 1})
        with pytest.raises((ConnectionClosedError, http.client.RemoteDisconnected)):
            ec2.describe_volumes()
        ec2.describe_volumes()

        with pytest.raises(urllib.error.HTTPError) as caught:
            control(url, "POST", {"kind": "no-such"})
        assert caught.value.code == 400
        control(url, "POST", {"kind": "throttling"})
        assert control(url, "DELETE") == {"faults": []}
