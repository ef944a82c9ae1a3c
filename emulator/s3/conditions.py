"""S3 decides on conditional writes one after another, and tells the emulator's time.

moto looks at `If-Match` and `If-None-Match` and then writes: two requests at once could both find the object
as their condition says.  "Conditional write behavior" in the Amazon S3 User Guide: of several, the first that
is done wins, and the others fail.  The header `Date` is the clock's, as the dates of objects are.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any
from wsgiref.handlers import format_date_time

from emulator import clock

_ONE_AT_A_TIME = RLock()


def install() -> None:
    """Have moto's S3 answer so."""
    from moto.s3.responses import S3Response

    response: Any = S3Response
    for operation in ("put_object", "delete_object", "copy_object", "_key_response_post"):
        setattr(response, operation, _alone(getattr(response, operation)))
    for answering in ("bucket_response", "key_response"):
        setattr(response, answering, _dated(getattr(response, answering)))


def _alone(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def written(self: Any, *given: Any, **named: Any) -> Any:
        with _ONE_AT_A_TIME:
            return write(self, *given, **named)

    return written


def _dated(respond: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(respond)
    def responded(self: Any, *given: Any) -> Any:
        status, headers, body = respond(self, *given)
        if not self.is_werkzeug_request:  # the server has dated it
            headers = {name: value for name, value in headers.items() if name.lower() != "date"}
            headers["date"] = format_date_time(clock.now().timestamp())
        return status, headers, body

    return responded
