"""What rules say of one account or Region: judged there, and told where the value stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.cases import AWS_KEY, EBS, OWN_KEY, PITR, SHARED
from tests.rules.judging import changed, output, under_tier
from tierkeep.catalog.load import load_catalog
from tierkeep.desired.model import ResourceType
from tierkeep.desired.resolve import resolve

VOLUMES_TOO = ("{ efs: {} }", "{ ebs: {}, efs: {} }")
FAST = "fast_snapshot_restore: { availability_zones: [eu-west-1a], schedule: daily, keep: 2d }"
NARROWED = ("[basic] }", "[basic], overrides: { basic: { protects: [efs] } } }")


def _overridden(override: str, *more: tuple[str, str]) -> str:
    return changed(("[basic] }", f"[basic], overrides: {{ basic: {override} }} }}"), *more)


def _of(rule: str, text: str, folder: Path) -> list[str]:
    return [line for line in output(text, folder) if f": {rule}: " in line]


@pytest.mark.parametrize(
    ("override", "what"),
    [
        ("{ start_window: 8h }", "a start within 1h; here 8h"),
        ("{ completion_window: 13h }", "completion within 12h; here 13h"),
        ("{ completion_window: 11h }", "time to complete of 12h; here 11h"),
    ],
)
def test_weaker_than_the_defaults(override: str, what: str, tmp_path: Path) -> None:
    """What a tier leaves to the defaults it promises all the same."""
    (said,) = _of("TK051", _overridden(override), tmp_path)
    assert what in said


def test_weaker_granularity(tmp_path: Path) -> None:
    """And at its own line, beside what AWS's granularity is."""
    recovery = PITR.format(granularity="50m", keep="7d")
    rds = ("{ efs: {} }", "{ rds: {} }")
    text = _overridden(f"{{ {recovery} }}", rds, under_tier(PITR.format(granularity="5m", keep="7d")))
    (said,) = _of("TK051", text, tmp_path)
    assert "recovery that lags at most 5m; here 50m" in said
    (lag,) = _of("TK018", text, tmp_path)
    assert lag.split(": ")[0].startswith("error 12:")


def test_copies_are_compared_as_they_are_kept(tmp_path: Path) -> None:
    """A copy that is kept as long as its original: the account's original, not the tier's."""
    text = _overridden(
        "{ schedules: { daily: { keep: 30d } }, copy_to: { eu-west-2: {} } }",
        under_tier("copy_to: { eu-west-2: { keep: 14d } }"),
    )
    assert _of("TK051", text, tmp_path) == []


@pytest.mark.parametrize(
    ("rule_id", "protects", "overrides"),
    [
        ("TK005", "efs: {}", "schedules: { %s }"),
        ("TK021", "ebs: { engine: dlm }", "schedules: { %s }"),
        ("TK005", "efs: {}", "copy_to: { %s }"),
        ("TK022", "ebs: { engine: dlm }", "copy_to: { %s }"),
    ],
)
def test_too_many_are_blamed_where_an_account_adds_them(
    rule_id: str, protects: str, overrides: str, tmp_path: Path
) -> None:
    """At its overrides: the tier itself has few enough."""
    schedules = ", ".join(f'more-{at}: {{ every: 1d, at: "{at}:00", keep: 7d }}' for at in range(10, 20))
    regions = ("eu-west-3", "eu-north-1", "us-east-1", "us-east-2", "us-west-1")
    more = schedules if "schedules" in overrides else ", ".join(f"{each}: {{}}" for each in regions)
    text = _overridden(
        f"{{ {overrides % more} }}",
        ("{ efs: {} }", f"{{ {protects} }}"),
        under_tier("copy_to: { eu-west-2: {} }"),
    )
    said = _of(rule_id, text, tmp_path)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "overrides" in line)
    assert said
    assert all(each.split()[1].startswith(f"{line}:") for each in said), said


