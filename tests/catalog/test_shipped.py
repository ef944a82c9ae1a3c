"""The shipped catalog is the reference strategy, number by number."""

from __future__ import annotations

import json

from tests.catalogs import ROOT, SHIPPED
from tierkeep.catalog.load import load_catalog
from tierkeep.catalog.schema import catalog_schema
from tierkeep.compiler import compile_catalog

CATALOG = load_catalog(SHIPPED).catalog


def test_the_schema_file_is_that_of_the_models() -> None:
    """Editors check catalogs with what the models say: `make schema` writes it."""
    assert json.loads((ROOT / "catalog.schema.json").read_text()) == catalog_schema()


def test_the_first_line_names_the_schema() -> None:
    """So that editors find it."""
    assert SHIPPED.read_text().splitlines()[0] == "# yaml-language-server: $schema=catalog.schema.json"


def test_it_has_no_error_and_no_warning() -> None:
    """What is not generated yet is a notice each, beside what AWS does that the catalog does not say."""
    compiled = compile_catalog(SHIPPED)
    assert compiled.warnings == ()
    assert [each.rule for each in compiled.notices if each.rule != "TK041"] == [
        "TK180", "TK019", "TK027", "TK180", "TK014", "TK019", "TK073", "TK055", "TK019", "TK160", "TK150",
        "TK183", "TK177", "TK175", "TK177", "TK175", "TK163", "TK163", "TK163", "TK163",
    ]  # fmt: skip
    assert [notice.message for notice in compiled.notices if notice.rule == "TK041"] == [
        "not generated yet: a scheduled drill",
        "not generated yet: a scheduled drill",
    ]


def test_how_often_and_how_long() -> None:
    """Every schedule of the strategy's table with its retention."""
    kept = {
        name: {each: (str(schedule.every), str(schedule.keep)) for each, schedule in tier.schedules.items()}
        for name, tier in CATALOG.tiers.items()
    }
    assert kept == {
        "critical": {"four-hourly": ("4h", "7d"), "daily": ("1d", "4w"), "weekly": ("1w", "12mo")},
        "database": {"two-hourly": ("2h", "24h"), "daily": ("1d", "30d"), "monthly": ("1mo", "2y")},
        "development": {"daily": ("1d", "7d")},
        "testing": {"weekly": ("1w", "4w")},
    }
    assert CATALOG.tiers["development"].schedules["daily"].at == "02:00"
    on_demand = CATALOG.tiers["testing"].on_demand
    assert on_demand
    assert (on_demand.on, str(on_demand.keep)) == (["before-deployment", "after-deployment"], "4w")


def test_copies_encryption_and_the_rest_of_the_table() -> None:
    """Where each tier is copied to, whose key it has, and what is special about it."""
    tiers = CATALOG.tiers
    assert {name: list(tier.copy_to) for name, tier in tiers.items()} == {
        "critical": ["ap-southeast-1"],
        "database": ["eu-west-1"],
        "development": [],
        "testing": [],
    }
    assert {name: tier.encryption for name, tier in tiers.items()} == {
        "critical": "customer-managed",
        "database": "customer-managed",
        "development": "aws-managed",
        "testing": "customer-managed",
    }
    assert tiers["critical"].fast_snapshot_restore
    assert tiers["database"].application_consistency
    recovery = tiers["database"].point_in_time_recovery
    assert recovery
    assert str(recovery.granularity) == "5m"
    share = tiers["testing"].share
    assert share
    assert share.with_accounts == ["development"]


def test_objectives() -> None:
    """Recovery time by class of systems, recovery point by class of data."""
    assert {name: str(each) for name, each in CATALOG.objectives.recovery_time.items()} == {
        "critical-systems": "15m",
        "production-databases": "30m",
        "web-applications": "1h",
        "development-systems": "4h",
        "archive-systems": "24h",
    }
    assert {name: str(each) for name, each in CATALOG.objectives.recovery_point.items()} == {
        "financial-data": "15m",
        "user-content": "1h",
        "application-data": "4h",
        "system-configurations": "24h",
        "log-data": "24h",
    }


def test_accounts_regions_and_drills() -> None:
    """Home is Mumbai; a full drill every month and a partial one every week."""
    state = compile_catalog(SHIPPED).state
    assert {"production", "development"} <= {unit.id.account for unit in state.units}
    assert {unit.id.region for unit in state.units} == {"ap-south-1", "ap-southeast-1", "eu-west-1"}
    assert {each.regions[0] for each in CATALOG.accounts.values()} == {"ap-south-1"}
    drills = {name: (str(drill.every), drill.scope) for name, drill in CATALOG.drills.items()}
    assert drills == {"full": ("1mo", "all"), "partial": ("1w", "sample")}
