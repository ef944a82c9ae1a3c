"""What policies of keys and vaults admit, by the emulator's evaluation of them, which knows nothing of ours.

Identity policies are not looked at: what is admitted here, an identity policy has to allow as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest

from emulator.key_policies import READING, WRITING
from emulator.policies import Principal, Request, Verdict, verdict
from tests.stacks.goldens import CATALOGS
from tierkeep.catalog.load import load_catalog
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import (
    CopyAction,
    DesiredState,
    DesiredUnit,
    Key,
    RolePurpose,
    SharedCopyPolicy,
    UnitId,
    Vault,
)
from tierkeep.desired.policies import key_policy, vault_policy
from tierkeep.desired.resolve import resolve

SERVICE_ROLE = "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
STRANGER = "000000000000"
OPERATIONS = set(botocore.session.get_session().get_service_model("kms").operation_names)
EVERY_ACTION = {f"kms:{name}" for name in (OPERATIONS - {"ReEncrypt"}) | {"ReEncryptFrom", "ReEncryptTo"}}
"""The permissions of KMS: re-encrypting takes one for each of its two keys."""
WRITE = {each for each in EVERY_ACTION if each.startswith(("kms:Encrypt", "kms:GenerateDataKey"))} | {
    "kms:ReEncryptTo"
}
USE = WRITE | {"kms:Decrypt", "kms:ReEncryptFrom"}
TELLING = ("backup", "events")
"""Services of AWS that encrypt what they tell."""
USERS = (
    "everything-backup-eu-west-3",
    "everything-restore-us-east-2",
    "everything-snapshots-ap-south-1",
    SERVICE_ROLE,
)
READ_ELSEWHERE = {"kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
"""What another account may do with a key whose snapshots or backups it reads."""
GRANTS = {"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
READ = {
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListResourceTags",
}


@dataclass(frozen=True)
class Path:
    """A copy from one unit to another, with what encrypts it here and there."""

    source: DesiredUnit
    copy: CopyAction
    home: Key
    destination: DesiredUnit
    vault: Vault
    key: Key

    @property
    def crosses(self) -> bool:
        return self.source.account_id != self.destination.account_id


def apart(kept_apart: bool) -> DesiredState:
    """The catalog with everything on, with administrators of keys apart from users or without."""
    if kept_apart:
        return compile_catalog(CATALOGS["everything"]).state
    catalog = load_catalog(CATALOGS["everything"]).catalog
    access = catalog.access.model_copy(update={"key_administrators": None})
    return resolve(catalog.model_copy(update={"access": access}))


@pytest.fixture(scope="module", params=[True, False], ids=["apart", "by-iam"])
def state(request: pytest.FixtureRequest) -> DesiredState:
    return apart(request.param)


@pytest.fixture(scope="module")
def kept_apart() -> DesiredState:
    return apart(True)


def paths(state: DesiredState) -> Iterator[Path]:
    """Every copy by AWS Backup between customer-managed keys."""
    for source in state.units:
        for plan in source.plans:
            for rule in plan.rules:
                for copy in rule.copies:
                    destination = unit(state, copy.destination)
                    (vault,) = (each for each in destination.vaults if each.arn == copy.destination_vault_arn)
                    (home,) = (each for each in source.vaults if each.name == rule.vault_name)
                    if home.key_alias and vault.key_alias:
                        here, there = key(source, home.key_alias), key(destination, vault.key_alias)
                        yield Path(source, copy, here, destination, vault, there)


def unit(state: DesiredState, unit_id: UnitId) -> DesiredUnit:
    found = state.unit(unit_id)
    assert found
    return found


def key(of: DesiredUnit, alias: str) -> Key:
    (found,) = (each for each in of.keys if each.alias == alias)
    return found


def role(account: str, name: str) -> Principal:
    return Principal(account, f"arn:aws:iam::{account}:role/{name}")


def backup_role(of: DesiredUnit) -> Principal:
    found = of.role(RolePurpose.BACKUP)
    assert found
    return Principal(of.account_id, found.arn)


def admitted(
    of: DesiredUnit, which: Key, who: Principal, *, via: str | None = None, for_service: bool = False
) -> set[str]:
    """Which actions of KMS a key's policy lets somebody do, called directly or through a service."""
    policy = json.dumps(key_policy(which, of.account_id, of.partition))
    keys = {**who.keys, "kms:viaservice": via, "kms:grantisforawsresource": "true" if for_service else None}
    return {
        action for action in EVERY_ACTION if verdict(policy, Request(action, who, keys)) is Verdict.ALLOWED
    }


