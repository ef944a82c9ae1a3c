"""The journal, the deletion guard, the verdicts and the page: plain values, no AWS."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from drill_world import FakeClock, desired_state, scope
from hypothesis import given
from hypothesis import strategies as st

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Rung, Verdict, climbed
from tierkeep.drill.choosing import require_at_hand, require_state
from tierkeep.drill.clock import Waiter
from tierkeep.drill.errors import (
    CannotVerifyError,
    InterruptedDrillError,
    JournalDamagedError,
    NothingToRestoreError,
    Outcome,
    TimedOutError,
)
from tierkeep.drill.guard import DRILL_TAG, Ownership, why_not_claim, why_not_delete
from tierkeep.drill.journal import Journal
from tierkeep.drill.keys import KmsKey
from tierkeep.drill.kinds import KINDS
from tierkeep.drill.measure import Objective, Reason, conclude, duration
from tierkeep.drill.record import read_record
from tierkeep.drill.restorers.base import Choice, Point
from tierkeep.drill.restorers.volumes import Observed, judge, sheet
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import unfinished
from tierkeep.drill.thing import Thing, properties
from tierkeep.report.evidence_html import render_evidence

BEGAN = datetime(2026, 11, 22, 21, tzinfo=UTC)
HERE, THERE = "arn:aws:ec2:ap-south-1:111111111111:volume/", "arn:aws:ec2:eu-west-1:111111111111:volume/"
OURS = Ownership(
    drill_id="drill-1",
    account_id="111111111111",
    region="ap-south-1",
    kind="ec2:volume",
    arn=f"{HERE}vol-1",
    sources=frozenset({f"{HERE}vol-0", "arn:aws:ec2:ap-south-1::snapshot/snap-1"}),
    began=BEGAN,
)
VOLUME = Thing(
    kind="ec2:volume",
    arn=f"{HERE}vol-1",
    account_id="111111111111",
    region="ap-south-1",
    state="available",
    free_states=frozenset({"available"}),
    tags=((DRILL_TAG, "drill-1"),),
    users=(),
    created=BEGAN,
    properties=properties(size_gib=12, encrypted=True, key_arn="key", zone="ap-south-1a"),
)
KEY = KmsKey(arn="key", manager="CUSTOMER", state="Enabled")
POINT = Point(
    arn="arn:aws:ec2:ap-south-1::snapshot/snap-1",
    resource_arn="arn:aws:ec2:ap-south-1:111111111111:volume/vol-0",
    vault_arn="vault",
    created=datetime(2026, 11, 22, tzinfo=UTC),
    size_bytes=1,
    encrypted=True,
    key_arn="key",
)
CHOICE = Choice(
    point=POINT, wish="newest", out_of=1, newest=POINT.created, properties=properties(encrypted=True)
)
DENIED = AwsError(unit="u", service="s", operation="o", code="AccessDenied", message="no")

arns = st.sampled_from([f"{HERE}vol-{n}" for n in (0, 1, 2, "")] + [f"{THERE}vol-1"])
kinds = st.sampled_from(sorted(KINDS))
accounts = st.sampled_from(["111111111111", "222222222222"])
regions = st.sampled_from(["ap-south-1", "ap-south-2", "eu-west-1"])
tag_values = st.sampled_from(["drill-1", "drill-2", "DRILL-1", "drill-1 ", ""]) | st.text(max_size=8)
tags = st.dictionaries(st.sampled_from([DRILL_TAG, "Tierkeep:drill", "Name", "tierkeep:expires"]), tag_values)
states = st.sampled_from(["available", "in-use", "creating", "deleting", "error", "ACTIVE", "completed"])
moments = st.sampled_from([BEGAN - timedelta(days=1), BEGAN - timedelta(minutes=5), BEGAN, None])
things = st.builds(
    Thing,
    kind=kinds,
    arn=arns,
    account_id=accounts,
    region=regions,
    state=states,
    free_states=st.frozensets(states, max_size=2),
    tags=tags.map(lambda each: tuple(sorted(each.items()))),
    users=st.sampled_from([(), ("attached to i-1",)]),
    created=moments,
    holders=st.sampled_from([(), (f"{HERE}vol-2",)]),
)
ownerships = st.builds(
    Ownership,
    drill_id=st.sampled_from(["drill-1", "drill-2"]),
    account_id=accounts,
    region=regions,
    kind=kinds,
    arn=arns,
    sources=st.frozensets(arns, max_size=2),
    began=st.just(BEGAN),
)


@given(thing=things, ours=ownerships)
def test_the_guard_lets_nothing_through_that_is_not_ours(thing: Thing, ours: Ownership) -> None:
    """What may be deleted is the journal's thing, in its place, no source, tagged, free, unused, new."""
    if why_not_delete(thing, ours) is None:
        assert (thing.kind, thing.arn) == (ours.kind, ours.arn)
        assert thing.arn not in ours.sources
        assert (thing.account_id, thing.region) == (ours.account_id, ours.region)
        assert dict(thing.tags)[DRILL_TAG] == ours.drill_id
        assert thing.state in thing.free_states
        assert thing.users == thing.holders == ()
        assert thing.created is None or thing.created > BEGAN - timedelta(hours=2)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "ec2:snapshot"},
        {"arn": f"{HERE}vol-2"},
        {"account_id": "222222222222"},
        {"region": "eu-west-1"},
        {"state": "in-use"},
        {"users": ("attached to i-1",)},
        {"holders": (f"{HERE}vol-2",)},
        {"tags": ()},
        {"tags": ((DRILL_TAG, "drill-2"),)},
        {"created": BEGAN - timedelta(days=1)},
    ],
)
def test_each_difference_alone_stops_a_deletion(change: dict[str, Any]) -> None:
    """The drill's own thing may be deleted, and one difference of any kind is enough to keep it."""
    assert why_not_delete(VOLUME, OURS) is None
    assert why_not_delete(replace(VOLUME, **change), OURS) is not None


