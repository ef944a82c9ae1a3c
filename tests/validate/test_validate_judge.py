"""The judge, on plain values."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies

from tests.validate.as_desired import key_arn, observed_as_desired
from tests.validate.common_states import DR
from tests.validate.leaves import desired_leaves, gaps, mutants
from tests.validate.validate_states import DR_UNIT, HOME_UNIT, STATE
from tierkeep.desired.model import DesiredUnit, Lifecycle
from tierkeep.validate.checks import CHECKS
from tierkeep.validate.difference import Difference, Kind, differences
from tierkeep.validate.findings import Severity, UnitResult, Verdict, overall
from tierkeep.validate.forms import LifecycleForm, LockForm
from tierkeep.validate.judge import judge, undetermined
from tierkeep.validate.observed import Scope
from tierkeep.validate.unread import Unread

SEVEN_DAYS = LockForm(mode="governance", min_retention_days=7, max_retention_days=None)
DENIED = Unread(service="backup", operation="list_tags", code="AccessDenied", message="not allowed")


def home(**changes: Any) -> UnitResult:
    return judge(HOME_UNIT, replace(observed_as_desired(HOME_UNIT), **changes))


def fields_found(result: UnitResult) -> list[tuple[str, str]]:
    return [(finding.resource.name, finding.field) for finding in result.findings]


@pytest.mark.parametrize("desired", STATE.units, ids=lambda each: str(each.id))
def test_what_is_as_desired_has_no_findings(desired: DesiredUnit) -> None:
    """An observed state made from the desired one passes every check."""
    result = judge(desired, observed_as_desired(desired))
    assert (result.findings, result.unknowns, result.verdict) == ((), (), Verdict.PASS)
    assert set(result.verdicts) == {check.id for check in CHECKS if check.id.startswith("drift.")}


FAMILIES = (
    "keys",
    "vaults",
    "plans",
    "snapshot_policies",
    "documents",
    "named_documents",
    "roles",
    "state_machines",
    "log_groups",
)
DESIRED_FAMILIES = (
    "keys",
    "vaults",
    "plans",
    "snapshot_policies",
    "copy_policies",
    "documents",
    "roles",
    "state_machines",
)
MUTANTS = [
    pytest.param(family, path, mutant, id=f"{family}{path}")
    for family in FAMILIES
    for path, mutant in mutants(getattr(observed_as_desired(HOME_UNIT), family), "")
]
GAPS = [
    pytest.param(family, path, mutant, id=f"{family}{path}")
    for family in FAMILIES
    for path, mutant in gaps(getattr(observed_as_desired(HOME_UNIT), family), "")
]


def reported_path(finding: Any) -> str:
    return f"[{finding.resource.name}]" + ("" if finding.field == "existence" else f".{finding.field}")


@pytest.mark.parametrize(("family", "path", "mutant"), MUTANTS)
def test_no_leaf_is_invisible(family: str, path: str, mutant: Any) -> None:
    """Changing any one leaf of the observed state gives exactly one finding, which names it."""
    result = home(**{family: mutant})
    assert [reported_path(finding) for finding in result.findings] == [path]
    assert result.findings[0].expected != result.findings[0].actual
    assert result.verdict is Verdict.FAIL


@pytest.mark.parametrize(("family", "path", "mutant"), GAPS)
def test_a_gap_is_one_finding(family: str, path: str, mutant: Any) -> None:
    """Taking any one thing away gives exactly one finding, that it is missing, whatever it held."""
    findings = home(**{family: mutant}).findings
    assert [(reported_path(finding), finding.kind) for finding in findings] == [(path, Kind.MISSING)]
    assert findings[0].actual is None
    assert findings[0].risk
    assert findings[0].remedy


def desired_mutants() -> Iterator[Any]:
    """The desired unit with one leaf changed, for every leaf that AWS's answers show."""
    families = {name: getattr(HOME_UNIT, name) for name in DESIRED_FAMILIES}
    for family, things in families.items():
        for position, thing in enumerate(things):
            for path, mutant in desired_leaves(thing, ""):
                others = [*things[:position], mutant, *things[position + 1 :]]
                yield pytest.param(
                    replace(HOME_UNIT, **{family: tuple(others)}), id=f"{family}.{position}{path}"
                )


