"""Where drills restore what needs a network, as users write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from tierkeep.catalog.forms import Model

UNIT = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z]{2}(-[a-z]+)+-[0-9]$"
"""An account and a Region, as `account/Region`."""
UnitName = Annotated[str, StringConstraints(pattern=UNIT)]
_ID = "([0-9a-f]{8}|[0-9a-f]{17})"
"""Of EC2's resources: 17 digits, and 8 of those that are from before 2018 (EC2 user guide, resource-ids)."""
SubnetId = Annotated[str, StringConstraints(pattern=rf"^subnet-{_ID}$")]
SecurityGroupId = Annotated[str, StringConstraints(pattern=rf"^sg-{_ID}$")]
SubnetGroupName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._ -]*$", max_length=255)]
"""In small letters, as RDS keeps it (botocore 1.44.5, rds CreateDBSubnetGroup)."""
ProfileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+=,.@_-]+$", max_length=128)]


def _each_once(subnets: list[str]) -> list[str]:
    for subnet in subnets:
        if subnets.count(subnet) > 1:
            raise PydanticCustomError("subnets", "{subnet} stands here twice", {"subnet": subnet})
    return subnets


class Isolation(Model):
    """A network that leads nowhere, in an account and Region. A drill reads its routes, peering and security
    groups first, and restores nothing where it does not find it so. Tierkeep makes none of this."""

    subnets: Annotated[list[SubnetId], AfterValidator(_each_once)] = Field(min_length=1, max_length=16)
    """Subnets of one VPC, whose routes lead nowhere else."""
    security_group: SecurityGroupId
    """The one that restored resources get: nothing in and nothing out, but for itself and VPC endpoints."""
    db_subnet_group: SubnetGroupName | None = None
    """Of RDS, with no other subnets than these. Without it databases are not restored."""
    instance_profile: ProfileName | None = None
    """Of restored instances, for Systems Manager alone; without it they have none, and no probe reaches
    them."""
