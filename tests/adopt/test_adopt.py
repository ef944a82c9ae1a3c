"""What can be adopted, judged on observed states that are changed one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from stacks.unit import stack_id
from tests.catalogs import ACKNOWLEDGED, SHIPPED, model
from tests.stacks.goldens import CATALOGS
from tests.stacks.synthesis import synthesize
from tests.validate.as_desired import observed_as_desired
from tests.validate.common_states import CATALOG
from tests.validate.validate_states import DR_UNIT, HOME_UNIT
from tierkeep.adopt import paths
from tierkeep.adopt.adopting import adopt
from tierkeep.adopt.model import Effect, Outcome, Status, Thing, UnitAdoption, overall
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, DesiredUnit, UnitId, VaultLock
from tierkeep.desired.resolve import resolve
from tierkeep.validate.expected import vault_form
from tierkeep.validate.forms import LockForm, StackForm
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.unread import Unread

DENIED = Unread(service="backup", operation="list_tags", code="AccessDenied", message="no")
GOVERNANCE = VaultLock(min_retention_days=7, max_retention_days=None, changeable_for_days=None, origin=())
HOME = replace(
    HOME_UNIT,
    vaults=(
        replace(HOME_UNIT.vaults[0], lock=GOVERNANCE),
        replace(HOME_UNIT.vaults[1], deletable_by=()),
    ),
    snapshot_policies=tuple(
        replace(each, schedules=tuple(replace(schedule, archive=None) for schedule in each.schedules))
        for each in HOME_UNIT.snapshot_policies
        if each.resource_type == "VOLUME"
    ),
    default_policies=(),
)
"""The unit of the validator's tests with a lock that can be lifted, since no other can be adopted."""
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
KEY, VAULT, PLAN = "alias/campus-critical", "campus-critical", "campus-critical"
POLICY = "campus-critical-volumes"
(SHARED,) = (each.name for each in HOME.copy_policies)
STACKED = replace(HOME, snapshot_policies=HOME_UNIT.snapshot_policies[:1])
"""With a policy that a stack of CloudFormation holds."""
Edit = Callable[[ObservedUnit], ObservedUnit]


def changed(part: str, name: str, **settings: Any) -> Edit:
    """One thing of the observed state with other settings."""

    def edit(observed: ObservedUnit) -> ObservedUnit:
        things = {**getattr(observed, part)}
        things[name] = replace(things[name], **settings)
        return replace(observed, **{part: things})

    return edit


def looked_at(*edits: Edit, unit: DesiredUnit = HOME, choose: str = "") -> UnitAdoption:
    observed = observed_as_desired(unit)
    for edit in edits:
        observed = edit(observed)
    return adopt(unit, observed, catalog=CATALOG, choices=frozenset(choose.split()))


def thing(adoption: UnitAdoption, kind: str, name: str) -> Thing:
    (found,) = (each for each in adoption.things if (each.type, each.name) == (kind, name))
    return found


@pytest.mark.parametrize("unit", [HOME, DR_UNIT], ids=lambda each: str(each.id))
def test_what_is_as_the_catalog_says_is_adopted_without_a_change(unit: DesiredUnit) -> None:
    """All of it, and all of it carries the catalog's tag, but for what has no tags of its own."""
    found = looked_at(unit=unit)
    assert (found.outcome, found.missing) == (Outcome.COMPLETE, ())
    assert {(each.status, each.changes) for each in found.things} == {(Status.ADOPTED, ())}
    assert {each.type for each in found.things if not each.own} <= {"selection", "role"}


def test_what_does_not_exist_is_created() -> None:
    """Named one by one, selections too; there is nothing to adopt."""
    found = adopt(HOME, NOTHING, catalog=CATALOG)
    assert (found.outcome, found.things, found.imports) == (Outcome.COMPLETE, (), ())
    assert found.missing == (
        "key alias/campus-critical",
        "vault campus-critical",
        "vault campus-plain",
        "role campus-backup-ap-south-1",
        "role campus-snapshots-ap-south-1",
        "role campus-validate-ap-south-1",
        "backup plan campus-critical",
        "selection campus-critical/campus-critical",
        "snapshot policy campus-critical-volumes",
        f"snapshot policy {SHARED}",
    )


