"""What the responses of this package's services have in common."""

from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model

from emulator import clock, consistency, wire
from emulator.errors import NotImplementedByEmulator


class ModelledResponse(BaseResponse):
    """Parses a request by the service's botocore model, and answers under the emulator's lock.

    A subclass has one method for each operation, in snake case, and checks ``self.params`` against the
    model in :meth:`check_request`.
    """

    def __init__(self, service_name: str) -> None:
        super().__init__(service_name=service_name)
        self.automated_parameter_parsing = True

    def check_request(self, operation_name: str) -> None:
        """Refuse ``self.params`` with the service's own error if the model does not allow them."""
        raise NotImplementedError

    def call_action(self) -> TYPE_RESPONSE:
        with clock.LOCK:
            try:
                self._check()
            except ServiceException as error:
                return self._error(error)
            return super().call_action()

    def _check(self) -> None:
        operation = self._get_action()
        if not operation:
            raise NotImplementedByEmulator(f"{self.service_name} has no operation {self.method} {self.path}")
        if not hasattr(self, camelcase_to_underscores(operation)):
            raise NotImplementedByEmulator(f"The emulator does not implement {self.service_name} {operation}")
        self.check_request(operation)

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        document = action_result.result
        if isinstance(document, dict):
            try:
                document = consistency.seen(
                    self.boto3_service_name, self._get_action(), self.params, document
                )
            except ServiceException as error:
                return super().serialized(ActionResult(error))
            action_result = ActionResult(document)
        return super().serialized(action_result)

    def _error(self, error: ServiceException) -> TYPE_RESPONSE:
        model = get_service_model(self.boto3_service_name)
        status, headers, body = wire.serialized(model, self.headers.get("Content-Type"), error)
        if isinstance(error, NotImplementedByEmulator):
            status = wire.NOT_IMPLEMENTED
        return status, {**headers, **self.response_headers}, body.decode()

    def param(self, name: str, default: Any = None) -> Any:
        """The request's member ``name``, wherever the protocol puts it (path, query or body)."""
        value = self.params.get(name)
        return default if value is None else value


def answer(**members: Any) -> ActionResult:
    """An operation's answer; members that are None are left out."""
    return ActionResult(members)
