"""A unit with one of everything that stands around vaults and plans: what tests, audits, tells and watches,
and what holds for a whole organisation."""

from typing import Any

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, UnitId
from tierkeep.desired.resolve import resolve

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"

CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "library-1",
    "access": {"deletion": ["keeper"], "deploy": "deploy", "validate": "validate"},
    "objectives": {"recovery_time": {"soon": "1h"}},
    "tiers": {
        "files": {
            "description": "Files and databases",
            "recovery_time": "soon",
            "protects": {"efs": {}, "rds": {}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "keep": "30d"}},
            "on_demand": {"on": ["before-deployment"], "keep": "7d"},
        },
        "machines": {
            "description": "Instances whose scripts are their team's, and volumes",
            "protects": {"ebs": {"engine": "dlm"}, "ec2": {"engine": "dlm"}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "keep": "30d"}},
            "application_consistency": {"scripts": "pre-and-post", "document": "quiesce"},
        },
    },
    "accounts": {
        "one": {"id": ACCOUNT, "regions": [REGION], "tiers": ["files", "machines"]},
        "two": {"id": OTHER},
    },
    "audit": {"controls": True, "reports": {"keep": "1y"}, "opt_in": True},
    "drills": {
        "full": {
            "every": "1mo",
            "scope": "all",
            "restore_testing": {"on": 1, "metadata": {"rds": {"dbSubnetGroupName": "tests"}}},
        }
    },
    "events": {"emails": ["one@example.org", "two@example.org"], "retry": {}},
    "watching": {
        "alarms": "by-tier",
        "dashboard": True,
        "budgets": {"files": {"monthly": 100}},
        "emails": ["finance@example.com"],
    },
    "organization": {
        "account": "one",
        "region": REGION,
        "cross_account_backup": True,
        "delegated_administrator": "two",
        "guard": {"targets": [OTHER]},
        "backup_policies": {
            "members": {"tiers": ["files"], "regions": [REGION], "targets": [OTHER], "tag": "members"}
        },
    },
}


def around(**parts: Any) -> DesiredState:
    """The state, with other parts of the catalog or, where they are None, without them."""
    changed = {name: part for name, part in {**CATALOG, **parts}.items() if part is not None}
    return resolve(model(changed))


STATE = around()
(UNIT,) = (unit for unit in STATE.units if unit.id == UnitId(account="one", region=REGION))
