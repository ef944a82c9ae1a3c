"""What the management account of an organisation holds for all of its accounts."""

from tierkeep.desired.backup_policies import backup_policy_document
from tierkeep.desired.model import BackupPolicy, DesiredUnit, VaultGuard
from tierkeep.desired.policies import vault_guard_policy
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    BACKUP_POLICY,
    SERVICE_CONTROL_POLICY,
    AdministratorForm,
    GlobalSettingForm,
    OrganizationPolicyForm,
)


def global_setting_forms(unit: DesiredUnit) -> dict[str, GlobalSettingForm]:
    """The settings that the catalog turns on; others stay as they are."""
    asked = unit.organization
    names = asked.global_settings if asked else ()
    return {each: GlobalSettingForm(value="true", origin=asked.origin if asked else ()) for each in names}


def administrator_forms(unit: DesiredUnit) -> dict[str, AdministratorForm]:
    """The delegated administrator, by the account's id."""
    asked = unit.organization
    if asked is None or asked.administrator_id is None:
        return {}
    origin = (*asked.origin, "delegated_administrator")
    return {asked.administrator_id: AdministratorForm(state="ACTIVE", origin=origin)}


def organization_policy_forms(unit: DesiredUnit) -> dict[str, OrganizationPolicyForm]:
    """The policies that are attached to roots, organisational units and accounts."""
    asked = unit.organization
    if asked is None:
        return {}
    guard = {asked.guard.name: _guard_form(asked.guard)} if asked.guard else {}
    return {**guard, **{each.name: _backup_policy_form(each) for each in asked.backup_policies}}


def _backup_policy_form(policy: BackupPolicy) -> OrganizationPolicyForm:
    return OrganizationPolicyForm(
        type=BACKUP_POLICY,
        description=policy.description,
        content=normal.backup_policy(backup_policy_document(policy)),
        targets=dict.fromkeys(policy.target_ids, "attached"),
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def _guard_form(guard: VaultGuard) -> OrganizationPolicyForm:
    return OrganizationPolicyForm(
        type=SERVICE_CONTROL_POLICY,
        description=guard.description,
        content=normal.policy(vault_guard_policy(guard)),
        targets=dict.fromkeys(guard.target_ids, "attached"),
        tags=dict(guard.tags),
        origin=guard.origin,
    )
