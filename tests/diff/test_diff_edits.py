"""Single edits of the shipped catalog, with what each means for its promises and resources."""

from __future__ import annotations

import difflib
import os
from typing import Any

import pytest

from tests.catalogs import ROOT
from tests.diff.edits import CATALOG, REMOVED, edited, state
from tierkeep.diff import Action, Diff, Direction, compare
from tierkeep.report.diff_json import diff_json
from tierkeep.report.diff_markdown import diff_markdown
from tierkeep.report.diff_text import diff_text

GOLDEN = ROOT / "tests" / "diff" / "golden"
OLD = state(CATALOG)

EDITS: dict[str, list[tuple[str, Any]]] = {
    "interval-longer": [("tiers.critical.schedules.four-hourly.every", "6h")],
    "interval-shorter": [("tiers.critical.schedules.four-hourly.every", "3h")],
    "retention-shorter": [("tiers.development.schedules.daily.keep", "5d")],
    "retention-longer": [("tiers.development.schedules.daily.keep", "9d")],
    "schedule-removed": [("tiers.database.schedules.monthly", REMOVED)],
    "schedule-added": [("tiers.testing.schedules.daily", {"every": "1d", "keep": "4w"})],
    "copy-region-lost": [("tiers.database.copy_to", REMOVED)],
    "copy-to-another-account": [
        ("tiers.database.copy_to.vaults/eu-west-1", {"keep": "1y"}),
        ("accounts.vaults", {"id": "999999999999"}),
    ],
    "volumes-to-another-account": [
        ("tiers.testing.copy_to", {"vaults/eu-west-1": {"keep": "1y"}}),
        ("accounts.vaults", {"id": "999999999999"}),
    ],
    "cold-storage": [
        ("tiers.critical.schedules.weekly.cold_after", "90d"),
        ("tiers.critical.copy_to.ap-southeast-1", {"cold_after": "30d"}),
    ],
    "copy-shorter": [("tiers.critical.copy_to.ap-southeast-1", {"keep": "3d"})],
    "copy-fewer-schedules": [("tiers.critical.copy_to.ap-southeast-1", {"schedules": ["weekly"]})],
    "type-lost": [("tiers.development.protects.dynamodb", REMOVED)],
    "type-added": [("tiers.development.protects.efs", {})],
    "tier-lost": [("tiers.database", REMOVED), ("accounts.production.tiers", ["critical"])],
    "account-lost": [
        ("accounts.development", REMOVED),
        ("tiers.testing.share.with_accounts", ["production"]),
        ("tiers.development", REMOVED),
    ],
    "account-added": [
        ("accounts.second", {"id": "444444444444", "regions": ["eu-central-1"], "tiers": ["development"]})
    ],
    "region-moved": [("accounts.staging.regions", ["eu-central-1"])],
    "account-id-changed": [("accounts.staging.id", "555555555555")],
    "key-weaker": [("tiers.database.encryption", "aws-managed")],
    "key-stronger": [("tiers.development.encryption", "customer-managed")],
    "pitr-lost": [("tiers.database.point_in_time_recovery", REMOVED)],
    "pitr-shorter": [("tiers.database.point_in_time_recovery.keep", "7d")],
    "fsr-lost": [("tiers.critical.fast_snapshot_restore", REMOVED)],
    "share-lost": [("tiers.testing.share", REMOVED)],
    "consistency-lost": [("tiers.database.application_consistency", REMOVED)],
    "scripts-lost": [("tiers.database.application_consistency", {"scripts": "pre-and-post"})],
    "scripts-for-another-application": [
        ("tiers.database.application_consistency.application", {"type": "mysql"})
    ],
    "document-named": [
        ("tiers.database.application_consistency", {"scripts": "pre-and-post", "document": "quiesce"})
    ],
    "volumes-left-out": [("tiers.database.exclude", {"boot_volume": True})],
    "drill-lost": [("drills.full", REMOVED)],
    "drill-seldom-and-smaller": [("drills.full", {"every": "1y", "scope": "sample"})],
    "drill-more-often": [
        (
            "drills.full",
            {"every": "1d", "scope": "all", "restore_testing": {"start_window": "8h", "at": "08:00"}},
        )
    ],
    "restore-tests-seldom": [
        ("drills.partial.every", "1mo"),
        ("drills.partial.restore_testing.on", 3),
        ("drills.partial.restore_testing.only_tagged", {"restore-test": "weekly", "small": "yes"}),
    ],
    "on-demand-less": [("tiers.testing.on_demand", {"on": ["after-deployment"], "keep": "1d"})],
    "rto-longer": [("objectives.recovery_time.critical-systems", "20m")],
    "rto-lost": [("tiers.critical.recovery_time", REMOVED)],
    "rpo-objective-shorter": [("objectives.recovery_point.system-configurations", "12h")],
    "description-changed": [("tiers.critical.description", "Other words")],
    "start-window-longer": [("tiers.development.start_window", "4h")],
    "time-of-day": [("tiers.development.schedules.daily.at", "03:00")],
    "tag-key": [("defaults.tier_tag", "tier")],
    "state-moves": [("state", {"backend": "s3", "bucket": "a-bucket", "region": "ap-south-1"})],
    "renamed": [("name", "college")],
}

