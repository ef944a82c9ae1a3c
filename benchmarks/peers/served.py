"""An emulator as a process of its own that counts what it is asked, whoever asks.

Its clock rests, and is behind the wall clock by as many days as it is told: what plans make in that time is
made when the clock is set, by the emulator's own plans, jobs and lifecycles.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

CALLS = "/benchmark/calls"
"""Where the calls since the last time are asked for, and forgotten."""

_POINT = re.compile(
    rb"recovery-point:([0-9A-Fa-f-]{36})|snapshot:(awsbackup:[\w-]+)"
    rb"|snapshot/(snap-[0-9a-f]{17})|<snapshotId>(snap-[0-9a-f]{17})"
)
"""A recovery point or the snapshot that it is, in an answer."""


class Counted:
    """The emulator's application; each request to AWS is counted by its service and operation, and so is each
    recovery point that an answer tells of, once."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._calls: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._points: set[bytes] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == CALLS:
            return self._told(start_response)
        if path.startswith("/emulator/"):
            return self._app(environ, start_response)
        _request.name = _request.code = ""

        def started(status: str, *others: Any) -> Any:
            _request.code = status[:3]
            return start_response(status, *others)

        answer = b"".join(self._app(environ, started))
        name = _request.name or f"{_signed_for(environ)} {environ['REQUEST_METHOD']} {path}"
        with self._lock:
            self._calls[name] += 1
            if _request.code >= "400":
                self._errors[f"{name} {_request.code}"] += 1
            self._points.update(max(each) for each in _POINT.findall(answer))
        return [answer]

    def _told(self, start_response: Any) -> list[bytes]:
        with self._lock:
            found = {"calls": self._calls, "errors": self._errors, "points": len(self._points)}
            self._forget()
        body = json.dumps(found).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


_request = threading.local()
"""The name of the request that this thread answers."""


def _signed_for(environ: dict[str, Any]) -> str:
    """The service that a request is signed for, of one that no service has an answer to."""
    scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)", environ.get("HTTP_AUTHORIZATION", ""))
    return scope[1] if scope else "unsigned"


def _name_requests() -> None:
    from moto.core.responses import BaseResponse  # noqa: PLC0415

    from emulator.fault_answers import operation_of  # noqa: PLC0415

    set_up = BaseResponse.setup_class

    def set_up_and_name(self: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        set_up(self, request, *args, **kwargs)
        _request.name = f"{self.boto3_service_name} {operation_of(self, request)}"

    BaseResponse.setup_class = set_up_and_name  # type: ignore[method-assign]


def serve(days: int) -> None:
    """Serves until it is ended, with its clock so many days behind; prints its URL first."""
    # Neither moto's images nor its copy of AWS's managed policies are needed, and the latter take seconds.
    os.environ |= {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "false"}
    from emulator import clock  # noqa: PLC0415
    from emulator.backup.timing import set_job_seconds  # noqa: PLC0415
    from emulator.server import bind  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock.set_offset(-86_400 * days)
    set_job_seconds(0)
    server = bind("127.0.0.1", 0)
    _name_requests()
    server.app = Counted(server.app)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
