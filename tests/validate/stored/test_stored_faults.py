"""What AWS refuses leaves its own listing unread, says why, and changes nothing else."""

from typing import Any

import pytest
from emulated_store import COPIES, alike, incomplete, of, read

from emulator import faults
from tests.validate.common_states import DR
from tests.validate.validate_states import HOME_UNIT
from tierkeep.validate.stored.records import Record, Whole
from tierkeep.validate.unread import Unread

pytestmark = pytest.mark.usefixtures("stored", "_no_faults_left", "without_waiting")

OWN = [f"points/{vault.arn}" for vault in HOME_UNIT.vaults]

REFUSALS: dict[tuple[str, str], set[str]] = {
    ("ec2", "DescribeInstances"): {"resources/ec2"},
    ("ec2", "DescribeVolumes"): {"resources/ebs"},
    ("rds", "DescribeDBInstances"): {"resources/rds"},
    ("rds", "DescribeDBInstanceAutomatedBackups"): {"resources/rds"},
    ("rds", "DescribeDBClusters"): {"resources/aurora"},
    ("dynamodb", "ListTables"): {"resources/dynamodb"},
    ("dynamodb", "DescribeTable"): {"resources/dynamodb"},
    ("dynamodb", "DescribeContinuousBackups"): {"resources/dynamodb"},
    ("resourcegroupstaggingapi", "GetResources"): {"resources/dynamodb", "resources/s3"},
    ("efs", "DescribeFileSystems"): {"resources/efs"},
    ("s3", "ListBuckets"): {"resources/s3"},
    ("s3", "GetBucketVersioning"): set(),
    ("s3", "GetBucketNotificationConfiguration"): set(),
    ("backup", "ListBackupJobs"): {"jobs/backup"},
    ("backup", "ListCopyJobs"): {"jobs/copy"},
    ("backup", "ListRestoreJobs"): {"jobs/restore"},
    ("backup", "ListRecoveryPointsByBackupVault"): {*OWN, f"points/{COPIES}"},
    ("ec2", "DescribeSnapshots"): {"snapshots", f"snapshots/{DR}"},
    ("ec2", "DescribeSnapshotAttribute"): set(),
    ("ec2", "DescribeImages"): {"images"},
    ("ec2", "DescribeFastSnapshotRestores"): {"fast-restores"},
    ("kms", "DescribeKey"): set(),
}
"""Which listings each call is needed for; where none is, a field of a record says why it has no value."""

FIELDS = {
    ("s3", "GetBucketVersioning"): "versioned",
    ("s3", "GetBucketNotificationConfiguration"): "event_bridge",
    ("ec2", "DescribeSnapshotAttribute"): "shared_with",
    ("kms", "DescribeKey"): "state",
}


@pytest.fixture(scope="module")
def whole(stored: None) -> list[Record]:
    return read()


def ends(found: list[Record]) -> set[str]:
    return {each.stream for each in of(Whole, found)}


@pytest.mark.parametrize("refused", REFUSALS, ids=":".join)
def test_a_refused_call_leaves_its_own_listing_incomplete(
    whole: list[Record], refused: tuple[str, str]
) -> None:
    """All others are as they were, and the cause is AWS's own word."""
    service, operation = refused
    faults.add("access-denied", service=service, operation=operation)
    found = read()
    unread = incomplete(found)
    assert set(unread) == REFUSALS[refused]
    assert ends(found) == ends(whole) - REFUSALS[refused]
    assert all("Denied" in code or "Unauthorized" in code for code in unread.values())
    if refused in FIELDS:
        causes = [
            value for each in found if isinstance(value := getattr(each, FIELDS[refused], None), Unread)
        ]
        assert {(each.service, each.operation) for each in causes} == {(service, _snake(operation))}
        assert len(found) == len(whole)
    else:
        assert set(alike(found)) < set(alike(whole))


def _snake(operation: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in operation).lstrip("_")


def test_a_refused_vault_leaves_others_readable(whole: list[Record]) -> None:
    """Of several vaults, the one that is refused alone is unread."""
    faults.add("access-denied", service="backup", resource="campus-critical-copies")
    found = read()
    assert incomplete(found) == {f"points/{COPIES}": "AccessDeniedException"}
    assert set(alike(found)) < set(alike(whole))


def test_when_a_third_of_all_calls_are_throttled_the_same_is_read(whole: list[Record]) -> None:
    """Calls that are refused for their rate are made again."""
    struck = faults.add("throttling", probability=0.3, seed=7, times=1000)
    found = read()
    assert struck.times is not None
    assert struck.times < 1000 - 5
    assert incomplete(found) == {}
    assert alike(found) == alike(whole)


def test_throttled_for_ever_a_listing_is_incomplete(whole: list[Record]) -> None:
    """After as many tries as botocore makes, with AWS's word for it."""
    faults.add("throttling", service="backup", operation="ListCopyJobs")
    found = read()
    assert incomplete(found) == {"jobs/copy": "ThrottlingException"}
    assert ends(found) == ends(whole) - {"jobs/copy"}


def test_a_call_that_never_answers_is_given_up(whole: list[Record]) -> None:
    """A time-out is no empty list: the listing is incomplete, and the others are as they were."""
    faults.add("timeout", service="rds", operation="DescribeDBClusters", seconds=0)
    found = read()
    assert incomplete(found) == {"resources/aurora": "ReadTimeoutError"}
    assert ends(found) == ends(whole) - {"resources/aurora"}


def test_a_fault_in_the_middle_keeps_what_was_read(whole: list[Record], monkeypatch: Any) -> None:
    """The pages before it are judged; the listing ends as incomplete all the same."""
    monkeypatch.setattr("tierkeep.validate.stored.read_jobs.PAGE", 1)
    faults.add("access-denied", service="backup", operation="ListBackupJobs", resource="nextToken")
    found = read()
    assert set(incomplete(found)) == {"jobs/backup"}
    missing = set(alike(whole)) - set(alike(found))
    assert len(missing) == 2  # of three jobs, the first page had one