def test_each_copy_is_admitted_where_it_comes_from(state: DesiredState) -> None:
    """The role that backs up reads with the key, and so does AWS Backup in the account that receives."""
    assert {path.crosses for path in paths(state)} == {True, False}
    for path in paths(state):
        readers = [backup_role(path.source)]
        if path.crosses:
            readers.append(role(path.destination.account_id, SERVICE_ROLE))
        for who in readers:
            assert set(READING) <= admitted(path.source, path.home, who, for_service=True), (path, who)


def test_each_copy_is_admitted_where_it_arrives(state: DesiredState) -> None:
    """By the key, whoever of the two accounts writes, and by the vault, which lets the source copy to it."""
    for path in paths(state):
        writers = [backup_role(path.source), role(path.destination.account_id, SERVICE_ROLE)]
        for who in writers:
            assert set(WRITING) <= admitted(path.destination, path.key, who, for_service=True), (path, who)
        if path.crosses:
            assert copies_into(path.destination, path.vault, path.source.account_id)


def test_a_snapshot_is_copied_between_its_keys(state: DesiredState) -> None:
    """By Data Lifecycle Manager, with its role: read with the key at home, written with the Region's own."""
    checked = 0
    for source in state.units:
        for policy in source.snapshot_policies:
            who = Principal(source.account_id, policy.role_arn)
            for copy in (copy for schedule in policy.schedules for copy in schedule.copies if copy.key_alias):
                home = key(source, f"alias/everything-{policy.tier}")
                destination = unit(state, UnitId(account=source.id.account, region=copy.target_region))
                there = key(destination, copy.key_alias or "")
                assert set(READING) <= admitted(source, home, who, for_service=True)
                assert set(WRITING) <= admitted(destination, there, who, for_service=True)
                checked += 1
    assert checked > 4


def test_what_is_shared_is_copied_between_its_keys(state: DesiredState) -> None:
    """By Data Lifecycle Manager of who receives it: read with the owner's key, written with its own. Neither
    account may do more with the other's key, and the owner nothing with the one of the copies."""
    checked = 0
    for receiver in state.units:
        for policy in receiver.copy_policies:
            who = Principal(receiver.account_id, policy.role_arn)
            for source in (each for each in state.units if shares(each, policy, receiver)):
                home = key(source, f"alias/everything-{policy.tier}")
                may = admitted(source, home, who, for_service=True)
                assert set(READING) <= may
                assert may - GRANTS == READ_ELSEWHERE
                for copy in policy.copies:
                    to = unit(state, UnitId(account=receiver.id.account, region=copy.target_region))
                    there = key(to, copy.key_alias or "")
                    assert set(WRITING) <= admitted(to, there, who, for_service=True)
                    owner = Principal(source.account_id, policy.role_arn)
                    assert not admitted(to, there, owner, for_service=True)
                    checked += 1
    assert checked


