"""Which types of resource a Region is opted in to."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.backup_region_settings import BackupRegionSettings


class RegionOptIn(Construct):
    """Opts an account in to backups of some types in a Region, and touches no other type's setting.

    The provider reads the settings of all types back, those that the configuration does not name too, and
    would unset nothing of them: it is told to look away, and to set them once more when the types change.
    Nothing is unset when it is destroyed.
    """

    def __init__(self, scope: Construct, types: Sequence[str]) -> None:
        super().__init__(scope, "opt-in")
        wanted = DataResource(self, "types", input={"types": list(types)})
        BackupRegionSettings(
            self,
            "settings",
            resource_type_opt_in_preference=dict.fromkeys(types, True),
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["resource_type_management_preference", "resource_type_opt_in_preference"],
                # Not a reference in ${}, which Terraform does not take here.
                replace_triggered_by=[f"{wanted.terraform_resource_type}.{wanted.friendly_unique_id}"],
            ),
        )
