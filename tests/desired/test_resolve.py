from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.catalogs import ACKNOWLEDGED, CENTRAL, SHIPPED, catalogs, model, shuffled, tiers
from tierkeep.catalog.load import load_catalog
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import (
    Age,
    DesiredState,
    DesiredUnit,
    Engine,
    ResourceType,
    Role,
    RolePurpose,
    TimeUnit,
    UnitId,
)
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

SETTINGS = settings(max_examples=60)


@pytest.fixture(scope="module")
def shipped() -> DesiredState:
    return compile_catalog(SHIPPED).state


def home(state: DesiredState, account: str) -> DesiredUnit:
    unit = state.unit(UnitId(account=account, region="ap-south-1"))
    assert unit
    return unit


def test_a_tiers_retention_becomes_several_rules(shipped: DesiredState) -> None:
    """4-hourly kept 7 days, daily 4 weeks, weekly 12 months: never fewer days than promised."""
    (plan,) = (plan for plan in home(shipped, "production").plans if plan.name == "campus-critical")
    assert {
        rule.name: (
            rule.schedule,
            rule.lifecycle.delete_after_days,
            rule.copies[0].lifecycle.delete_after_days,
        )
        for rule in plan.rules
    } == {
        "four-hourly": ("cron(0 0/4 * * ? *)", 7, 7),
        "daily": ("cron(0 2 * * ? *)", 28, 28),
        "weekly": ("cron(0 6 ? * SUN *)", 366, 366),
    }


def _keeping(unit: DesiredUnit) -> list[Role]:
    """The roles that backups are made, deleted and restored by: no failed job of a retired tier is started
    again."""
    machines = {RolePurpose.EVENTS, RolePurpose.RETRIES, RolePurpose.DEPLOYMENTS}
    return [each for each in unit.roles if each.purpose not in machines]


def test_a_retired_tier_keeps_its_vaults_and_keys_and_backs_nothing_up(shipped: DesiredState) -> None:
    """At home and where its copies are; other tiers are as they were. So in one account by overrides."""
    catalog = load_catalog(SHIPPED).tree.value
    retired = {**catalog["tiers"]["critical"], "retired": "2026-11-26"}
    everywhere = resolve(model({**catalog, "tiers": {**catalog["tiers"], "critical": retired}}))
    one = {**catalog["accounts"]["production"], "overrides": {"critical": {"retired": "2026-11-26"}}}
    here = resolve(model({**catalog, "accounts": {**catalog["accounts"], "production": one}}))
    assert not [each for each in judge(everywhere) if each.severity is Severity.ERROR]
    for state in (everywhere, here):
        for was, now in zip(shipped.units, state.units, strict=True):
            assert (now.keys, now.vaults, _keeping(now), now.depends_on) == (
                was.keys,
                was.vaults,
                _keeping(was),
                was.depends_on,
            )
            for part in ("plans", "snapshot_policies", "protections"):
                kept = [each for each in getattr(was, part) if each.tier != "critical"]
                assert [*getattr(now, part)] == kept
    (found,) = home(everywhere, "production").retired
    assert (found.tier, found.since, found.kept_days, found.left_by_dlm) == (
        "critical",
        "2026-11-26",
        366,
        True,
    )
    assert (found.origin, home(here, "production").retired[0].origin[0]) == (
        ("tiers", "critical", "retired"),
        "accounts",
    )


def test_snapshot_policy_of_the_critical_tier(shipped: DesiredState) -> None:
    """Ages in the catalog's own units, fast snapshot restore on the daily snapshots, copies to Singapore."""
    (policy,) = (
        policy
        for policy in home(shipped, "production").snapshot_policies
        if policy.name == "campus-critical-volumes"
    )
    schedules = {schedule.name: schedule for schedule in policy.schedules}
    assert {name: schedule.retain for name, schedule in schedules.items()} == {
        "four-hourly": Age(interval=7, unit=TimeUnit.DAYS),
        "daily": Age(interval=4, unit=TimeUnit.WEEKS),
        "weekly": Age(interval=12, unit=TimeUnit.MONTHS),
    }
    assert (schedules["four-hourly"].interval_hours, schedules["four-hourly"].start_time) == (4, "00:00")
    assert schedules["weekly"].cron == "cron(0 6 ? * SUN *)"
    assert [name for name, schedule in schedules.items() if schedule.fast_restore] == ["daily"]
    copies = {copy.target_region for schedule in policy.schedules for copy in schedule.copies}
    assert copies == {"ap-southeast-1"}


