"""The errors of AWS Backup and DLM, which moto writes in each service's own protocol.

moto takes an error's HTTP status from the service model by the error's code.
"""

from moto.core.exceptions import ServiceException


class InvalidParameterValue(ServiceException):
    """Something is wrong with a parameter's value."""

    code = "InvalidParameterValueException"


class MissingParameterValue(ServiceException):
    """A required parameter is missing."""

    code = "MissingParameterValueException"


class InvalidRequest(ServiceException):
    """The input is well formed, but the request cannot be granted."""

    code = "InvalidRequestException"


class InvalidResourceState(ServiceException):
    """The resource is in a state in which the action is not allowed."""

    code = "InvalidResourceStateException"


class ResourceNotFound(ServiceException):
    """A resource that the action needs does not exist."""

    code = "ResourceNotFoundException"


class AlreadyExists(ServiceException):
    """The resource exists; AWS Backup names it."""

    code = "AlreadyExistsException"

    def __init__(self, message: str, arn: str | None = None, creator_request_id: str | None = None) -> None:
        super().__init__(message)
        self.arn = arn
        self.creator_request_id = creator_request_id


class Conflict(ServiceException):
    """An earlier action on the resource has not finished, or keeps it from being changed."""

    code = "ConflictException"


class AccessDenied(ServiceException):
    """A policy denies the action to the caller."""

    code = "AccessDeniedException"


class LimitExceeded(ServiceException):
    """A quota has been reached."""

    code = "LimitExceededException"


class NotImplementedByEmulator(ServiceException):
    """AWS does this, the emulator does not."""

    code = "NotImplemented"


class InternalFailure(ServiceException):
    """The emulator itself has failed."""

    code = "InternalFailure"
