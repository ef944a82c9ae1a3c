"""Constraints that no catalog can break: held by the way desired states are computed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings

from emulator import backup_policy_syntax
from tests.catalogs import catalogs, in_policies, model
from tierkeep.desired.backup_policies import backup_policy_document
from tierkeep.desired.model import BackupPlan, ResourceType, SnapshotPolicy
from tierkeep.desired.resolve import resolve
from tierkeep.desired.support import type_support
from tierkeep.promises.cron import interval, parse

some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
INTERVALS = {1, 2, 3, 4, 6, 8, 12, 24}


def _plans(catalog: dict[str, Any]) -> Iterator[BackupPlan]:
    for unit in resolve(model(catalog)).units:
        yield from unit.plans


def _policies(catalog: dict[str, Any]) -> Iterator[SnapshotPolicy]:
    for unit in resolve(model(catalog)).units:
        yield from unit.snapshot_policies


@some
@given(catalog=catalogs())
def test_no_schedule_runs_more_than_once_an_hour(catalog: dict[str, Any]) -> None:
    """Neither a rule of AWS Backup nor a schedule of Data Lifecycle Manager, which has 8 intervals only."""
    crons = [each.schedule for plan in _plans(catalog) for each in plan.rules]
    for policy in _policies(catalog):
        assert {each.interval_hours for each in policy.schedules if each.interval_hours} <= INTERVALS
        assert all((each.interval_hours is None) != (each.cron is None) for each in policy.schedules)
        crons += [each.cron for each in policy.schedules if each.cron]
    for each in crons:
        minutes = parse(each).minutes
        assert all(later - earlier >= 60 for earlier, later in pairwise(minutes))


@some
@given(catalog=catalogs())
def test_every_n_hours_runs_as_often(catalog: dict[str, Any]) -> None:
    """`every: 12h` runs twice a day at whatever time it begins, and `at` is one of the times."""
    tiers = catalog["tiers"]
    for plan in _plans(catalog):
        for each in plan.rules:
            schedule = tiers[plan.tier]["schedules"].get(each.name)
            if schedule and schedule["every"].endswith("h"):
                hours = int(schedule["every"][:-1])
                assert len(parse(each.schedule).minutes) == 24 // hours
                assert parse(each.schedule) == parse(interval(hours, schedule["at"]))


@some
@given(catalog=catalogs())
def test_a_plan_has_one_selection(catalog: dict[str, Any]) -> None:
    """Far below AWS's ten by tag."""
    assert all(len(plan.selections) == 1 for plan in _plans(catalog))


@some
@given(catalog=catalogs())
def test_selections_only_narrow(catalog: dict[str, Any]) -> None:
    """ARNs of the types and the tag as a condition, never a list of tags, which would add to them."""
    patterns = {each.arn_pattern.format(partition="aws") for each in type_support().values()}
    for plan in _plans(catalog):
        for each in plan.selections:
            assert each.required_tags == (("backup-tier", plan.tier),)
            assert set(each.resource_patterns) <= patterns
            assert each.resource_patterns


@some
@given(catalog=catalogs())
def test_vss_is_for_instances_alone(catalog: dict[str, Any]) -> None:
    """Of a plan that holds some, by a tier that asks for it; tests/stacks holds that no other type has it."""
    instances = type_support()[ResourceType.EC2].arn_pattern.format(partition="aws")
    for plan in _plans(catalog):
        asked = catalog["tiers"][plan.tier].get("application_consistency", {}).get("scripts") == "vss"
        held = any(instances in each.resource_patterns for each in plan.selections)
        assert plan.windows_vss is (asked and held)


@some
@given(catalog=catalogs())
def test_only_copies_get_into_air_gapped_vaults(catalog: dict[str, Any]) -> None:
    """No rule backs up into one, and what is copied there never goes cold."""
    for unit in resolve(model(catalog)).units:
        gapped = {each.name for each in unit.vaults if each.air_gapped}
        rules = [each for plan in unit.plans for each in plan.rules]
        assert gapped.isdisjoint(each.vault_name for each in rules)
        copies = [copy for each in rules for copy in each.copies if copy.air_gapped]
        assert all(copy.lifecycle.cold_storage_after_days is None for copy in copies)


@some
@given(catalog=catalogs())
def test_a_tier_has_one_vault(catalog: dict[str, Any]) -> None:
    """Point-in-time recovery and periodic backups of a bucket must lie in one."""
    for unit in resolve(model(catalog)).units:
        for tier in {plan.tier for plan in unit.plans}:
            used = {each.vault_name for plan in unit.plans if plan.tier == tier for each in plan.rules}
            assert len(used) == 1


@some
@given(catalog=catalogs())
def test_a_tier_has_one_continuous_rule(catalog: dict[str, Any]) -> None:
    """A resource belongs to one tier of its account by the one value of its tag, and so to one such rule."""
    for unit in resolve(model(catalog)).units:
        for tier in {plan.tier for plan in unit.plans}:
            rules = [each for plan in unit.plans if plan.tier == tier for each in plan.rules]
            assert sum(each.continuous for each in rules) == (
                "point_in_time_recovery" in catalog["tiers"][tier]
            )


