from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from stacks.kept import KEPT
from stacks.provider import SERVICES
from stacks.unit import stack_id
from tests.catalogs import ACKNOWLEDGED, SHIPPED, catalogs, model, shuffled
from tests.stacks.closed_loop import assert_loop_closed
from tests.stacks.synthesis import synthesize
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

slow = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def shipped() -> DesiredState:
    return compile_catalog(SHIPPED).state


@slow
@given(catalog=catalogs())
def test_the_loop_is_closed_for_any_catalog(catalog: dict[str, Any]) -> None:
    """For any catalog without errors, the Terraform says all that the desired state says and no more."""
    state = resolve(model(catalog))
    if not has_errors(state):
        assert_loop_closed(state)


@slow
@given(catalog=catalogs())
def test_retiring_tiers_takes_no_vault_key_or_role(catalog: dict[str, Any]) -> None:
    """For any catalog without errors: with every tier retired, the stacks are the same but for plans,
    selections, snapshot policies and state machines, and what only these refer to or what watches them."""
    state = resolve(model(catalog))
    tiers = {name: {**tier, "retired": "2026-11-26"} for name, tier in catalog["tiers"].items()}
    retired = resolve(model({**catalog, "tiers": tiers}))
    if has_errors(state):
        return
    assert not has_errors(retired)
    assert_loop_closed(retired)
    before, after = synthesize(state), synthesize(retired)
    assert sorted(before) == sorted(after)
    for name, stack in before.items():
        for kind in GOING:
            found = stack["resource"].pop(kind, {})
            # Default policies are of no tier.
            kept = {name: each for name, each in found.items() if "-default_stack" in name}
            stack["resource"] |= {kind: kept} if kept else {}
        for kind, made in stack["resource"].items():
            kept = {name: each for name, each in made.items() if not name.startswith(OF_MACHINES)}
            stack["resource"][kind] = kept
        assert _unwatched(stack) == _unwatched(after[name])


def _unwatched(stack: dict[str, Any]) -> dict[str, Any]:
    return {kind: made for kind, made in stack["resource"].items() if kind not in WATCHING}


@slow
@given(catalog=catalogs())
def test_order_in_the_catalog_changes_nothing(catalog: dict[str, Any]) -> None:
    """The same catalog with its maps the other way round synthesizes to the same Terraform."""
    state = resolve(model(catalog))
    if not has_errors(state):
        assert synthesize(state) == synthesize(resolve(model(shuffled(catalog))))


def has_errors(state: DesiredState) -> bool:
    return any(each.severity is Severity.ERROR for each in judge(state))


@pytest.mark.parametrize(
    ("others", "broken"),
    [(["one-continuous"], True), (["one-copies", "one-volumes", "one-instances"], False)],
)
def test_names_that_are_alike_are_refused_and_others_synthesize(others: list[str], broken: bool) -> None:
    """What no rule refuses has a construct id of its own."""
    tier = {
        **CATALOG_WITH_S3["tiers"]["basic"],
        "protects": {"rds": {}, "ebs": {"engine": "dlm"}},
        "copy_to": {"eu-central-1": {}},
        "encryption": "customer-managed",
        "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
    }
    tiers = dict.fromkeys(("one", *others), tier)
    account = {**CATALOG_WITH_S3["accounts"]["one"], "tiers": sorted(tiers)}
    state = resolve(model({**CATALOG_WITH_S3, "tiers": tiers, "accounts": {"one": account}}))
    assert has_errors(state) is broken
    if not broken:
        assert_loop_closed(state)


def test_nothing_of_the_emulator_without_its_switch(shipped: DesiredState) -> None:
    """Stacks for AWS hold no endpoint, no credentials and no check that is switched off."""
    for stack in synthesize(shipped).values():
        for provider in stack["provider"]["aws"]:
            assert set(provider) <= {"region", "alias", "allowed_account_ids", "assume_role"}


