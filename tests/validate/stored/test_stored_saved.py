"""What was observed is read back from a file as it was, or not at all."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zlib import crc32

import pytest
from emulated_store import WORLD
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.validate.as_desired import observed_as_desired
from tests.validate.validate_states import DR_UNIT, HOME_UNIT
from tierkeep.desired.model import ResourceType
from tierkeep.validate.forms.backup import GRANTS_NOT_READ
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.lines import SCHEMA_VERSION, UnitHead, decoded
from tierkeep.validate.stored.read_saved import SavedInvalid, opened
from tierkeep.validate.stored.records import (
    FastRestore,
    Image,
    Incomplete,
    Job,
    PlanVersion,
    Record,
    RecoveryPoint,
    Resource,
    Snapshot,
    Whole,
)
from tierkeep.validate.stored.saved import saving
from tierkeep.validate.unread import Unread

AT = datetime(2026, 11, 27, 10, 0, 0, 123456, tzinfo=UTC)
DENIED = Unread(service="backup", operation="list_backup_plans", code="AccessDenied", message="ü\n\u2028")

st.register_type_strategy(
    datetime, st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
)
st.register_type_strategy(
    Mapping,
    lambda of: st.dictionaries(*(st.from_type(each) for each in get_args(of) or (str, str)), max_size=2),
)

RECORDS: st.SearchStrategy[Record] = st.one_of(
    *(
        st.from_type(kind)
        for kind in (Resource, RecoveryPoint, Snapshot, Image, Job, FastRestore, Incomplete, Whole)
    )
)
HEAD = UnitHead(
    unit=HOME_UNIT.id,
    account_id=HOME_UNIT.account_id,
    observed=replace(observed_as_desired(HOME_UNIT), plans=DENIED),
    plan_versions={"campus-critical": PlanVersion(created_at=AT, rules_since={"daily": AT}), "old": DENIED},
    opted_in={ResourceType.EBS: True, ResourceType.S3: False},
)
DR_HEAD = UnitHead(
    unit=DR_UNIT.id, account_id=DR_UNIT.account_id, observed=DENIED, plan_versions={}, opted_in=DENIED
)


def written(path: Path, units: list[tuple[UnitHead, list[Record]]]) -> Path:
    with saving(path, WORLD, at=AT, since_days=8) as save:
        for head, records in units:
            with save.part(head) as part:
                for record in records:
                    part.write(record)
        save.finish([head.unit for head, _ in units])
    return path


def read_back(path: Path) -> list[tuple[UnitHead, list[Record]]]:
    with opened(path) as saved:
        return [(unit.head, list(unit.records)) for unit in saved.units()]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(records=st.lists(RECORDS, max_size=8))
def test_records_are_read_back_as_they_were_written(tmp_path: Path, records: list[Record]) -> None:
    """Whatever AWS may have answered: equal values, of equal types, in their order."""
    found = read_back(written(tmp_path / "observed.json.gz", [(DR_HEAD, records)]))
    assert found == [(DR_HEAD, records)]
    assert said(found) == said([(DR_HEAD, records)])


def said(value: Any) -> str:
    """All of a value, with its types; pydantic has a UTC of its own."""
    return repr(value).replace("TzInfo(0)", "datetime.timezone.utc")


def unread_inside(value: Any) -> Any:
    """The value with every field unread that may be, in forms of any depth."""
    if isinstance(value, Mapping):
        return {key: unread_inside(each) for key, each in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    hints = get_type_hints(type(value))
    changed = {
        each.name: DENIED
        if Unread in get_args(hints[each.name])
        else unread_inside(getattr(value, each.name))
        for each in fields(value)
    }
    return replace(value, **changed)


OBSERVED = observed_as_desired(HOME_UNIT)
INSIDE = replace(
    OBSERVED, **{each.name: unread_inside(getattr(OBSERVED, each.name)) for each in fields(OBSERVED)}
)


@pytest.mark.parametrize(
    "observed",
    [OBSERVED, INSIDE, unread_inside(OBSERVED), DENIED],
    ids=["all", "fields unread", "collections unread", "not entered"],
)
def test_units_are_read_back_as_they_were_written(tmp_path: Path, observed: ObservedUnit | Unread) -> None:
    """The forms of how they are set up, whatever of them is unread."""
    head = replace(HEAD, observed=observed)
    found = read_back(written(tmp_path / "observed.json.gz", [(head, [])]))
    assert found == [(head, [])]
    assert said(found) == said([(head, [])])


STREAM: list[Record] = [
    *(
        FastRestore(snapshot_id=f"snap-{number}", zone="a", state="enabled", reason=None)
        for number in range(4)
    ),
    Incomplete(stream="images", cause=DENIED),
    Whole(stream="snapshots"),
]
"""Lines 3 to 8 of the file; line 2 is the unit, line 9 its end, 10 and 11 the other unit, 12 the end."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "observed.json.gz", [(HEAD, STREAM), (DR_HEAD, [])])


def test_a_file_says_what_it_is_of(file: Path) -> None:
    """Its header has all that tells one observation from another."""
    header = json.loads(lines_of(file)[0])["value"]
    assert header["schema_version"] == SCHEMA_VERSION
    assert (header["catalog"], header["observed_at"]) == ("campus", "2026-11-27T10:00:00.123456Z")
    assert (len(header["catalog_digest"]), header["since_days"]) == (64, 8)
    assert read_back(file) == [(HEAD, STREAM), (DR_HEAD, [])]


