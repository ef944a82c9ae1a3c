"""What to read of what is stored in a unit: which claims, vaults and shares the unit's tiers know of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.observed import CATALOG_TAG, ObservedUnit
from tierkeep.validate.stored.keys import known_states
from tierkeep.validate.unread import Unread

POLICY_ID_TAG = "aws:dlm:lifecycle-policy-id"
"""The tag by which Data Lifecycle Manager says which of its policies made a snapshot (EBS user guide)."""

SCHEDULE_TAG = "aws:dlm:lifecycle-schedule-name"
"""The tag by which Data Lifecycle Manager says which schedule made a snapshot (EBS user guide)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredScope:
    """What to read of a unit's stored things.

    Resources of every type that a tier can protect are listed in every unit, also where the unit protects
    none: one that is tagged for a tier where no tier protects it is what somebody has to hear of. What takes
    a call for each of them is asked only of those that a tier claims.
    """

    unit: DesiredUnit
    catalog: str
    tag_key: str
    tiers: frozenset[str]
    vaults: Mapping[str, bool | Unread]
    """This unit's vaults by their ARNs: whether each exists, as far as its listing says."""
    elsewhere: Mapping[str, DesiredUnit | None]
    """The vaults in other units that this one copies to, by ARN, and whose they are."""
    copy_regions: tuple[str, ...]
    """Other Regions of the account that Data Lifecycle Manager copies snapshots to."""
    sharing: frozenset[str]
    """The names of the schedules whose snapshots are shared."""
    since: datetime
    """Backup and copy jobs that were created before are not read."""
    known_keys: frozenset[str]
    """ARNs of the keys whose state is read with how the unit is set up."""
    restores_since: datetime
    """Nor are restore jobs before this: they are few, and the latest test may be a month ago."""

    @classmethod
    def of(
        cls,
        state: DesiredState,
        unit: DesiredUnit,
        observed: ObservedUnit,
        *,
        since: datetime,
        restores_since: datetime,
    ) -> Self:
        """What the judge of a unit needs of what is stored."""
        own = {vault.arn: _exists(vault.name, observed) for vault in unit.vaults}
        copies = [copy for plan in unit.plans for rule in plan.rules for copy in rule.copies]
        schedules = [each for policy in unit.snapshot_policies for each in policy.schedules]
        return cls(
            unit=unit,
            catalog=state.name,
            tag_key=state.tag_key,
            tiers=frozenset(promise.tier for promise in state.promises),
            vaults=own,
            elsewhere={
                copy.destination_vault_arn: state.unit(copy.destination)
                for copy in copies
                if copy.destination_vault_arn not in own
            },
            copy_regions=tuple(
                sorted({copy.target_region for copy in unit.snapshot_copies} - {unit.id.region})
            ),
            sharing=frozenset(each.name for each in schedules if each.share),
            known_keys=frozenset(known_states(observed)),
            since=since,
            restores_since=restores_since,
        )

    @property
    def region(self) -> str:
        """Where it is."""
        return self.unit.id.region

    @property
    def partition(self) -> str:
        """What its ARNs begin with."""
        return self.unit.partition

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.unit.account_id}:{resource}"

    def claims(self, tags: Mapping[str, str] | Unread) -> bool:
        """Whether a tier may claim a resource with these tags; what is not known may be."""
        return isinstance(tags, Unread) or tags.get(self.tag_key) in self.tiers

    def shares(self, tags: Mapping[str, str]) -> bool:
        """Whether a snapshot with these tags is one of the catalog's that is to be shared for a while."""
        return tags.get(CATALOG_TAG) == self.catalog and tags.get(SCHEDULE_TAG) in self.sharing


def _exists(name: str, observed: ObservedUnit) -> bool | Unread:
    return observed.vaults if isinstance(observed.vaults, Unread) else name in observed.vaults