def test_point_in_time_recovery_selects_what_supports_it(shipped: DesiredState) -> None:
    """A plan of its own, for databases only."""
    (plan,) = (plan for plan in home(shipped, "production").plans if plan.name.endswith("-continuous"))
    (rule,), (selection,) = plan.rules, plan.selections
    assert (rule.continuous, rule.lifecycle.delete_after_days) == (True, 30)
    assert selection.resource_patterns == ("arn:aws:rds:*:*:cluster:*", "arn:aws:rds:*:*:db:*")


def test_every_type_has_one_engine_and_a_reason(shipped: DesiredState) -> None:
    """What only Data Lifecycle Manager has decides for it."""
    engines = {
        (each.tier, each.resource_type): each.engine
        for unit in shipped.units
        for each in unit.protections
        if each.reason
    }
    assert {key for key, engine in engines.items() if engine is Engine.DLM} == {
        ("critical", ResourceType.EBS),
        ("database", ResourceType.EC2),
        ("testing", ResourceType.EBS),
    }
    assert len(engines) == 10


def test_regions_that_receive_copies_depend_on_nothing(shipped: DesiredState) -> None:
    """They must be deployable while home is down: no plan, no role, no dependency."""
    for unit in shipped.units:
        if unit.id.region != "ap-south-1":
            assert (unit.depends_on, unit.plans, unit.roles, unit.snapshot_policies) == ((), (), (), ())
            assert unit.keys


def test_other_partitions_have_their_own_arns() -> None:
    """Nothing of `arn:aws:` in China."""
    catalog = {
        "version": 1,
        "name": "demo",
        "tiers": {
            "basic": {
                "description": "Basic",
                "protects": {"rds": {}},
                "encryption": "aws-managed",
                "schedules": {"daily": {"every": "1d", "keep": "7d"}},
            }
        },
        "accounts": {"one": {"id": "000000000001", "regions": ["cn-north-1"], "tiers": ["basic"]}},
    }
    (unit,) = resolve(model(catalog)).units
    assert unit.partition == "aws-cn"
    assert "arn:aws:" not in repr(unit)


@SETTINGS
@given(catalog=catalogs())
def test_order_means_nothing(catalog: dict[str, Any]) -> None:
    """Maps and lists of names in another order give the same desired state."""
    other = shuffled(catalog)
    for account in other["accounts"].values():
        account["tiers"].reverse()
        account["regions"].reverse()
    assert resolve(model(other)) == resolve(model(catalog))


@SETTINGS
@given(catalog=catalogs(), data=st.data())
def test_another_tier_renames_nothing(catalog: dict[str, Any], data: st.DataObject) -> None:
    """Adding a tier leaves everything of the others as it is; only roles may grow."""
    more = copy.deepcopy(catalog)
    more["tiers"]["another"] = data.draw(tiers(sorted(catalog["accounts"])))
    for account in more["accounts"].values():
        if account["tiers"]:
            account["tiers"].append("another")
    more["accounts"].setdefault(CENTRAL, {"id": "999999999999"})  # the tier may copy there
    before, after = resolve(model(catalog)), resolve(model(more))
    for unit in before.units:
        same = after.unit(unit.id)
        assert same
        for part in ("keys", "vaults", "plans", "snapshot_policies"):
            assert set(getattr(unit, part)) <= set(getattr(same, part))


def _colliding() -> dict[str, Any]:
    """Tiers of which one has the name that the other's plan for point-in-time recovery gets."""
    tier = {
        "description": "A tier",
        "protects": {"aurora": {}},
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
    }
    recovery = {"granularity": "5m", "keep": "1d"}
    chosen = {"one": {**tier, "point_in_time_recovery": recovery}, "one-continuous": tier}
    account = {"id": "000000000001", "regions": ["ap-south-1"], "tiers": sorted(chosen)}
    return {"version": 1, "name": "prop", "tiers": chosen, "accounts": {"only": account}}


