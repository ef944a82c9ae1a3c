"""Protected resources: those that AWS Backup has backed up."""

from typing import Any

from emulator.backup.recovery_points import RecoveryPoint
from emulator.errors import ResourceNotFound


class ProtectedResources:
    """The resources that have been backed up, which stay known when their recovery points are gone."""

    def __init__(self) -> None:
        self._last: dict[str, RecoveryPoint] = {}

    def record(self, point: RecoveryPoint) -> None:
        """Remember ``point`` as the last of its resource, unless there is a later one."""
        last = self._last.get(point.resource_arn)
        if last is None or last.completed <= point.completed:
            self._last[point.resource_arn] = point

    def all(self) -> list[dict[str, Any]]:
        return [described(point) for point in self._last.values()]

    def get(self, resource_arn: str) -> dict[str, Any]:
        """:raises ResourceNotFound: the resource has never been backed up."""
        try:
            return described(self._last[resource_arn])
        except KeyError:
            raise ResourceNotFound(f"{resource_arn} is not a protected resource") from None


def described(point: RecoveryPoint) -> dict[str, Any]:
    """The resource whose last recovery point is ``point``, as ListProtectedResources answers it."""
    return {
        "ResourceArn": point.resource_arn,
        "ResourceType": point.resource_type,
        "ResourceName": point.resource_name,
        "LastBackupTime": point.completed,
        "LastBackupVaultArn": point.vault_arn,
        "LastRecoveryPointArn": point.arn,
    }