def test_the_source_is_never_deleted_nor_claimed() -> None:
    """Even if a journal and a tag say so."""
    confused = replace(OURS, sources=frozenset({VOLUME.arn}))
    assert why_not_delete(VOLUME, confused) is not None
    assert why_not_claim(VOLUME, confused) is not None


@given(thing=things, ours=ownerships)
def test_only_an_untagged_thing_of_ours_is_claimed(thing: Thing, ours: Ownership) -> None:
    """A thing that carries another drill's tag is not claimed, nor one that is elsewhere."""
    if why_not_claim(thing, ours) is None:
        assert thing.arn == ours.arn
        assert thing.arn not in ours.sources
        assert dict(thing.tags).get(DRILL_TAG) in (None, ours.drill_id)
        assert (thing.account_id, thing.region) == (ours.account_id, ours.region)


def start(journal: Journal) -> None:
    journal.append(
        "started",
        journal_version=2,
        drill="drill-1",
        unit="production/ap-south-1",
        account_id="111111111111",
        region="ap-south-1",
        role_arn=None,
        tags={},
    )


def test_a_torn_last_line_is_as_if_never_written(tmp_path: Path) -> None:
    """Cut a journal at any byte: it reads as its whole lines, and can be gone on with."""
    store = LocalStore(tmp_path)
    journal = store.create("drill-1", clock=FakeClock())
    start(journal)
    journal.append("intent", action="make", making=1, maker="m", kind="ec2:volume", request={"text": "é"})
    journal.close()
    content = Path(journal.name).read_bytes()
    for length in range(len(content) + 1):
        Path(journal.name).with_name(f"cut-{length}.jsonl").write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert len(store.read(f"cut-{length}")) == whole
        again = store.resume(f"cut-{length}", clock=FakeClock())
        again.append("finished", outcome="swept")
        again.close()
        assert [entry["seq"] for entry in store.read(f"cut-{length}")] == list(range(1, whole + 2))


@pytest.mark.parametrize("damage", [b"{not json}\n", b'{"seq": 1, "event": "started"}\n', b"[]\n", b"\xff\n"])
def test_damage_before_the_last_line_is_never_passed_over(tmp_path: Path, damage: bytes) -> None:
    """A journal with an unreadable or a missing line is not trusted, and stays unfinished."""
    store = LocalStore(tmp_path)
    journal = store.create("drill-1", clock=FakeClock())
    start(journal)
    journal.append("finished", outcome="pass")
    journal.close()
    path = Path(journal.name)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + damage + second)
    with pytest.raises(JournalDamagedError, match=r"drill-1\.jsonl:2"):
        store.read("drill-1")
    assert unfinished(store) == ("drill-1",)


