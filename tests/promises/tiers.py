"""A tier of plain values, and what it promises."""

from __future__ import annotations

from typing import Any

from tests.catalogs import model
from tierkeep.desired.model import DesiredState, DesiredUnit, Protection
from tierkeep.desired.resolve import resolve


def state_of(tier: dict[str, Any], **defaults: str) -> DesiredState:
    """A catalog with that one tier in one account."""
    return resolve(
        model(
            {
                "version": 1,
                "name": "test",
                "defaults": defaults,
                "objectives": {
                    "recovery_point": {
                        "quarter": "15m",
                        "three": "3h",
                        "four": "4h",
                        "day": "24h",
                        "two-days": "48h",
                    }
                },
                "tiers": {
                    "one": {"description": "One", "encryption": "customer-managed", **tier},
                    "other": {
                        "description": "Bound to the widest class",
                        "encryption": "customer-managed",
                        "protects": {"efs": {"recovery_point": "day"}},
                        "schedules": {"hourly": {"every": "1h", "keep": "7d"}},
                    },
                },
                "accounts": {
                    "prod": {"id": "111111111111", "regions": ["ap-south-1"], "tiers": ["one", "other"]}
                },
            }
        )
    )


def protected(state: DesiredState, tier: str, resource_type: str) -> tuple[DesiredUnit, Protection]:
    """The unit and the protection of a type of a tier."""
    return next(
        (unit, each)
        for unit in state.units
        for each in unit.protections
        if (each.tier, each.resource_type) == (tier, resource_type)
    )
