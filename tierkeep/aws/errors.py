"""What AWS, or the way to it, refused: typed, with who asked for what where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

_ACCESS_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
)
_NOT_FOUND_WORDS = ("NotFound", "NoSuchEntity", "NoSuchKey", "NoSuchBucket")
_THROTTLED_WORDS = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown")


class AwsError(Exception):
    """A call that AWS refused or that never reached it.

    `code` is AWS's error code, or botocore's exception name where there was no answer.
    """

    def __init__(self, *, unit: str, service: str, operation: str, code: str, message: str) -> None:
        super().__init__(f"{service}:{operation} in {unit}: {code}: {message}")
        self.unit = unit
        self.service = service
        self.operation = operation
        self.code = code
        self.message = message

    @property
    def access_denied(self) -> bool:
        """The caller lacks a permission."""
        return self.code in _ACCESS_DENIED

    @property
    def not_found(self) -> bool:
        """The thing does not exist. For some missing vaults AWS Backup says AccessDenied: not this."""
        return any(word in self.code for word in _NOT_FOUND_WORDS)

    @property
    def throttled(self) -> bool:
        """Refused for the rate of requests, after botocore's own retries."""
        return any(word in self.code for word in _THROTTLED_WORDS)


class WrongAccountError(Exception):
    """The credentials belong to another account than the one that the catalog names."""

    def __init__(self, *, unit: str, expected: str, actual: str) -> None:
        super().__init__(
            f"the credentials for {unit} belong to account {actual}, but the catalog says {expected}; "
            "check the profile, or the role that the catalog names for this account"
        )


@contextmanager
def translated(*, unit: str, service: str, operation: str) -> Iterator[None]:
    """Raises `AwsError` in place of botocore's exceptions."""
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        raise AwsError(
            unit=unit,
            service=service,
            operation=operation,
            code=detail.get("Code", "Unknown"),
            message=detail.get("Message", str(error)),
        ) from error
    except BotoCoreError as error:
        raise AwsError(
            unit=unit, service=service, operation=operation, code=type(error).__name__, message=str(error)
        ) from error
