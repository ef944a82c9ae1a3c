"""What tests of restores do."""

from functools import cache
from typing import Any

import boto3
from emulated import REGION, ROLE, Aws

from emulator import clock


@cache
def client(service: str, region: str = REGION) -> Any:
    return boto3.client(
        service, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def restored(aws: Aws, point: str, **metadata: str) -> dict[str, Any]:
    job = aws.backup.start_restore_job(RecoveryPointArn=point, IamRoleArn=ROLE, Metadata=metadata)
    clock.advance(5)
    return dict(aws.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"]))


def restore_metadata(aws: Aws, point: str) -> dict[str, str]:
    given = aws.backup.get_recovery_point_restore_metadata(BackupVaultName="vault", RecoveryPointArn=point)
    return dict(given["RestoreMetadata"])
