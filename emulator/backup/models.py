"""The state of AWS Backup: one :class:`BackupBackend` for each account and Region."""

from collections.abc import Iterator
from datetime import datetime

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from emulator import clock
from emulator.backup import arns
from emulator.backup.backup_jobs import BackupJob
from emulator.backup.copy_jobs import CopyJob
from emulator.backup.jobs import Job, Jobs
from emulator.backup.plans import Plans
from emulator.backup.protected import ProtectedResources
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources import kind_named
from emulator.backup.resources.base import Place
from emulator.backup.restore_jobs import RestoreJob
from emulator.backup.settings import GlobalSettings, RegionSettings
from emulator.backup.tags import Tags
from emulator.backup.vaults import Vault, Vaults
from emulator.errors import InvalidParameterValue, InvalidRequest, ResourceNotFound


class BackupBackend(BaseBackend, TaggableResourcesMixin):
    """AWS Backup of one account in one Region."""

    SERVICE_NAMESPACE = "backup"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.place = Place(account_id, region_name, self.partition)
        self.tags = Tags()
        self.vaults = Vaults(account_id, region_name, self.partition, self.tags)
        self.plans = Plans(account_id, region_name, self.partition, self.vaults, self.tags)
        self.backup_jobs: Jobs[BackupJob] = Jobs("Backup")
        self.restore_jobs: Jobs[RestoreJob] = Jobs("Restore")
        self.copy_jobs: Jobs[CopyJob] = Jobs("Copy")
        self.protected = ProtectedResources()
        self.region_settings = RegionSettings()
        self.global_settings = GlobalSettings()

    def of(self, account: str, region: str) -> "BackupBackend":
        """AWS Backup of another account or Region."""
        backend: BackupBackend = backup_backends[account][region]
        return backend

    def recovery_points(self) -> list[RecoveryPoint]:
        return [point for vault in self.vaults.all() for point in vault.recovery_points.values()]

    def recovery_point(self, arn: str) -> RecoveryPoint:
        """:raises ResourceNotFound: no vault has such a recovery point."""
        for point in self.recovery_points():
            if point.arn == arn:
                return point
        raise ResourceNotFound(f"Cannot find recovery point {arn}")

    def keep(self, vault: Vault, point: RecoveryPoint) -> None:
        """Put a new recovery point into a vault."""
        vault.recovery_points[point.arn] = point
        self.tags.add(
            point.arn, {key: value for key, value in point.tags.items() if not key.startswith("aws:")}
        )
        self.protected.record(point)

    def delete_recovery_point(self, vault: Vault, arn: str) -> None:
        """Delete a recovery point and what it stands for.

        :raises InvalidRequest: a lock keeps it.
        """
        point = vault.recovery_point(arn)
        if vault.lock is not None:
            raise InvalidRequest(
                f"Backup vault {vault.name} is locked; recovery point {arn} cannot be deleted"
            )
        self._remove(vault, point)

    def _remove(self, vault: Vault, point: RecoveryPoint) -> None:
        kind_named(point.resource_type).delete(self.place, point)
        self.tags.forget(point.arn)
        del vault.recovery_points[point.arn]

    def settle(self, moment: datetime) -> None:
        """Do what is due by ``moment``: jobs go on, and recovery points whose time is over are deleted.

        Plans that fire by their schedules belong here, before the jobs.
        """
        for job in self._jobs_due(moment):
            job.settle(moment)
        for vault in self.vaults.all():
            for point in list(vault.recovery_points.values()):
                if point.moments.get("DeleteAt", moment) < moment:
                    self._remove(vault, point)

    def _jobs_due(self, moment: datetime) -> list[Job]:
        jobs: list[Job] = [
            *self.backup_jobs.due(moment), *self.copy_jobs.due(moment), *self.restore_jobs.due(moment)
        ]  # fmt: skip
        return sorted(jobs, key=lambda job: job.due)

    def require_taggable(self, arn: str) -> None:
        """:raises ResourceNotFound: AWS Backup has no resource of that ARN.

        :raises InvalidParameterValue: it is a resource of another service, as a snapshot is, whose tags are
            that service's.
        """
        if arns.parse(arn).service != "backup":
            raise InvalidParameterValue(f"{arn} is not a resource that is fully managed by AWS Backup")
        known = {vault.arn for vault in self.vaults.all()} | {plan.arn for plan in self.plans.all()}
        if arn not in known and arn not in {point.arn for point in self.recovery_points()}:
            raise ResourceNotFound(f"{arn} does not exist")

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """What the Resource Groups Tagging API sees."""
        for vault in self.vaults.all():
            yield TaggedResource(vault.arn, self.tags.of(vault.arn), "backup:backup-vault")
        for plan in self.plans.all():
            yield TaggedResource(plan.arn, self.tags.of(plan.arn), "backup:backup-plan")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        self.require_taggable(arn)
        self.tags.add(arn, tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        self.require_taggable(arn)
        self.tags.remove(arn, tag_keys)


backup_backends = BackendDict(BackupBackend, "backup")


def _settle_all(moment: datetime) -> None:
    for _, _, backend in list(backup_backends.iter_backends()):
        backend.settle(moment)  # type: ignore[attr-defined]  # moto types them as their base


clock.on_settle(_settle_all)
