"""Answers what moto cannot, as the service would word an error: never with an HTML page.

moto answers an operation that it lacks with an HTML page, an empty 404 or an exception, by where the gap is.
Here each becomes an error of code ``NotImplemented`` (an exception of any other kind: ``InternalFailure``),
written by the service's protocol as botocore's model names it, so that every SDK can read it.
"""

import gzip
import io
import json
import re
import traceback
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from botocore.loaders import Loader, create_loader
from moto.core.exceptions import ServiceException
from moto.core.model import ServiceModel
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from emulator import wire
from emulator.errors import InternalFailure, NotImplementedByEmulator
from emulator.fault_answers import ConnectionCutError

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_GAPS = (b"<!doctype html", b"<html", b"not yet implemented")
"""How the bodies of moto's and werkzeug's answers begin where they have no answer."""

_HEAD = 3000
_SIGNING_NAME = re.compile(r'"signingName"\s*:\s*"([^"]+)"')
_ENDPOINT_PREFIX = re.compile(r'"endpointPrefix"\s*:\s*"([^"]+)"')


def answering_errors(app: WsgiApp, log: TextIO) -> WsgiApp:
    """``app``, with every failure to answer turned into an AWS error; tracebacks go to ``log``."""

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = _read_body(environ)
        started: list[tuple[Any, ...]] = []

        def start(*args: Any) -> Callable[[bytes], None]:
            started.append(args)
            return _no_writing

        try:
            chunks = app(environ, start)
            # The status is known only now, and with an error status the body decides what it is.
            content = b"".join(chunks)
        except ConnectionCutError:
            # werkzeug closes the connection without a word, as of a client that has gone.
            raise ConnectionResetError from None
        except NotImplementedError as error:
            return _refuse(environ, start_response, _named(environ, body, str(error)))
        except Exception as error:  # noqa: BLE001  # whatever moto raises, the client needs an AWS error
            traceback.print_exc(file=log)
            failure = InternalFailure(f"The emulator failed: {error!r}")
            return _refuse(environ, start_response, failure, wire.INTERNAL_FAILURE)
        status, headers = started[-1][:2]
        if _is_gap(environ, status, content):
            return _refuse(environ, start_response, _named(environ, body))
        start_response(status, headers)
        return [content]

    return wrapped


def _no_writing(_: bytes) -> None:
    raise RuntimeError("WSGI's write() is not supported")


def _read_body(environ: dict[str, Any]) -> bytes:
    """The request's body, which stays readable.  A chunked one is left alone: only S3's uploads are."""
    length = environ.get("CONTENT_LENGTH")
    if not length or not length.isdecimal():
        return b""
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _is_gap(environ: dict[str, Any], status: str, content: bytes) -> bool:
    code = int(status.split(maxsplit=1)[0])
    if code < 400 or environ["REQUEST_METHOD"] == "HEAD":
        return False
    start = content[:200].lstrip().lower()
    return (code == 404 and not start) or start.startswith(_GAPS)


def _named(environ: dict[str, Any], body: bytes, detail: str = "") -> ServiceException:
    service = _signing_name(environ)
    model = _model(environ)
    operation = _operation(environ, body, model) or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    message = f"The emulator does not implement {service or 'an unsigned request'} {operation}"
    return NotImplementedByEmulator(f"{message}: {detail}" if detail else message)


def _refuse(
    environ: dict[str, Any],
    start_response: StartResponse,
    error: ServiceException,
    status: int = wire.NOT_IMPLEMENTED,
) -> list[bytes]:
    headers, content = _serialized(environ, error)
    headers["Content-Length"] = str(len(content))
    start_response(f"{status} {error.code}", list(headers.items()))
    return [content]


def _serialized(environ: dict[str, Any], error: ServiceException) -> tuple[dict[str, str], bytes]:
    model = _model(environ)
    if model is None:
        document = {"__type": error.code, "code": error.code, "message": error.message}
        headers = {"Content-Type": "application/json", "X-Amzn-ErrorType": error.code}
        return headers, json.dumps(document).encode()
    _, headers, body = wire.serialized(model, environ.get("CONTENT_TYPE"), error)
    return headers, body


def _signing_name(environ: dict[str, Any]) -> str | None:
    """The service that a request is signed for (Signature Version 4)."""
    credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0]
    scope = credential.split("/")
    return scope[3] if len(scope) == 5 else None


def _model(environ: dict[str, Any]) -> ServiceModel | None:
    signing_name = _signing_name(environ)
    for service in _services_by_signing_name().get(signing_name or "", []):
        model = get_service_model(service)
        target_prefix = model.metadata.get("targetPrefix")
        target = environ.get("HTTP_X_AMZ_TARGET")
        if target is None or target_prefix == target.rpartition(".")[0]:
            return model
    return None


@cache
def _services_by_signing_name() -> dict[str, list[str]]:
    """botocore's services by the name that requests to them are signed with.

    A service's name in botocore is often another (``states`` signs for ``stepfunctions``).
    """
    loader = create_loader()
    services: dict[str, list[str]] = {}
    for service in loader.list_available_services("service-2"):
        head = _model_head(loader, service)
        signed = _SIGNING_NAME.search(head) or _ENDPOINT_PREFIX.search(head)
        services.setdefault(signed[1] if signed else service, []).append(service)
    return services


def _model_head(loader: Loader, service: str) -> str:
    """The beginning of a service's model, where its metadata is; whole, all models take many seconds."""
    version = loader.determine_latest_version(service, "service-2")
    for root in loader.search_paths:
        path = Path(root, service, version, "service-2.json")
        packed = path.with_suffix(".json.gz")
        if packed.exists():
            with gzip.open(packed, "rt", encoding="utf-8") as file:
                return file.read(_HEAD)
        if path.exists():
            with path.open(encoding="utf-8") as file:
                return file.read(_HEAD)
    return ""


def _operation(environ: dict[str, Any], body: bytes, model: ServiceModel | None) -> str | None:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return str(target).rpartition(".")[2]
    if model is None:
        return None
    environ = {**environ, "wsgi.input": io.BytesIO(body)}
    try:
        operation, _ = get_service_router(model.service_name).match(Request(environ))
    except (NotFound, NotImplementedError):
        return None
    return str(operation.name)