# Weaker promises, stronger promises, actions of Terraform's; whether attention is asked for.
VERDICTS: dict[str, tuple[set[str], set[str], set[Action], bool]] = {
    "interval-longer": (
        {"worst-case RPO from copies in ap-southeast-1", "worst-case RPO"},
        set(),
        {Action.UPDATE},
        True,
    ),
    "interval-shorter": (
        set(),
        {"worst-case RPO from copies in ap-southeast-1", "worst-case RPO"},
        {Action.UPDATE},
        False,
    ),
    "retention-shorter": ({"retention of daily"}, set(), {Action.UPDATE}, True),
    "retention-longer": (set(), {"retention of daily"}, {Action.UPDATE}, False),
    "schedule-removed": (
        {"retention of copies of monthly in eu-west-1", "retention of monthly"},
        set(),
        {Action.UPDATE},
        True,
    ),
    "schedule-added": (set(), {"retention of daily", "worst-case RPO"}, {Action.REPLACE}, True),
    "copy-region-lost": ({"copies to eu-west-1"}, set(), {Action.UNMANAGED, Action.UPDATE}, True),
    "copy-to-another-account": (
        set(),
        {"copies to vaults/eu-west-1"},
        {Action.CREATE, Action.UPDATE},
        False,
    ),
    "volumes-to-another-account": (
        set(),
        {"copies to vaults/eu-west-1", "sharing of weekly with 999999999999"},
        {Action.CREATE, Action.UPDATE},
        False,
    ),
    "cold-storage": (
        {
            "warm storage of copies of daily in ap-southeast-1",
            "warm storage of copies of four-hourly in ap-southeast-1",
            "warm storage of copies of weekly in ap-southeast-1",
            "warm storage of weekly",
        },
        set(),
        {Action.UPDATE},
        True,
    ),
    "copy-shorter": (
        {
            "retention of copies of daily in ap-southeast-1",
            "retention of copies of four-hourly in ap-southeast-1",
            "retention of copies of weekly in ap-southeast-1",
        },
        set(),
        {Action.UPDATE},
        True,
    ),
    "copy-fewer-schedules": (
        {
            "retention of copies of daily in ap-southeast-1",
            "retention of copies of four-hourly in ap-southeast-1",
            "worst-case RPO from copies in ap-southeast-1",
        },
        set(),
        {Action.UPDATE},
        True,
    ),
    "type-lost": ({"protection"}, set(), {Action.DESTROY, Action.REPLACE, Action.UPDATE}, True),
    "type-added": (set(), {"protection"}, {Action.CREATE, Action.REPLACE, Action.UPDATE}, True),
    "tier-lost": (
        {"pre and post scripts", "protection", "recovery time objective"},
        set(),
        {Action.DESTROY, Action.REFUSED, Action.UNMANAGED, Action.UPDATE},
        True,
    ),
    "account-lost": (
        {"protection", "recovery time objective", "sharing of weekly with 333333333333"},
        {"sharing of weekly with 111111111111"},
        {Action.UNMANAGED, Action.UPDATE},
        True,
    ),
    "account-added": (set(), {"protection"}, {Action.CREATE}, False),
    "region-moved": ({"protection"}, {"protection"}, {Action.CREATE, Action.UNMANAGED}, True),
    "account-id-changed": (set(), set(), {Action.CREATE, Action.UNMANAGED}, True),
    "key-weaker": ({"encryption"}, set(), {Action.DESTROY, Action.KEPT, Action.REFUSED, Action.UPDATE}, True),
    "key-stronger": (set(), {"encryption"}, {Action.CREATE, Action.REFUSED}, True),
    "pitr-lost": (
        {"point-in-time recovery", "worst-case RPO"},
        set(),
        {Action.DESTROY, Action.UPDATE},
        True,
    ),
    "pitr-shorter": ({"point-in-time recovery"}, set(), {Action.UPDATE}, True),
    "fsr-lost": (
        {"fast snapshot restore of daily in ap-south-1a"},
        {"restore tests of drill full", "restore tests of drill partial"},
        {Action.CREATE, Action.DESTROY, Action.REPLACE, Action.UPDATE},
        True,
    ),
    "share-lost": (
        {"sharing of weekly with 333333333333"},
        {"restore tests of drill full", "restore tests of drill partial"},
        {Action.CREATE, Action.DESTROY, Action.UPDATE},
        True,
    ),
    "consistency-lost": (
        {"pre and post scripts"},
        {"restore tests of drill full", "restore tests of drill partial"},
        {Action.CREATE, Action.DESTROY, Action.REPLACE, Action.UPDATE},
        True,
    ),
    "scripts-lost": (
        {"pre and post scripts"},
        set(),
        {Action.DESTROY, Action.MIGRATE, Action.UPDATE},
        True,
    ),
    "scripts-for-another-application": (set(), set(), {Action.UPDATE}, False),
    "document-named": (set(), set(), {Action.DESTROY, Action.UPDATE}, True),
    "volumes-left-out": ({"volumes of an instance"}, set(), {Action.UPDATE}, True),
    "drill-lost": (
        {"a scheduled drill (full)", "restore tests of drill full"},
        set(),
        {Action.DESTROY},
        True,
    ),
    "drill-seldom-and-smaller": (
        {
            "a scheduled drill (full): interval",
            "a scheduled drill (full): scope",
            "restore tests of drill full",
        },
        set(),
        {Action.DESTROY},
        True,
    ),
    "drill-more-often": (
        set(),
        {"a scheduled drill (full): interval", "restore tests of drill full"},
        {Action.UPDATE},
        False,
    ),
    "restore-tests-seldom": (
        {
            "a scheduled drill (partial): interval",
            "resources in restore tests of drill partial",
            "restore tests of drill partial",
        },
        set(),
        {Action.REPLACE, Action.UPDATE},
        True,
    ),
    "on-demand-less": (
        {
            "a backup that a deployment starts: after deployment",
            "a backup that a deployment starts: before deployment",
        },
        set(),
        {Action.DESTROY, Action.UPDATE},
        True,
    ),
    "rto-longer": ({"recovery time objective"}, set(), set(), True),
    "rto-lost": ({"recovery time objective"}, set(), set(), True),
    "rpo-objective-shorter": (set(), {"recovery point objective"}, set(), False),
    "description-changed": (set(), set(), set(), False),
    "start-window-longer": ({"worst-case RPO"}, set(), {Action.UPDATE}, True),
    "time-of-day": (set(), set(), {Action.UPDATE}, False),
    "tag-key": (set(), set(), {Action.REPLACE, Action.UPDATE}, True),
    "state-moves": (set(), set(), set(), True),
    "renamed": (set(), set(), {Action.CREATE, Action.DESTROY, Action.REFUSED}, True),
}


