"""Policies for images, and default policies, deployed by the real Terraform."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from emulator.process import running
from tests.catalogs import model
from tests.deploy.applying import apply, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge
from tierkeep.validate.run import validate_units

ACCOUNT, REGION, FAR = "000000000001", "ap-south-1", "eu-west-1"
TIER: dict[str, Any] = {
    "description": "Instances",
    "protects": {"ec2": {}},
    "encryption": "aws-managed",
    "schedules": {"daily": {"every": "1d", "keep": "4w", "deprecate_after": "1w"}},
    "images": {},
}
CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "access": {"deploy": "deploy", "validate": "validate"},
    "tiers": {
        "alone": TIER,
        "copied": {**TIER, "copy_to": {FAR: {"keep": "2w", "deprecate_after": "3d"}}},
    },
    "default_policies": {
        "volumes": {
            "every": "2d",
            "keep": "7d",
            "copy_to": [FAR],
            "exclude": {"boot_volumes": True, "volume_types": ["st1"], "tags": {"scratch": "yes"}},
        },
        "instances": {"keep": "7d", "extend_deletion": True},
    },
    "accounts": {"one": {"id": ACCOUNT, "regions": [REGION], "tiers": ["alone", "copied"]}},
}


def changed() -> dict[str, Any]:
    """Every policy otherwise, each by something that AWS changes in place; and an exclusion taken back."""
    catalog = deepcopy(CATALOG)
    for tier in catalog["tiers"].values():
        tier["images"] = {"reboot": True}
        tier["schedules"]["daily"]["deprecate_after"] = "2w"
    catalog["default_policies"]["volumes"] = {"keep": "14d", "copy_tags": False}
    catalog["default_policies"]["instances"] = {"keep": "2d", "exclude": {"tags": {"scratch": "yes"}}}
    return catalog


def state(catalog: dict[str, Any]) -> DesiredState:
    found = resolve(model(catalog))
    assert not [each for each in judge(found) if each.severity is Severity.ERROR]
    return found


def policies() -> dict[str, dict[str, Any]]:
    session: UnitSession = open_unit(
        unit="test",
        account_id=ACCOUNT,
        region=REGION,
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/test",
        session_name="tierkeep-test",
    )
    return {
        each["Tags"]["tierkeep:policy"]: session.call(
            "dlm", "get_lifecycle_policy", PolicyId=each["PolicyId"]
        )["Policy"]
        for each in session.pages("dlm", "get_lifecycle_policies", "Policies")
    }


def test_they_are_made_changed_in_place_and_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan after the first apply is empty, and each time the validator finds all as the catalog says."""
    require_terraform()
    with running("--clock", "at-rest") as endpoint:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)
        folder, ids = tmp_path / "one", []
        for catalog in (CATALOG, changed()):
            wanted = state(catalog)
            made = synthesize(wanted, endpoint=endpoint, destroyable="demo")[f"one-{REGION}"]
            assert apply(folder, made, endpoint) is None
            (unit,) = validate_units(wanted, wanted.units[:1], on_done=lambda _: None)
            assert (unit.findings, unit.unknowns) == ((), ())
            found = policies()
            ids.append({name: each["PolicyId"] for name, each in found.items()})
        assert sorted(ids[0]) == [
            "demo-alone-images", "demo-copied-images", "demo-instances-default", "demo-volumes-default",
        ]  # fmt: skip
        assert ids[0] == ids[1]
        for tier in ("alone", "copied"):
            details = found[f"demo-{tier}-images"]["PolicyDetails"]
            assert details["PolicyType"] == "IMAGE_MANAGEMENT"
            assert details["Parameters"]["NoReboot"] is False
            assert details["Schedules"][0]["DeprecateRule"] == {"Interval": 2, "IntervalUnit": "WEEKS"}
        (copy,) = details["Schedules"][0]["CrossRegionCopyRules"]
        assert (copy["TargetRegion"], copy["DeprecateRule"]["Interval"]) == (FAR, 3)
        done = terraform(folder, endpoint, "destroy", "-auto-approve", "-input=false")
        assert done.returncode == 0, done.stdout + done.stderr
        assert policies() == {}