def test_every_service_has_an_endpoint_with_the_switch(shipped: DesiredState) -> None:
    """With the switch, no resource of a stack belongs to a service without an endpoint."""
    services = {each: each for each in SERVICES}
    stacked = resolve(model(json.loads(json.dumps(CATALOG_WITH_SCRIPTS))))
    for stack in [*synthesize(shipped, **AT_EMULATOR).values(), *synthesize(stacked, **AT_EMULATOR).values()]:
        types = {*stack["resource"], *stack.get("data", {})} - {"terraform_data"}
        for provider in stack["provider"]["aws"]:
            (endpoints,) = provider["endpoints"]
            assert set(endpoints) == set(SERVICES)
            assert set(endpoints.values()) == {"http://127.0.0.1:1"}
            assert {services[each.split("_")[1]] for each in types} <= set(endpoints)


def test_vaults_and_keys_are_protected_from_being_destroyed(shipped: DesiredState) -> None:
    """Only where the catalog's own name is given may they be destroyed."""
    for destroyable, protected in ((None, True), ("other", True), ("campus", False)):
        for stack in synthesize(shipped, destroyable=destroyable).values():
            for kind in ("aws_backup_vault", "aws_kms_key"):
                made = stack["resource"].get(kind, {}).items()
                # The key of what is told encrypts no backups.
                for resource in [each for name, each in made if "campus-events" not in name]:
                    assert resource["lifecycle"]["prevent_destroy"] is protected


def test_each_stack_writes_down_what_it_must_not_lose(shipped: DesiredState) -> None:
    """Every vault and key of the unit, also where there is none, and only while they are protected."""
    for destroyable in (None, "campus"):
        made = synthesize(shipped, destroyable=destroyable)
        for unit in shipped.units:
            guard = made[stack_id(unit)]["resource"]["terraform_data"][KEPT]
            named = json.loads(guard["for_each"].removeprefix("${toset(").removesuffix(")}"))
            assert named == sorted(
                [
                    *(f"vault {each.name}" for each in unit.vaults),
                    *(f"key {each.alias}" for each in unit.keys if each.holds_backups),
                ]
            )
            assert guard["lifecycle"] == {"prevent_destroy": destroyable is None}


def _locked(lock: dict[str, str]) -> DesiredState:
    basic = CATALOG_WITH_S3["tiers"]["basic"]
    tier = {**basic, "protects": {"rds": {}}, "copy_to": {"eu-central-1": {}}, "vault_lock": lock}
    return resolve(model({**CATALOG_WITH_S3, "tiers": {"basic": tier}}))


COMPLIANCE = {"mode": "compliance", "changeable_for": "3d", "acknowledge": ACKNOWLEDGED, "min_keep": "7d"}
LOCK = "aws_backup_vault_lock_configuration"


@pytest.mark.parametrize("destroyable", [None, "demo"])
@pytest.mark.parametrize("lock", [{"mode": "governance"}, COMPLIANCE], ids=lambda each: each["mode"])
def test_a_lock_is_protected_where_it_becomes_final(lock: dict[str, str], destroyable: str | None) -> None:
    """And only while the catalog's own name is not given. It is never created before the one that it replaces
    is destroyed, which would take it off again."""
    for stack in synthesize(_locked(lock), destroyable=destroyable).values():
        (made,) = stack["resource"][LOCK].values()
        protected = lock["mode"] == "compliance" and destroyable is None
        assert made["lifecycle"] == {"prevent_destroy": protected}


def test_nothing_is_backed_up_before_the_vault_is_locked() -> None:
    """A plan waits for its vault's lock, so that each of its backups is under it."""
    for stack in synthesize(_locked(COMPLIANCE)).values():
        (lock,) = stack["resource"][LOCK]
        for plan in stack["resource"].get("aws_backup_plan", {}).values():
            assert f"{LOCK}.{lock}" in plan["depends_on"]


def test_state_in_s3_is_locked_and_encrypted(shipped: DesiredState) -> None:
    """Each stack has a state of its own below the prefix, with a lock file."""
    catalog = json.loads(json.dumps(CATALOG_WITH_S3))
    for name, stack in synthesize(resolve(model(catalog))).items():
        assert stack["terraform"]["backend"] == {
            "s3": {
                "bucket": "state-bucket",
                "encrypt": True,
                "key": f"backups/{name}.tfstate",
                "region": "eu-west-1",
                "use_lockfile": True,
            }
        }


