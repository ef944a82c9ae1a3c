"""Copies to other accounts: what receives them, what admits them, and what has to be deployed first."""

from __future__ import annotations

from typing import Any

from tests.catalogs import model
from tierkeep.desired.model import Age, DesiredState, DesiredUnit, TimeUnit, UnitId
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


def test_of_instances_data_lifecycle_manager_makes_nothing_in_another_account() -> None:
    """Only volumes' snapshots are shared: no stack with nothing to hold, and no key shared for nothing."""
    state = _state(("ec2",), protects={"ec2": {"engine": "dlm"}})
    assert state.unit(VAULTS) is None
    source = _unit(state, "one", "eu-central-1")
    assert source.depends_on == (UnitId(account="one", region="eu-west-1"),)
    assert [each.shared_with for each in source.keys] == [()]
    assert [(each.what, each.origin[-1]) for each in state.unmet] == [
        ("a copy of ec2 to vaults/eu-west-1", "vaults/eu-west-1"),
    ]


def _volumes(**changes: Any) -> DesiredState:
    return _state(("ebs",), protects={"ebs": {"engine": "dlm"}}, **changes)


def test_snapshots_of_volumes_are_shared_and_copied_by_who_receives_them() -> None:
    """The owner shares and lets its key be used; the other account copies, in the Region where it is shared,
    under its own key, for its own time; and both stand before anything is shared."""
    state = _volumes()
    assert not [each for each in state.unmet if each.what.startswith("a copy")]
    source = _unit(state, "one", "eu-central-1")
    (schedule,) = source.snapshot_policies[0].schedules
    assert schedule.share
    assert (schedule.share.account_ids, schedule.share.unshare_after) == ((CENTRAL,), None)
    assert [(str(each.destination), each.retain.interval) for each in schedule.copies_elsewhere] == [
        ("vaults/eu-west-1", 30)
    ]
    assert [each.shared_with for each in source.keys] == [(CENTRAL,)]
    here = UnitId(account="vaults", region="eu-central-1")
    assert source.depends_on == (UnitId(account="one", region="eu-west-1"), here, VAULTS)

    copying = _unit(state, "vaults", "eu-central-1")
    (policy,) = copying.copy_policies
    assert (policy.name, policy.owners) == ("demo-basic-shared", (ONE, TWO))
    (copy,) = policy.copies
    assert (copy.target_region, copy.key_alias, copy.retain.interval) == (
        "eu-west-1", "alias/demo-basic-copies", 30,
    )  # fmt: skip
    assert copying.depends_on == (VAULTS,)
    assert (copying.keys, copying.vaults) == ((), ())
    (role,) = copying.roles
    (use,) = (each for each in role.statements if each.sid == "UseKeys")
    assert use.resources == (
        f"arn:aws:kms:eu-central-1:{CENTRAL}:key/*",
        f"arn:aws:kms:eu-west-1:{CENTRAL}:key/*",
        f"arn:aws:kms:eu-central-1:{ONE}:key/*",
        f"arn:aws:kms:eu-central-1:{TWO}:key/*",
    )
    central = _unit(state, "vaults", "eu-west-1")
    assert [(each.alias, each.copied_from) for each in central.keys] == [("alias/demo-basic-copies", ())]
    assert central.vaults == ()


def test_a_copy_in_the_same_region_needs_one_unit() -> None:
    """The policy and its key are in one stack, which waits for no other."""
    copying = _unit(_volumes(copy_to={"vaults/eu-central-1": {}}), "vaults", "eu-central-1")
    assert len(copying.copy_policies) == len(copying.keys) == 1
    assert copying.depends_on == ()


def test_only_the_schedules_that_are_copied_are_shared() -> None:
    """And the copies of all of them are kept as long as the longest that is asked for."""
    schedules = {
        "daily": {"every": "1d", "keep": "7d"},
        "monthly": {"every": "1mo", "on": 1, "keep": "1y"},
        "weekly": {"every": "1w", "on": "sunday", "keep": "4w"},
    }
    state = _volumes(schedules=schedules, copy_to={"vaults/eu-west-1": {"schedules": ["daily", "weekly"]}})
    shared = {
        each.name: each.share for each in _unit(state, "one", "eu-central-1").snapshot_policies[0].schedules
    }
    assert {name: share is not None for name, share in shared.items()} == {
        "daily": True, "monthly": False, "weekly": True,
    }  # fmt: skip
    (policy,) = _unit(state, "vaults", "eu-central-1").copy_policies
    assert [(each.retain.interval, each.retain.unit) for each in policy.copies] == [(4, "WEEKS")]


def test_sharing_for_testing_and_for_copies_is_one_rule() -> None:
    """AWS allows one rule a schedule: both accounts, for as long as the tier shares."""
    share = {"with_accounts": ["two"], "unshare_after": "5d"}
    source = _unit(_volumes(share=share), "one", "eu-central-1")
    (schedule,) = source.snapshot_policies[0].schedules
    assert schedule.share
    assert schedule.share.account_ids == (TWO, CENTRAL)
    assert schedule.share.unshare_after == Age(interval=5, unit=TimeUnit.DAYS)
    assert [each.shared_with for each in source.keys] == [(TWO, CENTRAL)]


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