@pytest.mark.parametrize(("version", "says"), [(3, "newer"), (1, "written by an older version")])
def test_a_journal_of_another_version_is_not_trusted(tmp_path: Path, version: int, says: str) -> None:
    """What another Tierkeep wrote may mean something else: told as such, and nothing is deleted for it."""
    store = LocalStore(tmp_path)
    journal = store.create("drill-1", clock=FakeClock())
    journal.append("started", journal_version=version)
    journal.close()
    with pytest.raises(JournalDamagedError, match=says):
        read_record(store.read("drill-1"))
    assert unfinished(store) == ("drill-1",)


def test_waiting_backs_off_and_ends() -> None:
    """Polls thin out to 30 s, a bound is kept, and a stop is answered within a slice of a pause."""
    clock = FakeClock()
    polled: list[float] = []

    def read() -> bool:
        polled.append(clock.monotonic())
        return False

    with pytest.raises(TimedOutError, match="the moon"):
        Waiter(clock=clock).until(read, bool, timeout_seconds=600, what="the moon")
    gaps = [later - earlier for earlier, later in itertools.pairwise(polled)]
    assert gaps[0] < 1
    assert max(gaps) == pytest.approx(30)
    assert polled[-1] == pytest.approx(600)
    stopping = Waiter(clock=clock, stop=lambda: clock.monotonic() > 700)
    with pytest.raises(InterruptedDrillError):
        stopping.until(lambda: False, bool, timeout_seconds=600, what="the moon")
    assert clock.monotonic() < 701


SHEET = sheet(scope())


def verdicts(observed: Observed) -> dict[str, str]:
    return {check.id: check.verdict.value for check in judge(SHEET, CHOICE, observed)}


@pytest.mark.parametrize(
    "event",
    [
        {"event": "started", "journal_version": 2},
        {"event": "started", "journal_version": 2, "drill": "d", "tags": []},
        {"event": "intent", "action": "make"},
        {"event": "intent", "action": "make", "request": {}, "at": "soon"},
        {"event": "made"},
        {"event": "made", "making": 7, "kind": "ec2:volume", "arn": "a", "tagged_at_birth": True},
        {"event": "done", "action": "tag", "arn": "never made"},
    ],
)
def test_an_event_that_is_not_whole_damages_the_journal(event: dict[str, object]) -> None:
    """It is told as damage, on which nothing is deleted, and not as a bug that stops every sweep."""
    started = {
        "event": "started",
        "at": "2026-11-22T21:00:00+00:00",
        "journal_version": 2,
        "drill": "d",
        "unit": "one/eu-west-1",
        "account_id": "1",
        "region": "eu-west-1",
        "role_arn": None,
        "tags": {},
    }
    events = [event] if event["event"] == "started" else [started, event]
    with pytest.raises(JournalDamagedError, match="cannot be read"):
        read_record(events)


def test_a_volume_that_cannot_be_read_leaves_every_check_of_it_unknown() -> None:
    """An error, or a volume that is not there, is UNKNOWN everywhere that the volume is needed."""
    for volume in (DENIED, None):
        found = verdicts(Observed(volume=volume, snapshot_size_gib=12, key=KEY))
        assert found.pop("key-management") == "PASS"
        assert found.pop("promise") == "PASS"
        assert set(found.values()) == {"UNKNOWN"}


def test_a_key_named_by_alias_matches_the_key_that_it_names() -> None:
    """The request may name an alias, the volume the key itself."""
    choice = replace(CHOICE, point=replace(POINT, key_arn="arn:aws:kms:ap-south-1:1:alias/school"))
    observed = Observed(volume=VOLUME, snapshot_size_gib=12, key=KEY)
    assert {c.verdict for c in judge(SHEET, choice, observed)} == {Verdict.PASS}


def test_an_aws_managed_key_breaks_the_promise() -> None:
    """Customer-managed means not AWS's."""
    observed = Observed(volume=VOLUME, snapshot_size_gib=12, key=replace(KEY, manager="AWS"))
    assert verdicts(observed)["key-management"] == "FAIL"


