"""Catalogs over several files, and tiers with an account's overrides."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.catalog.test_loading import SMALLEST
from tierkeep.catalog.durations import Duration
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.catalog.load import load_catalog
from tierkeep.desired.model import UnitId, UnmetKind
from tierkeep.desired.resolve import resolve

HEAD = "version: 1\nname: demo\ninclude: [tiers/*.yaml, accounts/*.yaml]\n"
TIER = """\
tiers:
  {name}:
    description: A tier
    protects: {{ ebs: {{}}, rds: {{}} }}
    encryption: aws-managed
    schedules:
      daily: {{ every: 1d, at: "02:00", keep: 7d }}
    copy_to:
      eu-west-1: {{ keep: 7d }}
"""
ACCOUNT = 'accounts:\n  {name}: {{ id: "{id}", regions: [eu-central-1], tiers: [{tiers}] }}\n'


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "catalog.yaml"


def errors_of(file: Path) -> list[str]:
    with pytest.raises(CatalogInvalid) as caught:
        load_catalog(file)
    return [
        str(error).replace(f"{file.parent}/", "").replace("\n    ", " | ") for error in caught.value.errors
    ]


def split(folder: Path, **more: str) -> Path:
    return write(
        folder,
        {
            "catalog.yaml": HEAD,
            "tiers/gold.yaml": TIER.format(name="gold"),
            "tiers/silver.yaml": TIER.format(name="silver"),
            "accounts/one.yaml": ACCOUNT.format(name="one", id="000000000001", tiers="gold"),
            "accounts/two.yaml": ACCOUNT.format(name="two", id="000000000002", tiers="gold, silver"),
            **{name.replace("__", "/") + ".yaml": text for name, text in more.items()},
        },
    )


def test_files_make_one_catalog(tmp_path: Path) -> None:
    """The same as in one file."""
    catalog = load_catalog(split(tmp_path)).catalog
    assert sorted(catalog.tiers) == ["gold", "silver"]
    assert sorted(catalog.accounts) == ["one", "two"]


def test_errors_name_the_file_that_they_are_in(tmp_path: Path) -> None:
    """All at once, over all files, with the place in each."""
    file = split(
        tmp_path,
        tiers__broken="tiers:\n  bronze: { description: 1 }\n",
        accounts__other=ACCOUNT.format(name="other", id="000000000003", tiers="gld"),
        accounts__syntax="accounts: [\n",
    )
    assert errors_of(file) == [
        (
            "accounts/syntax.yaml:2:1: did not find expected node content | "
            "YAML stopped while parsing a flow node"
        )
    ]
    (tmp_path / "accounts/syntax.yaml").unlink()
    assert errors_of(file) == [
        "accounts/other.yaml:2:65: there is no tier `gld` | did you mean `gold`?",
        "tiers/broken.yaml:2:3: the key `encryption` is missing | add `encryption: …`",
        "tiers/broken.yaml:2:3: the key `protects` is missing | add `protects: …`",
        "tiers/broken.yaml:2:3: the key `schedules` is missing | add `schedules: …`",
        'tiers/broken.yaml:2:26: a number stands where a text is needed | put it in quotes: "1"',
    ]


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    """Neither silently wins."""
    (error,) = errors_of(split(tmp_path, tiers__z=TIER.format(name="gold")))
    assert error == (
        'tiers/z.yaml:2:3: the key "gold" stands here a second time | '
        "the first is at tiers/gold.yaml:2: keep one of them"
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("nothing/*.yaml", "catalog.yaml:3:11: `nothing/*.yaml` matches no file"),
        ("/etc/*", "catalog.yaml:3:11: `/etc/*` names no files below the catalog's folder"),
        ("../*.yaml", "catalog.yaml:3:11: `../*.yaml` names no files below the catalog's folder"),
        ('"**.yaml"', "catalog.yaml:3:11: `**.yaml` is no pattern: `**` stands for whole folders"),
        (".", "catalog.yaml:3:11: `.` names no files below the catalog's folder"),
        (f'"{"ü" * 190}"', "catalog.yaml:3:11: `üüü"),
        ("7", "catalog.yaml:3:11: `7` names no files below the catalog's folder"),
    ],
)
def test_includes_stay_below_the_catalog(pattern: str, expected: str, tmp_path: Path) -> None:
    """A pattern that leads elsewhere or nowhere is an error."""
    file = write(
        tmp_path, {"catalog.yaml": SMALLEST.replace("tiers:\n", f"include: [{pattern}]\ntiers:\n", 1)}
    )
    assert errors_of(file)[0].startswith(expected)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """It would be another catalog on another machine, and in a git revision."""
    outside = write(tmp_path / "outside", {"catalog.yaml": TIER.format(name="bronze")})
    file = split(tmp_path / "inside")
    (file.parent / "tiers" / "bronze.yaml").symlink_to(outside)
    (file.parent / "tiers" / "linked.yml").symlink_to("gold.yaml")
    (error,) = errors_of(file)
    assert error.startswith("catalog.yaml:3:11: bronze.yaml is a link that leads out of the folder")


def test_many_keys_are_taken_over_in_time(tmp_path: Path) -> None:
    """Linear: each key of 20,000 in a part is placed once."""
    keys = "".join(f"  t{number}: x\n" for number in range(20_000))
    started = time.process_time()
    errors_of(split(tmp_path, tiers__many=f"tiers:\n{keys}"))
    assert time.process_time() - started < 10


def test_an_included_file_includes_nothing(tmp_path: Path) -> None:
    """One level, so that a catalog's files are all named in one place."""
    (error,) = errors_of(split(tmp_path, tiers__more="include: [x.yaml]\n"))
    assert error.startswith("tiers/more.yaml:1:1: only the catalog itself includes files")


