"""Catalogs for the tests of policies, and every statement that is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, ResourceType, Role, RolePurpose, Statement
from tierkeep.desired.resolve import resolve
from tierkeep.iam import COMMANDS, account_policies, caller_statements

TYPES = sorted(ResourceType)
HOME = "ap-south-1"


def everything(region: str = HOME, far: str = "eu-west-1", **access: Any) -> dict[str, Any]:
    """A catalog with each type by each engine, and with all that widens what a role may do."""
    schedules = {"daily": {"every": "1d", "keep": "30d"}}
    common = {"description": "x", "encryption": "customer-managed", "schedules": schedules}
    copies = {far: {}, f"vaults/{region}": {}}
    return {
        "version": 1,
        "name": "campus",
        "access": access,
        "tiers": {
            "all": {
                **common,
                "protects": {
                    **{each.value: {} for each in TYPES},
                    "dynamodb": {"point_in_time_recovery": "native"},
                    "ec2": {"engine": "backup"},
                    "rds": {"connect": {"secret": "campus/drills", "database": "shop"}},
                },
                "application_consistency": {"scripts": "vss"},
                "copy_to": copies,
                "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
                "on_demand": {"on": ["before-deployment"], "keep": "7d"},
            },
            "volumes": {
                **common,
                "protects": {"ebs": {"engine": "dlm"}, "ec2": {"engine": "dlm"}},
                "copy_to": {far: {}},
                "fast_snapshot_restore": {
                    "availability_zones": [f"{region}a"],
                    "schedule": "daily",
                    "keep": "1d",
                },
                "share": {"with_accounts": ["other"], "unshare_after": "7d"},
                "application_consistency": {
                    "scripts": "pre-and-post",
                    "application": {"type": "postgresql"},
                },
            },
            "archived": {
                **common,
                "protects": {"ebs": {}},
                "schedules": {"monthly": {"every": "1mo", "on": 1, "keep": "2y", "archive_after": "3mo"}},
                "copy_to": {f"vaults/{region}": {}},
            },
        },
        "watching": {
            "topic": "operations",
            "alarms": "by-tier",
            "dashboard": True,
            "budgets": {"all": {"monthly": 100}},
        },
        "accounts": {
            "main": {"id": "111111111111", "regions": [region], "tiers": ["all", "archived", "volumes"]},
            "other": {"id": "222222222222", "regions": [region], "tiers": ["volumes"]},
            "vaults": {"id": "999999999999"},
        },
        "isolation": {
            f"main/{region}": {
                "subnets": ["subnet-0123456789abcdef0"],
                "security_group": "sg-0123456789abcdef0",
                "db_subnet_group": "drills",
                "instance_profile": "drills",
            }
        },
        "events": {"emails": ["somebody@example.org"], "ops_items": True, "retry": {}},
        "organization": {
            "account": "vaults",
            "region": region,
            "cross_account_backup": True,
            "delegated_administrator": "other",
            "guard": {"targets": ["r-abcd"]},
        },
    }


def copying_to(accounts: int) -> dict[str, Any]:
    """The same with copies in so many accounts: soon the policy of a role is too long to be inline."""
    catalog = everything()
    vaults = {f"vault-{number:02}": {"id": f"{900 + number:012}"} for number in range(accounts)}
    catalog["accounts"].update(vaults)
    catalog["tiers"]["all"]["copy_to"] = {f"{name}/eu-west-1": {} for name in vaults}
    return catalog


def with_images(far: str = "eu-west-1", **access: Any) -> dict[str, Any]:
    """The same, and all that Data Lifecycle Manager does besides with images and by default."""
    catalog = everything(far=far, **access)
    catalog["tiers"]["templates"] = {
        "description": "x",
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "30d", "deprecate_after": "7d"}},
        "protects": {"ec2": {}},
        "images": {},
        "copy_to": {far: {"deprecate_after": "7d"}},
    }
    catalog["accounts"]["main"]["tiers"].append("templates")
    net = {"volumes": {"keep": "7d", "copy_to": [far]}, "instances": {"keep": "7d"}}
    return {**catalog, "default_policies": net}


def smallest(resource_type: ResourceType, **tier: Any) -> dict[str, Any]:
    """A catalog with one tier of one type."""
    return {
        "version": 1,
        "name": "campus",
        "tiers": {
            "one": {
                "description": "x",
                "encryption": "customer-managed",
                "schedules": {"daily": {"every": "1d", "keep": "7d"}},
                "protects": {resource_type.value: {}},
                **tier,
            }
        },
        "accounts": {"main": {"id": "111111111111", "regions": [HOME], "tiers": ["one"]}},
    }


def state_of(catalog: dict[str, Any]) -> DesiredState:
    return resolve(model(catalog))


def roles_of(catalog: dict[str, Any], purpose: RolePurpose) -> list[Role]:
    return [role for unit in state_of(catalog).units if (role := unit.role(purpose))]


def command_statements() -> Iterator[Statement]:
    """Of the roles of all commands, and of who runs them, with all that a catalog may say of access."""
    state = {"backend": "s3", "bucket": "states", "region": HOME, "prefix": "backups"}
    named = everything(deploy="deploy", validate="validate", drill="drill", permissions_boundary="b")
    for catalog in (everything(), {**named, "state": state}):
        for command in COMMANDS:
            for each in account_policies(state_of(catalog), command):
                yield from each.statements
            yield from caller_statements(state_of(catalog), command, evidence=("evidence", "drills"))


def every_statement() -> Iterator[Statement]:
    """Of all these."""
    yield from command_statements()
    for catalog in (with_images(), *(smallest(each) for each in TYPES)):
        for purpose in RolePurpose:
            for role in roles_of(catalog, purpose):
                yield from role.statements
