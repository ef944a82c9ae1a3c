"""Which tier claims a resource, what protects it, and why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from tests.catalogs import ROOT, SHIPPED, catalogs, model
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DefaultPolicy, DesiredState, ResourceType, UnitId
from tierkeep.desired.resolve import resolve
from tierkeep.desired.selecting import protection_of, read_resource
from tierkeep.desired.support import type_support
from tierkeep.report.resource_text import explain_resource

STATE = compile_catalog(SHIPPED).state
GOLDEN = ROOT / "tests" / "desired" / "golden"


def arn(resource_type: ResourceType, account: str, region: str) -> str:
    """An ARN of a type in an account and Region."""
    pattern = type_support()[resource_type].arn_pattern.format(partition="aws")
    return pattern.replace("*:*", f"{region}:{account}").replace("*", "r-1")


def check_one_engine(state: DesiredState) -> None:
    """Each type is protected by its tier's one engine in a home Region, and by nothing elsewhere but default
    policies, which ask for no tier."""
    for unit in state.units:
        for promise in state.promises:
            for each in ResourceType:
                resource = read_resource(
                    arn(each, unit.account_id, unit.id.region), {state.tag_key: promise.tier}
                )
                found = protection_of(state, resource)
                wanted = {
                    (unit.id, of.engine)
                    for unit in state.units
                    for of in unit.protections
                    if (of.tier, of.resource_type) == (promise.tier, each) and unit.id in found.units
                }
                tiers = [by for by in found.protectors if not isinstance(by.by, DefaultPolicy)]
                got = {(by.unit, by.engine) for by in tiers}
                assert got == wanted, (unit.id, promise.tier, each)


def test_every_claimed_resource_of_the_shipped_catalog_has_one_engine() -> None:
    """Neither two engines nor none, for every tier, type and unit."""
    check_one_engine(STATE)


@given(catalog=catalogs())
@settings(max_examples=15)
def test_every_claimed_resource_has_one_engine(catalog: dict[str, Any]) -> None:
    """Of any catalog."""
    check_one_engine(resolve(model(catalog)))


@pytest.mark.parametrize(
    ("of", "tags", "what"),
    [
        ("ec2:ap-south-1:111111111111:volume/v", {}, "it has no tag backup-tier, so that no tier claims it"),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup-tier": "Critical"},
            "its tag backup-tier=Critical names no tier: `critical` differs in case only, and case counts",
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup-tier": "critcal"},
            "its tag backup-tier=critcal names no tier: did you mean `critical`?",
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup-tier": "gold"},
            (
                "its tag backup-tier=gold names no tier: "
                "the catalog's tiers are critical, database, development, testing"
            ),
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"Backup-Tier": "critical"},
            (
                "its tag Backup-Tier=critical is not backup-tier: "
                "`backup-tier` differs in case only, and case counts"
            ),
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup_tier": "critical"},
            "its tag backup_tier=critical is not backup-tier: did you mean `backup-tier`?",
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup-tier": "database"},
            "tier database protects aurora, ec2, rds, not ebs",
        ),
        (
            "ec2:ap-south-1:111111111111:volume/v",
            {"backup-tier": "testing"},
            "tier testing is not used in account production",
        ),
        (
            "ec2:ap-south-1:999999999999:volume/v",
            {"backup-tier": "critical"},
            "account 999999999999 is not in the catalog",
        ),
        (
            "ec2:eu-north-1:111111111111:volume/v",
            {"backup-tier": "critical"},
            "account production is protected in ap-south-1; eu-north-1 is none of them",
        ),
        (
            "ec2:ap-southeast-1:111111111111:volume/v",
            {"backup-tier": "critical"},
            "account production is protected in ap-south-1; ap-southeast-1 only receives copies",
        ),
        (
            "sqs:ap-south-1:111111111111:q",
            {"backup-tier": "critical"},
            "no tier can protect this type of resource (sqs)",
        ),
    ],
)
def test_near_misses(of: str, tags: dict[str, str], what: str) -> None:
    """Each kind of near miss is named, and it is the only one."""
    found = protection_of(STATE, read_resource(f"arn:aws:{of}", tags))
    assert found.protectors == ()
    assert [each.what for each in found.near_misses] == [what]


def test_an_opt_in_that_is_off_is_a_near_miss_for_aurora() -> None:
    """Its ARN is shared with other types, so that even a selection by ARN obeys the setting."""
    home = UnitId(account="production", region="ap-south-1")
    cluster = read_resource("arn:aws:rds:ap-south-1:111111111111:cluster:c", {"backup-tier": "database"})
    found = protection_of(STATE, cluster, {home: {ResourceType.AURORA: False}})
    assert found.protectors == ()
    assert [each.what for each in found.near_misses] == [
        "AWS Backup is not opted in to aurora in production/ap-south-1, and its selection obeys that"
    ]
    assert protection_of(STATE, cluster).near_misses == ()


def test_a_bucket_may_be_in_every_unit() -> None:
    """Its ARN carries neither account nor Region, and the text says so."""
    assert protection_of(STATE, read_resource("arn:aws:s3:::b", {})).units == tuple(
        unit.id for unit in STATE.units
    )
    text = explain_resource(STATE, arn="arn:aws:s3:::b", tags={}, format="text")
    assert "every unit is a candidate, and it is in one of them" in text


@pytest.mark.parametrize(
    ("name", "of", "tags"),
    [
        ("volume", "ec2:ap-south-1:111111111111:volume/vol-1", {"backup-tier": "critical"}),
        ("database", "rds:ap-south-1:111111111111:db:x", {"backup-tier": "database"}),
        ("near-miss", "ec2:ap-south-1:222222222222:volume/vol-1", {"backup-tier": "Critical", "a": "b|c"}),
    ],
)
@pytest.mark.parametrize(("suffix", "form"), [("txt", "text"), ("md", "markdown"), ("json", "json")])
def test_the_whole_explanation(name: str, of: str, tags: dict[str, str], suffix: str, form: Any) -> None:
    """Text, Markdown and JSON of a volume, of a database and of a near miss."""
    text = explain_resource(STATE, arn=f"arn:aws:{of}", tags=tags, format=form)
    assert text + "\n" == (GOLDEN / f"resource-{name}.{suffix}").read_text()
    if form == "json":
        assert json.loads(text)["schema_version"] == 1