def diff_of(name: str) -> Diff:
    """The diff of one edit."""
    return compare(OLD, state(edited(*EDITS[name])))


def judged(diff: Diff) -> tuple[set[str], set[str], set[Action], bool]:
    """The weaker promises, the stronger ones, Terraform's actions, and whether attention is asked for."""
    return (
        {each.what for each in diff.of(Direction.WEAKER)},
        {each.what for each in diff.of(Direction.STRONGER)},
        {each.action for each in diff.resources},
        diff.needs_attention,
    )


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_means(name: str) -> None:
    """Which promises get weaker or stronger, and what Terraform does."""
    assert judged(diff_of(name)) == VERDICTS[name]


def test_a_vault_whose_key_is_added_stops_the_deployment() -> None:
    """Its key forces a replacement, which prevent_destroy refuses: the text says so and what to do."""
    (vault,) = [each for each in diff_of("key-stronger").resources if each.type == "aws_backup_vault"]
    assert (vault.action, vault.forced_by) == (Action.REFUSED, ("kms_key_arn",))
    assert "make a tier of another name" in vault.hazard


def test_a_key_that_is_no_longer_asked_for_stops_the_deployment() -> None:
    """The most dangerous edit: the vault would keep a key that is gone. The guard of each stack refuses."""
    found = {each.type: each for each in diff_of("key-weaker").resources}
    assert found["aws_backup_vault"].action is Action.KEPT
    assert found["aws_kms_key"].action is Action.REFUSED
    assert "can never be restored" in found["aws_kms_key"].hazard


