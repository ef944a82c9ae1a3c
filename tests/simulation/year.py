"""A year of the reference strategy with a hundred resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta

from emulator import clock
from tests.simulation.comparison import Kept, existing, promised
from tests.simulation.deployed import Accounts, deploy
from tests.simulation.workload import create
from tierkeep.desired.model import DesiredState, ResourceType
from tierkeep.promises.calendar import end_of

FIRST = date(2027, 1, 1)
DAYS = 365

HOW_MANY = {
    ("critical", ResourceType.EBS): 8,
    ("critical", ResourceType.EFS): 2,
    ("database", ResourceType.AURORA): 2,
    ("database", ResourceType.RDS): 3,
    ("database", ResourceType.EC2): 3,
    ("development", ResourceType.EBS): 30,
    ("development", ResourceType.EC2): 15,
    ("development", ResourceType.RDS): 12,
    ("development", ResourceType.DYNAMODB): 5,
    ("testing", ResourceType.EBS): 20,
}
"""A hundred resources, as a platform may have them: few that are critical, many for development."""


def simulated(
    state: DesiredState,
    accounts: Accounts,
    how_many: dict[tuple[str, ResourceType], int],
    days: Iterable[date],
    first: date = FIRST,
    time_zone: str = "Etc/UTC",
) -> Iterator[tuple[date, Counter[Kept], Counter[Kept]]]:
    """For each of the days, in order, what exists at its end and what is promised.

    Everything is made at the last minute before the first day, in the zone of the schedules.
    """
    clock.set_now(end_of(first - timedelta(days=1), time_zone))
    resources = list(create(state, accounts, how_many))
    deploy(state, accounts)
    for day in sorted(days):
        at = end_of(day, time_zone)
        clock.set_now(at)
        yield day, existing(state, accounts, at.astimezone(UTC)), promised(resources, day, first)