@some
@given(catalog=catalogs())
def test_continuous_plans_hold_only_types_that_have_it(catalog: dict[str, Any]) -> None:
    """AWS Backup would make snapshots of the others by that rule, without a word."""
    continuous = {
        each.arn_pattern.format(partition="aws")
        for each in type_support().values()
        if each.point_in_time_recovery
    }
    for plan in _plans(catalog):
        if any(each.continuous for each in plan.rules):
            assert set(plan.selections[0].resource_patterns) <= continuous


@some
@given(catalog=catalogs())
def test_continuous_rules_copy_nothing(catalog: dict[str, Any]) -> None:
    """Their copies would be snapshots; the schedules' rules copy those."""
    rules = [each for plan in _plans(catalog) for each in plan.rules if each.continuous]
    assert all(each.copies == () for each in rules)


@some
@given(catalog=catalogs())
def test_continuous_rules_are_never_cold(catalog: dict[str, Any]) -> None:
    """AWS Backup has no cold storage for them, whatever the schedules say."""
    for tier in catalog["tiers"].values():
        for schedule in tier["schedules"].values():
            schedule.update(keep="2y", cold_after="30d")
    for plan in _plans(catalog):
        for each in plan.rules:
            assert each.lifecycle.cold_storage_after_days == (None if each.continuous else 30)


@some
@given(catalog=catalogs())
def test_every_copy_has_a_lifecycle(catalog: dict[str, Any]) -> None:
    """What AWS does with a copy that has none, its sources do not agree on."""
    for plan in _plans(catalog):
        for each in plan.rules:
            assert all(copy.lifecycle.delete_after_days for copy in each.copies)


@some
@given(catalog=catalogs())
def test_vaults_and_keys_admit_the_copies_of_the_catalog_and_no_others(catalog: dict[str, Any]) -> None:
    """Each vault lists the accounts that copy into it, its key the same, and the keys of those admit its."""
    units = {unit.id: unit for unit in resolve(model(catalog)).units}
    copied, shared = set(), set()
    for unit in units.values():
        for plan in unit.plans:
            for copy in (copy for each in plan.rules for copy in each.copies):
                other = units[copy.destination].account_id
                if other != unit.account_id:
                    copied.add((copy.destination_vault_arn, unit.account_id))
                    shared.add((unit.id, f"alias/{plan.rules[0].vault_name}", other))
    vaults = [vault for unit in units.values() for vault in unit.vaults]
    assert {(vault.arn, account) for vault in vaults for account in vault.copied_from} == copied
    for unit in units.values():
        keys = {key.alias: key for key in unit.keys}
        for vault in unit.vaults:
            assert vault.key_alias is None or keys[vault.key_alias].copied_from == vault.copied_from
    admitted = {
        (unit.id, key.alias, account)
        for unit in units.values()
        for key in unit.keys
        for account in key.shared_with
    }
    keyed = {(unit.id, key.alias) for unit in units.values() for key in unit.keys}
    assert {each for each in shared if each[:2] in keyed} <= admitted


@some
@given(catalog=catalogs())
def test_a_policy_has_one_target_tag(catalog: dict[str, Any]) -> None:
    """Several would be alternatives, and protect what belongs to no tier."""
    assert all(each.target_tags == (("backup-tier", each.tier),) for each in _policies(catalog))


@some
@given(catalog=catalogs())
def test_images_have_nothing_of_snapshots(catalog: dict[str, Any]) -> None:
    """AWS refuses scripts, left out volumes, the archive, sharing and fast snapshot restore for them; and
    deprecation for snapshots."""
    for policy in _policies(catalog):
        for schedule in policy.schedules:
            if policy.images:
                of_snapshots = (schedule.scripts, schedule.archive, schedule.share, schedule.fast_restore)
                assert (*of_snapshots, policy.exclusions) == (None,) * 5
            else:
                assert {each.deprecate for each in (schedule, *schedule.copies)} == {None}


@some
@given(catalog=catalogs())
def test_a_region_has_one_default_policy_of_each_type(catalog: dict[str, Any]) -> None:
    """AWS refuses a second. None copies to its own Region, and instances are excluded by tags alone."""
    for unit in resolve(model(catalog)).units:
        found = unit.default_policies
        assert len({each.resource_type for each in found}) == len(found)
        for policy in found:
            assert unit.id.region not in policy.copy_regions
            of_volumes = (policy.exclusions.boot_volumes, policy.exclusions.volume_types)
            assert policy.resource_type == "VOLUME" or of_volumes == (False, ())


@some
@given(catalog=catalogs())
def test_backup_policies_select_by_resources_and_name_no_account(catalog: dict[str, Any]) -> None:
    """Whatever a tier says, its backup policy is one that AWS's syntax knows, by types with a tag, in an
    account of the reader's own."""
    policies = [each.organization for each in resolve(model(in_policies(catalog))).units if each.organization]
    for policy in policies[0].backup_policies:
        document = backup_policy_document(policy)
        backup_policy_syntax.check(document)
        for plan in document["plans"].values():
            assert plan["selections"].keys() == {"resources"}
            for each in plan["selections"]["resources"].values():
                assert ":iam::$account:role/" in each["iam_role_arn"]["@@assign"]
