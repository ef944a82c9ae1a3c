"""Every restorer is reached by drills of a catalog: what it restores is covered, listed and drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cases import CASES, Ec2ByDlmCase, RdsToAMomentCase, isolated
from drill_databases import make_cluster, unit_with
from drill_world import TIER, desired_state, session
from scenario_world import a_scenario, covered, run

from emulator import clock as emulated_time
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, Engine, ResourceType
from tierkeep.drill.clock import Clock
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.registry import RESTORERS
from tierkeep.drill.scenarios.population import LISTED, Population, population, tagged
from tierkeep.drill.scope import Method, Scope

each_restorer = pytest.mark.parametrize("restorer", RESTORERS, ids=lambda each: each.title)
KINDS = {(each.method, each.resource_type) for each in RESTORERS}


def listed(of: Scope) -> Population:
    """What a scenario finds of a type of the tier, whichever resource `of` names."""
    carrying = tagged(session(), of.resource_type, [("tier", TIER)])
    return population(session(), replace(of, resource_arn=None), of_tier=carrying, wanted=None)


@each_restorer
def test_what_a_restorer_restores_is_in_the_population(restorer: Restorer, clock: Clock) -> None:
    """Its source is found, as the one with something to restore, and nothing is said to have no backup."""
    case = CASES[restorer.title](clock, light=True)
    found = listed(case.scope())
    assert [each.resource_arn for each in found.members] == [case.arn]
    assert found.without_point == ()
    moment = restorer.method is Method.PITR
    assert (found.members[0].newest is None) is moment


def test_a_run_drills_instances_by_their_images(clock: Clock, tmp_path: Path) -> None:
    """From the list of images to evidence."""
    case = Ec2ByDlmCase(clock)
    before = case.inventory()
    scenario = a_scenario(covers=(covered("ec2", "dlm"),))
    state = replace(desired_state(isolated(Engine.DLM, case.isolation)), drills=(scenario,))
    document = run(clock, tmp_path, state)
    assert [each["resource_arn"] for each in document["plan"]["drills"]] == [case.arn]
    assert [each["size_bytes"] for each in document["plan"]["drills"]] == [2 * 8 * 1024**3]
    assert document["result"]["outcome"] == "pass"
    assert case.inventory() == before


def test_a_run_drills_databases_by_their_past(clock: Clock, tmp_path: Path) -> None:
    """Which one drill alone has to be told."""
    case = RdsToAMomentCase(clock)
    before = case.inventory()
    scenario = a_scenario(covers=(covered("rds", "pitr"),))
    document = run(clock, tmp_path, replace(desired_state(unit_with(case.isolation)), drills=(scenario,)))
    assert [each["resource_arn"] for each in document["plan"]["drills"]] == [case.arn]
    assert document["result"]["outcome"] == "pass"
    assert case.inventory() == before


def test_nothing_is_listed_that_nothing_restores() -> None:
    """The other way round: a listing without a restorer would promise drills that cannot be held."""
    assert {(method, each) for method, each in LISTED if each is not None} <= KINDS
    methods = {method for method, each in LISTED if each is None}
    assert methods == {Method.BACKUP}


MADE_SO: dict[tuple[Method, ResourceType], dict[str, Any]] = {
    (Method.DLM, ResourceType.EBS): {"protects": {"ebs": {"engine": "dlm"}}},
    (Method.DLM, ResourceType.EC2): {"protects": {"ec2": {}}, "images": {}},
    (Method.PITR, ResourceType.DYNAMODB): {
        "protects": {"dynamodb": {"point_in_time_recovery": "native"}},
        "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
    },
}
"""What a tier has to say for there to be such backups, where naming the type does not do."""


def state_of(folder: Path, method: Method, terms: dict[str, Any]) -> DesiredState:
    """A tier with these terms, and a drill by this method."""
    tier = {
        "description": "x",
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        **terms,
    }
    catalog = {
        "version": 1,
        "name": "demo",
        "tiers": {"gold": tier},
        "accounts": {"one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["gold"]}},
        "drills": {"full": {"every": "1mo", "scope": "all", "by": method.value}},
    }
    file = folder / "catalog.yaml"
    file.write_text(yaml.safe_dump(catalog))
    return compile_catalog(file).state


@each_restorer
def test_what_a_restorer_restores_is_covered(restorer: Restorer, tmp_path: Path) -> None:
    """A catalog in which a tier has such backups has drills that restore them."""
    kind = (restorer.method, restorer.resource_type)
    terms = MADE_SO.get(kind, {"protects": {restorer.resource_type.value: {}}})
    scenario = state_of(tmp_path, restorer.method, terms).drill("full")
    assert scenario is not None
    assert [(each.method, each.resource_type) for each in scenario.covers] == [kind]


def test_instances_of_clusters_are_none_of_rds(clock: Clock) -> None:
    """Amazon RDS calls them DB instances too; their backups are their clusters', which are of type aurora."""
    case = CASES["DB instances by their point-in-time recovery"](clock, light=True)
    here = session()
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    make_cluster(here, key, data=False)
    [member] = [
        each["DBInstanceArn"]
        for each in here.pages("rds", "describe_db_instances", "DBInstances")
        if each.get("DBClusterIdentifier")
    ]
    here.call("rds", "add_tags_to_resource", ResourceName=member, Tags=[{"Key": "tier", "Value": TIER}])
    emulated_time.advance(3600)
    found = listed(case.scope())
    assert [each.resource_arn for each in found.members] == [case.arn]
    assert found.without_point == ()


def test_a_database_without_automated_backups_has_no_point(clock: Clock) -> None:
    """RDS keeps no past of it: that is told, as of what has no recovery point."""
    case = CASES["DB instances by their point-in-time recovery"](clock, light=True)
    here = session()
    here.call("rds", "modify_db_instance", DBInstanceIdentifier="shop", BackupRetentionPeriod=0)
    found = listed(case.scope())
    assert found.members == ()
    assert found.without_point == (case.arn,)