def state_with_everything() -> DesiredState:
    """Copies between accounts, so that a vault has a policy, and locks in both modes."""
    tier = {
        "description": "All",
        "protects": {"rds": {}, "s3": {}},
        "encryption": "customer-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        "point_in_time_recovery": {"granularity": "5m", "keep": "7d"},
        "copy_to": {"other/eu-central-1": {}},
    }
    final = {"mode": "compliance", "changeable_for": "3d", "acknowledge": ACKNOWLEDGED}
    gapped: dict[str, Any] = {"min_keep": "7d", "max_keep": "30d", "acknowledge": ACKNOWLEDGED}
    gapped["copy_to"] = {"home": {}, "other/eu-central-1": {}}
    return resolve(
        model(
            {
                "version": 1,
                "name": "demo",
                "tiers": {
                    "one": {**tier, "vault_lock": {"mode": "governance"}},
                    "two": {**tier, "vault_lock": final, "air_gapped": gapped},
                },
                "accounts": {
                    "home": {"id": "111111111111", "regions": ["eu-west-1"], "tiers": ["one", "two"]},
                    "other": {"id": "222222222222"},
                },
            }
        )
    )  # fmt: skip


ADOPTED = {
    "aws_backup_logically_air_gapped_vault",
    "aws_backup_plan",
    "aws_backup_selection",
    "aws_backup_vault",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_policy",
    "aws_cloudformation_stack",
    "aws_dlm_lifecycle_policy",
    "aws_iam_role",
    "aws_kms_alias",
    "aws_kms_key",
}


@pytest.mark.parametrize(
    "state",
    [compile_catalog(SHIPPED).state, state_with_everything(), compile_catalog(CATALOGS["everything"]).state],
    ids=["shipped", "locked", "everything"],
)
def test_the_paths_are_those_of_the_stacks(state: DesiredState) -> None:
    """Every resource of a type that can be adopted stands at its path; default policies are made anew."""
    made = synthesize(state)
    for unit in state.units:
        wanted = {
            *(place(key) for key in unit.keys for place in (paths.key, paths.alias)),
            *(paths.vault(vault) for vault in unit.vaults),
            *(paths.vault_policy(vault) for vault in unit.vaults if vault.copied_from or vault.deletable_by),
            *(paths.lock(vault) for vault in unit.vaults if vault.lock and not vault.air_gapped),
            *(paths.role(role) for role in unit.roles),
            *(paths.plan(plan) for plan in unit.plans),
            *(paths.selection(plan, each) for plan in unit.plans for each in plan.selections),
            *(paths.snapshot_policy(policy) for policy in unit.snapshot_policies),
            *(paths.snapshot_policy(policy) for policy in unit.copy_policies),
        }
        assert paths.stack(unit.id) == stack_id(unit)
        found = {
            each["//"]["metadata"]["path"].partition("/")[2]
            for kind, resources in made[stack_id(unit)]["resource"].items()
            for each in resources.values()
            if kind in ADOPTED
        }
        anew = {f"snapshots-{default.name}/stack" for default in unit.default_policies}
        assert found - anew == wanted


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ""),
        ({"air_gapped": False}, "it is a vault encrypted with a key that AWS owns, and the tier has"),
        ({"lock": LockForm(mode="compliance", min_retention_days=8, max_retention_days=30)}, "never be"),
    ],
)
def test_an_air_gapped_vault_is_adopted_with_its_range_or_not_at_all(
    settings: dict[str, Any], said: str
) -> None:
    """One resource that has its lock within, and its policy beside."""
    unit = state_with_everything().unit(UnitId(account="other", region="eu-central-1"))
    assert unit
    (vault,) = (each for each in unit.vaults if each.air_gapped)
    form = replace(vault_form(vault, unit), **settings)
    found = adopt(unit, replace(NOTHING, vaults={vault.name: form}), catalog="demo")
    (made,) = found.things
    assert said in made.why
    assert [(each.path, each.id) for each in made.imports] == (
        []
        if said
        else [
            ("air-gapped-vault-demo-two-gapped/vault", "demo-two-gapped"),
            ("air-gapped-vault-demo-two-gapped/policy", "demo-two-gapped"),
        ]
    )


