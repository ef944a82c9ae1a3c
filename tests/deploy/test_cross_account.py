"""Copies into another account: deployed from a catalog, made by AWS Backup, admitted by the policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from emulator.process import running
from stacks.unit import stack_id
from tests.catalogs import model
from tests.deploy.applying import apply, require_terraform
from tests.stacks.synthesis import synthesize
from tierkeep.aws import AwsError, UnitSession, open_unit
from tierkeep.desired.model import DesiredState, UnitId
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge
from tierkeep.validate.findings import UnitResult
from tierkeep.validate.run import validate_units

REGION = "ap-south-1"
SOURCE = UnitId(account="production", region=REGION)
CENTRAL = UnitId(account="vaults", region=REGION)
MANAGEMENT = "123456789012"


def _catalog(production: str, vaults: str, access: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "demo",
        "access": {"deploy": "deploy", "validate": "validate", "deletion": ["break-glass"], **(access or {})},
        "tiers": {
            "basic": {
                "description": "Basic",
                "protects": {"ebs": {}, "efs": {}},
                "encryption": "customer-managed",
                "schedules": {"daily": {"every": "1d", "at": "02:00", "keep": "7d"}},
                "copy_to": {"vaults/ap-south-1": {"keep": "30d"}},
            }
        },
        "accounts": {
            "production": {"id": production, "regions": [REGION], "tiers": ["basic"]},
            "vaults": {"id": vaults},
        },
    }


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    require_terraform()
    with running("--job-seconds", "0", "--clock", "at-rest") as endpoint:
        monkeypatch.setenv("TIERKEEP_ENDPOINT", endpoint)
        yield endpoint


def _session(account_id: str, name: str = "test", region: str = REGION) -> UnitSession:
    role = None if account_id == MANAGEMENT else f"arn:aws:iam::{account_id}:role/{name}"
    return open_unit(
        unit="test", account_id=account_id, region=region, role_arn=role, session_name="tierkeep-test"
    )


def _organisation() -> tuple[str, str]:
    """Two accounts of an organisation that has cross-account backup turned on."""
    management = _session(MANAGEMENT)
    management.call("organizations", "create_organization", FeatureSet="ALL")
    made = [
        management.call("organizations", "create_account", Email=f"{name}@example.com", AccountName=name)[
            "CreateAccountStatus"
        ]["AccountId"]
        for name in ("production", "vaults")
    ]
    management.call(
        "backup", "update_global_settings", GlobalSettings={"isCrossAccountBackupEnabled": "true"}
    )
    return made[0], made[1]


@pytest.mark.parametrize(
    "access", [{}, {"key_administrators": ["keepers"]}], ids=["keys-by-iam", "keys-by-administrators"]
)
def test_copies_arrive_where_the_catalog_says_and_nowhere_else(
    access: dict[str, Any], emulated: str, tmp_path: Path
) -> None:
    """The stacks apply, plan empty and validate clean, and a day later the copies lie in the other account.

    Nobody but the named role may delete there or lift the policy; once it is gone, `validate` says so, and no
    copy arrives any more.
    """
    production, vaults = _organisation()
    state = resolve(model(_catalog(production, vaults, access)))
    assert not [each for each in judge(state) if each.severity is Severity.ERROR]
    made = synthesize(state, endpoint=emulated, destroyable=state.name)
    for unit in sorted(state.units, key=lambda each: len(each.depends_on)):
        # Planned again once: who administers the keys is all that the other differs in.
        folder, replan = tmp_path / stack_id(unit), not access
        assert apply(folder, made[stack_id(unit)], emulated, replan=replan) is None
    assert [finding for unit in _validated(state) for finding in unit.findings] == []

    source, central = _session(production), _session(vaults)
    volume, file_system = _volume(source, vaults), _file_system(source)
    _advance(emulated, days=1)
    assert _copied(central) == sorted([volume, file_system])

    with pytest.raises(AwsError) as refused:
        _delete_all(central)
    assert refused.value.access_denied
    with pytest.raises(AwsError) as refused:
        _lift_policy(central)
    assert refused.value.access_denied
    assert _copied(central) == sorted([volume, file_system])

    _lift_policy(_session(vaults, "break-glass"))
    found = [finding for unit in _validated(state) for finding in unit.findings]
    assert {(each.resource.name, each.field) for each in found} == {
        ("demo-basic-copies", "policy[CopyFromOtherAccounts]"),
        ("demo-basic-copies", "policy[DenyDeletion]"),
    }
    _advance(emulated, days=1)
    assert _copied(central) == sorted([volume, file_system])


FAR = "eu-west-1"


def test_the_other_account_copies_snapshots_that_are_shared_with_it(emulated: str, tmp_path: Path) -> None:
    """Of volumes that Data Lifecycle Manager protects: in another Region, under the other account's key, and
    kept for its own time, long after the originals are gone."""
    production, vaults = _organisation()
    catalog = _catalog(production, vaults)
    catalog["tiers"]["basic"]["protects"] = {"ebs": {"engine": "dlm"}}
    catalog["tiers"]["basic"]["copy_to"] = {f"vaults/{FAR}": {"keep": "30d"}}
    state = resolve(model(catalog))
    assert not [each for each in judge(state) if each.severity is Severity.ERROR]
    made = synthesize(state, endpoint=emulated, destroyable=state.name)
    for unit in sorted(state.units, key=lambda each: len(each.depends_on)):
        assert apply(tmp_path / stack_id(unit), made[stack_id(unit)], emulated) is None
    assert [finding for unit in _validated(state) for finding in unit.findings] == []

    source, central = _session(production), _session(vaults, region=FAR)
    key = source.call("kms", "describe_key", KeyId="alias/demo-basic")["KeyMetadata"]["Arn"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "backup-tier", "Value": "basic"}]}]
    zone = {"AvailabilityZone": f"{REGION}a", "Size": 8, "Encrypted": True, "KmsKeyId": key}
    source.call("ec2", "create_volume", **zone, TagSpecifications=tags)
    _advance(emulated, days=20)
    copies_key = central.call("kms", "describe_key", KeyId="alias/demo-basic-copies")["KeyMetadata"]["Arn"]
    assert len(_snapshots(source)) == 7
    assert {each["KmsKeyId"] for each in _snapshots(central)} == {copies_key}
    assert len(_snapshots(central)) == 20
    _advance(emulated, days=20)
    assert len(_snapshots(central)) == 30


def _snapshots(session: UnitSession) -> list[dict[str, Any]]:
    """Those that are encrypted: moto's own, of its AMIs, are not."""
    found = session.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"])
    return [each for each in found if each["Encrypted"]]


