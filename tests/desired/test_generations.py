"""Air-gapped vaults and generations of vaults in the desired state."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalogs import ACKNOWLEDGED, model
from tierkeep.desired.model import DesiredState, DesiredUnit, RolePurpose, UnitId
from tierkeep.desired.resolve import resolve
from tierkeep.drill.scope import Ask, find_scope

LOCK = {
    "mode": "compliance",
    "changeable_for": "3d",
    "acknowledge": ACKNOWLEDGED,
    "generation": 3,
    "earlier": [
        {"generation": 2, "until": "2026-11-27", "keep": "30d", "min_keep": "7d", "changeable_for": "7d"}
    ],
}
GAPPED = {
    "copy_to": {"home": {"keep": "7d"}, "vaults/eu-west-1": {"schedules": ["weekly"]}},
    "min_keep": "7d",
    "max_keep": "1y",
    "acknowledge": ACKNOWLEDGED,
}


def desired(protects: dict[str, Any], **tier: Any) -> DesiredState:
    common = {
        "description": "x",
        "protects": protects,
        "encryption": "customer-managed",
        "schedules": {
            "daily": {"every": "1d", "keep": "30d"},
            "weekly": {"every": "1w", "on": "sunday", "keep": "1y"},
        },
        **tier,
    }
    accounts = {
        "one": {"id": "111111111111", "regions": ["eu-west-1"], "tiers": ["kept"]},
        "vaults": {"id": "999999999999"},
    }
    return resolve(model({"version": 1, "name": "demo", "tiers": {"kept": common}, "accounts": accounts}))


def unit(state: DesiredState, account: str, region: str = "eu-west-1") -> DesiredUnit:
    found = state.unit(UnitId(account=account, region=region))
    assert found
    return found


def test_vaults_of_each_generation_share_the_key() -> None:
    """At home and where copies go, the one in use first; what makes snapshots names the key of before."""
    protects = {"efs": {}, "ebs": {"engine": "dlm"}}
    state = desired(protects, copy_to={"eu-central-1": {}}, vault_lock=LOCK)
    before = desired(protects, copy_to={"eu-central-1": {}})
    for region, name in (("eu-west-1", "demo-kept"), ("eu-central-1", "demo-kept-copies")):
        here = unit(state, "one", region)
        assert [(each.name, each.key_alias) for each in here.vaults] == [
            (f"{name}-3", f"alias/{name}"),
            (f"{name}-2", f"alias/{name}"),
        ]
        assert [(each.vault_name, each.since, each.kept_days) for each in here.superseded] == [
            (f"{name}-2", "2026-11-27", 30)
        ]
        assert here.vaults_in_use == here.vaults[:1]
        assert here.keys == unit(before, "one", region).keys
        assert here.snapshot_policies == unit(before, "one", region).snapshot_policies
    (plan,) = unit(state, "one").plans
    assert {each.vault_name for each in plan.rules} == {"demo-kept-3"}
    assert {copy.destination_vault_arn.split(":")[-1] for each in plan.rules for copy in each.copies} == {
        "demo-kept-copies-3"
    }


def test_copies_reach_air_gapped_vaults_at_home_and_elsewhere() -> None:
    """Each by its schedules and with its own retention; the other account is admitted, and may decrypt."""
    state = desired({"efs": {}}, air_gapped=GAPPED)
    home, other = unit(state, "one"), unit(state, "vaults")
    (plan,) = home.plans
    assert {each.name: [copy.place(home.id) for copy in each.copies] for each in plan.rules} == {
        "daily": ["air-gapped eu-west-1"],
        "weekly": ["air-gapped eu-west-1", "air-gapped vaults/eu-west-1"],
    }
    assert [copy.lifecycle.delete_after_days for each in plan.rules for copy in each.copies] == [7, 7, 366]
    assert [(each.name, each.air_gapped, each.copied_from) for each in (*home.vaults, *other.vaults)] == [
        ("demo-kept", False, ()),
        ("demo-kept-gapped", True, ()),
        ("demo-kept-gapped", True, ("111111111111",)),
    ]
    assert (other.keys, [each.shared_with for each in home.keys]) == ((), [("999999999999",)])
    assert home.depends_on == (other.id,)


def test_a_role_may_share_what_it_copies_into_an_air_gapped_vault() -> None:
    """It lies in an account of AWS's, although the copy is in the unit itself."""
    at_home = {**GAPPED, "copy_to": {"home": {}}}
    for asked, shares in (({"air_gapped": at_home}, True), ({"copy_to": {"eu-central-1": {}}}, False)):
        role = unit(desired({"ebs": {"engine": "backup"}}, **asked), "one").role(RolePurpose.BACKUP)
        assert role
        actions = {action for each in role.statements for action in each.actions}
        assert ("ec2:ModifySnapshotAttribute" in actions, "backup:CopyIntoBackupVault" in actions) == (
            shares,
            True,
        )


@pytest.mark.parametrize("retired", [None, "2026-11-27"])
def test_a_retired_tier_keeps_all_of_its_vaults(retired: str | None) -> None:
    state = desired({"efs": {}}, vault_lock=LOCK, air_gapped=GAPPED, retired=retired)
    assert [each.name for each in unit(state, "one").vaults] == [
        "demo-kept-3",
        "demo-kept-2",
        "demo-kept-gapped",
    ]


def test_drills_restore_from_the_vault_that_is_used() -> None:
    """Neither from an earlier one nor from one that is air-gapped."""
    state = desired({"ebs": {"engine": "backup"}}, vault_lock=LOCK, air_gapped=GAPPED)
    assert find_scope(state, Ask(tier="kept")).vault_name == "demo-kept-3"
