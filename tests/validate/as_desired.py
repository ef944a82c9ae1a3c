"""The observed state that fits a desired one: things under the ids that AWS gives them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.validate.common_states import PRODUCTION
from tierkeep.desired.model import DesiredUnit
from tierkeep.validate.comparisons import COMPARISONS
from tierkeep.validate.forms import AlarmForm, CopyRuleForm, PolicyForm, TableForm
from tierkeep.validate.observed import ObservedUnit

NOTHING = ObservedUnit(
    aliases={},
    copy_region_aliases={},
    keys={},
    vaults={},
    plans={},
    snapshot_policies={},
    documents={},
    roles={},
)


def key_arn(region: str, alias: str) -> str:
    return f"arn:aws:kms:{region}:{PRODUCTION}:key/of-{alias.removeprefix('alias/')}"


def observed_as_desired(desired: DesiredUnit) -> ObservedUnit:
    """What AWS answers where everything is as it should be: keys by ARN, as AWS names them."""
    region = desired.id.region
    aliases = {each.alias: key_arn(region, each.alias) for each in desired.keys}
    aliases["alias/aws/backup"] = key_arn(region, "alias/aws/backup")
    copies = desired.snapshot_copies
    wanted: dict[str, Any] = {family.name: family.expected(desired, NOTHING) for family in COMPARISONS}
    as_answered: dict[str, Callable[[str, Any], Any]] = {
        "keys": lambda alias, form: replace(form, arn=aliases[alias]),
        "vaults": lambda _, form: replace(form, key=aliases.get(form.key, form.key)),
        "plans": lambda name, form: replace(form, arn=f"arn:plan:{name}"),
        "snapshot_policies": _policy_as_answered,
        "topics": lambda _, form: replace(form, key=aliases[form.key]),
        "queues": lambda _, form: replace(form, key=aliases[form.key]),
        "frameworks": lambda name, form: replace(form, arn=_framework_arn(name)),
        "report_plans": lambda _, form: replace(
            form, frameworks=tuple(sorted(_framework_arn(each) for each in form.frameworks))
        ),
        "alarms": lambda _, form: _alarm_as_answered(form),
    }
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
        **{
            family: {
                name: as_answered[family](name, form) if family in as_answered else form
                for name, form in forms.items()
            }
            for family, forms in wanted.items()
            if family != "tables"
        },
        tables={
            name: TableForm(recovery_period_days=days_back, tier=each.tier, arn=f"arn:table/{name}")
            for each in desired.table_recoveries
            for name, days_back in (("orders", each.period_days), ("payments", 35))
        },
    )


def _id(name: str) -> str:
    """What AWS calls a thing of that name, by itself."""
    return f"id-of-{name}"


def _policy_as_answered(name: str, policy: PolicyForm) -> PolicyForm:
    schedules = {
        name: replace(schedule, copies=_copies_with_key_arns(schedule.copies))
        for name, schedule in policy.schedules.items()
    }
    sharing = policy.sharing
    if sharing:
        sharing = replace(sharing, copies=_copies_with_key_arns(sharing.copies))
    return replace(policy, schedules=schedules, sharing=sharing, arn=f"arn:aws:dlm:::policy/{_id(name)}")


def _copies_with_key_arns(copies: Mapping[str, CopyRuleForm]) -> Mapping[str, CopyRuleForm]:
    return {
        region: replace(copy, key=key_arn(region, str(copy.key)) if copy.key else None)
        for region, copy in copies.items()
    }


def _framework_arn(name: str) -> str:
    return f"arn:aws:backup:::framework:{_id(name)}"


def _alarm_as_answered(alarm: AlarmForm) -> AlarmForm:
    metrics = {
        key: replace(
            each,
            dimensions={
                name: _id(str(value)) if name == "DLMPolicyId" else value
                for name, value in each.dimensions.items()
            },
        )
        for key, each in alarm.metrics.items()
    }
    return replace(alarm, metrics=metrics)
