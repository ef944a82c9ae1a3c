"""Instances out of images by EC2, tagged from birth and found again by their client token.

EC2 tells of each instance by which token it was launched, and nobody can change that ("client-token" among
the filters of DescribeInstances): so none has to be asked for again, and no time runs out.
"""

from __future__ import annotations

from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.kinds.instance import arn_of
from tierkeep.drill.makers.base import Candidate, Maker, Progress
from tierkeep.drill.makers.ec2_errors import made_nothing
from tierkeep.drill.record import Making


class RunInstancesMaker(Maker):
    """RunInstances, of one instance."""

    name = "ec2:RunInstances"
    calls = ("ec2:RunInstances",)
    tags_at_birth = True
    parts_go_along = True
    confirmed_by_repeating = False

    def ask(self, session: UnitSession, request: dict[str, Any]) -> str:
        """The instance's ARN, in which only its id is EC2's answer."""
        answer = session.call("ec2", "run_instances", **request)
        return arn_of(session, session.partition, answer["Instances"][0]["InstanceId"])

    def not_done(self, code: str) -> bool:
        """Errors of what was asked for."""
        return made_nothing(code)

    def progress(self, session: UnitSession, making: Making, handle: str) -> Progress:
        """EC2 answers with the instance; whether that runs is read from it."""
        return Progress(arn=handle, ended=True, failed=False, text=f"instance {handle} is made")

    def candidates(self, session: UnitSession, making: Making, foreign: frozenset[str]) -> list[Candidate]:
        """Instances that were launched with the drill's token."""
        filters = [{"Name": "client-token", "Values": [making.request["ClientToken"]]}]
        reservations = session.pages("ec2", "describe_instances", "Reservations", Filters=filters)
        found = [each for one in reservations for each in one["Instances"]]
        arns = [(arn_of(session, session.partition, each["InstanceId"]), each) for each in found]
        return [
            Candidate(
                handle=arn,
                text=f"{each['InstanceId']} ({each['State']['Name']})",
                leaves_something=each["State"]["Name"] != "terminated",
            )
            for arn, each in arns
            if each.get("ClientToken") == making.request["ClientToken"] and arn not in foreign
        ]

    def trail(self, request: dict[str, Any]) -> str:
        """By its token."""
        return f"RunInstances with clientToken {request['ClientToken']}"