@pytest.mark.parametrize("desired", list(desired_mutants()))
def test_every_desired_field_is_held_against_aws(desired: DesiredUnit) -> None:
    """Asking for anything else than what is deployed gives a finding, but for the fields named above."""
    observed = observed_as_desired(HOME_UNIT)
    others = {str(each.key_alias): "another" for each in desired.vaults}
    regions = Scope.of(desired, catalog=STATE.name).copy_regions
    copy_aliases = {
        f"alias/campus-critical-copies{suffix}": key_arn(DR, f"campus-critical-copies{suffix}")
        for suffix in ("", "-changed")
    }
    observed = replace(
        observed,
        aliases={**others, **observed.aliases},  # type: ignore[dict-item]
        copy_region_aliases=dict.fromkeys(regions, copy_aliases),
    )
    assert judge(HOME_UNIT, replace(observed, copy_region_aliases={DR: copy_aliases})).findings == ()
    result = judge(desired, observed)
    assert result.findings


def test_a_missing_key_is_one_finding() -> None:
    """Neither the vault nor the copies that use a key are findings when its alias is gone."""
    observed = observed_as_desired(HOME_UNIT)
    aliases = {"alias/aws/backup": key_arn("ap-south-1", "alias/aws/backup")}
    result = judge(HOME_UNIT, replace(observed, aliases=aliases, keys={}, copy_region_aliases={DR: {}}))
    assert fields_found(result) == [("alias/campus-critical", "existence")]


def test_a_key_under_another_name_is_named() -> None:
    """A vault whose key goes by another alias is reported with both aliases, not with ARNs."""
    observed = observed_as_desired(HOME_UNIT)
    plain, critical = (observed.vaults[f"campus-{each}"] for each in ("plain", "critical"))  # type: ignore[index]
    vaults = {**observed.vaults, "campus-critical": replace(critical, key=plain.key)}  # type: ignore[dict-item]
    (finding,) = home(vaults=vaults).findings
    assert (finding.expected, finding.actual) == ("alias/campus-critical", "alias/aws/backup")


@pytest.mark.parametrize(
    ("vault", "lock", "risk", "remedy"),
    [
        ("campus-critical", None, "can delete them before their time", "`terraform state rm`"),
        ("campus-plain", SEVEN_DAYS, "nobody can delete", "delete-backup-vault-lock-configuration"),
        ("campus-critical", SEVEN_DAYS, "can lift the lock", "AWS refuses where the lock is final"),
    ],
)
def test_a_lock_that_differs_says_what_to_do(
    vault: str, lock: LockForm | None, risk: str, remedy: str
) -> None:
    """Deploying again is not enough: Terraform does not read whether a vault is locked, nor the mode."""
    observed = observed_as_desired(HOME_UNIT)
    vaults = {**observed.vaults, vault: replace(observed.vaults[vault], lock=lock)}  # type: ignore[dict-item, index]
    (finding, *_) = sorted(home(vaults=vaults).findings, key=lambda each: each.field != "lock.mode")
    assert finding.severity is Severity.HIGH
    assert risk in finding.risk
    assert remedy in finding.remedy
    assert finding.origin == ("tiers.critical" if vault == "campus-plain" else "tiers.critical.vault_lock")


def test_a_copy_into_another_key_is_found() -> None:
    """A cross-region copy's key is looked up among the target Region's aliases."""
    aliases = {"alias/campus-critical-copies": "new", "alias/x": key_arn(DR, "campus-critical-copies")}
    found = home(copy_region_aliases={DR: aliases}).findings
    assert [each.field for each in found] == [
        f"schedules[four-hourly].copies[{DR}].key",
        f"sharing.copies[{DR}].key",
        f"schedules[four-hourly].copies[{DR}].key",
    ]
    for finding in found:
        assert (finding.expected, finding.actual) == ("alias/campus-critical-copies", "alias/x")
        assert finding.origin == f"tiers.critical.copy_to.{DR}"