def test_air_gapped_vaults_admit_the_copies_that_the_catalog_names(state: DesiredState) -> None:
    """Of no other account than those that copy into them, which read with the key of where they copy from; so
    does AWS Backup where the vault is, as it copies from there."""
    checked = set()
    for destination in state.units:
        for vault in (each for each in destination.vaults_in_use if each.air_gapped):
            sources = [(of, home) for of, home, to in gapped(state) if to == vault.arn]
            others = {of.account_id for of, _ in sources} - {destination.account_id}
            accounts = {each.account_id for each in state.units} | {STRANGER}
            assert {each for each in accounts if copies_into(destination, vault, each)} == others
            for of, home in sources:
                readers = [backup_role(of), role(destination.account_id, SERVICE_ROLE)]
                assert all(set(READING) <= admitted(of, home, who, for_service=True) for who in readers)
                checked.add(of.account_id == destination.account_id)
    assert checked == {True, False}


def test_a_copy_lets_the_other_account_do_no_more(state: DesiredState) -> None:
    """Who receives may read with the key at home and make no data with it; who sends may write with
    the key there and read nothing. Neither administers, or gives a grant but to an AWS service."""
    for path in (path for path in paths(state) if path.crosses):
        receives, sends = (
            role(path.destination.account_id, "anybody"),
            role(path.source.account_id, "anybody"),
        )
        receiving = admitted(path.source, path.home, receives, for_service=True)
        assert receiving - GRANTS == READ_ELSEWHERE
        sending = admitted(path.destination, path.key, sends, for_service=True)
        assert sending - GRANTS == {*WRITE, "kms:DescribeKey"}
        for of, which, account in (
            (path.source, path.home, path.destination.account_id),
            (path.destination, path.key, path.source.account_id),
        ):
            assert not GRANTS & admitted(of, which, role(account, "anybody"))


def test_strangers_do_nothing(state: DesiredState) -> None:
    """No account outside of the catalog, and none of it that a key or vault does not name."""
    accounts = {each.account_id for each in state.units} | {STRANGER}
    for of in state.units:
        for which in of.keys:
            known = {of.account_id, *which.shared_with, *which.copied_from}
            for account in accounts - known:
                for name in ("anybody", SERVICE_ROLE, "everything-deploy"):
                    who = role(account, name)
                    assert not admitted(of, which, who, for_service=True, via="backup.x.amazonaws.com")
    for path in (path for path in paths(state) if path.crosses):
        admits = {account for account in accounts if copies_into(path.destination, path.vault, account)}
        assert admits == set(path.vault.copied_from)


def test_policies_name_nobody_else(state: DesiredState) -> None:
    """Each principal is an account of the catalog as a whole, or a service that tells of backups; for
    everybody there is a denial only."""
    accounts = {each.account_id for each in state.units}
    for of in state.units:
        documents: list[Any] = [key_policy(each, of.account_id, of.partition) for each in of.keys]
        documents += [policy for each in of.vaults if (policy := vault_policy(each, of.partition))]
        for statement in (each for document in documents for each in document["Statement"]):
            if statement["Effect"] == "Deny":
                assert statement["Principal"] == "*"
                continue
            if "Service" in statement["Principal"]:
                assert set(statement["Principal"]["Service"]) == {f"{each}.amazonaws.com" for each in TELLING}
                continue
            named = statement["Principal"]["AWS"]
            for arn in [named] if isinstance(named, str) else named:
                assert arn.removeprefix("arn:aws:iam::").removesuffix(":root") in accounts


def keys_of(state: DesiredState) -> Iterator[tuple[DesiredUnit, Key]]:
    for of in state.units:
        for which in of.keys:
            yield of, which


def test_administrators_do_not_use(kept_apart: DesiredState) -> None:
    """They delete, disable and describe a key, and encrypt, decrypt and grant nothing with it."""
    for of, which in keys_of(kept_apart):
        for name in ("everything-key-keeper", "everything-security", "everything-deploy"):
            may = admitted(of, which, role(of.account_id, name), for_service=True)
            assert {"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:TagResource"} <= may
            assert not (USE | {"kms:CreateGrant", "kms:RetireGrant"}) & may