@pytest.mark.parametrize(
    ("edit", "kind", "name", "said"),
    [
        (changed("keys", KEY, tags={"tierkeep:catalog": "other"}), "key", KEY, "to the catalog other"),
        (changed("keys", KEY, state="PendingDeletion"), "key", KEY, "aws kms cancel-key-deletion --key-id"),
        (changed("keys", KEY, spec="RSA_2048"), "key", KEY, "takes symmetric keys alone"),
        (changed("keys", KEY, manager="AWS"), "key", KEY, "point it at one of your own"),
        (changed("vaults", VAULT, tags={"tierkeep:catalog": "other"}), "vault", VAULT, "catalog other"),
        (changed("vaults", VAULT, key="arn:other"), "vault", VAULT, "update-alias --region ap-south-1"),
        (
            changed("vaults", VAULT, key="arn:aws:kms:ap-south-1:111111111111:key/of-aws/backup"),
            "vault",
            VAULT,
            "write `encryption: aws-managed`, or make a tier of another name",
        ),
        (changed("plans", PLAN, tags={"tierkeep:catalog": "other"}), "backup plan", PLAN, "catalog other"),
        (
            changed("snapshot_policies", POLICY, resource_types=("INSTANCE",)),
            "snapshot policy",
            POLICY,
            "a policy of INSTANCE, and AWS does not change that",
        ),
        (
            changed("snapshot_policies", POLICY, policy_type="IMAGE_MANAGEMENT"),
            "snapshot policy",
            POLICY,
            "IMAGE_MANAGEMENT",
        ),
        (changed("snapshot_policies", POLICY, schedules={}), "snapshot policy", POLICY, "it 3 schedules"),
        (
            changed("roles", "campus-backup-ap-south-1", arn="arn:aws:iam::111111111111:role/a/b"),
            "role",
            "campus-backup-ap-south-1",
            "with a path",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_adopted_is_refused_with_what_to_do(
    edit: Edit, kind: str, name: str, said: str
) -> None:
    """It is not in the file, and the outcome says that something is left to do."""
    found = looked_at(edit)
    refused = thing(found, kind, name)
    assert (refused.status, refused.imports, found.outcome) == (Status.REFUSED, (), Outcome.INCOMPLETE)
    assert said in refused.why


def in_stack(**settings: Any) -> Edit:
    """The policy in the stack that the catalog deploys, with other settings of the stack."""

    def edit(observed: ObservedUnit) -> ObservedUnit:
        policies: Any = observed.snapshot_policies
        stack = StackForm(
            status="UPDATE_COMPLETE",
            resources={"Policy": "AWS::DLM::LifecyclePolicy"},
            policy=policies[POLICY],
            settings={},
            tags=dict(STACKED.snapshot_policies[0].tags),
        )
        return replace(observed, stacks={POLICY: replace(stack, **settings)})

    return edit


def test_a_stack_is_adopted_by_its_name() -> None:
    """With its policy, which an update of the stack changes in place."""
    same = thing(looked_at(in_stack(), unit=STACKED), "snapshot policy", POLICY)
    assert (same.status, same.own, same.changes) == (Status.ADOPTED, True, ())
    assert [(each.path, each.id) for each in same.imports] == [(f"snapshots-{POLICY}/stack", POLICY)]
    tagged = in_stack(tags={"team": "db"})
    described = changed("snapshot_policies", POLICY, description="by hand")
    other = thing(looked_at(described, tagged, unit=STACKED), "snapshot policy", POLICY)
    assert (other.status, other.own) == (Status.ADOPTED, False)
    assert {each.effect for each in other.changes} == {Effect.UPDATE}
    assert {each.field for each in other.changes} == {
        "description",
        *(f"stack.tags[{key}]" for key in ("team", *dict(STACKED.snapshot_policies[0].tags))),
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"status": "ROLLBACK_COMPLETE"}, "CloudFormation does not update it"),
        ({"settings": {"TimeoutInMinutes": "5"}}, "TimeoutInMinutes, so that Terraform would replace it"),
        ({"resources": {"Other": "AWS::DLM::LifecyclePolicy"}}, "called Policy"),
        ({"resources": {"Policy": "AWS::DLM::LifecyclePolicy", "B": "AWS::S3::Bucket"}}, "would delete"),
        ({"policy": None}, "does not hold just one"),
        ({"tags": {"tierkeep:catalog": "other"}}, "belongs to the catalog other"),
    ],
)
def test_a_stack_that_would_lose_anything_is_refused(settings: dict[str, Any], said: str) -> None:
    """By an update, or because Terraform would replace it."""
    refused = thing(looked_at(in_stack(**settings), unit=STACKED), "snapshot policy", POLICY)
    assert (refused.status, refused.imports) == (Status.REFUSED, ())
    assert said in refused.why


def test_a_policy_outside_of_the_stack_is_refused() -> None:
    """CloudFormation would make another beside it."""
    refused = thing(looked_at(unit=STACKED), "snapshot policy", POLICY)
    assert refused.status is Status.REFUSED
    assert "which does not take over" in refused.why
    unread = looked_at(lambda observed: replace(observed, stacks={POLICY: DENIED}), unit=STACKED)
    assert thing(unread, "snapshot policy", POLICY).status is Status.UNKNOWN


