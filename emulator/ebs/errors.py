"""The errors of the EBS direct APIs, each with its ``Reason`` (the enumerations of botocore's ebs model)."""

from moto.core.exceptions import ServiceException


class Invalid(ServiceException):
    """The input does not satisfy the constraints of the EBS direct APIs."""

    code = "ValidationException"

    def __init__(self, message: str, reason: str = "INVALID_PARAMETER_VALUE") -> None:
        super().__init__(message)
        self.reason = reason


class NotFound(ServiceException):
    """A resource does not exist."""

    code = "ResourceNotFoundException"

    def __init__(self, message: str, reason: str = "SNAPSHOT_NOT_FOUND") -> None:
        super().__init__(message)
        self.reason = reason


class Conflict(ServiceException):
    """The client token was used for another request."""

    code = "ConflictException"
