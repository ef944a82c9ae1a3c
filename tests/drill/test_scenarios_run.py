"""Runs of scenarios over several resources: populations, samples, budgets, failures of one among many."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import make_table
from drill_world import (
    ACCOUNT,
    REGION,
    RESTORE_ROLE,
    UNIT,
    VAULT,
    desired_unit,
    inventory,
    session,
)
from scenario_world import (
    a_scenario,
    a_state,
    build_volume,
    build_volumes,
    covered,
    planned,
    resume,
    run,
    sessions,
)
from test_drill_restorers import Mortal

from emulator import clock as emulated_time
from tierkeep.aws import AwsError, UnitSession, open_unit
from tierkeep.desired.model import UnitId
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.errors import BusyError, ScopeError
from tierkeep.drill.scenarios.history import History
from tierkeep.drill.scenarios.plan import plan_document
from tierkeep.drill.scenarios.planning import make_plan
from tierkeep.drill.scenarios.run_document import held, run_path, unfinished_runs
from tierkeep.drill.scenarios.text import run_plan_text, run_text


def outcomes(document: dict[str, Any]) -> list[str]:
    return [entry.get("outcome", entry["progress"]) for entry in document["drills"]]


def test_a_run_drills_all_and_leaves_nothing(clock: Clock, tmp_path: Path) -> None:
    """Every volume once, in evidence that says how it came to it, and the account is as before."""
    arns = build_volumes(clock, 5)
    before = inventory(session())
    document = run(clock, tmp_path, a_state(a_scenario(side_by_side=3)))
    assert document["result"] == {
        "outcome": "pass",
        "counts": {"pass": 5, "fail": 0, "could-not-verify": 0},
    }
    assert document["finished"]
    assert inventory(session()) == before
    drilled = sorted(each["resource_arn"] for each in document["plan"]["drills"])
    assert drilled == arns
    ids = [entry["drill_id"] for entry in document["drills"]]
    assert len(set(ids)) == 5
    for entry in document["drills"]:
        evidence = json.loads((tmp_path / f"{entry['drill_id']}.json").read_text())
        drawn = evidence["scope"]["drawn"]
        assert drawn["run_id"] == document["run_id"]
        assert (drawn["population"], drawn["seed"]) == (5, 1)
        assert drawn["how"].startswith("all 5")
        assert entry["teardown_confirmed"]
        assert entry["climbed"] == "readable"
    assert json.loads(run_path(tmp_path, document["run_id"]).read_text()) == document
    assert unfinished_runs(tmp_path) == ()
    assert run_text(document, tmp_path).startswith("PASSED  drill full: 5 passed, 0 failed, 0 not verified\n")


def test_a_plan_tells_what_is_there_and_changes_nothing(clock: Clock, tmp_path: Path) -> None:
    """Each resource with its price; what has no backup or cannot be restored is no part of a pass."""
    arns = build_volumes(clock, 2)
    bare = build_volume(session(), session().call("kms", "create_key")["KeyMetadata"]["Arn"])
    before = inventory(session())
    scenario = a_scenario(covers=(covered(), covered("aurora", "pitr"), covered("dynamodb")))
    plan = planned(clock, tmp_path, a_state(scenario))
    assert sorted(each.resource_arn for each in plan.items) == arns
    assert {(each.resource_type, each.members) for each in plan.counted} == {
        ("ebs", 2),
        ("aurora", None),
        ("dynamodb", 0),
    }
    [no_backup, no_restorer] = plan.holes
    assert (no_backup.resource_arn, no_backup.outcome) == (bare, "fail")
    assert (no_restorer.resource_type, no_restorer.outcome) == ("aurora", "could-not-verify")
    assert "cannot restore type aurora" in no_restorer.cause
    document = plan_document(plan)
    assert json.loads(json.dumps(document)) == document
    [of] = document["stages"]
    assert "backup:StartRestoreJob" in {call for stage in of["stages"] for call in stage["calls"]}
    assert document["foreseen"]["without_time"] == 2
    assert 0 < document["foreseen"]["usd"] < 0.01
    text = run_plan_text(document)
    assert "time unknown, never drilled" in text
    assert f"FAILED: {bare}" in text
    assert "Nothing was changed." in text
    assert inventory(session()) == before
    assert run(clock, tmp_path, a_state(scenario))["result"]["outcome"] == "could-not-verify"


def test_a_plan_is_the_same_for_the_same_seed(clock: Clock, tmp_path: Path) -> None:
    """Also its random points; another seed draws others. What it would cost is no part of what it is."""
    build_volumes(clock, 4)
    state = a_state(
        a_scenario(
            sample=True, runs_within_cover=2, cover_minutes=90 * 24 * 60, cover_within="3mo", point="random"
        )
    )
    first = planned(clock, tmp_path, state, seed=7)
    assert len(first.items) == 2
    assert all(each.point.startswith("random:") for each in first.items)
    assert len({each.point for each in first.items}) == 2
    assert planned(clock, tmp_path, state, seed=7).digest() == first.digest()
    others = {planned(clock, tmp_path, state, seed=seed).digest() for seed in range(6)}
    assert len(others) > 1
    priced = replace(first, items=tuple(replace(each, usd=None, seconds=5.0) for each in first.items))
    assert priced.digest() == first.digest()


def test_samples_come_to_all_by_what_the_evidence_says(clock: Clock, tmp_path: Path) -> None:
    """Two runs of a sample of half: together all, each once; the third begins again with the first."""
    build_volumes(clock, 4)
    state = a_state(
        a_scenario(
            sample=True,
            every="1w",
            every_minutes=7 * 24 * 60,
            runs_within_cover=2,
            cover_minutes=15 * 24 * 60,
        )
    )
    drawn = []
    for seed in range(3):
        document = run(clock, tmp_path, state, seed=seed)
        drawn.append({each["resource_arn"] for each in document["plan"]["drills"]})
        emulated_time.advance(7 * 24 * 3600)
    assert [len(each) for each in drawn] == [2, 2, 2]
    assert not drawn[0] & drawn[1]
    assert drawn[2] == drawn[0]
    assert document["plan"]["foreseen"]["without_time"] == 0


def test_only_tagged_narrows_to_what_carries_the_tags_now(clock: Clock, tmp_path: Path) -> None:
    """The others are counted, not forgotten."""
    arns = build_volumes(clock, 3)
    chosen = arns[1].rpartition("/")[2]
    session().call(
        "ec2", "create_tags", Resources=[chosen], Tags=[{"Key": "restore-test", "Value": "weekly"}]
    )
    state = a_state(a_scenario(only_tagged=(("restore-test", "weekly"),)))
    plan = planned(clock, tmp_path, state)
    assert [each.resource_arn for each in plan.items] == [arns[1]]
    assert (plan.drawn.population, plan.drawn.left_out) == (1, 2)
    assert plan.holes == ()


def test_tables_by_their_own_past_are_found_by_their_tags(clock: Clock, tmp_path: Path) -> None:
    """A scenario by pitr drills each table of the tier, which one drill alone has to be told."""
    arn = make_table(session())
    session().call(
        "dynamodb",
        "update_continuous_backups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    emulated_time.advance(3600)
    before = inventory(session())
    document = run(clock, tmp_path, a_state(a_scenario(covers=(covered("dynamodb", "pitr"),))))
    assert [each["resource_arn"] for each in document["plan"]["drills"]] == [arn]
    assert document["result"]["outcome"] == "pass"
    assert inventory(session()) == before


def test_nothing_to_drill_proves_nothing(clock: Clock, tmp_path: Path) -> None:
    """An empty account is no pass."""
    build_volumes(clock, 0)
    told = run_plan_text(plan_document(planned(clock, tmp_path)))
    assert "  takes     no time" in told
    assert "  CANNOT    there is nothing to drill" in told
    document = run(clock, tmp_path)
    assert document["result"]["outcome"] == "could-not-verify"
    assert "that proves nothing" in run_text(document, tmp_path)


def test_a_run_tells_what_it_covered_nothing_of(clock: Clock, tmp_path: Path) -> None:
    """That volumes passed says nothing of tables, of which there was none."""
    build_volumes(clock, 1)
    document = run(clock, tmp_path, a_state(a_scenario(covers=(covered(), covered("dynamodb")))))
    told = run_text(document, tmp_path)
    assert told.startswith("PASSED")
    assert "  covers    dynamodb of tier databases in production/ap-south-1, by backup: 0 with" in told


class OneRefused(Mortal):
    """A session in which asking for a restore of one point goes wrong."""

    def __init__(self, inner: UnitSession, point_arn: str, error: Exception) -> None:
        super().__init__(inner)
        self._point_arn, self._error = point_arn, error

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation == "start_restore_job" and parameters["RecoveryPointArn"] == self._point_arn:
            raise self._error
        return super().call(service, operation, **parameters)


def point_of(arn: str) -> str:
    [point] = session().call(
        "backup",
        "list_recovery_points_by_backup_vault",
        BackupVaultName=VAULT,
        ByResourceArn=arn,
    )["RecoveryPoints"]
    found: str = point["RecoveryPointArn"]
    return found


@pytest.mark.parametrize("side_by_side", [1, 4])
def test_one_that_fails_hides_no_other(clock: Clock, tmp_path: Path, side_by_side: int) -> None:
    """What goes wrong with one stands in its own entry; all others are drilled, and the run is no pass."""
    arns = build_volumes(clock, 4)
    before = inventory(session())
    refused = AwsError(
        unit="u", service="backup", operation="x", code="AccessDeniedException", message="not this one"
    )
    document = run(
        clock,
        tmp_path,
        a_state(a_scenario(side_by_side=side_by_side)),
        session=OneRefused(session(), point_of(arns[1]), refused),
    )
    by_arn = dict(
        zip((each["resource_arn"] for each in document["plan"]["drills"]), document["drills"], strict=True)
    )
    assert by_arn[arns[1]]["outcome"] == "could-not-verify"
    assert "not this one" in by_arn[arns[1]]["reasons"][0]
    assert [by_arn[each]["outcome"] for each in arns if each != arns[1]] == ["pass"] * 3
    assert document["result"]["outcome"] == "could-not-verify"
    assert document["finished"]
    assert inventory(session()) == before


@pytest.mark.parametrize("side_by_side", [1, 3])
def test_an_internal_error_of_one_is_raised_when_the_others_have_ended(
    clock: Clock, tmp_path: Path, side_by_side: int
) -> None:
    """It is nobody's verdict: nothing starts any more, those under way end, and the run can be resumed."""
    arns = build_volumes(clock, 3)
    before = inventory(session())
    broken = OneRefused(session(), point_of(arns[0]), RuntimeError("a fault of Tierkeep's own"))
    state = a_state(a_scenario(side_by_side=side_by_side))
    with pytest.raises(RuntimeError, match="Tierkeep's own"):
        run(clock, tmp_path, state, session=broken)
    [run_id] = unfinished_runs(tmp_path)
    document = resume(clock, tmp_path, run_id, state)
    assert outcomes(document) == ["pass"] * 3
    assert inventory(session()) == before