def test_what_copies_shared_snapshots_is_adopted_by_its_tag() -> None:
    """A policy of volumes of that name is another kind, which AWS does not change."""
    (adopted,) = thing(looked_at(), "snapshot policy", SHARED).imports
    assert adopted.path == f"snapshots-{SHARED}/policy"
    other = changed("snapshot_policies", SHARED, sharing=None, resource_types=("VOLUME",))
    refused = thing(looked_at(other), "snapshot policy", SHARED)
    assert refused.status is Status.REFUSED
    assert "a policy of VOLUME" in refused.why
    copying: Any = observed_as_desired(HOME).snapshot_policies
    sharing = changed("snapshot_policies", POLICY, sharing=copying[SHARED].sharing)
    assert "a policy of shared snapshots" in thing(looked_at(sharing), "snapshot policy", POLICY).why


def test_a_default_policy_is_not_adopted() -> None:
    """A stack does not take it over, and AWS has no room for a second one of its type."""
    unit = replace(HOME, default_policies=HOME_UNIT.default_policies)
    found = thing(looked_at(unit=unit), "snapshot policy", "campus-volumes-default")
    assert found.status is Status.REFUSED
    assert "one default policy of each type" in found.why
    missing = adopt(unit, NOTHING, catalog=CATALOG).missing
    assert "snapshot policy campus-instances-default" in missing


def test_a_schedule_without_copied_tags_would_be_replaced() -> None:
    """Whichever it is: Terraform compares schedules by their place."""
    schedules = looked_at_schedules()
    for name in schedules:
        without = {**schedules, name: replace(schedules[name], copy_tags=False)}
        refused = thing(
            looked_at(changed("snapshot_policies", POLICY, schedules=without)), "snapshot policy", POLICY
        )
        assert refused.status is Status.REFUSED
        assert "each with CopyTags" in refused.why


def looked_at_schedules() -> dict[str, Any]:
    policies: Any = observed_as_desired(HOME).snapshot_policies
    return dict(policies[POLICY].schedules)


def test_a_vault_goes_with_its_key() -> None:
    """Without the alias, the command that makes it; with a key that is refused or unread, the same for it."""
    key = observed_as_desired(HOME).aliases[KEY]  # type: ignore[index]

    def without_alias(observed: ObservedUnit) -> ObservedUnit:
        return replace(observed, aliases={}, keys={})

    found = looked_at(without_alias)
    refused = thing(found, "vault", VAULT)
    assert (
        f"`aws kms create-alias --region ap-south-1 --alias-name {KEY} --target-key-id {key}`" in refused.why
    )
    found = looked_at(changed("keys", KEY, state="PendingDeletion"))
    assert thing(found, "vault", VAULT).status is Status.REFUSED
    found = looked_at(changed("keys", KEY, policy=DENIED))
    assert (thing(found, "vault", VAULT).status, found.outcome) == (Status.UNKNOWN, Outcome.UNKNOWN)


def test_a_lock_is_taken_over_where_it_is_equal_and_put_over_where_not() -> None:
    """Never replaced, which would leave the vault unlocked; in compliance mode, never adopted at all."""
    lock = observed_as_desired(HOME).vaults[VAULT].lock  # type: ignore[index, union-attr]
    assert lock
    equal = thing(looked_at(), "vault", VAULT)
    assert [each.path for each in equal.imports] == [
        "vault-campus-critical/vault",
        "vault-campus-critical/lock",
    ]
    longer = thing(
        looked_at(changed("vaults", VAULT, lock=replace(lock, min_retention_days=8))), "vault", VAULT
    )
    assert [each.path for each in longer.imports] == ["vault-campus-critical/vault"]
    assert [(each.effect, each.field) for each in longer.changes] == [
        (Effect.UPDATE, "lock.min_retention_days")
    ]
    (created,) = thing(looked_at(changed("vaults", VAULT, lock=None)), "vault", VAULT).changes
    assert created.effect is Effect.CREATE
    (stays,) = thing(looked_at(changed("vaults", "campus-plain", lock=lock)), "vault", "campus-plain").changes
    assert (stays.effect, stays.field) == (Effect.STAYS, "lock")
    final = replace(lock, mode="compliance", final_from="2026-11-30T00:00:00+00:00")
    refused = thing(looked_at(changed("vaults", VAULT, lock=final)), "vault", VAULT)
    assert refused.status is Status.REFUSED
    assert "final from 2026-11-30" in refused.why


