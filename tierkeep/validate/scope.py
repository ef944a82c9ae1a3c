"""What to read of a unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tierkeep.desired.model import DesiredUnit, PolicyResource, Tags
from tierkeep.desired.names import Names
from tierkeep.validate.expected import (
    administrator_forms,
    event_rule_forms,
    global_setting_forms,
    named_document_forms,
    notifications_forms,
    organization_policy_forms,
)
from tierkeep.validate.unread import Unread
from tierkeep.watching import alarms

CATALOG_TAG = "tierkeep:catalog"
"""The tag by which Tierkeep knows its own; its value is the catalog's name."""

POLICY_TAG = "tierkeep:policy"
"""The tag by which a snapshot policy is recognised, since AWS gives it only an id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What to read of a unit: what is named here, and what carries the catalog's own tag.

    To spare an account with hundreds of vaults a call for each, tags are read only of things that are named
    here or whose name begins with the catalog's, as every name that Tierkeep gives does.
    """

    names: Names
    """Of the catalog in the unit: some things have one name only, whether they are asked for or not."""
    aliases: frozenset[str]
    vaults: frozenset[str]
    plans: frozenset[str]
    snapshot_policies: frozenset[str]
    documents: frozenset[str]
    roles: frozenset[str]
    copy_regions: frozenset[str]
    """Regions that snapshots are copied to, whose aliases are needed to recognise the copies' keys."""
    state_machines: frozenset[str] = frozenset()
    """ARNs of state machines."""
    table_tags: frozenset[tuple[str, Tags]] = frozenset()
    """Tiers whose tables have a point-in-time recovery of their own, with the tags that tables carry."""
    stacks: frozenset[str] = frozenset()
    """Names of the stacks to read."""
    named_documents: frozenset[str] = frozenset()
    """Documents that are run and that the unit does not make."""
    log_groups: frozenset[str] = frozenset()
    restore_tests: frozenset[str] = frozenset()
    frameworks: frozenset[str] = frozenset()
    report_plans: frozenset[str] = frozenset()
    has_reports: bool = False
    """Whether there is to be a bucket for reports."""
    opted_in: frozenset[str] = frozenset()
    """Types of resource whose settings are to be read."""
    has_events: bool = False
    """Whether there are to be a topic and its queue."""
    subscriptions: frozenset[str] = frozenset()
    """To the topic, by protocol and endpoint."""
    event_rules: frozenset[str] = frozenset()
    notifying_vaults: frozenset[str] = frozenset()
    """Vaults whose notifications are to be read."""
    alarms: frozenset[str] = frozenset()
    budgets: frozenset[str] = frozenset()
    manages: bool = False
    """Whether it is the management account's unit that holds anything for the organisation."""
    global_settings: frozenset[str] = frozenset()
    has_administrator: bool = False
    """Whether there is to be a delegated administrator."""
    organization_policies: frozenset[str] = frozenset()
    default_policies: Mapping[str, str] = field(default_factory=dict)
    """The names of the default policies, by what AWS calls the type of policy."""
    all_of_a_name: bool = False
    """Whether everything that goes by a name is read where several may: plans, and snapshot policies by their
    tag `Name` as well; and default policies by their type, whosever they are. And stacks of CloudFormation,
    of which otherwise the policies in them are read."""

    @classmethod
    def of(cls, unit: DesiredUnit, *, catalog: str, all_of_a_name: bool = False) -> Self:
        """What the judge needs to know about a desired unit."""
        events, organization = unit.events, unit.organization
        return cls(
            names=Names(catalog=catalog, account_id=unit.account_id, region=unit.id.region),
            aliases=frozenset(key.alias for key in unit.keys),
            vaults=frozenset(vault.name for vault in unit.vaults),
            plans=frozenset(plan.name for plan in unit.plans),
            snapshot_policies=frozenset(
                each.name
                for policies in (unit.snapshot_policies, unit.copy_policies, unit.default_policies)
                for each in policies
            ),
            documents=frozenset(each.name for each in unit.documents),
            default_policies={each.policy_type: each.name for each in unit.default_policies},
            roles=frozenset(role.name for role in unit.roles),
            copy_regions=frozenset(copy.target_region for copy in unit.snapshot_copies),
            state_machines=frozenset(machine.arn for machine in unit.state_machines),
            table_tags=frozenset((each.tier, each.tags) for each in unit.table_recoveries),
            all_of_a_name=all_of_a_name,
            stacks=frozenset(
                each.name
                for each in unit.snapshot_policies
                if all_of_a_name and each.resource is PolicyResource.STACK
            ),
            named_documents=frozenset(named_document_forms(unit)),
            log_groups=frozenset(each.log_group for each in unit.state_machines),
            restore_tests=frozenset(each.name for each in unit.restore_testing),
            frameworks=frozenset(each.name for each in unit.frameworks),
            report_plans=frozenset(each.name for each in unit.report_plans),
            has_reports=unit.report_bucket is not None,
            opted_in=frozenset(unit.opted_in),
            has_events=events is not None,
            subscriptions=frozenset(f"email:{each}" for each in (events.topic.emails if events else ())),
            event_rules=frozenset(event_rule_forms(unit)),
            notifying_vaults=frozenset(notifications_forms(unit)),
            alarms=frozenset(each.name for each in alarms(unit)),
            budgets=frozenset(each.name for each in unit.budgets),
            manages=organization is not None,
            global_settings=frozenset(global_setting_forms(unit)),
            has_administrator=bool(administrator_forms(unit)),
            organization_policies=frozenset(organization_policy_forms(unit)),
        )

    @property
    def catalog(self) -> str:
        """The catalog's name."""
        return self.names.catalog

    def may_own(self, name: str) -> bool:
        """Whether a thing of that name could be this catalog's. Some names have no hyphens."""
        return name.startswith((f"{self.catalog}-", self.names.audit("")))

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a thing with these tags is this catalog's."""
        return tags.get(CATALOG_TAG) == self.catalog

    def takes_in(self, tags: Mapping[str, str] | Unread, *, named: bool) -> bool:
        """Whether to read a thing: it is named here, or the catalog's, or nobody can tell whose it is."""
        return named or isinstance(tags, Unread) or self.owns(tags)
