"""Backup plans: their versions and rules."""

import base64
import copy
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from emulator import clock
from emulator.backup import rules
from emulator.backup.selections import Selection
from emulator.backup.tags import Tags
from emulator.backup.vaults import Vaults
from emulator.errors import AlreadyExists, InvalidRequest, LimitExceeded, ResourceNotFound

MOST = 300
"""Plans of an account in a Region ("Quotas" in the AWS Backup Developer Guide)."""

Document = dict[str, Any]


@dataclass
class Version:
    """One version of a plan: the document with AWS's defaults filled in."""

    id: str
    document: Document
    created: datetime


@dataclass
class Plan:
    """A backup plan; the last of its versions is in force."""

    id: str
    arn: str
    creator_request_id: str | None
    requested: Document
    versions: list[Version]
    deleted: datetime | None = None
    last_execution: datetime | None = None
    selections: dict[str, Selection] = field(default_factory=dict)

    @property
    def current(self) -> Version:
        return self.versions[-1]

    def version(self, version_id: str | None) -> Version:
        """:raises ResourceNotFound: the plan has no such version."""
        if not version_id:
            return self.current
        for version in self.versions:
            if version.id == version_id:
                return version
        raise ResourceNotFound(f"Backup plan {self.id} has no version {version_id}")

    def described(self, version: Version) -> dict[str, Any]:
        """What every operation answers about the plan at ``version``."""
        return {
            "BackupPlanId": self.id,
            "BackupPlanArn": self.arn,
            "BackupPlanName": version.document["BackupPlanName"],
            "VersionId": version.id,
            "CreationDate": version.created,
            "DeletionDate": self.deleted,
            "LastExecutionDate": self.last_execution,
            "CreatorRequestId": self.creator_request_id,
            "AdvancedBackupSettings": version.document.get("AdvancedBackupSettings"),
            "ScanSettings": version.document.get("ScanSettings"),
        }


class Plans:
    """The plans of one account in one Region."""

    def __init__(
        self,
        account: str,
        region: str,
        partition: str,
        vaults: Vaults,
        tags: Tags,
        changed: Callable[[Plan], None],
    ) -> None:
        """``changed`` is told of each plan that is created, updated or deleted."""
        self._account = account
        self._region = region
        self._partition = partition
        self._vaults = vaults
        self._tags = tags
        self._changed = changed
        self._plans: dict[str, Plan] = {}

    def all(self, *, with_deleted: bool = False) -> list[Plan]:
        return [plan for plan in self._plans.values() if with_deleted or plan.deleted is None]

    def get(self, plan_id: str, *, even_deleted: bool = False) -> Plan:
        """:raises ResourceNotFound: there is no such plan, or it was deleted."""
        plan = self._plans.get(plan_id)
        if plan is None or (plan.deleted is not None and not even_deleted):
            raise ResourceNotFound(f"Cannot find Backup plan with id: {plan_id}")
        return plan

    def create(self, document: Document, tags: dict[str, str], creator_request_id: str | None) -> Plan:
        """Make a plan.  A repeated ``creator_request_id`` gives the plan that it made.

        :raises AlreadyExists: there is a plan with the same document.
        """
        for plan in self.all():
            if creator_request_id and plan.creator_request_id == creator_request_id:
                return plan
            if plan.requested == document:
                raise AlreadyExists(
                    "Backup plan with the same plan document already exists",
                    plan.arn,
                    plan.creator_request_id,
                )
        if len(self.all()) >= MOST:
            raise LimitExceeded(f"An account can have {MOST} backup plans in a Region")
        plan_id = str(uuid4())
        plan = Plan(
            id=plan_id,
            arn=f"arn:{self._partition}:backup:{self._region}:{self._account}:backup-plan:{plan_id}",
            creator_request_id=creator_request_id,
            requested=copy.deepcopy(document),
            versions=[self._version(document)],
        )
        self._tags.add(plan.arn, tags)
        self._plans[plan_id] = plan
        self._changed(plan)
        return plan

    def update(self, plan_id: str, document: Document) -> Plan:
        """Give a plan a new version."""
        plan = self.get(plan_id)
        plan.versions.append(self._version(document))
        plan.requested = copy.deepcopy(document)
        self._changed(plan)
        return plan

    def delete(self, plan_id: str) -> Plan:
        """:raises InvalidRequest: the plan still has selections."""
        plan = self.get(plan_id)
        if plan.selections:
            raise InvalidRequest(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        plan.deleted = clock.now()
        self._tags.forget(plan.arn)
        self._changed(plan)
        return plan

    def _version(self, document: Document) -> Version:
        filled = rules.filled_in(document, self._vaults)
        version_id = base64.b64encode(secrets.token_bytes(36)).decode()
        return Version(version_id, filled, clock.now())
