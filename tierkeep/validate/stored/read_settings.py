"""Reads which types of resource the Region is opted in to: selections by tag leave out all others."""

from tierkeep.aws import UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.desired.support import type_support


def read_opt_in(session: UnitSession) -> dict[ResourceType, bool]:
    """The setting of each type that a tier can protect, where there is one. Raises `AwsError`."""
    found = session.call("backup", "describe_region_settings")["ResourceTypeOptInPreference"]
    return {
        kind: bool(found[support.name]) for kind, support in type_support().items() if support.name in found
    }
