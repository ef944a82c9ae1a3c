"""The only door to boto3: sessions, assumed roles, paging, retries, typed errors."""

from tierkeep.aws.errors import AwsError, WrongAccountError
from tierkeep.aws.session import UnitSession, open_unit

__all__ = ["AwsError", "UnitSession", "WrongAccountError", "open_unit"]
