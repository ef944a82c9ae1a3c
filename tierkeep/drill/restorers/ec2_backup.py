"""EC2 instances whose backups AWS Backup makes: its recovery points are images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.desired.model import Isolation
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.isolated.preflight import where
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.restorers import backup, images, volumes
from tierkeep.drill.restorers.base import Choice
from tierkeep.drill.restorers.images import read_image
from tierkeep.drill.restorers.machines import MachineRestorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import name_of, properties

_TYPE = "EC2"
"""As AWS Backup calls it."""
_KEPT = ("CpuOptions", "CreditSpecification", "EbsOptimized", "InstanceType", "RequireImdsV2")
"""What the new instance has of the old, of the metadata that AWS Backup keeps ("Restoring an Amazon EC2
instance" in its developer guide). All that says where it was, who may log in and what it may do is left out:
network interfaces, key pair, instance profile, placement, user data."""


class Ec2ByBackup(MachineRestorer):
    """A recovery point of an instance, restored into a new instance in the isolated network."""

    method = Method.BACKUP
    title = "EC2 instances by AWS Backup"
    maker = BACKUP_JOB.name
    choosing_calls = (
        *backup.CHOOSING_CALLS,
        *images.CALLS,
        "ec2:DescribeSubnets",
        "ec2:GetEbsEncryptionByDefault",
    )

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, and what of its metadata the new instance shall have."""
        isolation = where(scope)
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="EC2 instance")
        point = chosen.choice.point
        if ":image/" not in point.arn:
            raise CannotVerifyError(
                f"recovery point {point.arn} is no image; this version restores those only"
            )
        image = read_image(session, name_of(point.arn))
        # AWS reads the keys whatever their case.
        kept = {key.lower(): value for key, value in chosen.metadata.items() if value not in ("", "null")}
        asked = {key: kept[key.lower()] for key in _KEPT if key.lower() in kept}
        if "InstanceType" not in asked:
            raise CannotVerifyError(
                f"the metadata of {point.arn} does not say of which type the instance was"
            )
        encrypted = volumes.will_be_encrypted(session, encrypted=image.encrypted)
        keys = image.key_arns
        return replace(
            chosen.choice,
            point=replace(
                point, encrypted=image.encrypted, key_arn=keys[0] if len(keys) == 1 else point.key_arn
            ),
            parameters=tuple(sorted({**asked, **_placed(session, isolation)}.items())),
            properties=properties(encrypted=encrypted, instance_type=asked["InstanceType"]),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job; AWS Backup takes no tags with it."""
        return backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        return f"into a new instance, as {scope.restore_role_arn}, with {metadata}"


def _placed(session: UnitSession, isolation: Isolation) -> dict[str, str]:
    """Into the isolated network; it must be possible to terminate it again."""
    subnet = isolation.subnet_ids[0]
    (found,) = session.call("ec2", "describe_subnets", SubnetIds=[subnet])["Subnets"]
    placed = {
        "DisableApiTermination": "false",
        "SecurityGroupIds": json.dumps([isolation.security_group_id]),
        "SubnetId": subnet,
        "VpcId": found["VpcId"],
    }
    if isolation.instance_profile is not None:
        placed["IamInstanceProfileName"] = isolation.instance_profile
    return placed
