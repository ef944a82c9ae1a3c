"""The restore metadata that AWS Backup infers for a restore test.

From "Restore testing inferred metadata" in the AWS Backup Developer Guide.  What AWS draws by chance is drawn
from the recovery point's ARN, so that the preview and the test agree.
"""

import hashlib
import json

from emulator.backup import arns
from emulator.backup.recovery_points import RecoveryPoint
from emulator.errors import NotImplementedByEmulator

NAME_PREFIX = "awsbackup-restore-test-"


def inferred(point: RecoveryPoint) -> dict[str, str]:
    """What AWS Backup infers for ``point``.

    :raises NotImplementedByEmulator: for a kind of resource whose metadata is not inferred here.
    """
    drawn = hashlib.sha256(point.arn.encode()).hexdigest()[:32]
    region = arns.parse(point.vault_arn).region
    cluster = {
        "availabilityZones": json.dumps([f"{region}{zone}" for zone in "abc"]),
        "dbClusterIdentifier": NAME_PREFIX + drawn,
        "engine": _backed_up(point, "engine"),
    }
    by_type = {
        "EBS": {
            "availabilityZone": f"{region}{'ab'[int(drawn, 16) % 2]}",
            "encrypted": "true",
        },
        "EC2": {
            "disableApiTermination": "false",
            "instanceType": _backed_up(point, "instanceType"),
            "requireImdsV2": "true",
        },
        "DynamoDB": {
            "deletionProtection": "false",
            "encryptionType": "Default",
            "targetTableName": NAME_PREFIX + drawn,
        },
        "EFS": {
            "encrypted": "true",
            "file-system-id": arns.parse(point.resource_arn).resource_id,
            "kmsKeyId": "alias/aws/elasticfilesystem",
            "newFileSystem": "true",
            "performanceMode": "generalPurpose",
        },
        "Aurora": cluster,
        "DocumentDB": cluster,
        "Neptune": cluster,
        "RDS": {
            "dbInstanceIdentifier": NAME_PREFIX + drawn,
            "deletionProtection": "false",
            "multiAz": "false",
            "publiclyAccessible": "false",
        },
        "S3": {
            "destinationBucketName": NAME_PREFIX + drawn,
            "encrypted": "true",
            "encryptionType": "SSE-S3",
            "newBucket": "true",
        },
    }
    if point.resource_type not in by_type:
        raise NotImplementedByEmulator(f"The emulator infers no metadata for {point.resource_type}")
    return by_type[point.resource_type]


def _backed_up(point: RecoveryPoint, name: str) -> str:
    by_lower_case = {key.lower(): value for key, value in point.restore_metadata.items()}
    return by_lower_case.get(name.lower(), "")
