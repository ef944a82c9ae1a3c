"""The time zones that exist, and the rule that a catalog names one of them.

From a dated copy of the IANA database's names in `data/time_zones.json`, not from the machine's database, so
that the same catalog is judged alike everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from tierkeep.desired.model import DesiredState
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import policies, rules_of_plans

FIXED = frozenset(
    prefix + name
    for prefix in ("", "Etc/")
    for name in ("GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu")
)
"""All names of the zone whose clock never changes (IANA database, `etcetera` and `backward`)."""

_NO_ZONES = frozenset({"Factory"})
"""Names in the database of no zone: `Factory` stands for a clock that nobody has set."""


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones, links included."""
    content = json.loads(files(__package__).joinpath("data/time_zones.json").read_text("utf-8"))
    return frozenset(content["values"]) - _NO_ZONES


@rule(
    "TK045",
    title="A time zone is one of the IANA database",
    severity=Severity.ERROR,
    source="IANA time zone database 2025b; AWS Backup developer guide, plan-options; read 2026-11",
)
def zone_exists(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup reads schedules in a zone of the IANA database, such as Europe/Berlin, and refuses others.

    Breaks it: `time_zone: Europe/Munich`
    Keeps it: `time_zone: Europe/Berlin`
    """
    zones = {each.time_zone_origin: each.time_zone for _, each in rules_of_plans(state)}
    zones |= {policy.time_zone_origin: policy.time_zone for policy in policies(state)}
    for origin, zone in zones.items():
        if zone not in FIXED and zone not in time_zones():
            near = get_close_matches(zone, sorted(time_zones()), n=1)
            yield Violation(
                origin=origin,
                message=f"there is no time zone {zone}",
                hint=f"did you mean {near[0]}?" if near else "write one such as Europe/Berlin or Etc/UTC",
            )