def test_a_budget_of_money_stops_before_it_is_exceeded(clock: Clock, tmp_path: Path) -> None:
    """What has no room in it is not run, says why, and makes the run one that could not verify."""
    build_volumes(clock, 3)
    state = a_state(a_scenario(budget_usd=1, side_by_side=1))
    plan = planned(clock, tmp_path, state)
    assert plan_document(plan)["cannot_cover"] is None
    dear = replace(plan, items=tuple(replace(each, usd=0.6) for each in plan.items))
    assert "1 of 3 drills start" in str(plan_document(dear)["cannot_cover"])
    sampled = replace(dear, scenario=replace(dear.scenario, sample=True, cover_within="3mo"))
    assert "3 resources cannot be covered within 3mo" in str(plan_document(sampled)["cannot_cover"])
    document = run(clock, tmp_path, state, each={"usd": 0.6})
    assert [entry["progress"] for entry in document["drills"]] == ["done", "not-run", "not-run"]
    assert "exceeds 1 USD" in document["drills"][1]["cause"]
    assert document["spent_usd"] == 0.6
    assert document["result"]["outcome"] == "could-not-verify"
    assert document["finished"]
    unpriced = run(clock, tmp_path, state, each={"usd": None, "usd_unknown": "no price"})
    assert [entry["progress"] for entry in unpriced["drills"]] == ["not-run"] * 3


