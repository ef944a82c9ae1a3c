"""The static site: whole, deterministic, usable by everybody, and safe against what AWS or a disk says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalogs import ROOT
from tests.report.pages import case
from tests.report.pages.markup import Markup, read
from tierkeep.compiler import compile_catalog
from tierkeep.report.drilled.measured import Measured
from tierkeep.report.findings_document import FindingsDocument
from tierkeep.report.site import charts, findings
from tierkeep.report.site.build import LISTED, site

STYLE = (ROOT / "tierkeep" / "templates" / "pages" / "style.css").read_text()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A site with something of everything, and a file that could not be used."""
    folder = tmp_path_factory.mktemp("site")
    case.write(folder / "evidence", []).joinpath("drill-cut.json").write_text('{"schema_version": 2, ')
    return dict(site(case.inputs(folder, count=600)))


@pytest.fixture(scope="module")
def markups(pages: dict[str, str]) -> dict[str, Markup]:
    return {name: read(page) for name, page in pages.items()}


def test_the_same_input_gives_the_same_pages(pages: dict[str, str], tmp_path: Path) -> None:
    """Byte for byte: the moment is handed in, and nothing else of the world is asked."""
    case.write(tmp_path / "evidence", []).joinpath("drill-cut.json").write_text('{"schema_version": 2, ')
    assert dict(site(case.inputs(tmp_path, count=600))) == pages


def test_every_page_has_what_listeners_go_by(markups: dict[str, Markup]) -> None:
    """A language, a title of its own, one main part with one heading of the first rank and no rank left out
    below it, a way past the links, and every part and field with a name."""
    assert len({markup.all("title")[0].text for markup in markups.values()}) == len(markups)
    for name, markup in markups.items():
        assert markup.all("html")[0].attributes["lang"] == "en"
        assert [len(markup.all(tag)) for tag in ("main", "h1", "footer")] == [1, 1, 1], name
        ranks = [int(each.tag[1]) for each in markup.all("h1", "h2", "h3", "h4")]
        assert ranks[0] == 1
        assert all(below - above <= 1 for above, below in pairwise(ranks)), name
        spoken = markup.all("h1", "h2", "h3", "a", "button", "label", "summary")
        assert all(each.text.strip() for each in spoken), name
        assert markup.all("a")[0].attributes == {"class": "skip", "href": "#content"}
        named = {"aria-label", "aria-labelledby"}
        assert all(named & each.attributes.keys() for each in markup.all("section", "nav", "search")), name
        fields = {each.attributes["id"] for each in markup.all("input", "select")}
        assert fields == {each.attributes["for"] for each in markup.all("label")}, name
        assert all(each.attributes.get("scope") in {"col", "row"} for each in markup.all("th")), name


def test_ids_and_links_are_whole(markups: dict[str, Markup]) -> None:
    """Each id stands once in its page, and whatever is referred to is there: nothing is on a network."""
    for name, markup in markups.items():
        ids = markup.ids()
        assert len(ids) == len(set(ids)), name
        for each in markup.elements:
            for reference in ("aria-labelledby", "aria-describedby", "for"):
                for target in each.attributes.get(reference, "").split():
                    assert target in ids, f"{name}: {reference} {target}"
            assert not {"src", "srcset", "action", "onclick", "onload", "onerror"} & each.attributes.keys()
            if "href" in each.attributes:
                file, _, fragment = each.attributes["href"].partition("#")
                assert (file or name) in markups, f"{name} links to {file}"
                assert not fragment or fragment in markups[file or name].ids()


@pytest.mark.parametrize("catalog", ["tests/stacks/catalogs/everything.yaml", "tests/promises/retired.yaml"])
def test_pages_of_other_catalogs_are_whole_too(catalog: str, tmp_path: Path) -> None:
    """With everything switched on, and of a tier that is retired."""
    inputs = replace(
        case.inputs(tmp_path, documents=[], count=None), state=compile_catalog(ROOT / catalog).state
    )
    markups = {name: read(page) for name, page in site(inputs)}
    test_ids_and_links_are_whole(markups)
    test_every_page_has_what_listeners_go_by(markups)
    test_every_page_is_reached_from_the_first(markups)


def test_every_page_is_reached_from_the_first(markups: dict[str, Markup]) -> None:
    """By links alone, without a script."""
    reached, ahead = {"index.html"}, ["index.html"]
    while ahead:
        for each in markups[ahead.pop()].all("a"):
            file = each.attributes["href"].partition("#")[0]
            if file and file not in reached:
                reached.add(file)
                ahead.append(file)
    assert reached == markups.keys()