def test_a_recovery_point_that_hides_its_key_is_unknown() -> None:
    """Encrypted by AWS Backup's own word, with a key that it does not name: nothing can be compared."""
    choice = replace(CHOICE, point=replace(POINT, key_arn=None))
    checks = judge(SHEET, choice, Observed(volume=VOLUME, snapshot_size_gib=12, key=None))
    assert [c.verdict.value for c in checks][-2:] == ["UNKNOWN", "UNKNOWN"]


def objective(minutes: int | None, seconds: float | None) -> Objective:
    return Objective(
        name="RTO", definition="", objective_class=None, objective_minutes=minutes, actual_seconds=seconds
    )


def test_objectives_are_kept_to_the_second_and_not_judged_without_one() -> None:
    """Exactly the objective is kept; a second more is not; none is no verdict; unmeasured is UNKNOWN."""
    assert objective(15, 900).verdict is Verdict.PASS
    assert objective(15, 901).verdict is Verdict.FAIL
    assert objective(None, 901).verdict is None
    assert objective(15, None).verdict is Verdict.UNKNOWN


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1))
def test_unknown_outranks_fail_outranks_pass(found: list[Verdict]) -> None:
    """A drill passes only if every check does, and one UNKNOWN is enough for no verdict."""
    checks = [
        Check(id="c", rung=Rung.RESTORED, title="", expected="", actual="", verdict=verdict)
        for verdict in found
    ]
    outcome = conclude(problems=(), checks=checks, objectives=()).outcome
    if Verdict.UNKNOWN in found:
        assert outcome is Outcome.COULD_NOT_VERIFY
    elif Verdict.FAIL in found:
        assert outcome is Outcome.FAIL
    else:
        assert outcome is Outcome.PASS


@given(st.dictionaries(st.sampled_from(list(Rung)), st.sampled_from(list(Verdict))))
def test_a_rung_is_reached_only_over_those_below_it(found: dict[Rung, Verdict]) -> None:
    """Each rung up to the one that was climbed to passes or was not looked at; the next one looked at, if
    any, does not pass. Where it was not looked at what was restored, nothing was reached."""
    checks = [
        Check(id="c", rung=rung, title="", expected="", actual="", verdict=verdict)
        for rung, verdict in found.items()
    ]
    reached, rungs = climbed(checks), list(Rung)
    height = rungs.index(reached) + 1 if reached else 0
    assert all(found.get(rung, Verdict.PASS) is Verdict.PASS for rung in rungs[:height])
    assert reached is None or found[reached] is found[Rung.RESTORED] is Verdict.PASS
    above = [found[rung] for rung in rungs[height:] if rung in found]
    assert Rung.RESTORED not in found or not above or above[0] is not Verdict.PASS


@given(st.lists(st.sampled_from(["completed", "error", "pending"])))
def test_only_backups_that_are_whole_are_restored(states: list[str]) -> None:
    """In the order in which AWS lists them; where there is none, the other states are told."""
    listed = [{"State": state, "Id": number} for number, state in enumerate(states)]

    def usable() -> list[dict[str, Any]]:
        terms = {"noun": "snapshot", "holder": "the vault holds", "of": "any volume", "maker": "the plan is"}
        return require_state(listed, "State", "completed", **terms)

    if "completed" in states:
        assert usable() == [each for each in listed if each["State"] == "completed"]
        return
    others = f"only snapshots in state {', '.join(sorted(set(states)))}" if states else "no snapshot"
    with pytest.raises(NothingToRestoreError) as raised:
        usable()
    assert str(raised.value).startswith(f"the vault holds {others} of any volume: nothing there to restore")
    assert str(raised.value).endswith("whether the plan is in place")


def test_what_is_in_the_archive_is_not_waited_for() -> None:
    """A backup of which AWS says no storage tier is at hand; all in the archive is no failure."""
    cold, warm, silent = {"Tier": "archive"}, {"Tier": "standard"}, {"Id": 3}
    assert require_at_hand([cold, warm, silent], "Tier", "standard", otherwise="x") == [warm, silent]
    with pytest.raises(CannotVerifyError, match="all are cold; this version restores others"):
        require_at_hand([cold], "Tier", "standard", otherwise="all are cold")


