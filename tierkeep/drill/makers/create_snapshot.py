"""The EBS snapshot of a restored volume, by which what it holds is read.

CreateSnapshot has neither token nor name. What tells a drill's snapshot apart is that it is of the drill's
own volume and that its description, which nobody can change later and which is no tag that other backups
would copy from the volume, is the one that the journal announced.
"""

from __future__ import annotations

from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.kinds.snapshot import arn_of
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.makers.ec2_errors import made_nothing
from tierkeep.drill.record import Making


class CreateSnapshotMaker(Maker):
    """CreateSnapshot."""

    name = "ec2:CreateSnapshot"
    calls = ("ec2:CreateSnapshot",)
    tags_at_birth = True
    confirmed_by_repeating = False

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The snapshot's ARN, in which only its id is EC2's answer."""
        snapshot = session.call("ec2", "create_snapshot", **request)
        return arn_of(session, session.partition, snapshot["SnapshotId"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return made_nothing(code)

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """EC2 answers with the snapshot; whether that is complete is read from it."""
        return Progress(arn=handle, ended=True, failed=False, text=f"snapshot {handle} is made")

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """Snapshots of the drill's volume with the announced description."""
        snapshots = session.pages(
            "ec2",
            "describe_snapshots",
            "Snapshots",
            OwnerIds=["self"],
            Filters=[{"Name": "volume-id", "Values": [making.request["VolumeId"]]}],
        )
        found = [each for each in snapshots if each.get("Description") == making.request["Description"]]
        arns = [(arn_of(session, session.partition, each["SnapshotId"]), each) for each in found]
        return [
            Candidate(handle=arn, text=f"{each['SnapshotId']} ({each['State']})", leaves_something=True)
            for arn, each in arns
            if arn not in foreign
        ]

    def trail(self, request: dict[str, Any]) -> str:
        """By its description."""
        return f"CreateSnapshot with description {request['Description']!r}"
