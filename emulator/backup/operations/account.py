"""Operations on an account's settings, and on tags."""

from moto.core.responses import ActionResult, EmptyResult

from emulator.backup import paging
from emulator.backup.operations.base import BackupOperations
from emulator.backup.resources import SUPPORTED_TYPES
from emulator.service import answer


class AccountOperations(BackupOperations):
    def describe_region_settings(self) -> ActionResult:
        settings = self.backend.region_settings
        return answer(
            ResourceTypeOptInPreference=settings.opt_in, ResourceTypeManagementPreference=settings.management
        )

    def update_region_settings(self) -> ActionResult:
        self.backend.region_settings.update(
            self.param("ResourceTypeOptInPreference", {}), self.param("ResourceTypeManagementPreference", {})
        )
        return EmptyResult()

    def describe_global_settings(self) -> ActionResult:
        settings = self.backend.global_settings
        return answer(GlobalSettings=settings.values, LastUpdateTime=settings.updated)

    def update_global_settings(self) -> ActionResult:
        self.backend.global_settings.update(self.param("GlobalSettings", {}))
        return EmptyResult()

    def get_supported_resource_types(self) -> ActionResult:
        return answer(ResourceTypes=list(SUPPORTED_TYPES))

    def list_tags(self) -> ActionResult:
        arn = self.param("ResourceArn")
        self.backend.require_taggable(arn)
        tags, token = paging.slice_of(sorted(self.backend.tags.of(arn).items()), self.params)
        return answer(Tags=dict(tags), NextToken=token)

    def tag_resource(self) -> ActionResult:
        self.backend.tag_resource(self.param("ResourceArn"), self.param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        self.backend.untag_resource(self.param("ResourceArn"), self.param("TagKeyList"))
        return EmptyResult()
