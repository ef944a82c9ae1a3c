"""What changes of backup policies, in accounts that no catalog lists."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.catalogs import model
from tierkeep.desired.resolve import resolve
from tierkeep.diff import Action, Direction, compare

CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "tiers": {
        "files": {
            "description": "Files",
            "protects": {"efs": {}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "at": "02:00", "keep": "30d"}},
        }
    },
    "accounts": {"management": {"id": "000000000008"}},
    "organization": {
        "account": "management",
        "region": "eu-west-1",
        "backup_policies": {
            "members": {
                "tiers": ["files"],
                "regions": ["eu-west-1"],
                "targets": ["ou-a1b2-c3d4e5f6", "r-a1b2"],
            }
        },
    },
}


def test_a_tier_of_a_policy_alone_gets_weaker() -> None:
    """As a promise in whatever account, and in place in the one policy that has it."""
    shorter = deepcopy(CATALOG)
    shorter["tiers"]["files"]["schedules"]["daily"]["keep"] = "7d"
    found = compare(resolve(model(CATALOG)), resolve(model(shorter)))
    (weaker,) = found.of(Direction.WEAKER)
    assert (weaker.tier, weaker.places) == ("files", ("$account/eu-west-1 efs",))
    (changed,) = found.resources
    assert (changed.type, changed.name, changed.action) == (
        "aws_organizations_policy", "demo-backups-members", Action.UPDATE,
    )  # fmt: skip
    (attribute,) = changed.fields
    assert attribute.name == "plan demo-files-eu-west-1: rule daily: lifecycle"


def test_a_target_that_is_left_out_loses_its_plans() -> None:
    """Which wants to be looked at, though the promise holds elsewhere."""
    fewer = deepcopy(CATALOG)
    fewer["organization"]["backup_policies"]["members"]["targets"].remove("r-a1b2")
    found = compare(resolve(model(CATALOG)), resolve(model(fewer)))
    assert [(each.name, each.action) for each in found.resources] == [
        ("demo-backups-members/r-a1b2", Action.DESTROY)
    ]
    assert found.needs_attention
