"""What the management account holds for its organisation."""

from __future__ import annotations

from typing import Any

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_global_settings import BackupGlobalSettings
from imports.aws.organizations_delegated_administrator import OrganizationsDelegatedAdministrator
from imports.aws.organizations_policy import OrganizationsPolicy
from imports.aws.organizations_policy_attachment import OrganizationsPolicyAttachment
from tierkeep.desired import model
from tierkeep.desired.backup_policies import backup_policy_document
from tierkeep.desired.policies import policy_text, vault_guard_policy


class Organization(Construct):
    """Settings of AWS Backup for the organisation, its delegated administrator, the policy that guards
    vaults, and backup policies.

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
            self._policy(
                "guard", "SERVICE_CONTROL_POLICY", settings.guard, vault_guard_policy(settings.guard)
            )
        for each in settings.backup_policies:
            self._policy(f"backup-{each.key}", "BACKUP_POLICY", each, backup_policy_document(each))

    def _policy(
        self,
        construct_id: str,
        kind: str,
        wanted: model.VaultGuard | model.BackupPolicy,
        document: dict[str, Any],
    ) -> None:
        policy = OrganizationsPolicy(
            self,
            construct_id,
            name=wanted.name,
            description=wanted.description,
            type=kind,
            content=policy_text(document),
            tags=dict(wanted.tags),
        )
        for target in wanted.target_ids:
            OrganizationsPolicyAttachment(
                self, f"{construct_id}-{target}", policy_id=policy.id, target_id=target
            )
