"""Amazon Resource Names."""

import re
from dataclasses import dataclass

from emulator.errors import InvalidParameterValue

_ROLE = re.compile(r"arn:aws(-[a-z]+)*:iam::\d{12}:role/.+")


@dataclass(frozen=True)
class Arn:
    """The parts of an ARN."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def resource_id(self) -> str:
        """What follows the resource's type, as ``vol-1`` in ``volume/vol-1``."""
        return re.split(r"[/:]", self.resource, maxsplit=1)[-1]


def parse(arn: str, name: str = "ARN") -> Arn:
    """The parts of ``arn``.

    :raises InvalidParameterValue: it is no ARN; ``name`` is what the message calls it.
    """
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[2] or not parts[5]:
        raise InvalidParameterValue(f"Invalid {name}: {arn}")
    return Arn(*parts[1:])


def check_role(arn: str) -> None:
    """:raises InvalidParameterValue: ``arn`` does not have the form of a role's ARN."""
    if not _ROLE.fullmatch(arn):
        raise InvalidParameterValue(f"Invalid IAM role ARN: {arn}")
