"""The errors of Systems Manager's Run Command, as botocore's ssm model has them."""

from moto.core.exceptions import ServiceException


class DuplicateInstance(ServiceException):
    """An instance is named twice."""

    code = "DuplicateInstanceId"


class InvalidCommand(ServiceException):
    """There is no such command."""

    code = "InvalidCommandId"


class InvalidDocument(ServiceException):
    """There is no such document."""

    code = "InvalidDocument"


class InvalidFilter(ServiceException):
    """A list has no such filter."""

    code = "InvalidFilterKey"


class InvalidInstance(ServiceException):
    """There is no such managed node, or not in a state in which it takes commands."""

    code = "InvalidInstanceId"


class InvalidParameters(ServiceException):
    """A parameter is none of the document's, or one that it requires is missing."""

    code = "InvalidParameters"


class InvalidPlugin(ServiceException):
    """The command has no such step."""

    code = "InvalidPluginName"


class InvalidToken(ServiceException):
    """The token of a page is none that a list gave."""

    code = "InvalidNextToken"


class InvocationMissing(ServiceException):
    """The command was not sent to the instance, or there is none."""

    code = "InvocationDoesNotExist"


class Invalid(ServiceException):
    """A member of the request is not what the service model says."""

    code = "ValidationException"
