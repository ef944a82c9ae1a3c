"""Air-gapped vaults, and vaults of a new generation, with the real Terraform and provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from emulator.process import running
from tests.catalogs import ACKNOWLEDGED, model
from tests.deploy.applying import apply, require_terraform, terraform
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.validate.run import validate_units

pytestmark = pytest.mark.timeout(1800)

STACK = "one-eu-west-1"
LOCK = {"mode": "compliance", "min_keep": "7d", "changeable_for": "3d", "acknowledge": ACKNOWLEDGED}
GAPPED = {
    "copy_to": {"home": {}},
    "min_keep": "7d",
    "max_keep": "30d",
    "acknowledge": ACKNOWLEDGED,
}
LATER = {**LOCK, "min_keep": "14d", "changeable_for": "1mo", "generation": 2}
WIDER = {**GAPPED, "max_keep": "60d", "generation": 2}
EARLIER = {"generation": 1, "until": "2026-11-27", "keep": "30d", "min_keep": "7d"}


def desired(lock: dict[str, Any], gapped: dict[str, Any]) -> DesiredState:
    tier = {
        "description": "Kept",
        "protects": {"efs": {}},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "vault_lock": lock,
        "air_gapped": gapped,
    }
    account = {"id": "123456789012", "regions": ["eu-west-1"], "tiers": ["kept"]}
    return resolve(
        model({"version": 1, "name": "demo", "tiers": {"kept": tier}, "accounts": {"one": account}})
    )


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    require_terraform()
    with running("--job-seconds", "0") as url:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", url)
        yield url


def test_new_vaults_take_over_and_the_earlier_ones_stay(endpoint: str, tmp_path: Path) -> None:
    """With their key and their locks, untouched; another range without a new generation is refused. Once the
    earlier ones are empty and their lock is final, they are deleted by hand, and their entries go."""
    client = boto3.Session("testing", "testing", region_name="eu-west-1").client
    backup, kms = (client(each, endpoint_url=endpoint) for each in ("backup", "kms"))

    def deployed(state: DesiredState) -> str | None:
        return apply(tmp_path / STACK, synthesize(state, endpoint=endpoint)[STACK], endpoint)

    def vaults() -> dict[str, dict[str, Any]]:
        return {each["BackupVaultName"]: each for each in backup.list_backup_vaults()["BackupVaultList"]}

    assert deployed(desired(LOCK, GAPPED)) is None
    first, key = vaults(), kms.describe_key(KeyId="alias/demo-kept")["KeyMetadata"]["KeyId"]
    assert set(first) == {"demo-kept", "demo-kept-gapped"}
    assert first["demo-kept-gapped"]["VaultType"] == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"

    refused = deployed(desired(LOCK, {**GAPPED, "max_keep": "60d"}))
    assert "prevent_destroy" in str(refused), refused

    again = desired(
        {**LATER, "earlier": [{**EARLIER, "changeable_for": "3d"}]},
        {**WIDER, "earlier": [{**EARLIER, "max_keep": "30d"}]},
    )
    assert deployed(again) is None
    found = vaults()
    assert {name: found[name] for name in first} == first
    assert set(found) - set(first) == {"demo-kept-2", "demo-kept-gapped-2"}
    assert {found[each].get("EncryptionKeyArn") for each in ("demo-kept", "demo-kept-2")} == {
        kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    }
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    (rule,) = backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"])["BackupPlan"]["Rules"]
    copied_to = [each["DestinationBackupVaultArn"].split(":")[-1] for each in rule["CopyActions"]]
    assert (rule["TargetBackupVaultName"], copied_to) == ("demo-kept-2", ["demo-kept-gapped-2"])
    (result,) = validate_units(again, again.units, on_done=lambda _: None)
    assert (result.findings, result.unknowns) == ((), ())

    advance = json.dumps({"advance_seconds": 4 * 24 * 3600}).encode()
    urlopen(Request(f"{endpoint}/emulator/clock", data=advance, method="POST"), timeout=10).close()
    for name in first:
        backup.delete_backup_vault(BackupVaultName=name)
    made = synthesize(desired(LATER, WIDER), endpoint=endpoint, destroyable="demo")[STACK]
    assert apply(tmp_path / STACK, made, endpoint) is None
    assert vaults() == {name: found[name] for name in set(found) - set(first)}
    done = terraform(tmp_path / STACK, endpoint, "destroy", "-auto-approve", "-input=false")
    assert (done.returncode, vaults()) == (0, {}), done.stderr
