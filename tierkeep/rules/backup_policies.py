"""Rules of the organisation's backup policies: what they cannot say, what they need, what they repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.backup_policies import LONGEST, MOST_AT_A_TARGET, backup_policy_document
from tierkeep.desired.model import (
    EVERY_ACCOUNT,
    BackupPlan,
    BackupPolicy,
    CopyAction,
    DesiredState,
    RegionalPlan,
    Tags,
)
from tierkeep.desired.names import Names
from tierkeep.desired.policies import policy_size
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.time_zones import FIXED
from tierkeep.rules.walk import backup_policies

_SYNTAX = "AWS Organizations user guide, orgs_manage_policies_backup_syntax"


def _accounts(policy: BackupPolicy) -> list[str]:
    """The targets that are accounts: which lie below the others, no catalog can know."""
    return [each for each in policy.target_ids if re.fullmatch("[0-9]{12}", each)]


def _copies(policy: BackupPolicy) -> Iterator[tuple[RegionalPlan, CopyAction]]:
    for each in policy.plans:
        for found in each.plan.rules:
            yield from ((each, copy) for copy in found.copies)


@rule(
    "TK189",
    title="A backup policy fits",
    severity=Severity.ERROR,
    source="AWS Organizations user guide, orgs_reference_limits; read 2026-11",
)
def policy_fits(state: DesiredState) -> Iterator[Violation]:
    """AWS Organizations takes 10,000 characters, and 10 backup policies on a root, unit or account: what is
    attached there besides the catalog's counts too. Each tier takes a plan in each Region, and a second one
    for point-in-time recovery.

    Breaks it: `backup_policies: { all: { tiers: [basic], … } }` with 10 `regions`
    Keeps it: the same with 9 `regions`
    """
    attached = Counter(target for policy in backup_policies(state) for target in policy.target_ids)
    for policy in backup_policies(state):
        size = policy_size(backup_policy_document(policy))
        if size > LONGEST:
            yield Violation(
                origin=policy.origin,
                message=f"the backup policy has {size:,} characters; AWS takes {LONGEST:,}",
                hint="make two of it, with other tiers or other Regions",
            )
        for target in policy.target_ids:
            if attached[target] > MOST_AT_A_TARGET:
                yield Violation(
                    origin=(*policy.origin, "targets"),
                    message=f"{attached[target]} backup policies on {target}; AWS takes {MOST_AT_A_TARGET}",
                    hint="make one of several, or attach some further up",
                )


@rule(
    "TK190",
    title="Backup policies run in UTC only",
    severity=Severity.ERROR,
    source=f"{_SYNTAX}; read 2026-11",
)
def policies_in_utc(state: DesiredState) -> Iterator[Violation]:
    """A backup policy has no time zone: its times would silently be others than the catalog says.

    Breaks it: `time_zone: Europe/Berlin` in a tier of a backup policy
    Keeps it: `time_zone: Etc/UTC` there
    """
    for policy in backup_policies(state):
        for each in policy.plans:
            for found in each.plan.rules:
                if found.time_zone not in FIXED:
                    yield Violation(
                        origin=found.time_zone_origin,
                        message=(
                            f"backup policies run in UTC, but the time zone of tier {each.plan.tier} is "
                            f"{found.time_zone}"
                        ),
                        hint="give the tier `time_zone: Etc/UTC` and its times in UTC",
                    )


@rule(
    "TK191",
    title="What a backup policy cannot say of a tier is known",
    severity=Severity.NOTICE,
    source=f"{_SYNTAX}; read 2026-11",
)
def left_out(state: DesiredState) -> Iterator[Violation]:
    """It makes plans of AWS Backup, the same in every account, and nothing else: no policy of Data Lifecycle
    Manager, no recovery of DynamoDB's own, no backups on demand, no vault with its key and lock.

    Breaks it: a backup policy with a tier that protects ebs and efs, with `ebs: { engine: dlm }`
    Keeps it: the same with `ebs: { engine: backup }`
    """
    for policy in backup_policies(state):
        by_tier: dict[str, list[str]] = {}
        for tier, what in policy.left_out:
            by_tier.setdefault(tier, []).append(what)
        for tier, missing in by_tier.items():
            yield Violation(
                origin=(*policy.origin, "tiers"),
                message=f"the backup policy does not say of tier {tier}: {'; '.join(missing)}",
                hint="nothing to do if that is meant; else list the accounts that need it, with the tier",
            )


@rule(
    "TK192",
    title="No resource is backed up by a backup policy and by its account's stack",
    severity=Severity.ERROR,
    source="design: both select by the same tag, and each of their backups is paid for",
)
def not_twice(state: DesiredState) -> Iterator[Violation]:
    """Where an account has a tier in a Region, its stack has a plan that selects by the tier's tag. A backup
    policy of the same tier with the same tag would select the same resources again. Which accounts lie below
    a root or a unit a catalog cannot know: whoever knows that none of these does can waive the rule.

    Breaks it: a backup policy with `tiers: [basic]` on a unit, where an account has `tiers: [basic]` too
    Keeps it: the same with a `tag` of its own, or in other `regions`
    """
    for policy in backup_policies(state):
        for each in policy.plans:
            where = [
                unit
                for unit in state.units
                if unit.id.region == each.region and unit.id.account != EVERY_ACCOUNT
                if any(_selected(each.plan) & _selected(own) for own in unit.plans)
            ]
            known = [str(unit.id) for unit in where if unit.account_id in _accounts(policy)]
            units = [target for target in policy.target_ids if target not in _accounts(policy)]
            perhaps = [str(unit.id) for unit in where if units and unit.account_id not in _accounts(policy)]
            if known or perhaps:
                places = _places(known, perhaps, units)
                yield Violation(
                    origin=(*policy.origin, "tiers"),
                    message=f"tier {each.plan.tier} would be backed up twice {places}",
                    hint="give the policy a `tag` of its own, or let either the stacks or the policy have it",
                )


def _selected(plan: BackupPlan) -> set[tuple[str, Tags]]:
    """What a plan selects: types, each with the tags that a resource of it needs."""
    return {(pattern, each.required_tags) for each in plan.selections for pattern in each.resource_patterns}


def _places(known: list[str], perhaps: list[str], units: list[str]) -> str:
    said = [f"in {', '.join(known)}"] if known else []
    said += [f"in {', '.join(perhaps)} if below {' or '.join(units)}"] if perhaps else []
    return " and ".join(said)


@rule(
    "TK193",
    title="What a backup policy names exists in every account first",
    severity=Severity.NOTICE,
    source=f"{_SYNTAX}; read 2026-11",
)
def needed_first(state: DesiredState) -> Iterator[Violation]:
    """AWS Organizations makes plans, not what they name: the vaults and the role have to be in every account
    and Region before a plan runs, or its jobs fail. The stacks make them where an account has the tier in the
    catalog. Elsewhere something else has to, such as a stack set of CloudFormation.

    Breaks it: a backup policy with `targets: [ou-a1b2-c3d4e5f6]`
    Keeps it: a backup policy with `targets: ["000000000001"]`, the id of an account that has the tier
    """
    made = {vault.arn for unit in state.units for vault in unit.vaults}
    made |= {role.arn for unit in state.units for role in unit.roles}
    for policy in backup_policies(state):
        missing: dict[str, set[str]] = {}
        for target in policy.target_ids:
            for each in _needed(policy):
                if target not in _accounts(policy) or each.arn.replace(EVERY_ACCOUNT, target) not in made:
                    missing.setdefault(each.what, set()).update(each.regions)
        if missing:
            named = ", ".join(
                f"{what} in {' and '.join(sorted(regions))}" if regions else what
                for what, regions in sorted(missing.items())
            )
            yield Violation(
                origin=policy.origin,
                message=f"what is below {', '.join(policy.target_ids)} needs first: {named}",
                hint="have them made in every account that does not have the tiers in the catalog",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needed:
    """A role, or a vault in a Region, that each account needs."""

    what: str
    arn: str
    regions: tuple[str, ...] = ()


def _needed(policy: BackupPolicy) -> set[_Needed]:
    found = set()
    for each in policy.plans:
        for selection in each.plan.selections:
            found.add(_Needed(what=f"role {selection.role_arn.split('/')[-1]}", arn=selection.role_arn))
        here = Names(catalog="", account_id=EVERY_ACCOUNT, region=each.region)
        found |= {_vault(here.vault_arn(one.vault_name), each.region) for one in each.plan.rules}
    for _, copy in _copies(policy):
        if copy.destination.account == EVERY_ACCOUNT:
            found.add(_vault(copy.destination_vault_arn, copy.destination.region))
    return found


def _vault(arn: str, region: str) -> _Needed:
    return _Needed(what=f"vault {arn.rsplit(':', 1)[-1]}", arn=arn, regions=(region,))


@rule(
    "TK194",
    title="A tier stands in one backup policy for a Region",
    severity=Severity.ERROR,
    source="AWS Organizations user guide, orgs_manage_policies_inheritance_mgmt; read 2026-11",
)
def in_one_policy(state: DesiredState) -> Iterator[Violation]:
    """Policies at a target and above it are merged plan by plan, by their names. Of two with the same tier in
    the same Region the lower one's tag would take the place of the other's, without a word.

    Breaks it: `one: { tiers: [basic], … }` beside `two: { tiers: [basic], … }` with the same `regions`
    Keeps it: the same with other `regions`
    """
    first: dict[str, str] = {}
    for policy in backup_policies(state):
        for each in policy.plans:
            other = first.setdefault(each.plan.name, policy.key)
            if other != policy.key:
                what = f"tier {each.plan.tier} in {each.region}"
                yield Violation(
                    origin=(*policy.origin, "tiers"),
                    message=f"{what} is in the backup policy `{other}` already",
                    hint="give one of them all of the targets",
                )


@rule(
    "TK195",
    title="Copies of a backup policy arrive",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, create-cross-account-backup; read 2026-11",
    waivable=True,  # AWS takes the policy, and the copy jobs fail
)
def copies_arrive(state: DesiredState) -> Iterator[Violation]:
    """The vault of another account admits copies from the accounts that have the tier in the catalog, and
    from no others; where none has, it is not made. And a copy into the Region that it comes from is none.

    Breaks it: a backup policy on a unit with a tier that has `copy_to: { vaults/eu-west-1: {} }`
    Keeps it: a backup policy on a unit with a tier that has `copy_to: { eu-central-1: {} }`
    """
    admitted = {vault.arn: set(vault.copied_from) for unit in state.units for vault in unit.vaults}
    for policy in backup_policies(state):
        for each, copy in _copies(policy):
            said = None
            if copy.destination.account != EVERY_ACCOUNT:
                refused = set(policy.target_ids) - admitted.get(copy.destination_vault_arn, set())
                if refused:
                    said = (
                        f"the vault in {copy.destination} admits no copies from {', '.join(sorted(refused))}"
                    )
            elif copy.destination.region == each.region and not copy.air_gapped:
                said = f"copies to {each.region} would stay in the Region that they come from"
            if said:
                yield Violation(
                    origin=copy.origin,
                    message=f"in the backup policy `{policy.key}`, {said}",
                    hint="use a tier with other copies there, or name accounts that have the tier as targets",
                )
