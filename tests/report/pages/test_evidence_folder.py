"""Evidence comes from disks and buckets: what is not as it must be is named, and the rest is shown."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.pages import case
from tests.report.pages.markup import read
from tierkeep.report.drilled.coverage import coverage
from tierkeep.report.drilled.folder import read_evidence
from tierkeep.report.site.build import site

GOOD = case.evidence(1)
TEXT = json.dumps(GOOD)


def with_(key: str, value: str) -> str:
    """The document with another value where the key stands first."""
    return re.sub(f'"{key}": [^,}}]+', f'"{key}": {value}', TEXT, count=1)


def one(folder: Path, content: str | bytes) -> str:
    """Why the only document of a folder, beside a good one, cannot be used; the good one always can."""
    case.write(folder, [case.evidence(2)])
    (folder / "drill-bad.json").write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_evidence(folder, catalog="campus")
    assert len(found.drills) == 1
    (wrong,) = found.unusable
    assert wrong.file == "drill-bad.json"
    return wrong.why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it ends too early: EOF while parsing a value at line 1 column 0"),
        (TEXT[:-1], "it ends too early: EOF while parsing an object"),
        (TEXT[: len(TEXT) // 2], "it ends too early: EOF while parsing"),
        ("evidence", "it is no JSON: expected value at line 1 column 1"),
        (b"\xff\xfe" + TEXT.encode(), "it is no JSON: "),
        ("[" * 100_000, "it is no JSON: recursion limit exceeded"),
        ("[]", "it is no evidence of a drill: input should be an object"),
        ("{}", "it is no evidence of a drill: schema_version: field required"),
        (with_("schema_version", "3"), "a newer Tierkeep wrote it: schema_version 3"),
        (with_("schema_version", "1"), "an older Tierkeep wrote it: schema_version 1"),
        (TEXT.replace('"campus"', '"harbour"'), "it is of the catalog harbour, not of campus"),
        (TEXT.replace('"drill_id": "', '"drill_id": "../'), "identity.drill_id: string should"),
        (with_("interrupted", "NaN"), "outcome.interrupted"),
        (with_("seconds", "NaN"), "times.phases.0.seconds"),
        (with_("seconds", "-1"), "times.phases.0.seconds"),
        (with_("seconds", "1e300"), "times.phases.0.seconds"),
        (TEXT.replace("+00:00", ""), "an instant has to say its offset from utc"),
        (TEXT.replace("2026-", "9999-"), "an instant lies between 1970 and 2200"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(content: str | bytes, why: str, tmp_path: Path) -> None:
    """Which file, and what of it."""
    assert why in one(tmp_path, content)


def test_the_same_drill_twice_counts_once(tmp_path: Path) -> None:
    """A copy under another name is told rather than counted."""
    case.write(tmp_path, [GOOD])
    (tmp_path / "drill-zz.json").write_text(TEXT)
    found = read_evidence(tmp_path, catalog="campus")
    assert [each.why for each in found.unusable] == [
        f"it is the drill {GOOD['identity']['drill_id']}, which {found.drills[0].file} has already"
    ]


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A folder in the place of a document, and a link to nothing."""
    case.write(tmp_path, [GOOD])
    (tmp_path / "drill-folder.json").mkdir()
    (tmp_path / "drill-link.json").symlink_to("nowhere")
    found = read_evidence(tmp_path, catalog="campus")
    assert [each.why for each in found.unusable] == [
        "it cannot be read: is a directory",
        "it cannot be read: no such file or directory",
    ]


def test_what_is_nested_deeply_is_shown_too(tmp_path: Path) -> None:
    """A section that this version does not know is shown as it stands, as deep as JSON can be read."""
    deep: Any = "the bottom"
    for _ in range(190):
        deep = {"below": [deep]} if _ % 2 else deep
    inputs = case.inputs(tmp_path, documents=[case.evidence(1, addendum=deep)], count=None)
    (drill,) = inputs.drills
    text = read(dict(site(inputs))[f"{drill.id}.html"]).all("main")[0].text
    assert "Addendum" in text
    assert "the bottom" in text


def paths(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, the document itself left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*here, key)
        yield from paths(each, (*here, key))


ABSENT = object()
WRONG = [ABSENT, None, "", case.HOSTILE, -1, 0, 2**80, 1e308, True, [], {}, [None], {"a": {"b": [1, None]}}]


@given(st.sampled_from(list(paths(GOOD))), st.sampled_from(WRONG))
def test_whatever_stands_in_a_document_it_is_shown_or_named(
    path: tuple[str | int, ...], value: object
) -> None:
    """One place of a good document is taken out, or holds something else: no page fails over it."""
    document = copy.deepcopy(GOOD)
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    if value is ABSENT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    with TemporaryDirectory() as folder:
        (Path(folder) / "evidence").mkdir()
        (Path(folder) / "evidence" / "drill-1.json").write_text(json.dumps(document))
        inputs = case.inputs(Path(folder), documents=[], count=None)
        assert len(inputs.drills) + len(inputs.unusable) == 1
        pages = dict(site(inputs))
    shown = [name for name in pages if name.startswith("drill-")]
    assert len(shown) == len(inputs.drills)
    for name in (*shown, "drills.html", "coverage.html", "index.html"):
        page = read(pages[name])
        assert not page.all("img")
        assert inputs.drills or "Not everything could be used" in page.all("main")[0].text


def test_coverage_tells_tried_from_proven_and_never() -> None:
    """A drill that failed proves nothing, an older proof stays one, and what the catalog lacks is told."""
    drills = case.drills_of(
        [
            case.evidence(1, ended=case.WRITTEN.replace(day=1), resource="vol-1"),
            case.evidence(2, ended=case.WRITTEN.replace(day=2), resource="vol-1", result="fail"),
            case.evidence(3, ended=case.WRITTEN.replace(day=3), resource="vol-2", result="could-not-verify"),
            case.evidence(4, tier="critical", unit="production/ap-south-1", result="fail"),
            case.evidence(5, tier="gone", unit="production/ap-south-1"),
        ]
    )
    found = {(each.tier, each.resource_type): each for each in coverage(case.state(), drills)}
    testing = found["testing", "ebs"]
    assert testing.proven is drills[0]
    assert testing.last is drills[2]
    assert [(each.arn[-5:], each.proven, each.drills) for each in testing.resources] == [
        ("vol-1", drills[0], 2),
        ("vol-2", None, 1),
    ]
    assert testing.proven_resources == 1
    assert (found["critical", "ebs"].proven, found["critical", "ebs"].last) == (None, drills[3])
    assert (found["gone", "ebs"].in_catalog, found["gone", "ebs"].proven) == (False, drills[4])
    assert found["database", "rds"].last is None
    assert sum(each.in_catalog for each in found.values()) == 10
