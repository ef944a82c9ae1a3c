"""The rung `served`: what an application answers, asked by a command on the instance that was restored.

The emulator runs the script on this machine, where a real server answers it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from application import AWKWARD, serving
from cases import Ec2ByBackupCase
from drill_world import drill, scope, session
from network import build_instance
from pydantic import ValidationError

from emulator.ssm import outcomes
from tests.catalogs import model
from tierkeep.aws import AwsError
from tierkeep.desired.assertions import Assertion, Probe
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.assertions.probe import probe, script
from tierkeep.drill.assertions.reach import Unreached
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.text import evidence_text


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture(autouse=True)
def _outcomes() -> Iterator[None]:
    yield
    outcomes.clear()


def http(port: int, path: str = "/health", **more: Any) -> Probe:
    return Probe(
        **{
            "protocol": "http",
            "port": port,
            "path": path,
            "status": 200,
            "text": None,
            "within_seconds": 60,
            **more,
        }
    )


def tcp(port: int) -> Probe:
    return http(port, "", protocol="tcp", status=0)


ASSERTION = Assertion(
    name="shop",
    resource_type="ec2",
    tiers=("databases",),
    only_tagged=(),
    form=http(80),
    written_as="probe",
    origin=(),
)


def asked(clock: Clock, form: Probe, as_session: Any = None) -> Answer:
    """What a probe of a new instance answers, and that it was noted before it was sent."""
    noted: list[str] = []
    here: Any = as_session or session()
    bench = Bench(
        session=here,
        scope=scope(),
        choice=None,  # type: ignore[arg-type]
        arn=build_instance(session()),
        drill_id="drill-1",
        tags={},
        seed="1",
        now=clock.now(),
        waiter=Waiter(clock=clock),
        seconds=5.0,
        note=lambda event, **_: noted.append(event),
        make=None,  # type: ignore[arg-type]
    )
    asking = Asking(
        assertion=ASSERTION,
        bench=bench,
        open_reach=lambda: Unreached(what="instances"),
        deadline=bench.deadline(),
    )
    try:
        return probe(asking, form)
    finally:
        assert noted in (["probing"], [])


def test_a_drill_climbs_to_what_is_served(clock: Clock, tmp_path: Path, port: int) -> None:
    """A whole drill, a real script, a real server: the answer is in the evidence, and nothing is left."""
    case = Ec2ByBackupCase(clock)
    before = case.inventory()
    outcomes.add(document="AWS-RunShellScript", run=True)
    of = replace(case.scope(), assertions=(replace(ASSERTION, form=http(port, text=AWKWARD)),))
    evidence = drill(clock, tmp_path, of=of)
    [check] = [check for check in evidence["checks"] if check["id"] == "assertion-shop"]
    assert (check["rung"], check["verdict"]) == ("served", "PASS")
    assert check["actual"] == "status 200, and the text is in the body, at try 1"
    assert evidence["outcome"]["result"] == "pass"
    rungs = {rung["rung"]: (rung["verdict"], rung["cause"]) for rung in evidence["ladder"]["rungs"]}
    assert rungs["served"] == ("PASS", None)
    assert rungs["right"] == ("NOT LOOKED AT", "nothing is asserted of the data")
    assert evidence["ladder"]["climbed"] == "served"
    assert any(text.startswith("right data: ") for text in evidence["not_checked"])
    assert "right NOT LOOKED AT (nothing is asserted of the data), served PASS" in evidence_text(evidence)
    assert [entry["event"] for entry in evidence["journal"]].count("probing") == 1
    assert case.inventory() == before


@pytest.mark.parametrize(
    ("change", "holds", "says"),
    [
        ({}, True, "status 200, at try 1"),
        ({"text": "state: bad"}, False, "the text is not in the body"),
        ({"status": 404, "path": "/nothing"}, True, "status 404"),
        ({"protocol": "tcp", "path": "", "status": 0}, True, "the connection was taken"),
        ({"protocol": "https"}, False, "no answer: curl ended with"),
        ({"port": 1}, False, "no answer: curl ended with 7"),
        ({"port": 1, "protocol": "tcp", "path": ""}, False, "refused, or not answered"),
    ],
)
def test_what_the_application_answers_decides(
    clock: Clock, port: int, change: dict[str, Any], holds: bool, says: str
) -> None:
    """As it must be, or otherwise, or not at all."""
    outcomes.add(document="AWS-RunShellScript", run=True)
    answer = asked(clock, replace(http(port), **change))
    assert (answer.holds, says in answer.actual) == (holds, True), answer


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ({"status": "Failed", "response_code": 77, "stdout": "there is no curl"}, "there is no curl"),
        ({"status": "Failed", "response_code": 127, "stderr": "not found"}, "not found"),
        ({"status": "ExecutionTimedOut"}, "ExecutionTimedOut"),
        ({"status": "Undeliverable"}, "Undeliverable"),
        ({"seconds": 7200.0}, "not within"),
    ],
)
def test_a_command_without_a_verdict_is_unknown(clock: Clock, outcome: dict[str, Any], says: str) -> None:
    """It could not ask, or did not come back: no pass, and no failure of the backup."""
    outcomes.add(document="AWS-RunShellScript", **outcome)
    with pytest.raises(CannotVerifyError, match=says):
        asked(clock, http(80))


class Answering:
    """A session in which Systems Manager, or EC2, answers otherwise."""

    def __init__(self, operation: str, answer: Any) -> None:
        inner = session()
        self._inner, self.partition, self.pages = inner, inner.partition, inner.pages
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self._operation, self._answer = operation, answer

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._inner.call(service, operation, **parameters)
        if operation == self._operation:
            self._answer(answer)
        return answer


def _unmanaged(_: Any) -> None:
    raise AwsError(unit="u", service="ssm", operation="send_command", code="InvalidInstanceId", message="no")


def test_an_instance_out_of_reach_is_unknown_and_says_what_it_needs(clock: Clock) -> None:
    """No agent, no profile or no endpoint: it is asked again for a while."""
    with pytest.raises(CannotVerifyError, match="instance_profile"):
        asked(clock, http(80), Answering("send_command", _unmanaged))


def test_windows_is_not_probed(clock: Clock) -> None:
    """UNKNOWN, and said so: the script is one for Linux."""

    def windows(answer: dict[str, Any]) -> None:
        answer["Reservations"][0]["Instances"][0]["Platform"] = "windows"

    with pytest.raises(CannotVerifyError, match="Windows"):
        asked(clock, http(80), Answering("describe_instances", windows))


@pytest.mark.parametrize("form", [http(80), http(443, protocol="https", text=AWKWARD), tcp(5432)])
def test_shellcheck_finds_nothing(form: Probe, tmp_path: Path) -> None:
    """As a script for whatever shell is `sh`; its quoting holds whatever the catalog says."""
    file = tmp_path / "probe.sh"
    file.write_text(script(form, seconds=30))
    shellcheck = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(
        [shellcheck, "--severity=style", "--format=gcc", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "{{" not in file.read_text()


@pytest.mark.skipif(shutil.which("dash") is None, reason="dash is not installed")
def test_any_shell_runs_it(port: int, tmp_path: Path) -> None:
    """Systems Manager runs scripts with `sh`, which is dash on Debian and Ubuntu."""
    file = tmp_path / "probe.sh"
    for form in (http(port, text=AWKWARD), tcp(port)):
        file.write_text(script(form, seconds=5))
        done = subprocess.run(["dash", file], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done


def _catalog(probe: dict[str, Any]) -> dict[str, Any]:
    tier = {
        "description": "x",
        "protects": {"ec2": {}},
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
    }
    return {
        "version": 1,
        "name": "demo",
        "tiers": {"web": tier},
        "accounts": {"one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["web"]}},
        "assertions": {"shop": {"type": "ec2", "probe": probe}},
    }


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({}, "either `http` or `tcp`"),
        ({"http": {}, "tcp": {"port": 1}}, "either `http` or `tcp`"),
        ({"http": {"body_contains": "{{ ssm:secret }}"}}, "double braces"),
        ({"http": {}, "within": "2h"}, "at most 1h"),
        ({"tcp": {"port": 70000}}, "65535"),
        ({"http": {"path": "http://elsewhere/"}}, "pattern"),
    ],
)
def test_a_probe_that_cannot_be_asked_is_refused(written: dict[str, Any], says: str) -> None:
    """Where it is written, before anything is restored."""
    with pytest.raises(ValidationError, match=says):
        model(_catalog(written))
