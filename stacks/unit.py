"""The stack of one account in one Region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import ITerraformDependable, LocalBackend, S3Backend, TerraformStack
from constructs import Construct

from imports.aws.data_aws_kms_alias import DataAwsKmsAlias
from imports.aws.provider import AwsProvider
from modules.air_gapped_vault import AirGappedVault
from modules.alarm import MetricAlarm
from modules.budget import TagBudget
from modules.dashboard import UnitDashboard
from modules.default_policy_stack import DefaultPolicyStack
from modules.events import UnitEvents
from modules.framework import AuditFramework
from modules.key import CustomerKey
from modules.lifecycle_policy import KeyArns
from modules.opt_in import RegionOptIn
from modules.organization import Organization
from modules.plan import PlanWithSelections
from modules.reports import Reports
from modules.restore_testing import RestoreTesting
from modules.role import UnitRole
from modules.script_document import ScriptDocument
from modules.shared_copy_policy import SharedCopyPolicy
from modules.snapshot_policy import SnapshotPolicy
from modules.snapshot_policy_stack import SnapshotPolicyStack
from modules.state_machine import StateMachine
from modules.vault import ProtectedVault
from stacks.kept import keep
from stacks.provider import provider
from tierkeep.desired.model import DesiredUnit, PolicyResource, RolePurpose, StateBackend, Vault
from tierkeep.watching import alarms, dashboard

_POLICIES: dict[PolicyResource, type[SnapshotPolicy | SnapshotPolicyStack]] = {
    PolicyResource.NATIVE: SnapshotPolicy,
    PolicyResource.STACK: SnapshotPolicyStack,
}

OLDEST_TERRAFORM = "1.10"
"""The first with a lock file beside the state in S3."""


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
        self.add_override("terraform.required_version", f">= {OLDEST_TERRAFORM}")
        self._unit = unit
        self._endpoint = endpoint
        provider(self, "aws", unit, endpoint)
        self._keep_state(state)
        keep(self, unit, destroyable=destroyable)
        keys = {
            key.alias: CustomerKey(
                self,
                key,
                account_id=unit.account_id,
                partition=unit.partition,
                destroyable=destroyable or not key.holds_backups,
            )
            for key in unit.keys
        }
        vaults = {vault.arn: self._vault(vault, keys, destroyable=destroyable) for vault in unit.vaults}
        arns = {vault.name: vault.arn for vault in unit.vaults}
        roles = {role.purpose: UnitRole(self, role, account_id=unit.account_id) for role in unit.roles}
        plans: dict[str, PlanWithSelections] = {}
        for plan in unit.plans:
            named = {arns[rule.vault_name] for rule in plan.rules}
            named |= {copy.destination_vault_arn for rule in plan.rules for copy in rule.copies}
            into = [part for arn in sorted(named) if arn in vaults for part in vaults[arn].parts]
            after = [*into, *roles[RolePurpose.BACKUP].parts]
            plans[plan.name] = PlanWithSelections(self, plan, after=after)
        key_arns = {
            **{(unit.id.region, alias): key.arn for alias, key in keys.items()},
            **self._copy_keys(),
        }
        policy_ids: dict[str, str] = {}
        documents = {each.tier: ScriptDocument(self, each) for each in unit.documents}
        for policy in unit.snapshot_policies:
            construct = _POLICIES[policy.resource]
            scripts = documents[policy.tier].parts if policy.tier in documents else []
            after = [*roles[RolePurpose.SNAPSHOTS].parts, *scripts]
            policy_ids[policy.name] = construct(self, policy, key_arns=key_arns, after=after).policy_id
        for copying in unit.copy_policies:
            copies = SharedCopyPolicy(
                self, copying, key_arns=key_arns, after=roles[RolePurpose.SNAPSHOTS].parts
            )
            policy_ids[copying.name] = copies.policy_id
        for default in unit.default_policies:
            DefaultPolicyStack(self, default, after=roles[RolePurpose.SNAPSHOTS].parts)
        complete = [part for role in roles.values() for part in role.parts]
        machines = [StateMachine(self, machine, after=complete) for machine in unit.state_machines]
        told: list[ITerraformDependable] = []
        if unit.events:
            starting = roles[RolePurpose.EVENTS].parts if RolePurpose.EVENTS in roles else []
            events = UnitEvents(
                self,
                unit.events,
                key=keys[unit.events.topic.key_alias],
                machines=[*starting, *(machine.resource for machine in machines)],
                vaults=[vault.resource for vault in vaults.values()],
            )
            told = events.parts
        self._watch(policy_ids, told)
        for testing in unit.restore_testing:
            RestoreTesting(self, testing, after=roles[RolePurpose.RESTORE].parts)
        self._audit(plans, destroyable=destroyable)

    def _vault(
        self, vault: Vault, keys: Mapping[str, CustomerKey], *, destroyable: bool
    ) -> ProtectedVault | AirGappedVault:
        partition = self._unit.partition
        if vault.air_gapped:
            return AirGappedVault(self, vault, partition=partition, destroyable=destroyable)
        key = keys[vault.key_alias] if vault.key_alias else None
        return ProtectedVault(self, vault, partition=partition, key=key, destroyable=destroyable)

    def _watch(self, policy_ids: Mapping[str, str], told: Sequence[ITerraformDependable]) -> None:
        for alarm in alarms(self._unit):
            MetricAlarm(self, alarm, policy_ids=policy_ids)
        shown = dashboard(self._unit)
        if shown:
            UnitDashboard(self, shown)
        for budget in self._unit.budgets:
            TagBudget(self, budget, after=told)

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