def test_the_innermost_origin_is_named() -> None:
    """A finding points at the entry of the catalog that is nearest to the field."""
    desired = replace(
        HOME_UNIT.plans[0].rules[0], lifecycle=Lifecycle(cold_storage_after_days=None, delete_after_days=5)
    )
    plan = replace(HOME_UNIT.plans[0], rules=(desired, *HOME_UNIT.plans[0].rules[1:]))
    (finding,) = judge(replace(HOME_UNIT, plans=(plan,)), observed_as_desired(HOME_UNIT)).findings
    assert finding.origin == "tiers.critical.schedules.daily"


@pytest.mark.parametrize(
    ("actual", "severity", "risk"),
    [
        (5, Severity.HIGH, "points are deleted 23 days before the tier's promise"),
        (30, Severity.MEDIUM, "points are kept 2 days longer than the tier says, and cost as long"),
        (
            None,
            Severity.MEDIUM,
            "points are never deleted: they cost for ever, and a duty to delete is not met",
        ),
    ],
)
def test_the_risk_of_a_retention_says_by_how_much(actual: int | None, severity: Severity, risk: str) -> None:
    """Too short is worse than too long, and both are told in days."""
    observed = observed_as_desired(HOME_UNIT)
    plan = observed.plans["campus-critical"]  # type: ignore[index]
    lifecycle = LifecycleForm(cold_storage_after_days=None, delete_after_days=actual)
    rules = {**plan.rules, "daily": replace(plan.rules["daily"], lifecycle=lifecycle)}
    (finding,) = home(plans={"campus-critical": replace(plan, rules=rules)}).findings
    assert (finding.severity, finding.risk) == (severity, risk)
    assert (finding.expected, finding.actual) == (28, actual)


def test_the_risk_of_a_snapshot_retention_is_told_in_days_too() -> None:
    """Ages in different units are compared."""
    observed = observed_as_desired(HOME_UNIT)
    policy = observed.snapshot_policies["campus-critical-volumes"]  # type: ignore[index]
    schedules = {**policy.schedules, "weekly": replace(policy.schedules["weekly"], retain="7 DAYS")}
    changed = {**observed.snapshot_policies, "campus-critical-volumes": replace(policy, schedules=schedules)}  # type: ignore[dict-item]
    (finding,) = home(snapshot_policies=changed).findings
    assert finding.risk == "points are deleted 21 days before the tier's promise"


def test_what_a_stack_does_not_see_is_put_back_by_hand() -> None:
    """A deployment compares templates: it would change nothing, and make nothing that is gone."""
    observed = observed_as_desired(HOME_UNIT)
    name = "campus-critical-instances"
    policy = replace(observed.snapshot_policies[name], description="other")  # type: ignore[index]
    (finding,) = home(snapshot_policies={**observed.snapshot_policies, name: policy}).findings  # type: ignore[dict-item]
    assert finding.remedy.startswith("`aws dlm update-lifecycle-policy` puts it back")
    others = {key: each for key, each in observed.snapshot_policies.items() if key != name}  # type: ignore[union-attr]
    (finding,) = home(snapshot_policies=others).findings
    assert "apply -replace` the stack campus-critical-instances" in finding.remedy


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_out_of_use_is_critical_and_says_the_command(state: str) -> None:
    """The remedy brings exactly this key back."""
    observed = observed_as_desired(HOME_UNIT)
    key = observed.keys["alias/campus-critical"]  # type: ignore[index]
    (finding,) = home(keys={"alias/campus-critical": replace(key, state=state)}).findings
    assert finding.severity is Severity.CRITICAL
    assert f"enable-key --key-id {key.arn} --region ap-south-1" in finding.remedy
    assert ("cancel-key-deletion" in finding.remedy) == (state == "PendingDeletion")


@pytest.mark.parametrize("family", ["vaults", "plans", "keys", "snapshot_policies"])
def test_what_the_catalog_dropped_is_one_finding(family: str) -> None:
    """A thing with the catalog's own tag that nobody asks for is unexpected, once."""
    things = getattr(observed_as_desired(HOME_UNIT), family)
    extra = {**things, "campus-old": next(iter(things.values()))}
    (finding,) = home(**{family: extra}).findings
    assert (finding.kind, finding.resource.name, finding.field) == (
        Kind.UNEXPECTED,
        "campus-old",
        "existence",
    )
    assert finding.expected is None


