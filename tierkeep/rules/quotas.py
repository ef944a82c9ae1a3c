"""Rules of quotas: how many of a thing AWS allows, counted over all that a unit shall hold."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, DesiredUnit, Origin, Selection
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import of_map, of_tier, policies, rules_of_plans

_LIMITS = "AWS Backup developer guide, aws-backup-limits"


def _too_many(origin: Origin, count: int, what: str, most: int, hint: str) -> Iterator[Violation]:
    if count > most:
        yield Violation(origin=origin, message=f"{count} {what}; AWS allows {most}", hint=hint)


@rule(
    "TK005",
    title="A backup plan has at most 10 rules, a rule at most 5 copies",
    severity=Severity.WARNING,
    source=f"{_LIMITS}, and the API's own message differ; read 2026-11",
)
def plan_quotas(state: DesiredState) -> Iterator[Violation]:
    """A plan has a rule for each schedule of its tier, a rule a copy for each Region. The guide says that
    neither quota can be raised; the API has been seen to allow more.

    Breaks it: a tier with 11 `schedules`, or with 6 Regions in `copy_to`
    Keeps it: a tier with 10 `schedules` and 5 Regions in `copy_to`
    """
    for unit in state.units:
        for plan in unit.plans:
            what, hint = "schedules in a backup plan", "merge schedules, or split the tier"
            yield from _too_many(of_map(each.origin for each in plan.rules), len(plan.rules), what, 10, hint)
    for _, each in rules_of_plans(state):
        if each.copies:
            what, hint = "copies of a backup", "copy to fewer Regions"
            at = of_map(copy.origin for copy in each.copies)
            yield from _too_many(at, len(each.copies), what, 5, hint)


@rule(
    "TK008",
    title="A selection has at most 30 ARNs with a wildcard, 500 ARNs in all and 30 conditions",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup BackupSelection; developer guide, assigning-resources; read 2026-11",
    guards_generator=True,
)
def selection_sizes(state: DesiredState) -> Iterator[Violation]:
    """Tierkeep selects by one ARN with a wildcard for each type and one condition for the tier's tag; AWS
    Backup refuses a selection with more than these.

    Breaks it: a tier whose selection has 31 ARNs with a wildcard
    Keeps it: a tier whose selection has 30 of them
    """
    for each in _selections(state):
        patterns = each.resource_patterns
        wild = sum("*" in pattern for pattern in patterns)
        hint = "split the tier"
        yield from _too_many(each.origin, wild, "ARNs with a wildcard in a selection", 30, hint)
        yield from _too_many(each.origin, len(patterns), "ARNs in a selection", 500, hint)
        yield from _too_many(each.origin, len(each.required_tags), "conditions in a selection", 30, hint)


def _selections(state: DesiredState) -> Iterator[Selection]:
    for unit in state.units:
        for plan in unit.plans:
            yield from plan.selections


@rule(
    "TK009",
    title="A Region of an account has at most 300 backup plans and 300 vaults",
    severity=Severity.WARNING,
    source=f"{_LIMITS}: adjustable; read 2026-11",
)
def region_quotas(state: DesiredState) -> Iterator[Violation]:
    """Each tier brings a vault and up to two plans to each Region of its accounts, and a vault for copies.
    AWS raises the quotas on request; what the account holds besides the catalog counts too.

    Breaks it: an account with 301 tiers that AWS Backup protects
    Keeps it: an account with 300 of them, one Region and no point-in-time recovery
    """
    for unit in state.units:
        here = _of_unit(unit)
        hint = f"ask AWS for more in {unit.id}, or move tiers to another account"
        yield from _too_many(here, len(unit.plans), f"backup plans in {unit.id}", 300, hint)
        yield from _too_many(here, len(unit.vaults), f"vaults in {unit.id}", 300, hint)


@rule(
    "TK015",
    title="A recovery point gets at most 10 tags, a backup plan has at most 100 selections",
    severity=Severity.WARNING,
    source=f"{_LIMITS}; other pages say otherwise; read 2026-11",
    guards_generator=True,
)
def tags_and_selections(state: DesiredState) -> Iterator[Violation]:
    """Tierkeep adds three tags of its own to each recovery point and makes one selection for each plan.

    Breaks it: a rule that adds 11 tags to its recovery points
    Keeps it: a rule that adds 10 tags
    """
    for plan, each in rules_of_plans(state):
        what, hint = "tags on a recovery point", "use fewer tags"
        yield from _too_many(of_tier(plan.tier), len(each.recovery_point_tags), what, 10, hint)
    for unit in state.units:
        for plan in unit.plans:
            what, hint = "selections in a backup plan", "split the tier"
            yield from _too_many(of_tier(plan.tier, "protects"), len(plan.selections), what, 100, hint)


@rule(
    "TK029",
    title="A Region of an account has at most 100 snapshot policies",
    severity=Severity.WARNING,
    source="EBS user guide, dlm-prerequisites (quotas): adjustable; read 2026-11",
)
def policy_quota(state: DesiredState) -> Iterator[Violation]:
    """Each tier with volumes or instances that Data Lifecycle Manager protects brings a policy for each of
    the two. What the account holds besides the catalog counts too.

    Breaks it: an account with 101 tiers whose volumes Data Lifecycle Manager protects
    Keeps it: an account with 100 of them
    """
    for unit in state.units:
        count = len(unit.snapshot_policies) + len(unit.copy_policies)
        hint = f"ask AWS for more in {unit.id}, or name `engine: backup` for types that do not need DLM"
        yield from _too_many(_of_unit(unit), count, f"snapshot policies in {unit.id}", 100, hint)


@rule(
    "TK030",
    title="A snapshot policy and its snapshots have at most 45 tags each",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm TagsToAddList; read 2026-11",
    guards_generator=True,
)
def policy_tags(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more; it adds tags of its own to each snapshot.

    Breaks it: a snapshot policy with 46 tags
    Keeps it: a snapshot policy with 45 tags
    """
    for policy in policies(state):
        counts = (len(policy.tags), *(len(each.tags_to_add) for each in policy.schedules))
        what = "tags on a snapshot policy or its snapshots"
        yield from _too_many(of_tier(policy.tier), max(counts), what, 45, "use fewer tags")


def _of_unit(unit: DesiredUnit) -> Origin:
    return ("accounts", unit.id.account, "tiers")
