"""What the operations of AWS Backup share."""

from typing import Any

from moto.core.utils import get_service_model

from emulator import shapes
from emulator.backup import vault_policies
from emulator.backup.models import BackupBackend, backup_backends
from emulator.errors import InvalidParameterValue, MissingParameterValue
from emulator.service import ModelledResponse


class BackupOperations(ModelledResponse):
    """A request to AWS Backup."""

    def __init__(self) -> None:
        super().__init__("backup")

    @property
    def backend(self) -> BackupBackend:
        backend: BackupBackend = backup_backends[self.current_account][self.region]
        return backend

    def check_request(self, operation_name: str) -> None:
        """:raises MissingParameterValue: a required member is missing.

        :raises InvalidParameterValue: a member breaks a constraint of the service model.
        :raises AccessDenied: the access policy of the vault that is named denies the operation.
        """
        shape = get_service_model("backup").operation_model(operation_name).input_shape
        found = list(shapes.violations(shape, self.params))
        for violation in found:
            if violation.missing:
                raise MissingParameterValue(str(violation))
        if found:
            raise InvalidParameterValue("; ".join(map(str, found)))
        self._check_vault_policy(operation_name)

    def _check_vault_policy(self, operation_name: str) -> None:
        vaults = self.backend.vaults
        name = self.params.get("BackupVaultName")
        if name and vaults.exists(name) and vaults.get(name).policy is not None:
            who = vault_policies.caller(self.backend.place, self.get_access_key())
            vault_policies.check(vaults.get(name), f"backup:{operation_name}", who)

    def filtered(self, documents: list[dict[str, Any]], **filters: str) -> list[dict[str, Any]]:
        """Those of ``documents`` whose members are what the request's parameters say.

        ``filters`` maps a parameter to the member that it is about; a parameter that is not given lets all
        pass.
        """
        wanted = {
            member: self.param(name) for name, member in filters.items() if self.param(name) is not None
        }
        return [
            document
            for document in documents
            if all(document.get(member) == value for member, value in wanted.items())
        ]
