"""An application that answers: a real server on this machine, for probes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

AWKWARD = """It's "$HOME" `id` \\ & <ready>"""
"""What a shell makes something else of."""


class _Application(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/health": 200, "/broken": 500}.get(self.path, 404))
        self.end_headers()
        self.wfile.write(f"state: ok\n{AWKWARD}\n".encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[int]:
    """The port that it listens on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Application) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()
