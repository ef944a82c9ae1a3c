"""EBS volumes whose backups AWS Backup makes: its recovery points are EBS snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.restorers import backup, volumes
from tierkeep.drill.restorers.base import Choice
from tierkeep.drill.restorers.ebs import EbsRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import properties

_TYPE = "EBS"
"""As AWS Backup calls it."""


class EbsByBackup(EbsRestorer):
    """A recovery point of a volume, restored into a new volume."""

    method = Method.BACKUP
    title = "EBS volumes by AWS Backup"
    maker = BACKUP_JOB.name
    choosing_calls = (*backup.CHOOSING_CALLS, *volumes.CHOOSING_CALLS)

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, the zone to restore into, and how the volume has to be encrypted."""
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="EBS volume")
        point = chosen.choice.point
        if ":snapshot/" not in point.arn:
            raise CannotVerifyError(
                f"recovery point {point.arn} is not an EBS snapshot; this version restores those only"
            )
        metadata = {k: v for k, v in chosen.metadata.items() if k not in ("kmsKeyId", "encrypted")}
        zone = volumes.zone(session, metadata.get("availabilityZone"))
        encrypted = volumes.will_be_encrypted(session, encrypted=point.encrypted)
        asked = {**metadata, "availabilityZone": zone, "encrypted": "true" if encrypted else "false"}
        if point.key_arn is not None and point.encrypted:
            asked["kmsKeyId"] = point.key_arn
        return replace(
            chosen.choice,
            parameters=tuple(sorted(asked.items())),
            properties=properties(zone=zone, encrypted=encrypted),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job; AWS Backup takes no tags with it."""
        return backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        zone = choice.property("zone")
        return f"into a new volume in {zone}, as {scope.restore_role_arn}, with {metadata}"