def test_a_budget_of_time_leaves_the_rest_undrilled(clock: Clock, tmp_path: Path) -> None:
    """What would not be done in time, by what such drills took before, does not start."""
    build_volumes(clock, 3)
    state = a_state(a_scenario(budget_minutes=1, side_by_side=1))
    document = run(clock, tmp_path, state, each={"seconds": 59.0})
    assert [entry["progress"] for entry in document["drills"]] == ["done", "not-run", "not-run"]
    assert document["drills"][1]["cause"].startswith("budget: 1 min in all")
    assert document["result"]["outcome"] == "could-not-verify"
    again = planned(clock, tmp_path, state)
    assert again.items[2].seconds == again.items[0].seconds  # as long as the longest of its type
    assert [each.last_proven is None for each in again.items] == [True, True, False]


def test_a_rung_that_has_no_check_is_not_reached(clock: Clock, tmp_path: Path) -> None:
    """A scenario that requires more than a type can show has not verified it, however well all else went."""
    build_volumes(clock, 1)
    document = run(clock, tmp_path, a_state(a_scenario(requires="right")))
    [entry] = document["drills"]
    assert entry["outcome"] == "could-not-verify"
    assert any("there is no check of that rung" in reason for reason in entry["reasons"])
    assert entry["rto_seconds"] is None
    readable = run(clock, tmp_path, a_state(a_scenario(requires="readable")))
    assert readable["result"]["outcome"] == "pass"
    evidence = json.loads((tmp_path / f"{readable['drills'][0]['drill_id']}.json").read_text())
    rungs = {each["rung"]: each["seconds"] for each in evidence["ladder"]["rungs"]}
    assert readable["drills"][0]["rto_seconds"] == rungs["readable"] >= rungs["restored"]
    assert "of the rung readable" in evidence["times"]["objectives"][0]["definition"]