def test_an_override_is_blamed_where_it_stands(tmp_path: Path) -> None:
    """Not at the tier, and a waiver of the account's path covers it."""
    recovery = PITR.format(granularity="1m", keep="40d")
    text = _overridden(f"{{ {recovery} }}", ("{ efs: {} }", "{ rds: {} }"))
    blamed = [line.split(": ")[:2] for line in output(text, tmp_path)]
    assert [each for each in blamed if each[1] in {"TK003", "TK018"}] == [
        ["error 11:139", "TK003"], ["error 11:129", "TK018"],
    ]  # fmt: skip
    waiver = "waivers: { TK018: { reason: Agreed with the owners, until: 2027-06-30, at: accounts.one } }\n"
    said = output(text.replace("accounts:\n", f"{waiver}accounts:\n"), tmp_path)
    assert [line.split()[0] for line in said if "TK018" in line] == ["notice"]
    assert not any("TK092" in line for line in said)


def test_nothing_is_shared_and_no_key_granted(tmp_path: Path) -> None:
    """Where the only account of a tier takes the volumes out of it, all about them is void everywhere."""
    text = changed(VOLUMES_TOO, (AWS_KEY, OWN_KEY + f"    {FAST}\n"), NARROWED).replace(
        "accounts:\n", 'accounts:\n  two: { id: "000000000002", regions: [eu-west-1], tiers: [other] }\n'
    )
    other = "  other:\n" + changed().split("  basic:\n")[1].split("accounts:")[0]
    text = text.replace("accounts:\n", f"{other}accounts:\n")
    assert [line.split("TK040: ")[1].split(":")[0] for line in _of("TK040", text, tmp_path)] == [
        "fast snapshot restore has no effect", "sharing has no effect",
    ]  # fmt: skip
    state = resolve(load_catalog(tmp_path / "catalog.yaml").catalog)
    assert all(not key.shared_with for unit in state.units for key in unit.keys)


def test_a_narrowed_account_is_named(tmp_path: Path) -> None:
    """Where another account keeps the promises, a notice says of which account they do not hold."""
    text = changed(SHARED, VOLUMES_TOO, under_tier(FAST), NARROWED_ONE)
    (said,) = _of("TK056", text, tmp_path)
    assert said.startswith("notice 13:")
    assert "TK056: tier basic asks for fast snapshot restore; it has no effect in one/eu-west-1" in said


@pytest.mark.parametrize(
    ("types", "asked", "what"),
    [
        ("{ efs: {}, ebs: {} }", "", "the archive tier"),
        ("{ efs: {}, ec2: {} }", "application_consistency: { scripts: vss }", "pre and post scripts"),
        (
            "{ efs: {}, ec2: { engine: backup } }",
            "application_consistency: { scripts: vss }",
            "pre and post scripts",
        ),
        ("{ efs: {}, ec2: {} }", "exclude: { boot_volume: true }", "leaving out volumes"),
    ],
)
def test_what_a_narrowed_account_lacks_of_snapshots_is_no_error(
    types: str, asked: str, what: str, tmp_path: Path
) -> None:
    """The archive, scripts and left out volumes of another account have their effect there."""
    archived = ("every: 1d", "every: 1mo, on: 1"), ("keep: 7d", "keep: 1y, archive_after: 30d")
    changes = (under_tier(asked),) if asked else archived
    text = changed(SHARED, ("{ efs: {} }", types), NARROWED_ONE, *changes)
    (said,) = _of("TK056", text, tmp_path)
    assert f"tier basic asks for {what}; it has no effect in one/eu-west-1" in said
    assert _of("TK040", text, tmp_path) == []


def test_an_account_that_asks_for_the_archive_in_vain(tmp_path: Path) -> None:
    """Another account's volumes are no reason to believe it of one's own."""
    own = "overrides: { basic: { protects: [efs], schedules: { daily: { archive_after: 30d } } } }"
    text = changed(
        SHARED, ("{ efs: {} }", "{ efs: {}, ebs: { engine: dlm } }"), ("every: 1d", "every: 1mo, on: 1"),
        ("keep: 7d", "keep: 1y"), ('"000000000001", regions', f'"000000000001", {own}, regions'),
    )  # fmt: skip
    (said,) = _of("TK040", text, tmp_path)
    assert "the archive tier has no effect" in said


