"""Legal holds: recovery points that must not be deleted.

From "AWS Backup legal holds" in the AWS Backup Developer Guide, and LegalHold and CancelLegalHold in its API
reference: while a recovery point is held, deleting it is refused and its lifecycle waits.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from emulator import clock
from emulator.backup.recovery_points import RecoveryPoint
from emulator.backup.resources.base import Place
from emulator.backup.tags import Tags
from emulator.errors import (
    InvalidParameterValue,
    InvalidResourceState,
    NotImplementedByEmulator,
    ResourceNotFound,
)


@dataclass
class LegalHold:
    """A legal hold; ``selection`` is the request's RecoveryPointSelection."""

    id: str
    arn: str
    title: str
    description: str
    selection: dict[str, Any]
    token: str | None
    created: datetime
    canceled: datetime | None = None
    cancel_description: str | None = None
    retained_until: datetime | None = None

    def holds(self, point: RecoveryPoint) -> bool:
        """Whether ``point`` is held, or was before the hold was canceled."""
        vaults, resources = self.selection.get("VaultNames"), self.selection.get("ResourceIdentifiers")
        dates = self.selection.get("DateRange")
        return (
            (not vaults or point.vault_name in vaults)
            and (not resources or point.resource_arn in resources)
            and (not dates or _utc(dates["FromDate"]) <= point.created <= _utc(dates["ToDate"]))
        )

    def summarised(self) -> dict[str, Any]:
        """The hold as ListLegalHolds answers it."""
        return {
            "Title": self.title,
            "Status": "CANCELED" if self.canceled else "ACTIVE",
            "Description": self.description,
            "LegalHoldId": self.id,
            "LegalHoldArn": self.arn,
            "CreationDate": self.created,
            "CancellationDate": self.canceled,
        }

    def described(self) -> dict[str, Any]:
        """The hold as GetLegalHold answers it."""
        return {
            **self.summarised(),
            "CancelDescription": self.cancel_description,
            "RetainRecordUntil": self.retained_until,
            "RecoveryPointSelection": self.selection,
        }


class LegalHolds:
    """The legal holds of one account in one Region; ``on_cancel`` is called when one is canceled."""

    def __init__(self, place: Place, tags: Tags, on_cancel: Callable[[], None]) -> None:
        self._place = place
        self._tags = tags
        self._on_cancel = on_cancel
        self._holds: dict[str, LegalHold] = {}

    def all(self) -> list[LegalHold]:
        """The holds whose record is still kept."""
        for hold in list(self._holds.values()):
            if hold.retained_until is not None and hold.retained_until < clock.now():
                self._tags.forget(hold.arn)
                del self._holds[hold.id]
        return list(self._holds.values())

    def get(self, hold_id: str) -> LegalHold:
        """:raises ResourceNotFound: there is no such legal hold."""
        for hold in self.all():
            if hold.id == hold_id:
                return hold
        raise ResourceNotFound(f"Legal hold {hold_id} does not exist")

    def holding(self, point: RecoveryPoint) -> LegalHold | None:
        """A hold in force that holds ``point``."""
        return next((hold for hold in self.all() if not hold.canceled and hold.holds(point)), None)

    def create(self, request: dict[str, Any]) -> LegalHold:
        """Make a legal hold.  A repeated IdempotencyToken gives the hold that it made.

        :raises InvalidParameterValue: the range of dates runs backwards.
        :raises NotImplementedByEmulator: the request does not say what is to be held.
        """
        token = request.get("IdempotencyToken")
        for hold in self.all():
            if token and hold.token == token:
                return hold
        selection = copy.deepcopy(request.get("RecoveryPointSelection") or {})
        if not any(selection.values()):
            raise NotImplementedByEmulator(
                "AWS does not document what a legal hold without a selection holds"
            )
        dates = selection.get("DateRange")
        if dates and dates["FromDate"] > dates["ToDate"]:
            raise InvalidParameterValue("DateRange: FromDate is after ToDate")
        hold_id = str(uuid4())
        place = self._place
        hold = LegalHold(
            id=hold_id,
            arn=f"arn:{place.partition}:backup:{place.region}:{place.account}:legal-hold:{hold_id}",
            title=request["Title"],
            description=request["Description"],
            selection=selection,
            token=token,
            created=clock.now(),
        )
        self._tags.add(hold.arn, request.get("Tags") or {})
        self._holds[hold_id] = hold
        return hold

    def cancel(self, hold_id: str, description: str, retain_days: int | None) -> None:
        """Let go of what a hold holds; its record stays, for ``retain_days`` if that is given.

        :raises InvalidResourceState: it has been canceled.
        """
        hold = self.get(hold_id)
        if hold.canceled:
            raise InvalidResourceState(f"Legal hold {hold_id} has been canceled")
        hold.canceled = clock.now()
        hold.cancel_description = description
        if retain_days is not None:
            hold.retained_until = hold.canceled + timedelta(days=retain_days)
        self._on_cancel()


def _utc(moment: datetime) -> datetime:
    """``moment`` with its time zone, which moto's parser leaves out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
