"""The machine that switches on the recovery of tables, deployed by the real Terraform, and looked after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from emulator.process import running
from tests.catalogs import model
from tests.deploy.applying import apply, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.validate.findings import UnitResult, Verdict
from tierkeep.validate.run import validate_units

ACCOUNT, REGION = "000000000001", "ap-south-1"
MACHINE = "demo-basic-tables"


def state(days: int) -> DesiredState:
    return resolve(
        model(
            {
                "version": 1,
                "name": "demo",
                "access": {"deploy": "deploy", "validate": "validate"},
                "tiers": {
                    "basic": {
                        "description": "Basic",
                        "protects": {"dynamodb": {"point_in_time_recovery": "native"}},
                        "encryption": "aws-managed",
                        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
                        "point_in_time_recovery": {"granularity": "5m", "keep": f"{days}d"},
                    }
                },
                "accounts": {"one": {"id": ACCOUNT, "regions": [REGION], "tiers": ["basic"]}},
            }
        )
    )


@dataclass(frozen=True)
class Deployed:
    """The catalog's one unit, deployed to an emulator."""

    folder: Path
    endpoint: str

    def become(self, days: int) -> str | None:
        """Deploys with so long a recovery period; what went wrong, or None."""
        made = synthesize(state(days), endpoint=self.endpoint, destroyable="demo")
        return apply(self.folder, made[f"one-{REGION}"], self.endpoint)

    def validated(self, days: int) -> UnitResult:
        wanted = state(days)
        (result,) = validate_units(wanted, wanted.units, on_done=lambda _: None)
        return result

    @property
    def session(self) -> UnitSession:
        return open_unit(
            unit="test",
            account_id=ACCOUNT,
            region=REGION,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/test",
            session_name="tierkeep-test",
        )

    def machine(self) -> dict[str, Any]:
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{MACHINE}"
        return self.session.call("stepfunctions", "describe_state_machine", stateMachineArn=arn)

    def switch(self, table: str, days: int) -> None:
        asked = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        self.session.call(
            "dynamodb",
            "update_continuous_backups",
            TableName=table,
            PointInTimeRecoverySpecification=asked,
        )

    def faulty(self, **fault: Any) -> None:
        """The emulator's faults: one more, or none any more."""
        url = f"{self.endpoint}/emulator/faults"
        method, body = ("POST", json.dumps(fault).encode()) if fault else ("DELETE", None)
        urlopen(Request(url, data=body, method=method)).close()


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    require_terraform()
    with running("--clock", "at-rest") as endpoint:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)
        yield Deployed(folder=tmp_path / "one", endpoint=endpoint)


def test_from_the_first_deployment_to_the_last(deployed: Deployed) -> None:
    """Deployed, planned again empty, validated with a table that falls short, one that cannot be asked and a
    schedule that somebody stopped; changed in place; destroyed, which switches nothing off."""
    deployed.session.call(
        "dynamodb",
        "create_table",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "backup-tier", "Value": "basic"}],
    )
    assert deployed.become(14) is None
    for days, shown in ((None, None), (7, 7)):
        if days:
            deployed.switch("orders", days)
        (finding,) = deployed.validated(14).findings
        assert (finding.check, finding.resource.name, finding.expected, finding.actual) == (
            "drift.table", "orders", 14, shown,
        )  # fmt: skip
    deployed.switch("orders", 14)
    assert deployed.validated(14).verdict is Verdict.PASS
    deployed.switch("orders", 35)
    assert deployed.validated(14).verdict is Verdict.PASS

    deployed.faulty(kind="access-denied", operation="DescribeContinuousBackups", resource="orders")
    denied = deployed.validated(14)
    deployed.faulty()
    assert (denied.verdict, denied.findings) == (Verdict.UNKNOWN, ())
    (unknown,) = denied.unknowns
    assert unknown.resource
    assert (unknown.resource.name, unknown.cause.code) == ("orders", "AccessDeniedException")

    made = deployed.machine()
    assert deployed.become(21) is None
    changed = deployed.machine()
    assert changed["creationDate"] == made["creationDate"]
    assert changed["definition"] != made["definition"]
    assert [each.field for each in deployed.validated(14).findings] == ["definition[States.Each table]"]

    destroyed = terraform(deployed.folder, deployed.endpoint, "destroy", "-auto-approve", "-input=false")
    assert destroyed.returncode == 0, destroyed.stderr
    left = deployed.session.call("dynamodb", "describe_continuous_backups", TableName="orders")
    recovery = left["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (recovery["PointInTimeRecoveryStatus"], recovery["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    missing = {each.check for each in deployed.validated(21).findings if each.field == "existence"}
    assert {"drift.state-machine", "drift.role"} <= missing