def test_only_one_more_schedule_replaces_a_snapshot_policy() -> None:
    """Fewer, other or longer schedules are changed in place."""
    added = diff_of("schedule-added").resources
    assert [(each.type, each.action) for each in added] == [("aws_dlm_lifecycle_policy", Action.REPLACE)]
    changed = diff_of("interval-longer").resources + diff_of("schedule-removed").resources
    assert {each.action for each in changed if each.type == "aws_dlm_lifecycle_policy"} == {Action.UPDATE}


@pytest.mark.parametrize(
    ("name", "stranded"), [("copy-region-lost", True), ("type-lost", True), ("type-added", False)]
)
def test_a_role_that_may_delete_less_leaves_recovery_points(name: str, stranded: bool) -> None:
    """AWS Backup deletes with the role: what a narrower one strands is told, and a wider one is no hazard."""
    policies = [each for each in diff_of(name).resources if each.type == "aws_iam_role_policy"]
    assert any("may not be deleted any more" in each.hazard for each in policies) is stranded


def test_a_policy_that_is_deployed_another_way_is_a_migration_both_ways() -> None:
    """Neither a removal nor an addition: one change, which says what becomes of the snapshots."""
    without_scripts = state(edited(*EDITS["scripts-lost"]))
    for old, new in ((OLD, without_scripts), (without_scripts, OLD)):
        (change,) = [
            each
            for each in compare(old, new).resources
            if each.action is not Action.UPDATE and each.type != "aws_ssm_document"
        ]
        assert (change.action, change.name) == (Action.MIGRATE, "campus-database-instances")
        assert change.fields[0].name == "deployed as"
        assert {change.fields[0].old, change.fields[0].new} == {
            "aws_cloudformation_stack", "aws_dlm_lifecycle_policy",
        }  # fmt: skip
        assert "terraform state rm" in change.hazard
    more = edited(("tiers.database.application_consistency.retries", 2))
    assert [each.action for each in compare(OLD, state(more)).resources] == [Action.UPDATE]


def test_a_schedule_more_does_not_replace_a_policy_in_a_stack() -> None:
    """CloudFormation updates it without interruption, where the provider's own resource is replaced."""
    more = ("tiers.database.schedules.weekly", {"every": "1w", "on": "sunday", "keep": "4w"})
    found = compare(OLD, state(edited(more))).resources
    (change,) = [each for each in found if each.type == "aws_cloudformation_stack"]
    assert change.action is Action.UPDATE


def test_an_account_id_that_changes_leaves_an_account_without_backups() -> None:
    """The names are the same, and the note says which account is left."""
    (note,) = diff_of("account-id-changed").notes
    assert "account staging becomes 555555555555: nothing protects the resources of 222222222222" in note


@pytest.mark.parametrize(
    "name", ["interval-longer", "key-weaker", "copy-region-lost", "schedule-added", "scripts-lost"]
)
@pytest.mark.parametrize(
    ("suffix", "render"), [("txt", diff_text), ("md", diff_markdown), ("json", diff_json)]
)
def test_the_whole_output(name: str, suffix: str, render: Any) -> None:
    """Text, Markdown and JSON."""
    text = render(diff_of(name), old="main", new="HEAD") + "\n"
    file = GOLDEN / f"{name}.{suffix}"
    if os.environ.get("TIERKEEP_UPDATE_GOLDENS"):
        file.write_text(text)
    changed = "\n".join(difflib.unified_diff(file.read_text().splitlines(), text.splitlines(), lineterm=""))
    assert not changed, f"{name} changed; `make goldens` accepts it:\n{changed}"
