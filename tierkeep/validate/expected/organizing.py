"""What the management account of an organisation holds for all of its accounts."""

from tierkeep.desired.model import DesiredUnit, VaultGuard
from tierkeep.desired.policies import vault_guard_policy
from tierkeep.validate import normal
from tierkeep.validate.forms import (
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
    return {asked.guard.name: _guard_form(asked.guard)} if asked and asked.guard else {}


def _guard_form(guard: VaultGuard) -> OrganizationPolicyForm:
    return OrganizationPolicyForm(
        type=SERVICE_CONTROL_POLICY,
        description=guard.description,
        content=normal.policy(vault_guard_policy(guard)),
        targets=dict.fromkeys(guard.target_ids, "attached"),
        tags=dict(guard.tags),
        origin=guard.origin,
    )
