"""The stack of one account in one Region."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cdktf import LocalBackend, S3Backend, TerraformStack
from constructs import Construct

from imports.aws.data_aws_kms_alias import DataAwsKmsAlias
from imports.aws.provider import AwsProvider
from modules.framework import AuditFramework
from modules.key import CustomerKey
from modules.opt_in import RegionOptIn
from modules.organization import Organization
from modules.plan import PlanWithSelections
from modules.reports import Reports
from modules.restore_testing import RestoreTesting
from modules.role import ServiceRole
from modules.shared_copy_policy import SharedCopyPolicy
from modules.snapshot_policy import KeyArns, SnapshotPolicy
from modules.snapshot_policy_stack import SnapshotPolicyStack
from modules.vault import ProtectedVault
from stacks.kept import keep
from stacks.provider import provider
from tierkeep.desired.model import DesiredUnit, PolicyResource, RolePurpose, StateBackend

_POLICIES = {PolicyResource.NATIVE: SnapshotPolicy, PolicyResource.STACK: SnapshotPolicyStack}


class UnitStack(TerraformStack):
    """All that one account in one Region shall hold."""

    def __init__(
        self,
        scope: Construct,
        unit: DesiredUnit,
        *,
        state: StateBackend,
        endpoint: str | None,
        destroyable: bool,
    ) -> None:
        super().__init__(scope, stack_id(unit))
        self._unit = unit
        self._endpoint = endpoint
        provider(self, "aws", unit, endpoint)
        self._keep_state(state)
        keep(self, unit, destroyable=destroyable)
        keys = {
            key.alias: CustomerKey(
                self, key, account_id=unit.account_id, partition=unit.partition, destroyable=destroyable
            )
            for key in unit.keys
        }
        vaults = {
            vault.name: ProtectedVault(
                self,
                vault,
                partition=unit.partition,
                key=keys[vault.key_alias] if vault.key_alias else None,
                destroyable=destroyable,
            )
            for vault in unit.vaults
        }
        roles = {role.purpose: ServiceRole(self, role, account_id=unit.account_id) for role in unit.roles}
        plans: dict[str, PlanWithSelections] = {}
        for plan in unit.plans:
            named = sorted({rule.vault_name for rule in plan.rules})
            into = [part for name in named for part in vaults[name].parts]
            after = [*into, *roles[RolePurpose.BACKUP].parts]
            plans[plan.name] = PlanWithSelections(self, plan, after=after)
        key_arns = {
            **{(unit.id.region, alias): key.arn for alias, key in keys.items()},
            **self._copy_keys(),
        }
        for policy in unit.snapshot_policies:
            construct = _POLICIES[policy.resource]
            construct(self, policy, key_arns=key_arns, after=roles[RolePurpose.SNAPSHOTS].parts)
        for copying in unit.copy_policies:
            SharedCopyPolicy(self, copying, key_arns=key_arns, after=roles[RolePurpose.SNAPSHOTS].parts)
        for testing in unit.restore_testing:
            RestoreTesting(self, testing, after=roles[RolePurpose.RESTORE].parts)
        self._audit(plans, destroyable=destroyable)

    def _audit(self, plans: Mapping[str, PlanWithSelections], *, destroyable: bool) -> None:
        unit = self._unit
        ids = {name: plan.resource.id for name, plan in plans.items()}
        frameworks = {each.name: AuditFramework(self, each, plan_ids=ids) for each in unit.frameworks}
        if unit.report_bucket:
            Reports(
                self,
                unit.report_bucket,
                unit.report_plans,
                framework_arns={name: each.resource.arn for name, each in frameworks.items()},
                after=[each.resource for each in frameworks.values()],
                destroyable=destroyable,
            )
        if unit.organization:
            Organization(self, unit.organization)
        if unit.opted_in:
            RegionOptIn(self, unit.opted_in)

    def _keep_state(self, state: StateBackend) -> None:
        if self._endpoint is not None:
            # Never the state of what is deployed to AWS: an emulator knows nothing of it, and Terraform would
            # forget it all.
            LocalBackend(self, path=str(Path.cwd() / f"terraform.emulator.{stack_id(self._unit)}.tfstate"))
            return
        if state.bucket is None or state.region is None:
            return
        S3Backend(
            self,
            bucket=state.bucket,
            region=state.region,
            key=f"{state.prefix}/{stack_id(self._unit)}.tfstate",
            encrypt=True,
        )
        # cdktf 0.21 does not know the option.
        self.add_override("terraform.backend.s3.use_lockfile", value=True)

    def _copy_keys(self) -> KeyArns:
        """Looks up, in other Regions that receive copies, the keys whose ARNs no name can tell."""
        wanted = {
            (copy.target_region, copy.key_alias)
            for copy in self._unit.snapshot_copies
            if copy.key_alias and copy.target_region != self._unit.id.region
        }
        providers: dict[str, AwsProvider] = {}
        arns: dict[tuple[str, str], str] = {}
        for region, alias in sorted(wanted):
            if region not in providers:
                providers[region] = provider(self, f"aws-{region}", self._unit, self._endpoint, alias=region)
            name = alias.removeprefix("alias/")
            found = DataAwsKmsAlias(self, f"copy-key-{region}-{name}", name=alias, provider=providers[region])
            arns[region, alias] = found.target_key_arn
        return arns


def stack_id(unit: DesiredUnit) -> str:
    """The stack's name for `cdktf deploy`, such as `production-ap-south-1`."""
    return f"{unit.id.account}-{unit.id.region}"
