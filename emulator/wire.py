"""Errors as they go over the wire, in whichever protocol the service speaks.

moto looks an error up in the model of the service whose package it is defined in, so ``error`` must be of a
class from outside moto; others it looks up in the model of the request.
"""

from uuid import uuid4

from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel, ServiceModel
from moto.core.request import determine_request_protocol
from moto.core.serialize import XFormedAttributePicker, get_serializer_class

NOT_IMPLEMENTED = 501
"""The status of an operation that is left out.  SDKs retry 500, 502, 503 and 504, but not this one."""

INTERNAL_FAILURE = 500


def serialized(
    model: ServiceModel, content_type: str | None, error: ServiceException
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of ``error`` in the protocol of a request with ``content_type``."""
    serializer = get_serializer_class(model.service_name, _protocol(model, content_type))
    # The picker finds an error's further members under their names in Python.
    picker = XFormedAttributePicker()
    answer = serializer(operation_model=OperationModel({}, model), value_picker=picker).serialize(error)
    body = answer["body"]
    headers = {name.title(): str(value) for name, value in answer["headers"].items()}
    headers.setdefault("X-Amzn-Errortype", error.code)
    # Every answer of AWS has one; SDKs hand it on, and Step Functions puts it into the cause of a failure.
    headers.setdefault("X-Amzn-Requestid", str(uuid4()))
    return answer["status_code"], headers, body.encode() if isinstance(body, str) else body


def _protocol(model: ServiceModel, content_type: str | None) -> str:
    try:
        return determine_request_protocol(model, content_type)
    except NotImplementedError:
        return str(model.metadata["protocol"])
