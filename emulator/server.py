"""The HTTP server: moto's application, the emulator's own paths, and AWS errors for all that moto lacks."""

import json
import os
import socket
import sys
from collections.abc import Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from emulator import clock, control
from emulator.installation import install
from emulator.unimplemented import StartResponse, WsgiApp, answering_errors


def make_app() -> WsgiApp:
    """The WSGI application of the server: every AWS service that moto has, with this package's added."""
    install()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    def create_app(service: Any) -> Any:
        if service is None:
            raise NotImplementedError("moto has no such service")
        return create_backend_app(service)

    aws = answering_errors(DomainDispatcherApplication(create_app), sys.stderr)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return _control(environ, start_response)
        return aws(environ, start_response)

    return app


def _control(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    status, document = control.respond(environ["REQUEST_METHOD"], environ["PATH_INFO"], body)
    content = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response(f"{status} {'OK' if status == 200 else 'Error'}", headers)
    return [content]


def bind(host: str, port: int, *, verbose: bool = False) -> BaseWSGIServer:
    """A server that is bound and listening; ``serve_forever()`` answers.  Port 0 stands for a free one.

    :raises OSError: the address cannot be bound.
    """
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Handler(MotoRequestHandler):
        def log_request(self, *args: Any) -> None:
            if verbose:
                super().log_request(*args)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(clock.now().timestamp() if timestamp is None else timestamp)

        def connection_dropped(self, *_args: Any, **_kwargs: Any) -> None:
            # A fault of kind timeout looks like a client that has gone, and must hear no more.
            self.close_connection = True

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # werkzeug itself exits on a port that is taken, so the socket is bound here, where the caller can tell.
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        port = listener.getsockname()[1]
        os.environ["MOTO_PORT"] = str(port)  # where the tasks of state machines find the other services
        server = make_server(
            host, port, make_app(), threaded=True, request_handler=Handler, fd=listener.fileno()
        )
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the threaded server that it is
    return server
