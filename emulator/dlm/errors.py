"""DLM's errors, which name parameters and resources in members of their own."""

from moto.core.exceptions import ServiceException


class InvalidRequest(ServiceException):
    """Bad request; names parameters that are missing, or that exclude each other."""

    code = "InvalidRequestException"

    def __init__(
        self, message: str, *, required: list[str] | None = None, exclusive: list[str] | None = None
    ) -> None:
        super().__init__(message)
        self.required_parameters = required
        self.mutually_exclusive_parameters = exclusive


class PolicyNotFound(ServiceException):
    """A policy does not exist."""

    code = "ResourceNotFoundException"

    def __init__(self, policy_id: str) -> None:
        super().__init__(f"Policy {policy_id} does not exist")
        self.resource_type = "Policy"
        self.resource_ids = [policy_id]


class LimitExceeded(ServiceException):
    """A quota has been reached."""

    code = "LimitExceededException"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.resource_type = "Policy"