def overridden(folder: Path, overrides: str) -> Path:
    account = ACCOUNT.format(name="one", id="000000000001", tiers="gold").rstrip(" }\n")
    return write(
        folder,
        {
            "catalog.yaml": HEAD.replace("include", "#")
            + TIER.format(name="gold")
            + f"{account}, {overrides} }}\n"
        },
    )


def test_an_account_strengthens_a_tier(tmp_path: Path) -> None:
    """Shorter intervals, longer retention, more copies and schedules, fewer types: in that account only."""
    file = overridden(
        tmp_path,
        "overrides: { gold: { protects: [rds], schedules: { daily: { every: 6h, keep: 30d }, "
        "weekly: { every: 1w, on: monday, keep: 4w } }, copy_to: { eu-north-1: {} } } }",
    )
    state = resolve(load_catalog(file).catalog)
    assert state.unmet == ()
    unit = state.unit(UnitId(account="one", region="eu-central-1"))
    assert unit
    (plan,) = unit.plans
    assert plan.selections[0].resource_patterns == ("arn:aws:rds:*:*:db:*",)
    rules = {rule.name: rule for rule in plan.rules}
    assert rules["daily"].schedule == "cron(0 2/6 * * ? *)"
    assert rules["daily"].lifecycle.delete_after_days == 30
    assert rules["daily"].origin == ("accounts", "one", "overrides", "gold", "schedules", "daily")
    assert sorted(rules) == ["daily", "weekly"]
    assert {copy.destination_vault_arn.split(":")[3] for copy in rules["weekly"].copies} == {
        "eu-west-1",
        "eu-north-1",
    }


def test_what_weakens_a_tier_is_found(tmp_path: Path) -> None:
    """Longer intervals, shorter retention, copies that are fewer or kept shorter: each with its place."""
    file = overridden(
        tmp_path,
        "overrides: { gold: { schedules: { daily: { every: 1w, on: monday, keep: 3d, cold_after: 1d } }, "
        "copy_to: { eu-west-1: { keep: 2d, cold_after: 1d } } } }",
    )
    found = [each for each in resolve(load_catalog(file).catalog).unmet if each.kind is UnmetKind.WEAKENED]
    at = ("accounts", "one", "overrides", "gold")
    assert [(each.what, each.why, each.origin) for each in found] == [
        ("a backup every 1d", "1w", (*at, "schedules", "daily", "every")),
        ("backups kept for 7d", "3d", (*at, "schedules", "daily", "keep")),
        (
            "backups in warm storage as long as they are kept",
            "for 1d",
            (*at, "schedules", "daily", "cold_after"),
        ),
        ("copies of `daily` kept for 7d", "2d", (*at, "copy_to", "eu-west-1", "keep")),
        (
            "copies in eu-west-1 in warm storage as long as they are kept",
            "for 1d",
            (*at, "copy_to", "eu-west-1", "cold_after"),
        ),
    ]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("overrides: { silver: {} }", "there is no tier of this account `silver` | known here: gold"),
        ("overrides: { gold: { protects: [ec2] } }", "there is no type of this tier `ec2`"),
        ("overrides: { gold: { schedules: { hourly: { every: 1h } } } }", "the key `keep` is missing"),
        (
            "overrides: { gold: { schedules: { daily: { every: 1w } } } }",
            "a weekly schedule needs `on` with a weekday",
        ),
        (
            "overrides: { gold: { copy_to: { eu-north-1: { schedules: [xx] } } } }",
            "there is no schedule of this tier `xx`",
        ),
    ],
)
def test_overrides_that_cannot_be_laid_over_the_tier(overrides: str, expected: str, tmp_path: Path) -> None:
    """A wrong name, and a schedule that is not whole."""
    (error,) = errors_of(overridden(tmp_path, overrides))
    assert error.split(": ", 1)[1].startswith(expected)


def test_a_changed_interval_does_not_inherit_its_day(tmp_path: Path) -> None:
    """`on` of a weekly schedule means nothing for a daily one."""
    file = overridden(tmp_path, "overrides: { gold: { schedules: { daily: { every: 12h } } } }")
    text = file.read_text().replace('every: 1d, at: "02:00"', "every: 1w, on: sunday")
    file.write_text(text)
    unit = resolve(load_catalog(file).catalog).unit(UnitId(account="one", region="eu-central-1"))
    assert unit
    assert unit.plans[0].rules[0].schedule == "cron(0 0/12 * * ? *)"
    assert Duration.parse("7d").days == unit.plans[0].rules[0].lifecycle.delete_after_days