@SETTINGS
@given(catalog=catalogs())
@example(catalog=_colliding())
def test_names_are_unique_or_reported(catalog: dict[str, Any]) -> None:
    """Where two things of a kind have one name in a unit TK052 says which, and it says nothing else."""
    state = resolve(model(catalog))
    collisions = {
        named for unit in state.units for named, count in Counter(_named(unit)).items() if count > 1
    }
    told = [each.violation.message for each in judge(state) if each.rule.id == "TK052"]
    form = "the (.+) of this tier would be called `(.+)`, as one of `.+` is"
    found = [re.fullmatch(form, each) for each in told]
    assert {(each[1], each[2]) for each in found if each} == collisions
    assert all(found)


def test_the_names_that_collide_are_seen() -> None:
    """So that the property is not one of unique names only."""
    (unit,) = resolve(model(_colliding())).units
    assert Counter(_named(unit))["backup plan", "prop-one-continuous"] == 2


@SETTINGS
@given(catalog=catalogs())
def test_names_fit(catalog: dict[str, Any]) -> None:
    """AWS takes each: 50 characters, 64 for roles."""
    for unit in resolve(model(catalog)).units:
        assert all(len(name.removeprefix("alias/")) <= 50 for _, name in _named(unit))
        assert all(len(role.name) <= 64 for role in unit.roles)


def _named(unit: DesiredUnit) -> list[tuple[str, str]]:
    """Kind and name of all that a unit holds of the kinds that names tell apart."""
    return [
        *(("key", key.alias) for key in unit.keys),
        *(("vault", vault.name) for vault in unit.vaults),
        *(("backup plan", plan.name) for plan in unit.plans),
        *(("snapshot policy", policy.name) for policy in unit.snapshot_policies),
    ]


@SETTINGS
@given(catalog=catalogs())
def test_everything_says_where_it_comes_from(catalog: dict[str, Any]) -> None:
    """Each origin leads to a value of the catalog, so that an error about it has a line."""
    plain = model(catalog).model_dump(mode="json")
    for unit in resolve(model(catalog)).units:
        locks = (vault.lock for vault in unit.vaults if vault.lock)
        parts = (*unit.keys, *unit.vaults, *unit.plans, *unit.snapshot_policies, *unit.protections)
        for thing in (*parts, *locks):
            here = plain
            for key in thing.origin:
                here = here[key]


@SETTINGS
@given(catalog=catalogs())
def test_plans_name_what_the_units_hold(catalog: dict[str, Any]) -> None:
    """Vaults of rules and copies, roles, and keys of copies all exist in the desired state."""
    state = resolve(model(catalog))
    vaults = {vault.arn for unit in state.units for vault in unit.vaults}
    keys = {(unit.account_id, unit.id.region, key.alias) for unit in state.units for key in unit.keys}
    for unit in state.units:
        here = {vault.name for vault in unit.vaults}
        backup, snapshots = unit.role(RolePurpose.BACKUP), unit.role(RolePurpose.SNAPSHOTS)
        for plan in unit.plans:
            assert {rule.vault_name for rule in plan.rules} <= here
            assert {copy.destination_vault_arn for rule in plan.rules for copy in rule.copies} <= vaults
            assert backup
            assert {selection.role_arn for selection in plan.selections} == {backup.arn}
        for policy in unit.snapshot_policies:
            assert snapshots
            assert policy.role_arn == snapshots.arn
            for schedule in policy.schedules:
                for copied in schedule.copies:
                    if copied.key_alias:
                        assert (unit.account_id, copied.target_region, copied.key_alias) in keys


