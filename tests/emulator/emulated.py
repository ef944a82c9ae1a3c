"""An emulated AWS in the test's own process, with a clock that tests move instead of waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator import clock

REGION = "eu-central-1"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"


@dataclass
class Aws:
    """Clients of the emulated AWS."""

    backup: Any
    dlm: Any
    ec2: Any
    kms: Any

    def volume(self, **settings: Any) -> str:
        """Make an EBS volume, and return its ARN."""
        settings = {"AvailabilityZone": f"{REGION}a", "Size": 8, **settings}
        volume = self.ec2.create_volume(**settings)["VolumeId"]
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"

    def vault(self, name: str = "vault", **settings: Any) -> str:
        """Make a vault, and return its ARN."""
        return str(self.backup.create_backup_vault(BackupVaultName=name, **settings)["BackupVaultArn"])

    def backed_up(self, resource: str, vault: str = "vault", **settings: Any) -> dict[str, Any]:
        """Back ``resource`` up, wait by the clock, and return the job."""
        job = self.backup.start_backup_job(
            BackupVaultName=vault, ResourceArn=resource, IamRoleArn=ROLE, **settings
        )
        clock.advance(5)
        described: dict[str, Any] = self.backup.describe_backup_job(BackupJobId=job["BackupJobId"])
        return described

    def restored(self, point: str, **metadata: str) -> dict[str, Any]:
        """Restore a recovery point, wait by the clock, and return the job."""
        job = self.backup.start_restore_job(
            RecoveryPointArn=point,
            IamRoleArn=ROLE,
            Metadata={"availabilityZone": f"{REGION}a", **metadata},
        )
        clock.advance(5)
        described: dict[str, Any] = self.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"])
        return described


def refusal(call: Callable[..., Any], **params: Any) -> str:
    """The error code that AWS answers to ``call``."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])
