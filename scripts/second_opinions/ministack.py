"""The same calls of the emulator and of ministack, an independent one: what they answer differently.

    python -m scripts.second_opinions.ministack

ministack pins botocore, so it has a virtual environment of its own, below .build; the calls are made with
ours.  Exit codes: 0 every difference is explained, 1 one is not, or an explained one does not occur any more.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from botocore.exceptions import ClientError

from emulator.process import running
from scripts.own_environment import own_python
from scripts.second_opinions import calls_backup, calls_others
from scripts.second_opinions.calling import ACCOUNT, REGION, Calls
from scripts.second_opinions.differences import compared, judged, read
from scripts.second_opinions.reporting import console, record, report
from scripts.toolchain import BUILD

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "ministack.txt"
EXPLAINED = HERE / "ministack.yaml"
FOLDER = BUILD / "second-opinions" / "ministack"
SERVICES = "backup,budgets,ec2,kms,organizations"
SECONDS_TO_START = 60


class OpinionError(Exception):
    """The comparison could not be made.  The message says why."""


@contextmanager
def ministack() -> Iterator[str]:
    """The URL of a ministack on a free port of this machine; it stops with the block."""
    python = own_python(REQUIREMENTS, FOLDER)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "SERVICES": SERVICES,
        # Listeners of its own, which would be on other ports.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(FOLDER),  # for its PID file
        "LOG_LEVEL": "WARNING",
    }
    log = FOLDER / "ministack.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"], env={"PATH": os.environ["PATH"], **settings}, cwd=FOLDER,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _await(process, url, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def implemented(calls: Calls) -> set[str]:
    """The operations of AWS Backup that an endpoint of ministack has: the others, it has no route for."""
    client = calls.client("backup")
    model = client.meta.service_model
    return {name for name in model.operation_names if _routed(client, model.operation_model(name))}


def answers_of(endpoint: str) -> Calls:
    """What the endpoint answers to the whole script."""
    calls = Calls(endpoint)
    calls_backup.run(calls)
    for part in (calls_others.keys, calls_others.policies, calls_others.budgets, calls_others.snapshots):
        part(calls)
    return calls


def main() -> int:
    """Compare, and say what came of it."""
    with running("--clock", "at-rest") as endpoint:
        console.print("the calls, of our emulator")
        ours = answers_of(endpoint)
    with ministack() as endpoint:
        console.print("the calls, of ministack")
        theirs = answers_of(endpoint)
        known = implemented(theirs)
    left_out = sorted(known - ours.operations["backup"])
    if left_out:
        raise OpinionError(f"ministack has operations that the script does not call: {', '.join(left_out)}")
    differences = compared(ours.answers, theirs.answers)
    differing = {each.partition(": ")[0] for each in differences}
    figures = {
        "calls": len(ours.answers),
        "calls with the same answer": len(ours.answers) - len(differing),
        "operations of AWS Backup that ministack has": len(known),
        **{
            f"operations called of {service}": len(names)
            for service, names in sorted(ours.operations.items())
        },
        "differences": len(differences),
    }
    verdict = judged(differences, read(EXPLAINED))
    record("ministack", {**figures, "explained": len(verdict.explained)}, verdict)
    return report("our emulator | ministack", figures, verdict, EXPLAINED)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urlopen(f"{url}/_ministack/health", timeout=5).close()  # noqa: S310 - of this machine
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise OpinionError(f"ministack did not start: {log.read_text()[-500:]}")


def _routed(client: Any, operation: Any) -> bool:
    examples: dict[str, Any] = {
        "structure": {},
        "list": [],
        "map": {},
        "timestamp": datetime.now(UTC),
        "integer": 1,
    }
    shape = operation.input_shape
    needed = shape.required_members if shape else ()
    params = {member: examples.get(shape.members[member].type_name, "x") for member in needed}
    method = {api: name for name, api in client.meta.method_to_api_mapping.items()}[operation.name]
    try:
        getattr(client, method)(**params)
    except ClientError as error:
        return not error.response["Error"]["Message"].startswith("No route for")
    return True


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OpinionError, subprocess.CalledProcessError) as error:
        sys.exit(f"second opinions: not run: {error}")
