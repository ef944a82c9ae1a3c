"""What could not be read, and why: the value that stands where an answer of AWS is missing.

An empty list says "AWS has nothing"; an `Unread` says "nobody knows". The two never turn into each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Self, TypeVar

from tierkeep.aws import AwsError, WrongAccountError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A read that failed: which call, and AWS's error code with its message.

    `code` is botocore's exception name where there was no answer, and `WrongAccount` where the credentials
    belong to another account than the catalog's.
    """

    service: str
    operation: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}: {self.code}: {self.message}"

    @classmethod
    def because(cls, error: AwsError | WrongAccountError) -> Self:
        """What that error leaves unread."""
        if isinstance(error, WrongAccountError):
            return cls(
                service="sts", operation="get_caller_identity", code="WrongAccount", message=str(error)
            )
        return cls(service=error.service, operation=error.operation, code=error.code, message=error.message)


def attempt(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unread:
    """What `read` returns, or what AWS said instead. Other errors are bugs and go through."""
    try:
        return read(*args, **kwargs)
    except (AwsError, WrongAccountError) as error:
        return Unread.because(error)