def test_what_an_earlier_version_did_not_read_is_unread(tmp_path: Path) -> None:
    """A file without the grants of keys says nothing of them, and never that there are none."""
    observed = HEAD.observed
    assert isinstance(observed, ObservedUnit)
    assert not isinstance(observed.keys, Unread)
    keys = {alias: replace(key, grants=GRANTS_NOT_READ) for alias, key in observed.keys.items()}  # type: ignore[type-var]
    lines = lines_of(written(tmp_path / "old.json.gz", [(HEAD, [])]))
    rest = lines[1][lines[1].index(b'"kind"') : -1].replace(b'"grants":{},', b"")
    assert len(rest) < len(lines[1]) - 30
    made_anew(2, rest)(lines)
    head, _ = decoded(lines[1], 0)
    assert head == replace(HEAD, observed=replace(observed, keys=keys))


def lines_of(file: Path) -> list[bytes]:
    with gzip.open(file) as opened_file:
        return opened_file.readlines()


Edit = Callable[[list[bytes]], Any]


def change(line: int, old: bytes, new: bytes) -> Edit:
    def edit(lines: list[bytes]) -> None:
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new)

    return edit


def made_anew(line: int, rest: bytes) -> Edit:
    """With a check that holds, as somebody would write it who knows how."""

    def edit(lines: list[bytes]) -> None:
        previous = int(json.loads(lines[line - 2])["check"], 16) if line > 2 else 0
        lines[line - 1] = b'{"check":"%08x",%s\n' % (crc32(rest, previous), rest)

    return edit


NEWER = b'"kind":"header","value":{"schema_version":2,"anything":"else"}}'
EDITS: dict[str, tuple[Edit, int, str]] = {
    "a value": (change(5, b"snap-2", b"snap-9"), 5, "it was changed"),
    "a kind": (change(4, b"fast-restore", b"snapshot"), 4, "it was changed"),
    "a check": (change(6, b'{"check":"', b'{"check":"0'), 6, "it was changed"),
    "a line less": (lambda lines: lines.pop(3), 4, "or a line before it is missing"),
    "lines in another order": (lambda lines: lines.insert(2, lines.pop(3)), 3, "it was changed"),
    "a unit less": (lambda lines: lines.__delitem__(slice(9, 11)), 10, "2 units on 12 lines were written"),
    "the end less": (lambda lines: lines.pop(), 12, "the file ends before its end"),
    "half of the last line": (
        lambda lines: lines.__setitem__(11, lines[11][:30]),
        12,
        "it is cut off",
    ),
    "a line more": (lambda lines: lines.append(lines[-1]), 13, "something follows the end"),
    "a header only": (lambda lines: lines.__delitem__(slice(1, None)), 2, "the file ends before its end"),
    "nothing": (lambda lines: lines.clear(), 1, "the file ends before its end"),
    "no header": (lambda lines: lines.pop(0), 1, "it is no file of observed units"),
    "another file": (lambda lines: lines.__setitem__(0, b"what, ever\n"), 1, "no file of observed units"),
    "a newer version": (made_anew(1, NEWER), 1, "schema version 2, and this version of Tierkeep reads 1"),
    "an unknown kind": (made_anew(3, b'"kind":"cluster","value":{}}'), 3, "no line of kind 'cluster'"),
    "a field too few": (
        made_anew(8, b'"kind":"whole","value":{}}'),
        8,
        "whole: stream: Field required",
    ),
    "a record out of place": (
        made_anew(2, b'"kind":"whole","value":{"stream":"a"}}'),
        2,
        "a unit or the end",
    ),
}


@pytest.mark.parametrize("case", EDITS)
def test_what_was_changed_is_refused_with_its_line(file: Path, case: str) -> None:
    """Whatever was done to the file: the message names the line and says what is wrong with it."""
    edit, line, why = EDITS[case]
    lines = lines_of(file)
    edit(lines)
    with gzip.open(file, "wb") as out:
        out.writelines(lines)
    with pytest.raises(SavedInvalid) as caught:
        read_back(file)
    assert str(caught.value).startswith(f"{file}, line {line}: "), caught.value
    assert why in str(caught.value)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(file: Path, kept: float) -> None:
    """Wherever it ends, compressed as it is."""
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(SavedInvalid, match="line"):
        read_back(file)


def test_what_is_no_gzip_is_refused(tmp_path: Path) -> None:
    """Such as the JSON of a report."""
    other = tmp_path / "findings.json"
    other.write_text("{}")
    with pytest.raises(SavedInvalid, match="line 1: it is damaged, or no file of gzip"):
        read_back(other)


def test_an_earlier_file_stays_until_the_new_one_is_whole(file: Path) -> None:
    """Whatever goes wrong while it is written, and nothing is left beside it."""
    before = file.read_bytes()

    def broken() -> None:
        with saving(file, WORLD, at=AT, since_days=8) as save, save.part(HEAD) as part:
            part.write(STREAM[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_folder_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """Rather than when all is read and is to be put in its place."""
    with pytest.raises(IsADirectoryError), saving(tmp_path, WORLD, at=AT, since_days=8):
        pytest.fail("it began")
    assert list(tmp_path.parent.glob(f".{tmp_path.name}.*")) == []
