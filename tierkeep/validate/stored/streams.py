"""Which parts of the stream of records a unit's checks need, and what is not whole of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tierkeep.desired.model import DesiredUnit, Engine, ResourceType
from tierkeep.validate.stored.records import Incomplete, Whole
from tierkeep.validate.unread import Unread

RESOURCES = "resources"
"""Of the types that tiers protect here."""
OTHER_RESOURCES = "other resources"
"""Of the types that no tier protects here: one may be tagged for a tier all the same."""
BACKUP_JOBS = "jobs/backup"
COPY_JOBS = "jobs/copy"
RESTORE_JOBS = "jobs/restore"
POINTS = "points"
"""Recovery points in the vaults of the unit itself."""
COPIES = "copies"
"""Recovery points in vaults of other units that this one copies to, and snapshots copied elsewhere."""
SNAPSHOTS = "snapshots"
IMAGES = "images"
FAST_RESTORES = "fast-restores"
KEYS = "keys"

NOT_IN_STREAM = Unread(
    service="tierkeep",
    operation="records",
    code="NotInTheStream",
    message="what was observed neither holds this part nor says that it is whole",
)


@dataclass(slots=True)
class Streams:
    """The parts that are needed, by name, with their kind, and what is known of each."""

    needed: dict[str, str]
    _seen: dict[str, Whole | Incomplete] = field(default_factory=dict)

    @classmethod
    def of(cls, unit: DesiredUnit) -> "Streams":
        """What the checks of a unit need."""
        return cls(needed=dict(_needed(unit)))

    def see(self, end: Whole | Incomplete) -> None:
        """A part has ended. One that was once incomplete stays so."""
        if not isinstance(self._seen.get(end.stream), Incomplete):
            self._seen[end.stream] = end

    def hole(self, stream: str) -> Unread | None:
        """Why absence in a part cannot be trusted; None where it can."""
        end = self._seen.get(stream)
        if isinstance(end, Whole):
            return None
        return end.cause if end else NOT_IN_STREAM

    def holes(self) -> Iterator[tuple[str, str, Unread]]:
        """Each needed part that is not whole: its name, its kind, and why."""
        for stream, kind in self.needed.items():
            cause = self.hole(stream)
            if cause:
                yield stream, kind, cause


def _needed(unit: DesiredUnit) -> Iterator[tuple[str, str]]:
    types = {each.resource_type for each in unit.protections}
    if any(each.engine is Engine.DLM for each in unit.protections):
        types.add(ResourceType.EBS)
    for each in ResourceType:
        yield f"resources/{each}", RESOURCES if each in types else OTHER_RESOURCES
    rules = [rule for plan in unit.plans for rule in plan.rules]
    if rules:
        yield "jobs/backup", BACKUP_JOBS
    if any(rule.copies for rule in rules):
        yield "jobs/copy", COPY_JOBS
    if unit.restore_testing:
        yield "jobs/restore", RESTORE_JOBS
    own = [vault.arn for vault in unit.vaults]
    for arn in own:
        yield f"points/{arn}", POINTS
    for arn in sorted({copy.destination_vault_arn for rule in rules for copy in rule.copies} - set(own)):
        yield f"points/{arn}", COPIES
    yield "snapshots", SNAPSHOTS
    yield "images", IMAGES
    schedules = [each for policy in unit.snapshot_policies for each in policy.schedules]
    for region in sorted({copy.target_region for each in schedules for copy in each.copies}):
        yield f"snapshots/{region}", COPIES
    if any(each.fast_restore for each in schedules):
        yield "fast-restores", FAST_RESTORES
    yield "keys", KEYS