def test_an_interrupt_tears_down_and_leaves_the_rest_to_resume(clock: Clock, tmp_path: Path) -> None:
    """What was under way is torn down, what was done stays done, and `resume` drills the others."""
    build_volumes(clock, 4)
    before = inventory(session())
    asked = {"stop": False}

    def stop_at(point: str) -> None:
        if point == "done make ec2:volume" and len(list(tmp_path.glob("drill-*.json"))) >= 2:
            asked["stop"] = True

    state = a_state(a_scenario(side_by_side=1))
    document = run(clock, tmp_path, state, stop=lambda: asked["stop"], observe=stop_at)
    assert Counter(entry["progress"] for entry in document["drills"]) == {
        "done": 2,
        "interrupted": 1,
        "waiting": 1,
    }
    assert inventory(session()) == before
    assert not document["finished"]
    next_step = f"  next      tierkeep drill resume {document['run_id']} --evidence {tmp_path}\n"
    assert next_step in run_text(document, tmp_path)
    whole = resume(clock, tmp_path, document["run_id"], state)
    assert whole["result"]["outcome"] == "pass"
    assert [len(entry["attempts"]) for entry in whole["drills"]] == [1, 1, 2, 1]
    assert inventory(session()) == before


def test_a_run_is_not_resumed_with_another_catalog(clock: Clock, tmp_path: Path) -> None:
    """Nor when it is finished, nor under another's hands, nor with another plan than it began with."""
    build_volumes(clock, 1)
    stopped = run(clock, tmp_path, stop=lambda: True)
    run_id = stopped["run_id"]
    with pytest.raises(ScopeError, match=r"the catalog has changed .* starts anew"):
        resume(clock, tmp_path, run_id, a_state(a_scenario(side_by_side=3)))
    with held(tmp_path, run_id), pytest.raises(BusyError, match="another process"):
        resume(clock, tmp_path, run_id)
    with pytest.raises(ScopeError, match=f"runs that did not finish: {run_id}"):
        resume(clock, tmp_path, "run-of-nobody")
    path = run_path(tmp_path, run_id)
    document = path.read_text()
    path.write_text(document.replace('"newest"', '"oldest"'))
    with pytest.raises(ScopeError, match="not the one that it began with"):
        resume(clock, tmp_path, run_id)
    path.write_text(json.dumps({"schema_version": 1, "run_id": run_id, "finished": False}))
    with pytest.raises(ScopeError, match="it lacks drills, plan, scenario, spent_usd"):
        resume(clock, tmp_path, run_id)
    path.write_text(document.replace(run_id, "run-of-another"))
    with pytest.raises(ScopeError, match="it is of run-of-another"):
        resume(clock, tmp_path, run_id)
    path.write_text(document)
    assert resume(clock, tmp_path, run_id)["result"]["outcome"] == "pass"
    with pytest.raises(ScopeError, match="is finished"):
        resume(clock, tmp_path, run_id)


