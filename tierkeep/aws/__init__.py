"""The only door to boto3: sessions, assumed roles, paging, retries, typed errors."""

from tierkeep.aws.bucket import Bucket, NotAsExpectedError, Stored
from tierkeep.aws.errors import AwsError, WrongAccountError
from tierkeep.aws.session import UnitSession, open_bucket, open_unit

__all__ = [
    "AwsError",
    "Bucket",
    "NotAsExpectedError",
    "Stored",
    "UnitSession",
    "WrongAccountError",
    "open_bucket",
    "open_unit",
]