@pytest.mark.parametrize("collection", ["rules", "selections"])
def test_an_extra_part_of_a_desired_plan_is_one_finding(collection: str) -> None:
    """A rule or selection that somebody added needs no tag to be the catalog's business."""
    observed = observed_as_desired(HOME_UNIT)
    plan = observed.plans["campus-critical"]  # type: ignore[index]
    members = getattr(plan, collection)
    more = replace(plan, **{collection: {**members, "by-hand": next(iter(members.values()))}})
    (finding,) = home(plans={"campus-critical": more}).findings
    assert (finding.kind, finding.field) == (Kind.UNEXPECTED, f"{collection}[by-hand]")
    # Terraform owns a plan's rules as a whole, but knows no selection that it did not make.
    assert finding.remedy.startswith("delete it") == (collection == "selections")


SESSION = "arn:aws:sts::{}:assumed-role/aws:ec2-infrastructure/i-0123456789abcdef0"
LINKED = "arn:aws:iam::{}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
OTHER = "999999999999"
SHARED_WITH = "222222222222"


def grants_found(*holders: str) -> list[str]:
    """The fields of the findings where these hold grants on a key, which is shared with an account."""
    (first, *others) = HOME_UNIT.keys
    unit = replace(HOME_UNIT, keys=(replace(first, shared_with=(SHARED_WITH,)), *others))
    observed = observed_as_desired(unit)
    key = replace(observed.keys[first.alias], grants=dict.fromkeys(holders, "Decrypt"))  # type: ignore[index]
    found = judge(unit, replace(observed, keys={**observed.keys, first.alias: key}))  # type: ignore[dict-item]
    assert found.unknowns == ()
    return [finding.field for finding in found.findings]


@pytest.mark.parametrize(
    "holder",
    [
        "dynamodb.ap-south-1.amazonaws.com",
        "backup.amazonaws.com",
        "AWS Internal",
        SESSION.format(HOME_UNIT.account_id),
        f"{SESSION.format(HOME_UNIT.account_id)}#2",
        SESSION.format(SHARED_WITH),
        LINKED.format(HOME_UNIT.account_id),
    ],
)
def test_grants_by_which_aws_encrypts_for_a_keys_users_are_no_drift(holder: str) -> None:
    """They come and go with the volumes, tables and snapshots that the key encrypts."""
    assert grants_found(holder) == []


@pytest.mark.parametrize(
    "holder",
    [
        f"arn:aws:iam::{OTHER}:role/backup-reader",
        f"arn:aws:iam::{OTHER}:root",
        f"arn:aws:iam::{HOME_UNIT.account_id}:user/mallory",
        f"arn:aws:iam::{HOME_UNIT.account_id}:role/backup.amazonaws.com",
        f"arn:aws:sts::{HOME_UNIT.account_id}:assumed-role/ec2-infrastructure/aws:i-0",
        SESSION.format(OTHER),
        LINKED.format(OTHER),
        "nobody named",
    ],
)
def test_any_other_grant_is_a_finding_that_names_its_holder(holder: str) -> None:
    """A grant lets its holder use a key whatever the key's policy says, and no deployment takes it away."""
    assert grants_found(holder) == [f"grants[{holder}]"]


def test_more_tags_than_desired_are_nobodys_business() -> None:
    """Tags that an organisation adds to vaults are not drift."""
    observed = observed_as_desired(HOME_UNIT)
    vault = observed.vaults["campus-plain"]  # type: ignore[index]
    tagged = replace(vault, tags={**vault.tags, "cost-centre": "42"})
    assert home(vaults={**observed.vaults, "campus-plain": tagged}).verdict is Verdict.PASS  # type: ignore[dict-item]


def test_a_start_time_that_aws_fills_in_is_no_drift() -> None:
    """Where the catalog leaves the start to AWS, whatever AWS chose is right."""
    plain = replace(HOME_UNIT.snapshot_policies[0].schedules[0], start_time=None)
    policy = replace(
        HOME_UNIT.snapshot_policies[0], schedules=(plain, *HOME_UNIT.snapshot_policies[0].schedules[1:])
    )
    desired = replace(HOME_UNIT, snapshot_policies=(policy, *HOME_UNIT.snapshot_policies[1:]))
    assert judge(desired, observed_as_desired(HOME_UNIT)).verdict is Verdict.PASS


