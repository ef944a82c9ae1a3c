"""What does not fail although it falls short: what a waiver or the baseline has. And what is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.findings_case import (
    BROKEN,
    CATALOG,
    DELETED,
    DEVELOPMENT,
    DR,
    HOME,
    OPEN_TO_ALL,
    SHORT,
    STAGING,
    UNLOCKED,
    UNREAD_POLICY,
    UNTAGGED,
    compiled,
    concluded,
    result,
    unentered,
)
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.report.findings_baseline import NoBaseline, read_baseline
from tierkeep.report.findings_json import findings_json
from tierkeep.validate.filters import Filters, NoSuchName, tier_of
from tierkeep.validate.findings import Identity, Standing, UnitResult, Verdict
from tierkeep.validate.validation import Validation
from tierkeep.validate.waiving import WaiverState

WITHOUT = CATALOG.partition("waivers:")[0]
ALL = (HOME, DR, STAGING, DEVELOPMENT)


def everywhere(*results: UnitResult) -> list[UnitResult]:
    """These, and clean results of all other units."""
    known = {each.unit for each in results}
    return [*results, *(result(unit) for unit in ALL if unit not in known)]


def waived_by(waiver: str, folder: Path, *results: UnitResult) -> Validation:
    """A run of all units with one waiver of drift.vault."""
    catalog = compiled(folder, f"{WITHOUT}waivers:\n  drift.vault: {waiver}\n")
    return concluded(catalog, everywhere(*results), filters=Filters(), baseline=None)


@pytest.mark.parametrize(
    ("where", "waives"),
    [
        ("", True),
        (", resource: campus-critical", True),
        (', resource: "campus-*"', True),
        (', resource: "arn:aws:backup:ap-south-1:111111111111:*"', True),
        (", at: tiers.critical", True),
        (", at: tiers.critical.vault_lock", True),
        (", resource: campus", False),
        (', resource: "arn:aws:backup:ap-south-1:222222222222:*"', False),
        (", at: tiers.basic", False),
        (", resource: campus-critical, at: tiers.basic", False),
    ],
)
def test_a_waiver_covers_what_it_says(where: str, waives: bool, tmp_path: Path) -> None:
    """By resource, as name or ARN, and by path of the catalog; what it does not cover fails."""
    waiver = f"{{ reason: Agreed with the owners, until: 2026-11-22{where} }}"
    found = waived_by(waiver, tmp_path, result(HOME, UNLOCKED))
    assert found.verdict is (Verdict.WAIVED if waives else Verdict.FAIL)
    (finding,) = found.findings()
    assert finding.standing is (Standing.WAIVED if waives else Standing.OPEN)
    (use,) = found.waivers
    assert use.state is (WaiverState.HOLDS if waives else WaiverState.UNUSED)


def test_an_expired_waiver_waives_nothing(tmp_path: Path) -> None:
    """From the day after its last one; and it is reported, with what it waived."""
    waiver = "{ reason: Agreed with the owners, until: 2026-11-21 }"
    found = waived_by(waiver, tmp_path, result(HOME, UNLOCKED))
    assert found.verdict is Verdict.FAIL
    assert [(use.state, use.findings) for use in found.waivers] == [(WaiverState.EXPIRED, 1)]


def test_what_is_unknown_cannot_be_waived(tmp_path: Path) -> None:
    """And a waiver is not called needless while nobody knows."""
    waiver = "{ reason: Agreed with the owners, until: 2027-06-30 }"
    found = waived_by(waiver, tmp_path, unentered(HOME))
    assert found.verdict is Verdict.UNKNOWN
    assert [use.state for use in found.waivers] == [WaiverState.UNJUDGED]


def test_a_waiver_is_not_called_needless_by_a_part(tmp_path: Path) -> None:
    """It may waive something in a unit that was not looked at."""
    catalog = compiled(
        tmp_path, f"{WITHOUT}waivers:\n  drift.vault: {{ reason: Agreed by all, until: 2027-06-30 }}\n"
    )
    found = concluded(catalog, [result(HOME)], baseline=None)
    assert [use.state for use in found.waivers] == [WaiverState.UNJUDGED]


@pytest.mark.parametrize(
    ("waivers", "said"),
    [
        ("TK040: { reason: Agreed by all, until: 2027-06-30, resource: x }", "knows no `resource`"),
        ("TK040: [{ reason: Agreed by all, until: 2027-06-30, resource: x }]", "knows no `resource`"),
        ("drift.valt: { reason: Agreed by all, until: 2027-06-30 }", "there is no rule or check drift.valt"),
    ],
)
def test_waivers_that_mean_nothing(waivers: str, said: str, tmp_path: Path) -> None:
    """They are errors of the catalog, at their line."""
    with pytest.raises(CatalogInvalid) as caught:
        compiled(tmp_path, f"{WITHOUT}waivers:\n  {waivers}\n")
    assert [(error.line, said in error.message) for error in caught.value.errors] == [
        (len(WITHOUT.splitlines()) + 2, True)
    ]


def test_an_expired_waiver_of_a_check_is_a_warning_of_lint(tmp_path: Path) -> None:
    """Nothing that is deployed waits for it."""
    warnings = compiled(tmp_path).warnings
    assert [(each.rule, each.message.startswith("the waiver of drift.backup-plan")) for each in warnings] == [
        ("TK102", True)
    ]


def test_only_what_is_new_fails(tmp_path: Path) -> None:
    """A finding is the same one when its values change, and another in another unit."""
    catalog = compiled(tmp_path, WITHOUT)
    known = {SHORT.identity}
    same = concluded(catalog, everywhere(result(HOME, replace(SHORT, actual=3))), baseline=known)
    assert same.verdict is Verdict.WAIVED
    assert same.gone == ()
    elsewhere = concluded(catalog, everywhere(result(DR, replace(SHORT, unit=DR))), baseline=known)
    assert elsewhere.verdict is Verdict.FAIL
    assert elsewhere.gone == (SHORT.identity,)


def test_what_could_not_be_looked_for_is_not_gone(tmp_path: Path) -> None:
    """Neither in units that were left out nor in checks of which something is unknown."""
    catalog = compiled(tmp_path, WITHOUT)
    known = {SHORT.identity, DELETED.identity, OPEN_TO_ALL.identity}
    found = concluded(catalog, [result(HOME, UNREAD_POLICY), unentered(STAGING)], baseline=known)
    assert found.gone == (SHORT.identity,)
    assert found.verdict is Verdict.UNKNOWN


def test_the_json_of_a_run_is_a_baseline(tmp_path: Path) -> None:
    """Of all that it found and did not waive; what it knew already stays known."""
    catalog = compiled(tmp_path)
    results = [result(HOME, DELETED, SHORT, UNLOCKED), result(DR, UNTAGGED)]
    first = concluded(catalog, results, baseline={UNTAGGED.identity})
    file = tmp_path / "baseline.json"
    file.write_text(findings_json(first))
    known = read_baseline(file, catalog="campus")
    assert known == {DELETED.identity, SHORT.identity, UNTAGGED.identity}
    assert concluded(catalog, results, baseline=known).verdict is Verdict.WAIVED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: no such file or directory"),
        ("{}", "is not what `tierkeep validate --format json` prints: schema_version"),
        ("no JSON", "is not what `tierkeep validate --format json` prints"),
    ],
)
def test_what_is_no_baseline(text: str | None, said: str, tmp_path: Path) -> None:
    """It is said what it is not; nothing is taken for an empty one."""
    file = tmp_path / "baseline.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(NoBaseline, match=said):
        read_baseline(file, catalog="campus")


def test_a_baseline_of_another_catalog(tmp_path: Path) -> None:
    """Its units would be others of the same name."""
    file = tmp_path / "baseline.json"
    file.write_text(findings_json(concluded(compiled(tmp_path))))
    with pytest.raises(NoBaseline, match="is of the catalog campus, not of other"):
        read_baseline(file, catalog="other")


def test_a_tier_has_its_own_and_what_all_share(tmp_path: Path) -> None:
    """What belongs to another tier is left out, be it known or unknown; what belongs to none stays."""
    catalog = compiled(tmp_path, WITHOUT)
    shared = replace(UNLOCKED, origin="accounts")
    other = replace(UNREAD_POLICY, origin="accounts.production.overrides.basic.encryption")
    filters = Filters.of(catalog.state, only=[], tiers=["critical"])
    found = concluded(
        catalog,
        [result(HOME, SHORT, shared, other), result(STAGING, OPEN_TO_ALL)],
        filters=filters,
        baseline=None,
    )
    assert set(found.findings()) == {SHORT, shared}
    assert found.unknowns() == []
    assert [each.verdict for each in found.results] == [Verdict.FAIL, Verdict.PASS]
    assert not found.complete


def test_a_tier_chooses_the_units_that_have_it(tmp_path: Path) -> None:
    """Those of its copies too."""
    state = compiled(tmp_path).state
    for tiers, units in ((["critical"], {HOME, DR}), (["basic"], {STAGING, DEVELOPMENT}), ([], set(ALL))):
        filters = Filters.of(state, only=[], tiers=tiers)
        assert {unit.id for unit in state.units if filters.concerns(unit)} == units


def test_a_filter_has_a_verdict_on_its_part(tmp_path: Path) -> None:
    """Checks that were not asked for have none, and neither fail nor are unknown."""
    catalog = compiled(tmp_path, WITHOUT)
    results = everywhere(result(HOME, SHORT, UNREAD_POLICY))
    filters = Filters.of(catalog.state, only=["drift.vault"], tiers=[])
    found = concluded(catalog, results, filters=filters, baseline={DELETED.identity, OPEN_TO_ALL.identity})
    assert found.verdict is Verdict.PASS
    assert {tuple(each.verdicts) for each in found.results} == {("drift.vault",)}
    assert found.gone == (OPEN_TO_ALL.identity,)
    document = json.loads(findings_json(found))
    assert document["scope"] == {
        "complete": False, "checks": ["drift.vault"], "tiers": None, "all_units": True,
    }  # fmt: skip


def test_names_that_do_not_exist(tmp_path: Path) -> None:
    """The message lists what does."""
    state = compiled(tmp_path).state
    with pytest.raises(NoSuchName, match=r"no check or family of checks drift\.valt.*drift\.vault"):
        Filters.of(state, only=["drift.valt"], tiers=[])
    with pytest.raises(NoSuchName, match=r"--tier crtical: .* it has basic, critical"):
        Filters.of(state, only=[], tiers=["crtical"])


def test_an_origin_belongs_to_a_tier_or_to_none() -> None:
    """By the catalog's paths."""
    assert tier_of("tiers.critical.schedules.daily") == "critical"
    assert tier_of("accounts.production.overrides.critical") == "critical"
    assert tier_of("accounts.production") is None
    assert tier_of("") is None


def test_an_identity_is_told_whole() -> None:
    """Unit, check, resource and field; of an unknown listing without a resource."""
    assert str(SHORT.identity) == (
        "production/ap-south-1: drift.backup-plan: backup plan campus-critical: "
        "rules[daily].lifecycle.delete_after_days"
    )
    whole = replace(UNREAD_POLICY, resource=None, field="", cause=BROKEN)
    assert whole.identity == Identity("production/ap-south-1", "drift.key", "", "", "")