def _validated(state: DesiredState) -> tuple[UnitResult, ...]:
    results = validate_units(state, state.units, on_done=lambda _: None)
    assert [unknown for unit in results for unknown in unit.unknowns] == []
    return results


def _volume(source: UnitSession, admitted: str) -> str:
    """A volume of the tier whose key admits the other account, as TK070 asks for."""
    account = source.call("sts", "get_caller_identity")["Account"]
    roots = [f"arn:aws:iam::{each}:root" for each in (account, admitted)]
    statement = {"Effect": "Allow", "Principal": {"AWS": roots}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = source.call("kms", "create_key", Policy=policy)["KeyMetadata"]["Arn"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "backup-tier", "Value": "basic"}]}]
    volume = source.call(
        "ec2",
        "create_volume",
        AvailabilityZone=f"{REGION}a",
        Size=8,
        Encrypted=True,
        KmsKeyId=key,
        TagSpecifications=tags,
    )["VolumeId"]
    return f"arn:aws:ec2:{REGION}:{account}:volume/{volume}"


def _file_system(source: UnitSession) -> str:
    tags = [{"Key": "backup-tier", "Value": "basic"}]
    return str(source.call("efs", "create_file_system", CreationToken="test", Tags=tags)["FileSystemArn"])


def _advance(endpoint: str, *, days: int) -> None:
    body = json.dumps({"advance_seconds": days * 86_400}).encode()
    urlopen(Request(f"{endpoint}/emulator/clock", data=body, method="POST"), timeout=60).close()


def _lift_policy(central: UnitSession) -> None:
    central.call("backup", "delete_backup_vault_access_policy", BackupVaultName="demo-basic-copies")


def _delete_all(central: UnitSession) -> None:
    for each in _points(central):
        central.call(
            "backup",
            "delete_recovery_point",
            BackupVaultName="demo-basic-copies",
            RecoveryPointArn=each["RecoveryPointArn"],
        )


def _copied(central: UnitSession) -> list[str]:
    """The resources whose recovery points lie in the vault of copies, one entry for each point."""
    return sorted(str(each["ResourceArn"]) for each in _points(central) if each["Status"] == "COMPLETED")


def _points(central: UnitSession) -> list[dict[str, Any]]:
    return list(
        central.pages(
            "backup",
            "list_recovery_points_by_backup_vault",
            "RecoveryPoints",
            BackupVaultName="demo-basic-copies",
        )
    )
