"""Catalogs through the door that users come in by: files, and `tierkeep lint`."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogs import SHIPPED, catalogs
from tierkeep.catalog.errors import CatalogError, CatalogInvalid
from tierkeep.catalog.load import load_catalog
from tierkeep.catalog.text import MAX_BYTES
from tierkeep.catalog.tree import parse
from tierkeep.compiler import compile_catalog
from tierkeep.rules.time_zones import time_zones

SMALLEST = """\
version: 1
name: demo
tiers:
  basic:
    description: Basic
    protects: { ebs: {} }
    encryption: aws-managed
    schedules:
      daily: { every: 1d, keep: 7d }
accounts:
  one: { id: "000000000001", regions: [eu-west-1], tiers: [basic] }
"""


def errors_of(text: str | bytes, folder: Path) -> list[str]:
    """Each error of a catalog as `line:column: message`, with its hint in brackets."""
    file = folder / "catalog.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(CatalogInvalid) as caught:
        load_catalog(file)
    assert all(error.file == file for error in caught.value.errors)
    return [f"{e.line}:{e.column}: {e.message} [{e.hint}]" for e in caught.value.errors]


def test_the_smallest_catalog_loads(tmp_path: Path) -> None:
    """Everything with a default may be left out."""
    file = tmp_path / "catalog.yaml"
    file.write_text(SMALLEST)
    catalog = load_catalog(file).catalog
    assert catalog.defaults.time_zone == "Etc/UTC"
    assert str(catalog.tiers["basic"].schedules["daily"].keep) == "7d"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "keep: 7d",
            "keep: 7x",
            "9:33: `7x` is no length of time [write one such as 5m, 4h, 7d, 4w, 12mo or 2y]",
        ),
        ("every: 1d", "every: 1d, kep: 7d", "9:27: unknown key `kep` [did you mean `keep`?]"),
        ("{ every: 1d, keep: 7d }", "{ every: 1d }", "9:7: the key `keep` is missing [add `keep: …`]"),
        ("ebs: {}", "ebz: {}", "6:17: `ebz` is not known here [did you mean `ebs`?]"),
        (
            "aws-managed",
            "none",
            "7:17: `none` is not known here [known here: aws-managed, customer-managed]",
        ),
        (
            '"000000000001"',
            "100000000001",
            '11:14: a number stands where a text is needed [put it in quotes: "100000000001"]',
        ),
        (
            '"000000000001"',
            '"12"',
            (
                "11:14: `12` does not have the form that is needed here "
                "[write the twelve digits of an account's id, in quotes]"
            ),
        ),
        ("tiers: [basic]", "tiers: [bsic]", "11:60: there is no tier `bsic` [did you mean `basic`?]"),
        (
            "tiers: [basic]",
            "tiers: []",
            "11:8: the account has no `tiers`: name one at least, or leave out both []",
        ),
        (
            "tiers: [basic]",
            "tiers: basic",
            "11:59: a text stands where a list is needed [write it as a list: [basic]]",
        ),
        (
            "description: Basic",
            "description:",
            "5:17: nothing stands where a text is needed [write a text]",
        ),
        (
            "every: 1d",
            "every: 5h",
            "9:14: every: 5h is not one of 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 1w, 1mo, 1y []",
        ),
        (
            "keep: 7d",
            "keep: 30m",
            "9:33: AWS keeps backups for whole days: write 24h or 1d, 48h or 2d, … []",
        ),
        (
            "name: demo",
            "name: Demo",
            (
                "2:7: `Demo` does not have the form that is needed here "
                "[write lower-case letters, digits and single hyphens, beginning with a letter: "
                "`web-servers`]"
            ),
        ),
        (
            "version: 1",
            "version: 2",
            "1:10: `2` is not known here [known here: 1]",
        ),
        (
            "tiers:\n",
            "state: { backend: gcs }\ntiers:\n",
            "3:19: `gcs` is not known here [known here: local, s3]",
        ),
        (
            "tiers:\n",
            "state: { bucket: x }\ntiers:\n",
            "3:8: the key `backend` is missing [add `backend: local` or `backend: s3`]",
        ),
    ],
)
def test_an_error_says_where_what_and_what_would_be_right(
    before: str, after: str, expected: str, tmp_path: Path
) -> None:
    """One thing wrong gives one error, at its place, with what to write instead."""
    assert SMALLEST.count(before) == 1
    assert errors_of(SMALLEST.replace(before, after), tmp_path) == [expected]


def test_a_hint_names_each_known_word_once_and_not_thousands(tmp_path: Path) -> None:
    """Time and text stay bounded: 3,000 wrong names among 3,000 take seconds, and a hint one line."""
    wrong = ", ".join(f"wrong-{number}" for number in range(3000))
    tier = SMALLEST.split("  basic:\n")[1].split("accounts:", maxsplit=1)[0]
    tiers = "".join(f"  tier-{number:04}:\n{tier}" for number in range(3000))
    text = SMALLEST.replace(f"  basic:\n{tier}", tiers).replace("[basic]", f"[{wrong}]")
    started = time.process_time()
    errors = errors_of(text, tmp_path)
    assert time.process_time() - started < 10
    assert len(errors) == 1000
    told = ", ".join(f"tier-{number:04}" for number in range(40))
    assert errors[0].endswith(f"there is no tier `wrong-0` [known here: {told} and 2960 more]")


def test_all_time_zones_have_the_form_of_one(tmp_path: Path) -> None:
    """Those with digits in their first word too, such as EST5EDT."""
    file = tmp_path / "catalog.yaml"
    for zone in sorted(time_zones()):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", zone), zone
    for zone in ("EST5EDT", "Etc/GMT+5", "America/Port-au-Prince"):
        file.write_text(SMALLEST.replace("tiers:\n", f"defaults: {{ time_zone: {zone} }}\ntiers:\n", 1))
        assert load_catalog(file).catalog.defaults.time_zone == zone


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    """Errors of form and of reference, in the order of the file."""
    text = SMALLEST.replace("1d", "1x").replace("[basic]", "[bsic]").replace("version: 1", "version: 3")
    assert [error.partition(": ")[0] for error in errors_of(text, tmp_path)] == ["1:10", "9:23", "11:60"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the catalog is empty"),
        ("# only a comment\n", "1:1: the catalog is empty"),
        ("- a\n- b\n", "1:1: a catalog is a map of keys"),
        ("just words", "1:1: a catalog is a map of keys"),
        ("name: a\nname: b\n", "2:1: the key `name` stands here a second time".replace("`", '"')),
        ("a: &x 1\nb: *x\n", "1:4: anchor &x"),
        ("a:\n\tb: 1\n", "2:1: a tab indents this line"),
        ("a: !!python/object/apply:os.system [ls]\n", "1:4: tag tag:yaml.org,2002:python/object/apply"),
        ("a: !local 1\n", "1:4: tag !local"),
        ("a: 1\n---\nb: 2\n", "2:1: a second YAML document begins here"),
        ("a: [1, 2\n", "2:1: "),
        ("? [a]\n: 1\n", "1:3: a key that is no plain text"),
        ("a: " + "[" * 60, "1:27: nested more than 24 levels deep"),
        (b"name: caf\xe9\n", "1:10: the byte 0xe9 is not UTF-8"),
        (b"\xff\xfen\x00", "1:1: the byte 0xff is not UTF-8"),
        ("name: \x00\n", "1:7: the character U+0000"),
    ],
)
def test_what_is_no_catalog_is_said_in_one_line(text: str | bytes, expected: str, tmp_path: Path) -> None:
    """Empty files, duplicate keys, anchors, tabs, tags, other encodings: an error with a place and a hint."""
    first = errors_of(text, tmp_path)[0]
    assert first.startswith(expected)
    assert not first.endswith("[]")


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    """A wrong file costs neither time nor memory."""
    (error,) = errors_of(b"a: 1\n" * (10 * 1024 * 1024 // 5), tmp_path)
    assert "larger than 2 MiB" in error


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n" * 200_000,
        "tiers:\n" + "".join(f" t{number}: {{}}\n" for number in range(100_000)),
        "x: [" + "*a," * 300_000 + "]",
        "x: [" + "1," * 500_000 + "]",
        "x: " + "{a: " * 300_000,
    ],
    ids=["duplicates", "tiers", "aliases", "list", "depth"],
)
def test_a_file_that_can_be_no_catalog_is_given_up(text: str, tmp_path: Path) -> None:
    """Neither values nor errors pile up: at most a thousand errors of a file are told."""
    errors = errors_of(text, tmp_path)
    assert 1 <= len(errors) <= 1000


def test_a_file_just_below_the_limit_is_read(tmp_path: Path) -> None:
    """A large comment is no reason to refuse a catalog."""
    file = tmp_path / "catalog.yaml"
    file.write_text(SMALLEST + "#" * (MAX_BYTES - len(SMALLEST)))
    assert load_catalog(file).catalog.name == "demo"


@pytest.mark.parametrize("folder", [True, False])
def test_a_file_that_cannot_be_read_is_an_error(folder: bool, tmp_path: Path) -> None:
    """A missing file and a folder are told as such."""
    file = tmp_path / "catalog.yaml"
    if folder:
        file.mkdir()
    with pytest.raises(CatalogInvalid, match="cannot be read"):
        load_catalog(file)


def test_yaml_words_and_clocks_are_texts(tmp_path: Path) -> None:
    """`no` is no truth value and 12:30 no number, unlike in YAML 1.1."""
    text = SMALLEST.replace("description: Basic", "description: no").replace("1d,", "1d, at: 12:30,")
    file = tmp_path / "catalog.yaml"
    file.write_text(text)
    tier = load_catalog(file).catalog.tiers["basic"]
    assert (tier.description, tier.schedules["daily"].at) == ("no", "12:30")


@settings(max_examples=300)
@given(content=st.binary(max_size=400))
def test_any_bytes_end_in_errors_or_a_catalog(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Arbitrary bytes never end in another exception."""
    _loads_or_explains(content, tmp_path_factory)


