"""The settings of an account, and of an account in a Region."""

from datetime import datetime

from emulator import clock
from emulator.backup.resources import SUPPORTED_TYPES
from emulator.errors import InvalidParameterValue


class RegionSettings:
    """Which types of resources an account has opted in to; at first, as AWS has it, all of them."""

    def __init__(self) -> None:
        self.opt_in = dict.fromkeys(SUPPORTED_TYPES, True)
        self.management = {"DynamoDB": True, "EFS": True}

    def update(self, opt_in: dict[str, bool], management: dict[str, bool]) -> None:
        """:raises InvalidParameterValue: there is no such type of resource."""
        unknown = [name for name in opt_in if name not in self.opt_in]
        unknown += [name for name in management if name not in self.management]
        if unknown:
            raise InvalidParameterValue(f"Unknown resource type: {', '.join(unknown)}")
        self.opt_in.update(opt_in)
        self.management.update(management)


class GlobalSettings:
    """What an organization's management account sets for all of its accounts."""

    def __init__(self) -> None:
        self.values = {"isCrossAccountBackupEnabled": "false", "isDelegatedAdministratorEnabled": "false"}
        self.updated: datetime | None = None

    def update(self, values: dict[str, str]) -> None:
        """:raises InvalidParameterValue: there is no such setting, or it is neither true nor false."""
        for name, value in values.items():
            if name not in self.values or value not in ("true", "false"):
                raise InvalidParameterValue(f"Invalid global setting: {name}={value}")
        self.values.update(values)
        self.updated = clock.now()
