"""The state of AWS Backup: one :class:`BackupBackend` for each account and Region."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from emulator import clock
from emulator.backup import arns, events, metrics
from emulator.backup.backup_jobs import BackupJob
from emulator.backup.copy_jobs import CopyJob
from emulator.backup.frameworks import Frameworks
from emulator.backup.jobs import Jobs
from emulator.backup.legal_holds import LegalHolds
from emulator.backup.plan_runs import PlanRuns
from emulator.backup.plans import Plans
from emulator.backup.protected import ProtectedResources
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.report_plans import ReportPlans
from emulator.backup.resources import kind_named
from emulator.backup.resources.base import Place
from emulator.backup.restore_jobs import RestoreJob
from emulator.backup.restore_test_runs import RestoreTestRuns
from emulator.backup.restore_testing import RestoreTestingPlans
from emulator.backup.settings import GlobalSettings, RegionSettings
from emulator.backup.tags import Tags
from emulator.backup.vaults import Vault, Vaults
from emulator.errors import InvalidParameterValue, InvalidRequest, ResourceNotFound


class BackupBackend(BaseBackend, TaggableResourcesMixin):
    """AWS Backup of one account in one Region."""

    SERVICE_NAMESPACE = "backup"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.agenda = clock.Agenda()
        self.place = Place(account_id, region_name, self.partition)
        self.tags = Tags()
        self.vaults = Vaults(account_id, region_name, self.partition, self.tags)
        self.plans = Plans(
            account_id, region_name, self.partition, self.vaults, self.tags, PlanRuns(self).enter
        )
        self.backup_jobs: Jobs[BackupJob] = Jobs("Backup")
        self.restore_jobs: Jobs[RestoreJob] = Jobs("Restore")
        self.copy_jobs: Jobs[CopyJob] = Jobs("Copy")
        self.protected = ProtectedResources()
        self.region_settings = RegionSettings()
        self.global_settings = GlobalSettings()
        self.frameworks = Frameworks(self.place, self.tags)
        self.report_plans = ReportPlans(self)
        self.restore_testing = RestoreTestingPlans(self.place, self.tags, RestoreTestRuns(self).enter)
        self.legal_holds = LegalHolds(self.place, self.tags, self._expire_released)

    def reset(self) -> None:
        self.agenda.clear()
        super().reset()

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
        if point.fully_managed:
            own_tags = {key: value for key, value in point.tags.items() if not key.startswith("aws:")}
            self.tags.add(point.arn, own_tags)
        self.protected.record(point)
        self._expire_in_time(vault, point)
        self._tell(point, point.status)

    def change_lifecycle(self, vault: Vault, point: RecoveryPoint, lifecycle: dict[str, Any]) -> None:
        """Give a recovery point another lifecycle, which counts from its creation as the old one did."""
        point.lifecycle = lifecycle
        self._expire_in_time(vault, point)
        events.of_changed_lifecycle(self, vault, point)

    def delete_recovery_point(self, vault: Vault, arn: str) -> None:
        """Delete a recovery point and what it stands for.

        :raises InvalidRequest: a lock or a legal hold keeps it.
        """
        point = vault.recovery_point(arn)
        self._require_free(vault, point)
        self._remove(vault, point)

    def stop_continuous(self, vault: Vault, point: RecoveryPoint) -> None:
        """End a continuous backup: what it holds is kept until it is too old."""
        point.stopped = clock.now()
        point.status = "STOPPED"
        self._expire_in_time(vault, point)
        self._tell(point, point.status)

    def release_continuous(self, vault: Vault, point: RecoveryPoint) -> None:
        """Give a continuous backup back to the service that makes it, which goes on with it
        (DisassociateRecoveryPoint in the AWS Backup API reference).

        :raises InvalidRequest: it is a snapshot, or a lock or a legal hold keeps it.
        """
        if not point.continuous:
            raise InvalidRequest(f"Recovery point {point.arn} is not a continuous backup")
        self._require_free(vault, point)
        if point.expiry is not None:
            point.expiry.cancel()
        kind_named(point.resource_type).release(point)
        self.tags.forget(point.arn)
        del vault.recovery_points[point.arn]

    def _require_free(self, vault: Vault, point: RecoveryPoint) -> None:
        hold = self.legal_holds.holding(point)
        if hold is not None:
            raise InvalidRequest(
                f"Recovery point {point.arn} is under legal hold {hold.id} and cannot be deleted"
            )
        if vault.lock is not None:
            raise InvalidRequest(
                f"Backup vault {vault.name} is locked; recovery point {point.arn} cannot be deleted"
            )

    def _expire_in_time(self, vault: Vault, point: RecoveryPoint) -> None:
        if point.expiry is not None:
            point.expiry.cancel()
        moment = point.moments.get("DeleteAt")
        point.expiry = self.agenda.at(moment, partial(self._expire, vault, point)) if moment else None

    def _expire(self, vault: Vault, point: RecoveryPoint) -> None:
        """What a legal hold holds waits until the hold is canceled."""
        if self.legal_holds.holding(point) is None:
            self._remove(vault, point)

    def _expire_released(self) -> None:
        for vault in self.vaults.all():
            for point in list(vault.recovery_points.values()):
                if point.moments.get("DeleteAt", clock.now()) < clock.now():
                    self._expire(vault, point)

    def _tell(self, point: RecoveryPoint, status: str) -> None:
        events.of_recovery_point(self, point, status)
        metrics.of_recovery_point(self, status, point.vault_name, point.resource_type)

    def _remove(self, vault: Vault, point: RecoveryPoint) -> None:
        """AWS does it some hours after a lifecycle's end ("Deleting backups" in the guide)."""
        if point.expiry is not None:
            point.expiry.cancel()
        kind = kind_named(point.resource_type)
        if point.continuous:
            kind.end_continuous(point)
        else:
            kind.delete(self.place, point)
        self.tags.forget(point.arn)
        del vault.recovery_points[point.arn]
        self._tell(point, "DELETING")

    def require_taggable(self, arn: str) -> None:
        """:raises ResourceNotFound: AWS Backup has no resource of that ARN.

        :raises InvalidParameterValue: it is a resource of another service, as a snapshot is, whose tags are
            that service's.
        """
        if arns.parse(arn).service != "backup":
            raise InvalidParameterValue(f"{arn} is not a resource that is fully managed by AWS Backup")
        if arn not in self._arns() and arn not in {point.arn for point in self.recovery_points()}:
            raise ResourceNotFound(f"{arn} does not exist")

    def _arns(self) -> set[str]:
        """The ARNs of all that can have tags, but for recovery points."""
        kinds = (self.vaults, self.plans, self.frameworks, self.report_plans)
        others = (self.restore_testing, self.legal_holds)
        return {thing.arn for things in (*kinds, *others) for thing in things.all()}

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