def test_users_do_not_administer(kept_apart: DesiredState) -> None:
    """AWS's backup services and drills use a key, and neither delete nor disable it."""
    for of, which in keys_of(kept_apart):
        for name in (*USERS, f"everything-drill-{of.id.region}") if which.holds_backups else ():
            may = admitted(of, which, role(of.account_id, name), for_service=True)
            assert may >= USE | GRANTS
            assert may - USE == GRANTS | READ | {"kms:PutKeyPolicy"}
            assert GRANTS & admitted(of, which, role(of.account_id, name)) == {"kms:ListGrants"}


def test_the_key_of_what_is_told_is_for_those_who_tell(kept_apart: DesiredState) -> None:
    """The state machines encrypt with it; roles that hold backups and drills have no use for it."""
    telling = [(of, which) for of, which in keys_of(kept_apart) if not which.holds_backups]
    assert len(telling) == len(kept_apart.units)
    for of, which in telling:
        for purpose in ("retries", "deployments"):
            assert admitted(of, which, role(of.account_id, f"everything-{purpose}-{of.id.region}")) >= USE
        for name in USERS:
            assert not USE & admitted(of, which, role(of.account_id, name), for_service=True)


def test_nobody_else_of_the_account_uses_a_key(kept_apart: DesiredState) -> None:
    """But its IAM can always put another policy, the root user's included, so that no key is ever lost."""
    for of, which in keys_of(kept_apart):
        root = Principal(of.account_id, f"arn:aws:iam::{of.account_id}:root")
        for who in (role(of.account_id, "administrator"), root):
            may = admitted(of, which, who, for_service=True, via="backup.eu-west-1.amazonaws.com")
            assert may == READ | {"kms:PutKeyPolicy"}


def test_who_deploys_makes_vaults(kept_apart: DesiredState) -> None:
    """AWS Backup asks for these on his behalf; he himself cannot decrypt."""
    needed = {"kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant", "kms:Decrypt", "kms:GenerateDataKey"}
    for of, which in keys_of(kept_apart):
        who = role(of.account_id, "everything-deploy")
        assert needed <= admitted(of, which, who, via=f"backup.{of.id.region}.amazonaws.com")
        by_others = admitted(of, which, who, via=f"ec2.{of.id.region}.amazonaws.com")
        assert needed & by_others == {"kms:DescribeKey"}


def test_without_administrators_the_account_decides(state: DesiredState) -> None:
    """As it has always been: all of KMS for the account's own IAM, where the catalog names nobody."""
    for of, which in keys_of(state):
        may = admitted(of, which, role(of.account_id, "anybody"), for_service=True)
        assert (may >= EVERY_ACTION) is (which.roles is None)


def shares(source: DesiredUnit, policy: SharedCopyPolicy, receiver: DesiredUnit) -> bool:
    """Whether a unit has snapshots that another unit's policy copies."""
    if source.account_id not in policy.owners or source.id.region != receiver.id.region:
        return False
    return any(each.tier == policy.tier for each in source.snapshot_policies)


def gapped(state: DesiredState) -> Iterator[tuple[DesiredUnit, Key, str]]:
    """Every copy into an air-gapped vault: from where, with which key, and the vault's ARN."""
    vaults = {each.arn for of in state.units for each in of.vaults if each.air_gapped}
    for source in state.units:
        for plan in source.plans:
            for rule in plan.rules:
                (home,) = (each for each in source.vaults if each.name == rule.vault_name)
                for copy in rule.copies:
                    if copy.destination_vault_arn in vaults and home.key_alias:
                        yield source, key(source, home.key_alias), copy.destination_vault_arn


def copies_into(destination: DesiredUnit, vault: Vault, account: str) -> bool:
    who = role(account, "anybody")
    policy = vault_policy(vault, destination.partition)
    request = Request("backup:CopyIntoBackupVault", who, who.keys)
    return verdict(json.dumps(policy), request) is Verdict.ALLOWED
