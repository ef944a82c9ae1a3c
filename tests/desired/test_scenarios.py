"""What drills of a catalog cover, and the roles that restoring copies needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.catalogs import SHIPPED
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, RolePurpose, Scenario, UnitId
from tierkeep.drill.choosing import NEWEST
from tierkeep.drill.scenarios.planning import scope_of

HOME = UnitId(account="one", region="eu-west-1")
COPIES = UnitId(account="one", region="eu-west-2")
AWAY = UnitId(account="two", region="eu-west-2")


def state_of(folder: Path, **drill: Any) -> DesiredState:
    """A catalog with a tier of each engine, copied to a Region and to an account, and one drill."""
    catalog = {
        "version": 1,
        "name": "demo",
        "tiers": {
            "gold": {
                "description": "x",
                "protects": {
                    "ebs": {"engine": "dlm"},
                    "efs": {},
                    "dynamodb": {"point_in_time_recovery": "native"},
                },
                "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
                "encryption": "customer-managed",
                "schedules": {"daily": {"every": "1d", "keep": "7d"}},
                "copy_to": {"eu-west-2": {}, "two/eu-west-2": {}},
            },
            "plain": {
                "description": "x",
                "protects": {"rds": {}},
                "encryption": "aws-managed",
                "schedules": {"daily": {"every": "1d", "keep": "7d"}},
            },
        },
        "accounts": {
            "one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["gold", "plain"]},
            "two": {"id": "000000000002"},
        },
        "drills": {"full": {"every": "1mo", "scope": "all", **drill}},
    }
    file = folder / "catalog.yaml"
    file.write_text(yaml.safe_dump(catalog))
    return compile_catalog(file).state


def covers(scenario: Scenario | None) -> set[tuple[str, str, str]]:
    """As type, method and place."""
    assert scenario is not None
    return {(each.resource_type.value, each.method, str(each.place)) for each in scenario.covers}


def test_each_type_is_drilled_by_whoever_backs_it_up(tmp_path: Path) -> None:
    """Left out, everything of all tiers at home."""
    assert covers(state_of(tmp_path).drill("full")) == {
        ("ebs", "dlm", str(HOME)),
        ("efs", "backup", str(HOME)),
        ("dynamodb", "backup", str(HOME)),
        ("rds", "backup", str(HOME)),
    }


def test_by_narrows_to_what_is_made_so(tmp_path: Path) -> None:
    """The past that tables and DB instances keep; snapshots of Data Lifecycle Manager alone."""
    assert covers(state_of(tmp_path, by="pitr").drill("full")) == {
        ("dynamodb", "pitr", str(HOME)),
        ("rds", "pitr", str(HOME)),
    }
    assert covers(state_of(tmp_path, by="dlm").drill("full")) == {("ebs", "dlm", str(HOME))}
    assert covers(state_of(tmp_path, tiers=["plain"]).drill("full")) == {("rds", "backup", str(HOME))}
    assert covers(state_of(tmp_path, types=["efs"]).drill("full")) == {("efs", "backup", str(HOME))}


def test_copies_are_drilled_where_they_lie_with_roles_of_their_own(tmp_path: Path) -> None:
    """In the Region, or the account, that `from` names; without it nothing there could restore."""
    assert state_of(tmp_path).unit(COPIES).role(RolePurpose.RESTORE) is None  # type: ignore[union-attr]
    for place, unit in (("eu-west-2", COPIES), ("two/eu-west-2", AWAY)):
        state = state_of(tmp_path, **{"from": place})
        # Copies of Data Lifecycle Manager lie in no vault, and `plain` is copied nowhere.
        assert covers(state.drill("full")) == {
            ("efs", "backup", str(unit)),
            ("dynamodb", "backup", str(unit)),
        }
        found = state.unit(unit)
        assert found is not None
        role = found.role(RolePurpose.RESTORE)
        assert role is not None
        assert f"::{found.account_id}:role/" in role.arn
        assert found.role(RolePurpose.BACKUP) is None
        home = state.unit(HOME)
        assert home is not None
        assert home.roles == state_of(tmp_path).unit(HOME).roles  # type: ignore[union-attr]


def test_a_drill_of_copies_restores_from_the_vault_there(tmp_path: Path) -> None:
    """As the role there; nothing that lies there is an objective's of the tier but the recovery time."""
    state = state_of(tmp_path, **{"from": "eu-west-2"})
    scenario = state.drill("full")
    assert scenario is not None
    scope = scope_of(
        state,
        scenario,
        tier="gold",
        unit=str(COPIES),
        resource_type="efs",
        method="backup",
        resource_arn=None,
        point=NEWEST,
    )
    assert (scope.vault_name, scope.unit) == ("demo-gold-copies", COPIES)
    assert scope.restore_role_arn == "arn:aws:iam::000000000001:role/demo-restore-eu-west-2"


def test_the_shipped_drills_are_as_the_strategy_has_them() -> None:
    """A full one every month, of all; a partial one every week, which comes to all in three months."""
    state = compile_catalog(SHIPPED).state
    full, partial = state.drill("full"), state.drill("partial")
    assert full is not None
    assert partial is not None
    assert covers(full) == covers(partial)
    assert {each.tier for each in full.covers} == {"critical", "database", "development", "testing"}
    assert (full.every, full.sample, full.point, full.runs_within_cover) == ("1mo", False, "newest", 1)
    assert (partial.every, partial.sample, partial.point) == ("1w", True, "random")
    assert (partial.cover_within, partial.runs_within_cover) == ("3mo", 12)
    assert (full.budget_usd, full.budget_minutes, full.requires, full.side_by_side) == (
        None,
        None,
        "restored",
        4,
    )