def test_only_the_pages_own_script_may_run(markups: dict[str, Markup]) -> None:
    """The policy forbids every network, and every script but the one whose digest it names."""
    scripted = []
    for name, markup in markups.items():
        (policy,) = [
            each.attributes["content"] for each in markup.all("meta") if "http-equiv" in each.attributes
        ]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src ")
        scripts = [each for each in markup.all("script") if each.attributes.get("type") != "application/json"]
        if not scripts:
            assert "script-src 'none'" in policy
            continue
        scripted.append(name)
        digest = base64.b64encode(hashlib.sha256(scripts[0].text.encode()).digest()).decode()
        assert len(scripts) == 1
        assert f"script-src 'sha256-{digest}'" in policy
    assert scripted == ["findings.html"]


def test_what_others_wrote_stays_text(tmp_path: Path) -> None:
    """Markup in names, messages and evidence is shown as it stands, and makes no element."""
    hostile = case.HOSTILE
    document = case.evidence(
        1, tier=hostile, method=hostile, resource_type=hostile, unit=f"{hostile}/x", not_checked=[hostile],
        addendum={hostile: [hostile, {hostile: hostile}]},
    )  # fmt: skip
    document["source"]["resource_arn"] = document["times"]["phases"][0]["title"] = hostile
    document["ladder"]["rungs"][0]["rung"] = hostile
    inputs = case.inputs(tmp_path, documents=[document], count=7, name=hostile)
    assert inputs.drills
    tame = dict(site(case.inputs(tmp_path / "tame", documents=[case.evidence(1)], count=7)))
    for name, page in site(inputs):
        markup = read(page)
        assert not markup.all("img"), name
        assert len(markup.all("script")) == len(read(tame[name]).all("script")), name
    assert hostile in read(dict(site(inputs))["drills.html"]).all("main")[0].text
    assert hostile in read(dict(site(inputs))["findings.html"]).all("main")[0].text


def test_ten_thousand_findings_are_all_there_in_pages_that_open_at_once(tmp_path: Path) -> None:
    """No page has more rows than a browser lays out at once, and links alone lead to every finding."""
    made = dict(site(case.inputs(tmp_path, documents=[], count=10_000)))
    files = [name for name in made if name.startswith("findings")]
    assert len(files) == 41
    assert max(len(made[name]) for name in files) < 4_000_000
    seen = []
    for name in files:
        rows = re.findall(r'<span class="what">volume (vol-[0-9a-f]+):', made[name])
        assert len(rows) <= findings.ROWS_A_PAGE
        seen += rows
    assert len(seen) == len(set(seen)) == 10_000


def test_the_script_gets_what_the_rows_say() -> None:
    """Packed and unpacked again, they are the same rows in the same order."""
    rows = findings.rows(FindingsDocument.model_validate(case.findings(200)))
    packed = json.loads(json.dumps(findings.packed(rows)))
    texts = packed["texts"]
    assert len(texts) == len(set(texts))
    unpacked = [
        findings.Row(**{name: texts[index] for name, index in zip(packed["columns"], row, strict=True)})
        for row in packed["rows"]
    ]
    assert tuple(unpacked) == rows


def test_findings_come_worst_first_and_what_is_accepted_last() -> None:
    """What is unknown is no less open than a finding."""
    rows = findings.rows(FindingsDocument.model_validate(case.findings(200)))
    standings = [row.standing for row in rows]
    assert standings.index("waived") == len(rows) - standings.count("waived")
    ranks = [findings.LEVELS.index(row.level) for row in rows if row.standing != "waived"]
    assert ranks == sorted(ranks)
    assert findings.choices(rows)["level"] == findings.LEVELS


def test_more_drills_than_are_listed(tmp_path: Path) -> None:
    """The newest have a page each, and so has the latest of a kind, however old; the others count too."""
    many = [
        case.evidence(number, ended=case.WRITTEN - timedelta(hours=number), rto=float(number))
        for number in range(1, LISTED + 50)
    ]
    old = case.evidence(9999, tier="development", ended=case.WRITTEN - timedelta(days=300))
    made = dict(site(case.inputs(tmp_path, documents=[*many, old], count=None)))
    assert sum(name.startswith("drill-") for name in made) == LISTED + 1
    assert f"The newest {LISTED} of {LISTED + 50} drills" in made["drills.html"]
    assert f"{old['identity']['drill_id']}.html" in made
    markups = {name: read(page) for name, page in made.items()}
    test_ids_and_links_are_whole(markups)