@given(st.sets(st.sampled_from(Rung)), st.sampled_from(Rung))
def test_a_required_rung_needs_a_check_of_its_own(found: set[Rung], requires: Rung) -> None:
    """However well all others went, those above it among them; so does the lowest, and none between."""
    checks = [
        Check(id="c", rung=rung, title="", expected="", actual="", verdict=Verdict.PASS) for rung in found
    ]
    concluded = conclude(problems=(), checks=checks, objectives=(), requires=requires)
    missing = {Rung.RESTORED, requires} - found
    assert concluded.outcome is (Outcome.COULD_NOT_VERIFY if missing else Outcome.PASS)
    assert len(concluded.reasons) == len(missing)
    assert all(f"has to reach {requires.value}" in reason.text for reason in concluded.reasons)


def test_a_drill_that_ended_early_is_judged_by_what_ended_it() -> None:
    """Nothing to restore is a failure, although none of its checks was made."""
    unmade = [
        Check(
            id="c",
            rung=Rung.RESTORED,
            title="",
            expected="",
            actual=None,
            verdict=Verdict.UNKNOWN,
            cause="not run",
        )
    ]
    problem = Reason(outcome=Outcome.FAIL, text="nothing there to restore")
    assert conclude(problems=[problem], checks=unmade, objectives=()).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0.0 s"), (0.04, "< 0.1 s"), (9.94, "9.9 s"), (59.6, "1 min"), (3600, "1 h"), (93784, "1 d 2 h")],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    """Two units at most, and none that is zero."""
    assert duration(seconds) == words


def test_a_crash_while_writing_leaves_the_old_document(tmp_path: Path) -> None:
    """A document that cannot be written whole does not replace the one before."""
    store = LocalStore(tmp_path)
    where = store.write("evidence.json", "old")
    with pytest.raises(UnicodeEncodeError):
        store.write("evidence.json", "new \ud800")
    assert Path(where).read_text() == "old"


def test_the_catalog_digest_changes_with_any_promise() -> None:
    """Equal desired states have equal digests, and a changed objective changes it."""
    assert scope().catalog_digest == scope().catalog_digest
    assert scope(desired_state(rto=31)).catalog_digest != scope().catalog_digest


class _Page(HTMLParser):
    """Collects what a page refers to and what it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]


def evidence(**changes: Any) -> dict[str, Any]:
    """An evidence document of a drill that ended before it chose anything."""
    goals = [
        {
            "name": name,
            "definition": "somehow",
            "class": None,
            "objective_minutes": None,
            "actual_seconds": None,
            "difference_seconds": None,
            "verdict": "NOT JUDGED",
        }
        for name in ("RTO", "RPO")
    ]
    at = "2026-11-22T21:00:00+00:00"
    return {
        "schema_version": 2,
        "identity": {
            "drill_id": "drill-1",
            "tool": "tierkeep",
            "tool_version": "0",
            "catalog": "school",
            "catalog_digest": "sha256:0",
            "plan_digest": None,
            "initiator": "arn",
        },
        "outcome": {"result": "fail", "interrupted": False, "reasons": [{"outcome": "fail", "text": "no"}]},
        "scope": {"tier": "databases", "unit": "production/ap-south-1", "account_id": "1"},
        "source": None,
        "target": None,
        "times": {
            "started": at,
            "requested": None,
            "checks_done": None,
            "ended": at,
            "phases": [],
            "objectives": goals,
        },
        "ladder": {
            "climbed": None,
            "rungs": [{"rung": "restored", "verdict": "UNKNOWN", "cause": None, "seconds": None}],
        },
        "checks": [],
        "not_checked": ["contents"],
        "teardown": {"confirmed": True, "things": [], "summary": "no restore was asked for"},
        "journal": [{"seq": 1, "at": at, "event": "started"}],
        **changes,
    }


def test_a_page_needs_nothing_else_and_escapes_what_aws_says() -> None:
    """No script, no reference to anything, one top heading, and markup in a message stays text."""
    hostile = "<script>alert(1)</script>"
    reasons = [{"outcome": "could-not-verify", "text": hostile}]
    outcome = {"result": "could-not-verify", "interrupted": True, "reasons": reasons}
    text = render_evidence(evidence(outcome=outcome))
    page = _Page()
    page.feed(text)
    assert page.references == []
    assert "script" not in page.tags
    assert page.tags.count("h1") == 1
    assert hostile not in text
    assert not re.search(r"url\(|@import", text)
    json.dumps(text)
