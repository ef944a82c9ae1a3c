"""Copies to other accounts: what receives them, what admits them, and what has to be deployed first."""

from __future__ import annotations

from typing import Any

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId
from tierkeep.desired.policies import key_policy, vault_policy
from tierkeep.desired.resolve import resolve

VAULTS = UnitId(account="vaults", region="eu-west-1")
ONE, TWO, CENTRAL = "000000000001", "000000000002", "000000000009"


def _state(types: tuple[str, ...] = ("efs",), **changes: Any) -> DesiredState:
    tier = {
        "description": "Basic",
        "protects": {each: {} for each in types},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        "copy_to": {"eu-west-1": {}, "vaults/eu-west-1": {"keep": "30d"}},
        **changes,
    }
    accounts = {
        name: {"id": account_id, "regions": ["eu-central-1"], "tiers": ["basic"]}
        for name, account_id in (("one", ONE), ("two", TWO))
    }
    accounts["vaults"] = {"id": CENTRAL}
    return resolve(model({"version": 1, "name": "demo", "tiers": {"basic": tier}, "accounts": accounts}))


def _unit(state: DesiredState, account: str, region: str) -> DesiredUnit:
    unit = state.unit(UnitId(account=account, region=region))
    assert unit
    return unit


def test_one_vault_receives_the_copies_of_every_account() -> None:
    """It and its key list both, in the order of their ids; a vault of one's own account lists nobody."""
    state = _state()
    central = _unit(state, "vaults", "eu-west-1")
    assert [(each.name, each.copied_from) for each in central.vaults] == [("demo-basic-copies", (ONE, TWO))]
    assert [(each.alias, each.copied_from) for each in central.keys] == [
        ("alias/demo-basic-copies", (ONE, TWO))
    ]
    assert central.plans == central.roles == central.depends_on == ()
    own = _unit(state, "one", "eu-west-1")
    assert [each.copied_from for each in (*own.vaults, *own.keys)] == [(), ()]


def test_the_sources_are_deployed_last_and_let_the_other_account_decrypt() -> None:
    """A copy that arrives before its vault is there would fail."""
    source = _unit(_state(), "one", "eu-central-1")
    assert source.depends_on == (UnitId(account="one", region="eu-west-1"), VAULTS)
    assert [each.shared_with for each in source.keys] == [(CENTRAL,)]
    (rule,) = source.plans[0].rules
    assert [(copy.destination_vault_arn, copy.lifecycle.delete_after_days) for copy in rule.copies] == [
        (f"arn:aws:backup:eu-west-1:{ONE}:backup-vault:demo-basic-copies", 7),
        (f"arn:aws:backup:eu-west-1:{CENTRAL}:backup-vault:demo-basic-copies", 30),
    ]


def test_what_data_lifecycle_manager_protects_makes_nothing_in_another_account() -> None:
    """It copies within an account only: no stack without anything to hold, and no key shared for nothing."""
    state = _state(("ebs",), protects={"ebs": {"engine": "dlm"}})
    assert state.unit(VAULTS) is None
    source = _unit(state, "one", "eu-central-1")
    assert source.depends_on == (UnitId(account="one", region="eu-west-1"),)
    assert [each.shared_with for each in source.keys] == [()]
    assert [(each.what, each.origin[-1]) for each in state.unmet] == [
        ("a copy of ebs to vaults/eu-west-1", "vaults/eu-west-1"),
    ]


def test_policies_admit_the_copies_and_nothing_more() -> None:
    """The vault takes copies from the accounts by name; of its key they may use what encrypting takes."""
    central = _unit(_state(), "vaults", "eu-west-1")
    roots = [f"arn:aws:iam::{each}:root" for each in (ONE, TWO)]
    policy = vault_policy(central.vaults[0], "aws")
    assert policy
    assert [(each["Effect"], each["Principal"], each["Action"]) for each in policy["Statement"]] == [
        ("Allow", {"AWS": roots}, "backup:CopyIntoBackupVault")
    ]
    own, use, grants = key_policy(central.keys[0], CENTRAL, "aws")["Statement"]
    assert own["Principal"] == {"AWS": f"arn:aws:iam::{CENTRAL}:root"}
    assert use["Principal"] == grants["Principal"] == {"AWS": roots}
    assert not {"kms:*", "kms:Decrypt"} & set(use["Action"])
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert vault_policy(_unit(_state(), "one", "eu-west-1").vaults[0], "aws") is None
