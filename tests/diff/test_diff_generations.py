"""New generations of vaults: nothing that exists is renamed, replaced or destroyed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.catalogs import ACKNOWLEDGED, catalogs, model
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.diff import Action, ResourceChange, compare

KEPT = ("aws_backup_logically_air_gapped_vault", "aws_backup_vault", "aws_kms_key")
LOCK = {
    "mode": "compliance",
    "min_keep": "7d",
    "max_keep": "2y",
    "changeable_for": "3d",
    "acknowledge": ACKNOWLEDGED,
}
GAPPED = {"copy_to": {"home": {}}, "min_keep": "7d", "max_keep": "2y", "acknowledge": ACKNOWLEDGED}


def begun(asked: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same with other values, in a new generation; what it was becomes an earlier one."""
    number = asked.get("generation", 1)
    same = ("min_keep", "max_keep", "changeable_for")
    earlier = {key: asked[key] for key in same if key in asked}
    earlier |= {"generation": number, "until": "2026-11-27", "keep": "30d"}
    return {
        **asked,
        **changes,
        "generation": number + 1,
        "earlier": [earlier, *asked.get("earlier", [])],
    }


def small(lock: dict[str, Any], gapped: dict[str, Any]) -> DesiredState:
    tier = {
        "description": "Kept",
        "protects": {"efs": {}},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "copy_to": {"eu-central-1": {}},
        "vault_lock": lock,
        "air_gapped": gapped,
    }
    account = {"id": "123456789012", "regions": ["eu-west-1"], "tiers": ["kept"]}
    return resolve(
        model({"version": 1, "name": "demo", "tiers": {"kept": tier}, "accounts": {"one": account}})
    )


def found(changes: tuple[ResourceChange, ...], *actions: Action) -> list[tuple[str, str, str]]:
    return [(str(each.unit), each.type, each.name) for each in changes if each.action in actions]


def test_a_new_generation_adds_vaults_and_turns_plans_to_them() -> None:
    """At home and where copies go; keys and earlier vaults, with their locks, are as they were."""
    changed = compare(
        small(LOCK, GAPPED), small(begun(LOCK, min_keep="14d"), begun(GAPPED, max_keep="60d"))
    ).resources
    assert found(changed, *set(Action) - {Action.CREATE, Action.UPDATE}) == []
    assert found(changed, Action.CREATE) == [
        ("one/eu-central-1", "aws_backup_vault", "demo-kept-copies-2"),
        ("one/eu-central-1", "aws_backup_vault_lock_configuration", "demo-kept-copies-2"),
        ("one/eu-west-1", "aws_backup_logically_air_gapped_vault", "demo-kept-gapped-2"),
        ("one/eu-west-1", "aws_backup_vault", "demo-kept-2"),
        ("one/eu-west-1", "aws_backup_vault_lock_configuration", "demo-kept-2"),
    ]
    assert found(changed, Action.UPDATE) == [("one/eu-west-1", "aws_backup_plan", "demo-kept")]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(catalog=catalogs())
def test_no_catalog_loses_a_vault_or_a_key_by_it(catalog: dict[str, Any]) -> None:
    """Whatever else it asks for, and again when it begins another one."""
    state = resolve(model(catalog))
    for _ in range(2):
        catalog = deepcopy(catalog)
        for tier in catalog["tiers"].values():
            for part in ("vault_lock", "air_gapped"):
                # An earlier lock is one in compliance mode; others can be changed, and need no generation.
                if part in tier and tier[part].get("mode") != "governance":
                    tier[part] = begun(tier[part], min_keep="8d")
        after = resolve(model(catalog))
        changed = compare(state, after).resources
        # The alarm on missed backups goes over to the vault that takes over.
        others = [each for each in changed if each.type != "aws_cloudwatch_metric_alarm"]
        assert {each.action for each in others} <= {Action.CREATE, Action.UPDATE}
        assert [each for each in changed if each.action is Action.UPDATE and each.type in KEPT] == []
        state = after


@pytest.mark.parametrize(
    ("lock", "gapped", "type_"),
    [
        ({**LOCK, "min_keep": "8d"}, GAPPED, "aws_backup_vault_lock_configuration"),
        (LOCK, {**GAPPED, "min_keep": "8d"}, "aws_backup_logically_air_gapped_vault"),
    ],
)
def test_another_range_without_one_is_refused_and_told_of_it(
    lock: dict[str, Any], gapped: dict[str, Any], type_: str
) -> None:
    changed = compare(small(LOCK, GAPPED), small(lock, gapped)).resources
    refused = [each for each in changed if each.action is Action.REFUSED]
    assert {each.type for each in refused} == {type_}
    assert all("`generation: 2`" in each.hazard and "`earlier`" in each.hazard for each in refused)


def test_an_earlier_vault_that_leaves_the_catalog_is_refused() -> None:
    """Its entry goes only with a permission, once the vault is empty; no other resource goes with it."""
    later = begun(LOCK, min_keep="14d")
    changed = compare(small(later, GAPPED), small({**later, "earlier": []}, GAPPED)).resources
    assert found(changed, Action.REFUSED) == [
        ("one/eu-central-1", "aws_backup_vault", "demo-kept-copies"),
        ("one/eu-west-1", "aws_backup_vault", "demo-kept"),
    ]
    assert all("`earlier`" in each.hazard for each in changed if each.action is Action.REFUSED)
