"""The observed state that fits a desired one."""

from collections.abc import Mapping
from dataclasses import replace

from tests.validate.common_states import PRODUCTION
from tierkeep.desired.model import DesiredUnit
from tierkeep.validate.expected import (
    copy_policy_form,
    default_policy_form,
    document_form,
    key_form,
    machine_form,
    plan_form,
    policy_form,
    role_form,
    vault_form,
)
from tierkeep.validate.forms import CopyRuleForm, PolicyForm, TableForm
from tierkeep.validate.observed import ObservedUnit


def key_arn(region: str, alias: str) -> str:
    return f"arn:aws:kms:{region}:{PRODUCTION}:key/of-{alias.removeprefix('alias/')}"


def observed_as_desired(desired: DesiredUnit) -> ObservedUnit:
    """What AWS answers where everything is as it should be: keys by ARN, as AWS names them."""
    region = desired.id.region
    aliases = {each.alias: key_arn(region, each.alias) for each in desired.keys}
    aliases["alias/aws/backup"] = key_arn(region, "alias/aws/backup")
    copies = desired.snapshot_copies
    return ObservedUnit(
        aliases=aliases,
        copy_region_aliases={
            region: {
                copy.key_alias: key_arn(region, copy.key_alias)
                for copy in copies
                if copy.target_region == region and copy.key_alias
            }
            for region in {copy.target_region for copy in copies}
        },
        keys={each.alias: replace(key_form(each, desired), arn=aliases[each.alias]) for each in desired.keys},
        vaults={
            each.name: replace(
                vault_form(each, desired), key=aliases[each.key_alias or "alias/aws/backup"], arn=each.arn
            )
            for each in desired.vaults
        },
        plans={each.name: replace(plan_form(each), arn=f"arn:plan:{each.name}") for each in desired.plans},
        snapshot_policies={
            **{each.name: _with_key_arns(policy_form(each)) for each in desired.snapshot_policies},
            **{each.name: _with_key_arns(copy_policy_form(each)) for each in desired.copy_policies},
            **{each.name: _with_key_arns(default_policy_form(each)) for each in desired.default_policies},
        },
        documents={each.name: document_form(each) for each in desired.documents},
        roles={each.name: role_form(each, desired) for each in desired.roles},
        state_machines={each.name: machine_form(each) for each in desired.state_machines},
        tables={
            name: TableForm(recovery_period_days=days_back, tier=each.tier, arn=f"arn:table/{name}")
            for each in desired.table_recoveries
            for name, days_back in (("orders", each.period_days), ("payments", 35))
        },
    )


def _with_key_arns(policy: PolicyForm) -> PolicyForm:
    schedules = {
        name: replace(schedule, copies=_copies_with_key_arns(schedule.copies))
        for name, schedule in policy.schedules.items()
    }
    sharing = policy.sharing
    if sharing:
        sharing = replace(sharing, copies=_copies_with_key_arns(sharing.copies))
    return replace(policy, schedules=schedules, sharing=sharing, arn="arn:policy")


def _copies_with_key_arns(copies: Mapping[str, CopyRuleForm]) -> Mapping[str, CopyRuleForm]:
    return {region: replace(copy, key=key_arn(region, str(copy.key))) for region, copy in copies.items()}