NARROWED_ONE = (
    '"000000000001", regions',
    '"000000000001", overrides: { basic: { protects: [efs] } }, regions',
)


def test_an_override_that_asks_in_vain(tmp_path: Path) -> None:
    """Point-in-time recovery of types that lack it, in one account only."""
    recovery = PITR.format(granularity="5m", keep="7d")
    (said,) = _of("TK040", _overridden(f"{{ {recovery} }}"), tmp_path)
    assert said.startswith("error 11:")


def test_an_objective_of_a_type_that_every_account_leaves_out(tmp_path: Path) -> None:
    """No unit would be judged by it: who reads the tier would believe it all the same."""
    objective = ("tiers:\n", "objectives: { recovery_point: { data: 26h } }\ntiers:\n")
    bound = ("{ efs: {} }", "{ efs: {}, rds: { recovery_point: data } }")
    (said,) = _of("TK040", changed(objective, bound, NARROWED), tmp_path)
    assert said.startswith("error 7:49: ")
    assert "the objective of rds has no effect: the overrides of every account" in said
    assert _of("TK040", changed(objective, bound, NARROWED, SHARED), tmp_path) == []


@pytest.mark.parametrize("own", [False, True])
def test_an_override_does_not_hide_what_others_lack(own: bool, tmp_path: Path) -> None:
    """The tier promises recovery to all: one account's own terms for it do not speak for another."""
    recovery = PITR.format(granularity="5m", keep="7d")
    override = f", overrides: {{ basic: {{ {recovery.replace('7d', '8d')} }} }}" if own else ""
    two = f'  two: {{ id: "000000000002", regions: [eu-west-1], tiers: [basic]{override} }}\n  one: {{'
    text = changed(("{ efs: {} }", "{ efs: {}, rds: {} }"), under_tier(recovery), NARROWED, ("  one: {", two))
    (said,) = _of("TK056", text, tmp_path)
    assert "tier basic asks for point-in-time recovery; it has no effect in one/eu-west-1" in said


def test_what_an_account_alone_asks_for_nobody_else_lacks(tmp_path: Path) -> None:
    """Its override is its own."""
    recovery = PITR.format(granularity="5m", keep="7d")
    text = _overridden(f"{{ {recovery} }}", ("{ efs: {} }", "{ rds: {} }"), SHARED)
    assert _of("TK056", text, tmp_path) == []


def test_the_reason_is_true_in_each_region(tmp_path: Path) -> None:
    """In a Region without any of the zones, it is the other Regions' fast snapshot restore."""
    output(changed(VOLUMES_TOO, under_tier(FAST), ("[eu-west-1]", "[eu-west-1, eu-west-2]")), tmp_path)
    state = resolve(load_catalog(tmp_path / "catalog.yaml").catalog)
    reasons: dict[str, Any] = {
        unit.id.region: each.reason
        for unit in state.units
        for each in unit.protections
        if each.resource_type is ResourceType.EBS
    }
    assert reasons == {
        "eu-west-1": "fast snapshot restore is Data Lifecycle Manager's",
        "eu-west-2": "fast snapshot restore, for other Regions of the tier, is Data Lifecycle Manager's",
    }


def test_sharing_across_partitions(tmp_path: Path) -> None:
    """No account of China can be named by one elsewhere."""
    shared = changed(EBS, SHARED, (AWS_KEY, OWN_KEY))
    assert _of("TK044", shared, tmp_path) == []
    china = shared.replace('"000000000002", regions: [eu-west-1]', '"000000000002", regions: [cn-north-1]')
    assert len(_of("TK044", china, tmp_path)) == 1


def test_tiers_share_the_quota(tmp_path: Path) -> None:
    """Each is within it, both together are not."""
    fast = FAST.replace("2d", "3d")
    text = changed(EBS, under_tier(fast), ("[basic]", "[basic, other]"))
    tier = text.split("  basic:\n")[1].split("accounts:")[0]
    text = text.replace("accounts:\n", f"  other:\n{tier}accounts:\n")
    said = _of("TK026", text, tmp_path)
    assert len(said) == 2
    assert all("; with those of basic, other together 6, more than the quota of 5" in line for line in said)