class Counting(Mortal):
    """A session that counts the calls that reach AWS."""

    def __init__(self, inner: UnitSession) -> None:
        super().__init__(inner)
        self.calls: Counter[str] = Counter()

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        return super().call(service, operation, **parameters)

    def pages(self, *args: str, **parameters: Any) -> Iterator[Any]:
        self.calls[args[1]] += 1
        return super().pages(*args, **parameters)


def test_the_population_is_listed_once(clock: Clock, tmp_path: Path) -> None:
    """However many resources there are: a page of points, a page of tags, and nothing a resource."""
    build_volumes(clock, 6)
    counting = Counting(session())
    state = a_state()
    opened: Any = counting
    make_plan(
        state,
        state.drills[0],
        open_session=sessions(clock, of=opened),
        history=History(),
        now=clock.now(),
        seed=1,
    )
    assert counting.calls == {"list_recovery_points_by_backup_vault": 1, "get_resources": 1}


def test_what_cannot_be_listed_is_a_hole(clock: Clock, tmp_path: Path) -> None:
    """Never an empty population."""
    build_volumes(clock, 1)

    def refuse(*_: object) -> UnitSession:
        raise AwsError(unit="u", service="sts", operation="assume_role", code="AccessDenied", message="no")

    state = a_state()
    plan = make_plan(state, state.drills[0], open_session=refuse, history=History(), now=clock.now(), seed=1)
    [hole] = plan.holes
    assert hole.outcome == "could-not-verify"
    assert "AccessDenied" in hole.cause
    assert plan.items == ()


def test_a_run_can_be_of_one_unit(clock: Clock, tmp_path: Path) -> None:
    """Where the scenario covers nothing it says so, with where it does."""
    build_volumes(clock, 1)
    assert len(planned(clock, tmp_path, unit=str(UNIT)).items) == 1
    with pytest.raises(ScopeError, match=REGION):
        planned(clock, tmp_path, unit="production/eu-west-1")


def test_copies_are_drilled_where_they_lie(clock: Clock, tmp_path: Path) -> None:
    """The population is that of the vault there, and the restore is made there; home stays as it is."""
    far = UnitId(account=UNIT.account, region="eu-west-1")
    there = open_unit(
        unit=str(far), account_id=ACCOUNT, region=far.region, role_arn=None, session_name="tests"
    )
    [arn] = build_volumes(clock, 1)
    key = there.call("kms", "create_key")["KeyMetadata"]["Arn"]
    there.call("backup", "create_backup_vault", BackupVaultName=VAULT, EncryptionKeyArn=key)
    copied = desired_unit(far)
    [vault] = copied.vaults
    job = session().call(
        "backup",
        "start_copy_job",
        RecoveryPointArn=point_of(arn),
        SourceBackupVaultName=VAULT,
        DestinationBackupVaultArn=vault.arn,
        IamRoleArn=RESTORE_ROLE,
    )["CopyJobId"]
    Waiter(clock=clock).until(
        lambda: session().call("backup", "describe_copy_job", CopyJobId=job)["CopyJob"]["State"],
        lambda state: state == "COMPLETED",
        timeout_seconds=60,
        what="the copy",
    )
    covering = replace(covered(), place=far)
    state = replace(
        a_state(a_scenario(place="eu-west-1", covers=(covering,))),
        units=(desired_unit(), replace(copied, protections=())),
    )
    before = (inventory(session()), inventory(there))
    by_unit = {str(UNIT): session(), str(far): there}
    opened: Any = lambda unit: by_unit[str(unit)]  # noqa: E731 - one line is enough of a session opener
    document = run(clock, tmp_path, state, open_session=opened)
    assert [each["unit"] for each in document["plan"]["drills"]] == [str(far)]
    assert [each["resource_arn"] for each in document["plan"]["drills"]] == [arn]
    assert document["result"]["outcome"] == "pass", document["drills"]
    assert (inventory(session()), inventory(there)) == before
