"""The door of a PostgreSQL server: encrypted connections, which the wheel's server cannot have.

RDS takes encrypted connections on the port of every DB instance, with a certificate of its own authority
("Using SSL/TLS to encrypt a connection to a DB instance" in the Amazon RDS User Guide).  Connections that do
not ask for encryption are let through as well, as with the parameter ``rds.force_ssl`` = 0.
"""

import contextlib
import socket
import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from select import select

ADDRESS = "127.0.0.1"

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_GSS_REQUEST = bytes.fromhex("0000000804d21630")
"""How a client asks, before all else ("Message Formats" in the PostgreSQL documentation)."""

_PIECE = 65536


class Door:
    """A port on 127.0.0.1, ``port``, that leads to another: the one that is asked for, or a free one."""

    def __init__(self, target: int, port: int = 0) -> None:
        self._target = target
        self._listener = socket.create_server((ADDRESS, port))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        # shutdown() wakes the thread that waits for one, which close() alone does not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            held.callback(client.close)
            first = _received(client, len(_SSL_REQUEST))
            while first == _GSS_REQUEST:
                client.sendall(b"N")
                first = _received(client, len(_SSL_REQUEST))
            if first == _SSL_REQUEST:
                client.sendall(b"S")
                client = _context().wrap_socket(client, server_side=True)
                held.callback(client.close)
                first = b""
            server = socket.create_connection((ADDRESS, self._target))
            held.callback(server.close)
            server.sendall(first)
            _relay(client, server)


def _received(client: socket.socket, size: int) -> bytes:
    """Up to so many bytes: fewer if the client has ended."""
    found = b""
    while len(found) < size and (piece := client.recv(size - len(found))):
        found += piece
    return found


def _relay(client: socket.socket, server: socket.socket) -> None:
    other = {client: server, server: client}
    while True:
        ready, _, _ = select([client, server], [], [])
        for each in ready:
            # Longer than a record of TLS, so that nothing that is decrypted is left behind.
            piece = each.recv(_PIECE)
            if not piece:
                return
            other[each].sendall(piece)


@cache
def certificate() -> str:
    """The certificate of every door, which signs itself, as PEM: what clients that verify must trust."""
    pem, _ = _made()
    return pem


@cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "door.pem"
        file.write_text("".join(_made()))
        context.load_cert_chain(file)
    return context


@cache
def _made() -> tuple[str, str]:
    """A certificate and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "emulator of RDS")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(ADDRESS))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