yaml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300)
@given(value=yaml_values)
def test_any_yaml_ends_in_errors_or_a_catalog(
    value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Arbitrary YAML never ends in another exception."""
    _loads_or_explains(yaml.safe_dump(value, allow_unicode=True).encode(), tmp_path_factory)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), start=st.none() | catalogs())
def test_any_value_in_any_place_ends_in_errors_or_a_catalog(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, start: dict[str, Any] | None
) -> None:
    """A catalog with an arbitrary value in an arbitrary place never ends in another exception."""
    catalog = parse(SHIPPED.read_text(), SHIPPED).value if start is None else start
    here = catalog
    while True:
        keys = sorted(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
            here = here[key]
        else:
            here[key] = data.draw(yaml_values)
            break
    _loads_or_explains(json.dumps(catalog).encode(), tmp_path_factory)


@settings(max_examples=150)
@given(patterns=st.lists(st.text(max_size=12) | st.text(alphabet="*?[]!./-ab\0", max_size=12), max_size=3))
def test_any_include_ends_in_errors_or_a_catalog(
    patterns: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A pattern that the file system does not take is an error with its place."""
    start = parse(SHIPPED.read_text(), SHIPPED).value
    _loads_or_explains(json.dumps({**start, "include": patterns}).encode(), tmp_path_factory)


def _loads_or_explains(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(content)
    try:
        compile_catalog(file)
        errors: tuple[CatalogError, ...] = ()
    except CatalogInvalid as invalid:
        errors = invalid.errors or (CatalogError(file=file, line=0, column=0, message="", hint=""),)
    for error in errors:
        assert error.line >= 1
        assert error.column >= 1
        assert error.message