@pytest.mark.parametrize(("types", "line"), [("{ ebs: {}, ec2: {} }", "6:17"), ("{ efs: {} }", "11:39")])
def test_an_engine_that_is_not_there(types: str, line: str, tmp_path: Path) -> None:
    """Where a type has a choice of engines, that is the line; else the Region."""
    text = changed(("{ efs: {} }", types), ("[eu-west-1]", "[eu-isoe-west-1]"))
    said = _of("TK048", text, tmp_path)
    assert said[0].startswith(f"error {line}: ")


def test_copies_to_where_no_engine_is(tmp_path: Path) -> None:
    """At the copy."""
    text = changed(("[eu-west-1]", "[eu-west-2]"), under_tier("copy_to: { eu-isoe-west-1: {} }"))
    assert [line.split(": ")[:2] for line in output(text, tmp_path) if "TK04" in line] == [
        ["error 8:32", "TK044"], ["error 8:32", "TK048"],
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "Etc/UCT", "UCT", "Universal"])
def test_names_of_utc(zone: str, tmp_path: Path) -> None:
    """Data Lifecycle Manager's zone has many names."""
    assert output(changed(EBS, under_tier(f"time_zone: {zone}")), tmp_path) == []


def test_factory_is_no_time_zone(tmp_path: Path) -> None:
    """The database's name for a clock that nobody has set."""
    (said,) = output(changed(under_tier("time_zone: Factory")), tmp_path)
    assert "TK045: there is no time zone Factory" in said


def _unknown(text: str, folder: Path) -> list[str]:
    return [line.split(" as of ")[0].split("TK057: ")[1] for line in _of("TK057", text, folder)]


@pytest.mark.parametrize("home", ["eu-west-1", "ap-southeast-7"])
@pytest.mark.parametrize("away", ["eu-central-1", "mx-central-1"])
def test_a_copy_needs_both_regions(home: str, away: str, tmp_path: Path) -> None:
    """Where it is made and where it goes."""
    text = changed(("[eu-west-1]", f"[{home}]"), under_tier(f"copy_to: {{ {away}: {{}} }}"))
    wanted = [each for each in (home, away) if each in {"ap-southeast-7", "mx-central-1"}]
    assert _unknown(text, tmp_path) == [f"not known to be supported in {each}" for each in wanted]


def test_the_same_type_is_known_in_one_region_only(tmp_path: Path) -> None:
    """Buckets in Ireland are, in London AWS's table could not be read."""
    s3 = ("{ efs: {} }", "{ s3: {} }")
    assert _unknown(changed(s3), tmp_path) == []
    (said,) = _of("TK057", changed(s3, ("[eu-west-1]", "[eu-west-1, eu-west-2]")), tmp_path)
    assert said.startswith("warning 6:21: ")
    assert "in eu-west-2 as of 2" in said
    assert "backups of s3 by AWS Backup" in said


def test_fast_snapshot_restore_where_nothing_is_known(tmp_path: Path) -> None:
    """Of a secret Region no guide says anything."""
    fast = FAST.replace("eu-west-1a", "us-iso-east-1a")
    text = changed(EBS, under_tier(fast), ("[eu-west-1]", "[us-iso-east-1]"))
    assert _unknown(text, tmp_path) == ["not known to be supported in us-iso-east-1"]


def test_what_data_lifecycle_manager_copies_needs_no_aws_backup(tmp_path: Path) -> None:
    """Its copies are EBS's own."""
    text = changed(EBS, ("[eu-west-1]", "[ap-southeast-7]"), under_tier("copy_to: { mx-central-1: {} }"))
    assert _unknown(text, tmp_path) == []


def test_an_unknown_region_is_told_once(tmp_path: Path) -> None:
    """By TK047, and not for each type and feature again."""
    text = changed(("[eu-west-1]", "[eu-middle-1]"), under_tier("copy_to: { eu-south-9: {} }"))
    said = [line.split(": ")[1] for line in output(text, tmp_path)]
    assert said == ["TK047", "TK047"]