def test_without_drills_and_findings_the_pages_say_so(tmp_path: Path) -> None:
    """What was not handed in is not known, rather than nothing, and no figure stands for it."""
    made = dict(site(case.inputs(tmp_path, documents=[], count=None)))
    assert "No findings were handed in" in made["index.html"]
    assert "not known" in made["findings.html"].lower()
    assert "No evidence of a drill was found" in made["drills.html"]
    assert made["coverage.html"].count("never drilled") == 10
    assert "0 of 10" in made["index.html"]


def test_a_clean_run_is_told_from_none(tmp_path: Path) -> None:
    """Findings that are empty are a result."""
    inputs = case.inputs(tmp_path, documents=[], count=0)
    document = case.findings(0)
    document["units"][0]["unknowns"] = []
    inputs = replace(inputs, findings=FindingsDocument.model_validate(document))
    assert "Nothing differs from the catalog in what was looked at" in dict(site(inputs))["findings.html"]


def test_what_a_page_has_no_form_for_is_shown_as_it_stands(tmp_path: Path) -> None:
    """Sections of other versions, how a sample was drawn, and what a program printed that looked."""
    document = case.evidence(1, addendum={"kind": "none", "networks": [], "proof": {"routes": None}})
    document["scope"]["drawn"] = {"seed": "4711", "population": 12}
    document["checks"][0]["output"] = "three rows\nare missing"
    inputs = case.inputs(tmp_path, documents=[document], count=None)
    text = read(dict(site(inputs))[f"{inputs.drills[0].id}.html"]).all("main")[0].text
    for shown in ("Addendum", "routes", "not known", "How it was drawn", "4711", "three rows\nare missing"):
        assert shown in text


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50), st.integers(1, 100))
def test_a_percentile_is_the_smallest_that_so_many_did_not_exceed(seconds: list[float], rank: int) -> None:
    """By the definition of the nearest rank, counted out."""
    found = Measured(name="RTO", drills=(), seconds=tuple(seconds)).percentile(rank)
    within = [each for each in seconds if each <= found]
    below = [each for each in seconds if each < found]
    assert len(within) * 100 >= rank * len(seconds) > len(below) * 100


@given(
    st.lists(st.tuples(st.floats(0, 1e8), st.integers(0, 10**8)), min_size=1, max_size=130),
    st.none() | st.integers(1, 10**6),
)
def test_no_point_of_a_chart_lies_outside_it(pairs: list[tuple[float, int]], objective: int | None) -> None:
    """Whatever was measured, points, lines and labels are within the axes, and time runs to the right."""
    documents = [
        case.evidence(
            number, rto=seconds, objective_minutes=objective, ended=case.WRITTEN - timedelta(seconds=ago)
        )
        for number, (seconds, ago) in enumerate(pairs)
    ]
    drawn = charts.trend(case.measured_of(documents))
    assert len(drawn.points) == min(len(pairs), charts.NEWEST_SHOWN)
    xs = [each.x for each in drawn.points]
    assert xs == sorted(xs)
    assert all(charts.LEFT <= each <= charts.RIGHT for each in xs)
    lines = [*drawn.ticks, drawn.median, *([drawn.objective] if drawn.objective else [])]
    assert all(charts.TOP <= each.y <= charts.BOTTOM for each in (*drawn.points, *drawn.ticks))
    assert all(each.y <= charts.BOTTOM for each in lines)
    assert 2 <= len(drawn.ticks) <= 5
    assert (objective is None) == (drawn.objective is None and drawn.objective_above is None)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


PALETTES = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)


@pytest.mark.parametrize("index", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_can_be_told_apart(index: int) -> None:
    """Text has the contrast that WCAG 2.2 asks for at level AA: 4.5; edges and parts of charts 3."""
    assert len(PALETTES) == 3
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-fA-F]+)", PALETTES[index]))
    texts = [(text, ground) for text in ("ink", "soft", "link") for ground in ("paper", "card")]
    texts += [
        (mark, ground) for mark in ("pass", "fail", "unknown", "none") for ground in (f"{mark}-wash", "card")
    ]
    texts += [("ink", f"{mark}-wash") for mark in ("pass", "fail", "unknown")]
    texts += [("ink", "shade-1"), ("ink", "shade-2"), ("shade-ink", "shade-3"), ("shade-ink", "shade-4")]
    texts += [("paper", "ink")]
    for text, ground in texts:
        assert contrast(colours[text], colours[ground]) >= 4.5, f"{text} on {ground}"
    parts = [("bar", "card"), ("bar", "track"), ("fail", "track")] + ([("edge", "card")] if index < 2 else [])
    for part, ground in parts:
        assert contrast(colours[part], colours[ground]) >= 3, f"{part} on {ground}"