def test_an_emulator_has_a_state_of_its_own() -> None:
    """Neither the bucket of what is deployed to AWS, nor its local files."""
    state = resolve(model(json.loads(json.dumps(CATALOG_WITH_S3))))
    for name, stack in synthesize(state, endpoint="http://127.0.0.1:1").items():
        backend = {"local": {"path": f"./terraform.emulator.{name}.tfstate"}}
        assert stack["terraform"]["backend"] == backend


CATALOG_WITH_S3: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "state": {"backend": "s3", "bucket": "state-bucket", "region": "eu-west-1", "prefix": "backups"},
    "tiers": {
        "basic": {
            "description": "Basic",
            "protects": {"ebs": {}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        }
    },
    "accounts": {"one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["basic"]}},
}


GOING = (
    "aws_backup_plan",
    "aws_backup_selection",
    "aws_cloudformation_stack",
    "aws_cloudwatch_log_group",
    "aws_dlm_lifecycle_policy",
    "aws_scheduler_schedule",
    "aws_sfn_state_machine",
)
"""What a retired tier has no more of."""
WATCHING = ("aws_cloudwatch_dashboard", "aws_cloudwatch_metric_alarm")
"""What shows or tells how backups go: less, once there are fewer of them (tests/watching says what)."""
OF_MACHINES = ("role-tables_", "role-schedules_")
"""Roles that go with the machines: what they did needs nobody to end it, as recovery points do."""
AT_EMULATOR = {"endpoint": "http://127.0.0.1:1"}
CATALOG_WITH_SCRIPTS: dict[str, Any] = {
    **CATALOG_WITH_S3,
    "tiers": {
        "basic": {
            **CATALOG_WITH_S3["tiers"]["basic"],
            "protects": {"ec2": {}, "ebs": {}},
            "encryption": "customer-managed",
            "application_consistency": {"scripts": "pre-and-post", "document": "quiesce", "retries": 1},
            "exclude": {"data_volumes_with_tags": {"scratch": "yes"}},
            "schedules": {"monthly": {"every": "1mo", "on": 1, "keep": "2y", "archive_after": "3mo"}},
            "copy_to": {"eu-central-1": {}},
        }
    },
}


def test_what_the_provider_lacks_is_a_stack_that_holds_one_policy() -> None:
    """Its name and its construct id are the policy's; keys of copies are looked up as for any policy."""
    state = resolve(model(json.loads(json.dumps(CATALOG_WITH_SCRIPTS))))
    assert_loop_closed(state)
    made = synthesize(state)["one-eu-west-1"]["resource"]
    assert "aws_dlm_lifecycle_policy" not in made
    stacks = made["aws_cloudformation_stack"]
    assert sorted(each["name"] for each in stacks.values()) == ["demo-basic-instances", "demo-basic-volumes"]
    for each in stacks.values():
        assert list(json.loads(each["template_body"])["Resources"]) == ["Policy"]
    assert [each.split("_")[0] for each in sorted(stacks)] == [
        "snapshots-demo-basic-instances", "snapshots-demo-basic-volumes",
    ]  # fmt: skip


@pytest.mark.parametrize("archive", [{}, {"archive_after": "3mo"}])
def test_copies_that_another_account_makes(archive: dict[str, str]) -> None:
    """Shared by the owner's policy, of either kind; copied by the other's, with keys of either Region."""
    tier = {
        **CATALOG_WITH_S3["tiers"]["basic"],
        "protects": {"ebs": {"engine": "dlm"}},
        "encryption": "customer-managed",
        "schedules": {"monthly": {"every": "1mo", "on": 1, "keep": "2y", **archive}},
        "copy_to": {"vaults/eu-west-1": {"keep": "1y"}, "vaults/eu-central-1": {}, "eu-north-1": {}},
    }
    accounts = {**CATALOG_WITH_S3["accounts"], "vaults": {"id": "000000000009"}}
    state = resolve(model({**CATALOG_WITH_S3, "tiers": {"basic": tier}, "accounts": accounts}))
    assert not has_errors(state)
    assert_loop_closed(state)
