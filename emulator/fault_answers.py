"""What a client sees of the faults that happen to its request, whichever service it is to."""

import time
import warnings
from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound

from emulator import faults, wire

_OF_PROTOCOL = {
    "throttling": {
        "query": ("Throttling", 400), "ec2": ("RequestLimitExceeded", 503), "rest-xml": ("SlowDown", 503)
    },
    "access-denied": {
        "query": ("AccessDenied", 403), "ec2": ("UnauthorizedOperation", 403),
        "rest-xml": ("AccessDenied", 403), "json": ("AccessDeniedException", 400),
    },
    "internal-failure": {"ec2": ("InternalError", 500), "rest-xml": ("InternalError", 500)},
    "unavailable": {"ec2": ("Unavailable", 503)},
}  # fmt: skip
_OTHERWISE = {
    "throttling": ("ThrottlingException", 400),
    "access-denied": ("AccessDeniedException", 403),
    "internal-failure": ("InternalFailure", 500),
    "unavailable": ("ServiceUnavailable", 503),
}
"""Codes and statuses by the protocol of the service: "Common errors" in the API references of AWS Backup,
KMS, IAM and EC2; "Error responses" in that of Amazon S3, the one service in use that speaks rest-xml."""

_OF_SERVICE = {
    ("unavailable", "backup"): ("ServiceUnavailableException", 500),
    ("internal-failure", "dlm"): ("InternalServerException", 500),
    ("internal-failure", "dynamodb"): ("InternalServerError", 500),
    ("internal-failure", "kms"): ("KMSInternalException", 500),
    ("internal-failure", "ssm"): ("InternalServerError", 500),
}
"""Where a service's model has an error of its own for it."""


class ConnectionCutError(BaseException):
    """No answer at all.  Not an Exception, since frameworks make answers of those."""


class FaultAnswer(HTTPException):
    """An answer that is ready to go out: neither moto nor the service sees the request."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__()
        self.code = status
        self._headers = headers
        self._body = body

    def get_headers(self, *_args: Any, **_kwargs: Any) -> list[tuple[str, str]]:
        return list(self._headers.items())

    def get_body(self, *_args: Any, **_kwargs: Any) -> str:
        return self._body.decode()


def install() -> None:
    """Have every request to every service of moto pass the faults before it is answered."""
    set_up = BaseResponse.setup_class

    def set_up_then_strike(self: BaseResponse, request: Any, *args: Any, **kwargs: Any) -> None:
        set_up(self, request, *args, **kwargs)
        if faults.standing():
            _strike(self, request)

    BaseResponse.setup_class = set_up_then_strike  # type: ignore[method-assign]


def _strike(response: BaseResponse, request: Any) -> None:
    service = response.boto3_service_name
    operation = operation_of(response, request)
    text = f"{request.raw_url} {request.path} {response.raw_body!r}"
    fault = faults.of_request(service, operation, text)
    if fault is None:
        return
    if fault.kind == "timeout":
        time.sleep(fault.seconds)
        if response.is_werkzeug_request:
            raise ConnectionCutError
        raise ReadTimeoutError(endpoint_url=request.raw_url)
    raise _answer(service, operation, fault, request)


def operation_of(response: BaseResponse, request: Any) -> str:
    """The operation that is requested; empty if the service's model has none like it."""
    action = response.querystring.get("Action")
    if action or response.headers.get("X-Amz-Target"):
        return response._get_action()  # noqa: SLF001  # what moto itself goes by
    try:
        operation, _ = get_service_router(response.boto3_service_name).match(request)
    except (NotFound, NotImplementedError):
        return ""
    return str(operation.name)


def _answer(service: str, operation: str, fault: faults.Fault, request: Any) -> FaultAnswer:
    model = get_service_model(service)
    protocol = str(model.metadata["protocol"])
    by_protocol = _OF_PROTOCOL[fault.kind].get(protocol, _OTHERWISE[fault.kind])
    code, status = _OF_SERVICE.get((fault.kind, service), by_protocol)
    error = type("Fault", (ServiceException,), {"code": code, "__module__": __name__})(
        f"{fault.message} ({service} {operation})"
    )
    with warnings.catch_warnings():
        # moto warns of errors that the service's model does not have, as those common to all services.
        warnings.simplefilter("ignore")
        _, headers, body = wire.serialized(model, request.headers.get("Content-Type"), error)
    return FaultAnswer(status, headers, body)
