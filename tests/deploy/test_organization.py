"""What a management account holds for its organisation, with the real Terraform and provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator.process import running
from tests.catalogs import model
from tests.deploy.applying import apply, require_terraform, terraform
from tests.stacks.read_back import without_origins
from tests.stacks.read_back_organization import plans_in
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import OrganizationSettings
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

pytestmark = pytest.mark.timeout(1800)

REGION, MANAGEMENT, STACK = "eu-west-1", "123456789012", "management-eu-west-1"


@dataclass
class World:
    """An organisation of an emulated AWS: a member below a unit, and an account beside it."""

    endpoint: str
    unit: str = ""
    member: str = ""
    watcher: str = ""

    def __post_init__(self) -> None:
        organizations = self.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        for kind in ("BACKUP_POLICY", "SERVICE_CONTROL_POLICY"):
            organizations.enable_policy_type(RootId=root, PolicyType=kind)
        made = organizations.create_organizational_unit(ParentId=root, Name="members")
        self.unit = made["OrganizationalUnit"]["Id"]
        self.member, self.watcher = (
            organizations.create_account(Email=f"{name}@example.com", AccountName=name)[
                "CreateAccountStatus"
            ]["AccountId"]
            for name in ("member", "watcher")
        )
        organizations.move_account(AccountId=self.member, SourceParentId=root, DestinationParentId=self.unit)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def settings(self, *, keep: str, roles: list[str]) -> tuple[OrganizationSettings, dict[str, Any]]:
        """What the management account is to hold, and its stack."""
        tier = {
            "description": "Whatever members hold",
            "protects": {"efs": {}, "rds": {}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "at": "02:00", "keep": keep}},
            "copy_to": {"eu-central-1": {"keep": "8w"}},
            "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
        }
        catalog = {
            "version": 1,
            "name": "demo",
            "access": {"deploy": "deploy"},
            "tiers": {"files": tier},
            "accounts": {"management": {"id": MANAGEMENT}, "watcher": {"id": self.watcher}},
            "organization": {
                "account": "management",
                "region": REGION,
                "cross_account_backup": True,
                "delegated_administrator": "watcher",
                "guard": {"targets": [self.unit], "roles": roles},
                "backup_policies": {
                    "members": {"tiers": ["files"], "regions": [REGION], "targets": [self.unit]}
                },
            },
        }
        state = resolve(model(catalog))
        assert not [each for each in judge(state) if each.severity is Severity.ERROR]
        (unit,) = state.units
        assert unit.organization
        return unit.organization, synthesize(state, endpoint=self.endpoint, destroyable="demo")[STACK]

    def policy(self, kind: str) -> tuple[str, str]:
        """The only policy of the catalog's of a kind that is attached to the unit: its id and content."""
        organizations = self.client("organizations")
        found = organizations.list_policies_for_target(TargetId=self.unit, Filter=kind)["Policies"]
        (ours,) = (each["Id"] for each in found if not each["AwsManaged"])
        return ours, organizations.describe_policy(PolicyId=ours)["Policy"]["Content"]

    def effective(self) -> dict[str, Any]:
        """The backup policy that holds for the member."""
        found = self.client("organizations").describe_effective_policy(
            PolicyType="BACKUP_POLICY", TargetId=self.member
        )
        effective: dict[str, Any] = json.loads(found["EffectivePolicy"]["PolicyContent"])
        return effective


def test_it_is_made_changed_in_place_and_destroyed(tmp_path: Path) -> None:
    """Planned again there is nothing to do. What AWS Organizations makes of the policy for an account below
    the unit is the tier's plans, and the policy stays the same one when the tier changes."""
    require_terraform()
    with running() as endpoint:
        world, folder = World(endpoint), tmp_path / STACK
        backup, organizations = world.client("backup"), world.client("organizations")

        wanted, stack = world.settings(keep="30d", roles=[])
        assert apply(folder, stack, endpoint) is None
        assert plans_in(world.effective()) == without_origins(wanted.backup_policies[0].plans)
        settings = backup.describe_global_settings()["GlobalSettings"]
        assert settings["isCrossAccountBackupEnabled"] == "true"
        (administrator,) = organizations.list_delegated_administrators()["DelegatedAdministrators"]
        assert administrator["Id"] == world.watcher
        before = {kind: world.policy(kind) for kind in ("BACKUP_POLICY", "SERVICE_CONTROL_POLICY")}

        wanted, stack = world.settings(keep="60d", roles=["lead"])
        assert apply(folder, stack, endpoint) is None
        assert plans_in(world.effective()) == without_origins(wanted.backup_policies[0].plans)
        for kind, (policy_id, content) in before.items():
            same_id, other_content = world.policy(kind)
            assert same_id == policy_id
            assert other_content != content

        done = terraform(folder, endpoint, "destroy", "-auto-approve", "-input=false")
        assert done.returncode == 0, done.stdout + done.stderr
        assert organizations.list_policies(Filter="BACKUP_POLICY")["Policies"] == []
        assert organizations.list_delegated_administrators()["DelegatedAdministrators"] == []
