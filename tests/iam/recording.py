"""What is really called: a proxy before the emulator notes each request, read by botocore's models.

It knows neither Tierkeep nor the emulator: a call is told by the service that its signature names, and by the
operation whose form in AWS's own model the request has.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import botocore.session

SIGNED = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


_OF_THE_HOP = {"transfer-encoding", "connection", "content-length", "server", "date"}


@dataclass(frozen=True)
class Call:
    """One call of an AWS operation with its parameters, and what AWS answered."""

    service: str
    operation: str
    region: str
    access_key: str
    """Whose credentials signed it."""
    parameters: dict[str, Any]
    answer: str
    status: int

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass
class Recording:
    """A proxy before an emulator, and the calls that went through it."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    before_answer: Callable[[Call], object] = lambda _: None
    """Told of each call when AWS has done it, and before who asked hears of it."""


@contextmanager
def recorded(endpoint: str) -> Iterator[Recording]:
    """A recording that grows as calls are made."""
    recording = Recording()
    target = urlsplit(endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = HTTPConnection(str(target.hostname), target.port, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            answer = response.read()
            connection.close()
            for call in call_of(
                self.command,
                self.path,
                dict(self.headers),
                body,
                answer.decode(errors="replace"),
                response.status,
            ):
                recording.calls.append(call)
                recording.before_answer(call)
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _OF_THE_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _pass_on  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing: the list is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        recording.url = f"http://127.0.0.1:{server.server_port}"
        yield recording
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def overheard() -> Iterator[list[Call]]:
    """The calls of all clients that boto3's default session makes in this process meanwhile, without what AWS
    answers."""
    calls: list[Call] = []

    def note(request: Any, **_: Any) -> None:
        headers = {name: _text(value) for name, value in request.headers.items()}
        url = urlsplit(request.url)
        body = _text(request.body or "").encode()
        calls.extend(call_of(request.method, f"{url.path}?{url.query}", headers, body, "", 200))

    boto3.setup_default_session()
    events = boto3._get_default_session().events
    events.register_first("before-send", note)
    try:
        yield calls
    finally:
        events.unregister("before-send", note)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def call_of(
    method: str, path: str, headers: dict[str, str], body: bytes, answer: str, status: int
) -> Iterator[Call]:
    """The call that a request is; none for the emulator's own. Raises `LookupError` if no model fits."""
    lowered = {name.lower(): value for name, value in headers.items()}
    signed = SIGNED.search(lowered.get("authorization", ""))
    if signed is None:
        return
    service = signed["service"]
    operation, parameters = _read(service, method, path, lowered, body.decode())
    yield Call(service, operation, signed["region"], signed["key"], parameters, answer, status)


def _read(
    service: str, method: str, path: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, Any]]:
    protocol = _model(service).metadata["protocol"]
    form_sent = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    # CloudWatch takes several protocols, of which the provider speaks this one.
    if protocol in {"query", "ec2"} or form_sent:
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        return form.pop("Action"), form
    if protocol == "json" or "x-amz-target" in headers:
        return headers["x-amz-target"].rpartition(".")[2], json.loads(body or "{}")
    return _read_rest(service, method, path, body)


def _read_rest(service: str, method: str, path: str, body: str) -> tuple[str, dict[str, Any]]:
    url = urlsplit(path)
    query = {each: values[0] for each, values in parse_qs(url.query, keep_blank_values=True).items()}
    fitting = []
    for name in _model(service).operation_names:
        operation = _model(service).operation_model(name)
        template = urlsplit(operation.http["requestUri"])
        found = _pattern(template.path.rstrip("/")).fullmatch(url.path.rstrip("/"))
        # S3 tells its operations apart by words of the query, and has two for some of them.
        words = {each: value[0] for each, value in parse_qs(template.query, keep_blank_values=True).items()}
        if found and operation.http["method"] == method and words.items() <= query.items():
            variables = {each: unquote(value) for each, value in found.groupdict().items()}
            fitting.append((-len(words), len(variables), operation.deprecated, name, variables))
    if not fitting:
        raise LookupError(f"{service}: no operation has the form {method} {path}")
    *_, name, variables = min(fitting)
    sent = json.loads(body) if body.startswith("{") else {"Body": body} if body else {}
    return name, {**query, **sent, **_named(service, name, variables)}


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile(
        "".join(
            f"(?P<{part.strip('{}+')}>{'.+' if part.endswith('+}') else '[^/]+'})"
            if part.startswith("{")
            else re.escape(part)
            for part in parts
        )
    )


def _named(service: str, operation: str, variables: dict[str, str]) -> dict[str, str]:
    """Parameters by their names in the API, where a path calls them otherwise."""
    shape = _model(service).operation_model(operation).input_shape
    members = shape.members if shape else {}
    names = {member.serialization.get("name", name): name for name, member in members.items()}
    return {names.get(name, name): value for name, value in variables.items()}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(_SERVICES.get(service, service))


_SERVICES = {
    "elasticloadbalancing": "elbv2",
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Services that sign with another name than botocore's."""
