"""The observed state of a unit: what AWS answered, in forms, with an `Unread` wherever it did not answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from tierkeep.desired.model import DesiredUnit, PolicyResource
from tierkeep.validate.forms import KeyForm, PlanForm, PolicyForm, RoleForm, StackForm, VaultForm
from tierkeep.validate.unread import Unread

CATALOG_TAG = "tierkeep:catalog"
"""The tag by which Tierkeep knows its own; its value is the catalog's name."""

POLICY_TAG = "tierkeep:policy"
"""The tag by which a snapshot policy is recognised, since AWS gives it only an id."""

Aliases: TypeAlias = Mapping[str, str]
"""The ARN of the key that each alias of an account and Region points at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What to read of a unit: what is named here, and what carries the catalog's own tag.

    To spare an account with hundreds of vaults a call for each, tags are read only of things that are named
    here or whose name begins with the catalog's, as every name that Tierkeep gives does.
    """

    catalog: str
    aliases: frozenset[str]
    vaults: frozenset[str]
    plans: frozenset[str]
    snapshot_policies: frozenset[str]
    roles: frozenset[str]
    copy_regions: frozenset[str]
    """Regions that snapshots are copied to, whose aliases are needed to recognise the copies' keys."""
    all_of_a_name: bool = False
    """Whether everything that goes by a name is read where several may: plans, and snapshot policies by their
    tag `Name` as well. And stacks of CloudFormation, of which otherwise the policies in them are read."""
    stacks: frozenset[str] = frozenset()
    """Names of the stacks to read."""

    @classmethod
    def of(cls, unit: DesiredUnit, *, catalog: str, all_of_a_name: bool = False) -> Self:
        """What the judge needs to know about a desired unit."""
        return cls(
            catalog=catalog,
            aliases=frozenset(key.alias for key in unit.keys),
            vaults=frozenset(vault.name for vault in unit.vaults),
            plans=frozenset(plan.name for plan in unit.plans),
            snapshot_policies=frozenset(
                [each.name for each in unit.snapshot_policies] + [each.name for each in unit.copy_policies]
            ),
            roles=frozenset(role.name for role in unit.roles),
            copy_regions=frozenset(copy.target_region for copy in unit.snapshot_copies),
            all_of_a_name=all_of_a_name,
            stacks=frozenset(
                each.name
                for each in unit.snapshot_policies
                if all_of_a_name and each.resource is PolicyResource.STACK
            ),
        )

    def may_own(self, name: str) -> bool:
        """Whether a thing of that name could be this catalog's."""
        return name.startswith(f"{self.catalog}-")

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a thing with these tags is this catalog's."""
        return tags.get(CATALOG_TAG) == self.catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedUnit:
    """What one account in one Region holds of a scope, by name; what does not exist is not there.

    Keys go by alias, snapshot policies by their tag `tierkeep:policy`.
    """

    aliases: Aliases | Unread
    copy_region_aliases: Mapping[str, Aliases | Unread]
    """Aliases in other Regions of the account."""
    keys: Mapping[str, KeyForm | Unread] | Unread
    vaults: Mapping[str, VaultForm] | Unread
    plans: Mapping[str, PlanForm] | Unread
    snapshot_policies: Mapping[str, PolicyForm | Unread] | Unread
    roles: Mapping[str, RoleForm | Unread]
    stacks: Mapping[str, StackForm | Unread] = field(default_factory=dict)
    """Stacks of CloudFormation, where the scope asks for any."""