@pytest.mark.parametrize("family", ["keys", "vaults", "plans", "snapshot_policies", "documents", "tables"])
def test_a_listing_that_was_refused_makes_its_check_unknown_and_no_other(family: str) -> None:
    """Nothing is missing because it could not be read."""
    result = home(**{family: DENIED})
    assert result.findings == ()
    assert [unknown.cause for unknown in result.unknowns] == [DENIED]
    assert sorted(result.verdicts.values()) == ["PASS"] * (len(result.verdicts) - 1) + ["UNKNOWN"]
    assert result.verdict is Verdict.UNKNOWN


def test_unreadable_aliases_leave_only_keys_unknown() -> None:
    """Without aliases nobody knows a vault's key; its other fields are judged all the same."""
    observed = observed_as_desired(HOME_UNIT)
    vault = replace(observed.vaults["campus-plain"], tags={})  # type: ignore[index]
    result = home(aliases=DENIED, keys=DENIED, vaults={**observed.vaults, "campus-plain": vault})  # type: ignore[dict-item]
    assert [unknown.field for unknown in result.unknowns] == ["", "key", "key"]
    assert {finding.field for finding in result.findings} == {"tags[tierkeep:catalog]", "tags[tierkeep:tier]"}
    assert result.verdicts["drift.vault"] is Verdict.FAIL
    assert result.verdict is Verdict.UNKNOWN


def test_whose_a_vault_is_stays_open_when_its_tags_are_unreadable() -> None:
    """A vault with the catalog's prefix and unknown tags is neither ours nor not ours."""
    observed = observed_as_desired(HOME_UNIT)
    stranger = replace(observed.vaults["campus-plain"], tags=DENIED, arn="arn:v")  # type: ignore[index]
    result = home(vaults={**observed.vaults, "campus-old": stranger})  # type: ignore[dict-item]
    assert result.findings == ()
    (unknown,) = result.unknowns
    assert unknown.resource is not None
    assert (unknown.resource.name, unknown.field) == ("campus-old", "tags")


def test_a_unit_that_cannot_be_entered_is_unknown_throughout() -> None:
    """Every check says UNKNOWN with the one cause."""
    result = undetermined(HOME_UNIT, DENIED)
    assert set(result.verdicts.values()) == {Verdict.UNKNOWN}
    assert {unknown.cause for unknown in result.unknowns} == {DENIED}


def test_findings_come_worst_first() -> None:
    """Critical before low, whatever the order of the checks."""
    observed = observed_as_desired(HOME_UNIT)
    key = replace(observed.keys["alias/campus-critical"], description="x")  # type: ignore[index]
    result = home(keys={"alias/campus-critical": key}, plans={}, roles={})
    ranks = [finding.severity.rank for finding in result.findings]
    assert ranks == sorted(ranks)
    assert result.findings[0].severity is Severity.CRITICAL
    assert result.findings[-1].severity is Severity.LOW


def test_unknown_outranks_failure_outranks_pass() -> None:
    """A report with holes is no verdict."""
    clean, failing = home(), home(plans={})
    open_ = judge(DR_UNIT, replace(observed_as_desired(DR_UNIT), vaults=DENIED))
    assert overall([clean]) is Verdict.PASS
    assert overall([clean, failing]) is Verdict.FAIL
    assert overall([failing, open_, clean]) is Verdict.UNKNOWN


VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=3),
    lambda inner: strategies.dictionaries(strategies.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_there_is_no_difference_only_between_equals(expected: Any, actual: Any) -> None:
    """Comparing finds nothing if and only if the two sides are equal."""
    assert (list(differences(expected, actual)) == []) == (expected == actual)


@given(VALUES, VALUES)
def test_what_is_missing_on_one_side_is_unexpected_on_the_other(expected: Any, actual: Any) -> None:
    """Turning the comparison round gives the same paths with expected and actual exchanged."""
    there = {
        d.path: (d.expected, d.actual) for d in differences(expected, actual) if isinstance(d, Difference)
    }
    back = {
        d.path: (d.actual, d.expected) for d in differences(actual, expected) if isinstance(d, Difference)
    }
    assert there == back