def test_a_policy_that_the_catalog_has_none_of_stays() -> None:
    """Terraform sees a vault's policy only where the catalog has one; there it becomes the catalog's."""
    policy = {"ByHand": "{}"}
    (stays,) = thing(
        looked_at(changed("vaults", "campus-plain", policy=policy)), "vault", "campus-plain"
    ).changes
    assert stays.effect is Effect.STAYS
    copies = "campus-critical-copies"
    found = thing(looked_at(changed("vaults", copies, policy=policy), unit=DR_UNIT), "vault", copies)
    assert {each.effect for each in found.changes} == {Effect.UPDATE}
    assert "vault-campus-critical-copies/policy" in {each.path for each in found.imports}


def test_what_changes_is_told_setting_by_setting() -> None:
    """A selection is replaced at each change; other selections of a plan stay; foreign tags go."""
    plan = observed_as_desired(HOME).plans[PLAN]  # type: ignore[index]
    selection = plan.selections[PLAN]  # type: ignore[index]
    edited = changed(
        "plans",
        PLAN,
        selections={PLAN: replace(selection, role_arn="arn:other"), "by-hand": selection},
        tags={**plan.tags, "team": "db", "aws:cloudformation:stack-name": "x"},  # type: ignore[dict-item]
    )
    found = looked_at(edited)
    assert found.outcome is Outcome.COMPLETE
    told = {
        (each.effect, each.field, each.actual, each.expected)
        for each in thing(found, "backup plan", PLAN).changes
    }
    assert told == {
        (Effect.STAYS, "selections[by-hand]", str(selection), None),
        (Effect.UPDATE, "tags[team]", "db", None),
    }
    (replaced,) = thing(found, "selection", f"{PLAN}/{PLAN}").changes
    assert (replaced.effect, replaced.field, replaced.actual) == (Effect.REPLACE, "role_arn", "arn:other")


def several(*, tags: dict[str, str]) -> Edit:
    """A second plan of the name, and neither carries the catalog's tag unless `tags` give it to the first."""

    def edit(observed: ObservedUnit) -> ObservedUnit:
        plan = observed.plans[PLAN]  # type: ignore[index]
        plans = {
            PLAN: replace(plan, tags=tags, arn="arn:plan:a"),
            f"{PLAN}#2": replace(plan, tags={}, arn="arn:plan:b"),
        }
        return replace(observed, plans=plans)

    return edit


def test_of_several_somebody_chooses() -> None:
    """Unless one of them carries the catalog's tag."""
    found = looked_at(several(tags={}))
    open_ = thing(found, "backup plan", PLAN)
    assert (open_.status, open_.candidates, found.outcome) == (Status.SEVERAL, ("a", "b"), Outcome.INCOMPLETE)
    assert not [each for each in found.imports if each.path.startswith("plan-")]
    for choose, edit in (("b", several(tags={})), ("", several(tags={"tierkeep:catalog": CATALOG}))):
        found = looked_at(edit, choose=choose)
        (plan,) = thing(found, "backup plan", PLAN).imports
        assert plan.id == (choose or "a")


def unread() -> list[tuple[str, str, str]]:
    """Every field of every thing, and every listing, that may be unread."""
    observed = observed_as_desired(HOME)
    found = [(part, "", "") for part in ("aliases", "keys", "vaults", "plans", "snapshot_policies")]
    for part in ("keys", "vaults", "plans"):
        for name, form in getattr(observed, part).items():
            found += [
                (part, name, each.name)
                for each in fields(form)
                if each.compare and "Unread" in str(each.type)
            ]
    found += [("keys", KEY, "whole"), ("snapshot_policies", POLICY, "whole")]
    return [*found, ("roles", "campus-backup-ap-south-1", "whole")]


@pytest.mark.parametrize(("part", "name", "field"), unread())
def test_what_could_not_be_read_is_unknown_and_not_adopted(part: str, name: str, field: str) -> None:
    """Whatever it is that is missing."""

    def edit(observed: ObservedUnit) -> ObservedUnit:
        if not name:
            return replace(observed, **{part: DENIED})
        things = {**getattr(observed, part)}
        things[name] = DENIED if field == "whole" else replace(things[name], **{field: DENIED})
        return replace(observed, **{part: things})

    found = looked_at(edit)
    assert found.outcome is overall([found]) is Outcome.UNKNOWN
    unknown = [each for each in found.things if each.status is Status.UNKNOWN]
    assert unknown
    assert all(not each.imports for each in unknown)
    assert all("AccessDenied" in each.why or "its key" in each.why for each in unknown)