def test_cold_storage_that_data_lifecycle_manager_cannot_give_is_unmet() -> None:
    """By the tier or by an account's overrides: each is told at its own line."""
    tier = {
        "description": "Volumes", "protects": {"ebs": {"engine": "dlm"}}, "encryption": "customer-managed",
        "schedules": {
            "weekly": {"every": "1w", "on": "sunday", "keep": "2y", "cold_after": "30d"},
            "daily": {"every": "1d", "keep": "2y"},
        },
    }  # fmt: skip
    account = {"regions": ["eu-west-1"], "tiers": ["volumes"]}
    state = resolve(
        model(
            {
                "version": 1,
                "name": "cold",
                "tiers": {"volumes": tier},
                "accounts": {
                    "one": {"id": "111111111111", **account},
                    "two": {
                        "id": "222222222222",
                        **account,
                        "overrides": {"volumes": {"schedules": {"daily": {"cold_after": "60d"}}}},
                    },
                },
            }
        )
    )
    assert [each.origin for each in state.unmet if each.what == "cold storage"] == [
        ("tiers", "volumes", "schedules", "weekly", "cold_after"),
        ("accounts", "two", "overrides", "volumes", "schedules", "daily", "cold_after"),
    ]


def _locking(tier: dict[str, Any], **accounts: dict[str, Any]) -> DesiredState:
    """A tier in accounts of one Region each, with copies in another."""
    whole = {
        "description": "Locked",
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d"}},
        "copy_to": {"eu-central-1": {}},
        "vault_lock": {"mode": "governance", "min_keep": "7d", "max_keep": "1mo"},
        **tier,
    }
    used = {
        name: {"id": f"{number:012d}", "regions": ["eu-west-1"], "tiers": ["kept"], **more}
        for number, (name, more) in enumerate(accounts.items(), 1)
    }
    return resolve(model({"version": 1, "name": "lock", "tiers": {"kept": whole}, "accounts": used}))


COMPLIANCE = {"mode": "compliance", "changeable_for": "1w", "acknowledge": ACKNOWLEDGED}


@pytest.mark.parametrize(
    ("lock", "days"),
    [
        ({"mode": "governance", "min_keep": "7d", "max_keep": "1mo"}, (7, 31, None)),
        ({"mode": "governance"}, (None, None, None)),
        ({**COMPLIANCE, "max_keep": "2y"}, (None, 731, 7)),
    ],
)
def test_a_lock_holds_for_every_vault_of_its_tier(lock: dict[str, str], days: tuple[int | None, ...]) -> None:
    """At home and where its copies go; in compliance mode with its time for changes."""
    state = _locking({"protects": {"efs": {}}, "vault_lock": lock}, one={})
    vaults = [vault for unit in state.units for vault in unit.vaults]
    assert [vault.name for vault in vaults] == ["lock-kept-copies", "lock-kept"]
    for vault in vaults:
        found = vault.lock
        assert found
        assert (found.min_retention_days, found.max_retention_days, found.changeable_for_days) == days
        assert found.final is ("changeable_for" in lock)
        assert found.origin == ("tiers", "kept", "vault_lock")


def test_a_lock_without_any_vault_is_unmet() -> None:
    """Data Lifecycle Manager alone makes none; backups on demand have one, whoever makes the others."""
    volumes = {"protects": {"ebs": {"engine": "dlm"}}}
    at = ("tiers", "kept", "vault_lock")
    assert [each.origin for each in _locking(volumes, one={}).unmet if each.what == "the vault lock"] == [at]
    on_demand = {**volumes, "on_demand": {"on": ["before-deployment"], "keep": "7d"}}
    state = _locking(on_demand, one={})
    assert not [each for each in state.unmet if each.what == "the vault lock"]
    assert [vault.lock is not None for unit in state.units for vault in unit.vaults] == [True]


def test_a_lock_that_one_account_has_no_vault_for_is_unmet_there() -> None:
    """Where its overrides leave to the tier what Data Lifecycle Manager protects only."""
    tier = {"protects": {"ebs": {"engine": "dlm"}, "efs": {}}}
    state = _locking(tier, one={}, two={"overrides": {"kept": {"protects": ["ebs"]}}})
    assert [(each.what, each.why, each.origin) for each in state.unmet] == [
        (
            "tier kept asks for a vault lock",
            "it has no effect in two/eu-west-1",
            ("accounts", "two", "overrides", "kept", "protects"),
        )
    ]
