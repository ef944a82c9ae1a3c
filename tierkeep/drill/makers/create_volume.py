"""EBS volumes out of snapshots by EC2, tagged from birth and known again by their client token."""

from __future__ import annotations

from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.kinds.volume import arn_of
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.makers.ec2_errors import made_nothing
from tierkeep.drill.record import Making


class CreateVolumeMaker(Maker):
    """CreateVolume."""

    name = "ec2:CreateVolume"
    calls = ("ec2:CreateVolume",)
    tags_at_birth = True
    confirmed_by_repeating = True

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The volume's ARN, in which only its id is EC2's answer."""
        volume = session.call("ec2", "create_volume", **request)
        return arn_of(session, session.partition, volume["VolumeId"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return made_nothing(code)

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """EC2 answers with the volume; whether that is ready is read from it."""
        return Progress(arn=handle, ended=True, failed=False, text=f"volume {handle} is made")

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """Volumes of that snapshot with the drill's tag, without which EC2 does not make it."""
        (specification,) = making.request["TagSpecifications"]
        tags = {tag["Key"]: tag["Value"] for tag in specification["Tags"]}
        volumes = session.pages(
            "ec2",
            "describe_volumes",
            "Volumes",
            Filters=[
                {"Name": f"tag:{DRILL_TAG}", "Values": [tags[DRILL_TAG]]},
                {"Name": "snapshot-id", "Values": [making.request["SnapshotId"]]},
            ],
        )
        found = [(arn_of(session, session.partition, each["VolumeId"]), each) for each in volumes]
        return [
            Candidate(handle=arn, text=f"{each['VolumeId']} ({each['State']})", leaves_something=True)
            for arn, each in found
            if arn not in foreign
        ]

    def trail(self, request: dict[str, Any]) -> str:
        """By its token."""
        return f"CreateVolume with clientToken {request['ClientToken']}"
