"""What the management account holds for its organisation."""

from __future__ import annotations

import json

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_global_settings import BackupGlobalSettings
from imports.aws.organizations_delegated_administrator import OrganizationsDelegatedAdministrator
from imports.aws.organizations_policy import OrganizationsPolicy
from imports.aws.organizations_policy_attachment import OrganizationsPolicyAttachment
from tierkeep.desired import model
from tierkeep.desired.policies import vault_guard_policy


class Organization(Construct):
    """Settings of AWS Backup for the organisation, its delegated administrator, and the policy that guards
    vaults.

    Of the settings the provider reads those back too that the configuration does not name: it is told to look
    away, and to set them once more when others are asked for. Nothing is unset when they are destroyed.
    """

    def __init__(self, scope: Construct, settings: model.OrganizationSettings) -> None:
        super().__init__(scope, "organization")
        if settings.administrator_id:
            OrganizationsDelegatedAdministrator(
                self,
                "administrator",
                account_id=settings.administrator_id,
                service_principal="backup.amazonaws.com",
            )
        if settings.global_settings:
            wanted = DataResource(self, "wanted", input={"settings": list(settings.global_settings)})
            BackupGlobalSettings(
                self,
                "settings",
                global_settings=dict.fromkeys(settings.global_settings, "true"),
                lifecycle=TerraformResourceLifecycle(
                    ignore_changes=["global_settings"],
                    # Not a reference in ${}, which Terraform does not take here.
                    replace_triggered_by=[f"{wanted.terraform_resource_type}.{wanted.friendly_unique_id}"],
                ),
            )
        if settings.guard:
            self._guarded(settings.guard)

    def _guarded(self, guard: model.VaultGuard) -> None:
        policy = OrganizationsPolicy(
            self,
            "guard",
            name=guard.name,
            description=guard.description,
            type="SERVICE_CONTROL_POLICY",
            content=json.dumps(vault_guard_policy(guard)),
            tags=dict(guard.tags),
        )
        for target in guard.target_ids:
            OrganizationsPolicyAttachment(self, f"guard-{target}", policy_id=policy.id, target_id=target)
