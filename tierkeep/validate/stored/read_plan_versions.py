"""Reads since when each rule of a backup plan is what it is: points of before it may be otherwise."""

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import RuleForm
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.readers.backup import rule_form
from tierkeep.validate.stored.read_points import PAGE
from tierkeep.validate.stored.reading import when
from tierkeep.validate.stored.records import PlanVersion
from tierkeep.validate.unread import Unread, attempt


def read_plan_versions(session: UnitSession, observed: ObservedUnit) -> dict[str, PlanVersion | Unread]:
    """By the plans' names: those that were observed. A plan that nobody could read has no versions here."""
    found: dict[str, PlanVersion | Unread] = {}
    plans = {} if isinstance(observed.plans, Unread) else observed.plans
    for name, plan in plans.items():
        if isinstance(plan.rules, Unread):
            found[name] = plan.rules
        elif plan.arn:
            found[name] = attempt(_read, session, plan.arn.rpartition(":")[2], plan.rules)
    return found


def _read(session: UnitSession, plan_id: str, rules: Mapping[str, RuleForm]) -> PlanVersion:
    """Earlier versions are read only as long as a rule in them is what it is now."""
    listed = session.pages(
        "backup",
        "list_backup_plan_versions",
        "BackupPlanVersionsList",
        BackupPlanId=plan_id,
        MaxResults=PAGE,
    )
    latest, *earlier = sorted(listed, key=lambda version: when(version["CreationDate"]), reverse=True)
    since = dict.fromkeys(rules, when(latest["CreationDate"]))
    unchanged = set(rules)
    for version in earlier:
        former = _rules(session, plan_id, version)
        unchanged = {name for name in unchanged if former.get(name) == rules[name]}
        if not unchanged:
            break
        since |= dict.fromkeys(unchanged, when(version["CreationDate"]))
    return PlanVersion(created_at=when(latest["CreationDate"]), rules_since=since)


def _rules(session: UnitSession, plan_id: str, version: Mapping[str, Any]) -> Mapping[str, RuleForm]:
    answer = session.call("backup", "get_backup_plan", BackupPlanId=plan_id, VersionId=version["VersionId"])
    return normal.keyed((each["RuleName"], rule_form(each)) for each in answer["BackupPlan"]["Rules"])
