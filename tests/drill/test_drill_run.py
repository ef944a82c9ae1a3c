"""Whole drills against the emulator inside this process, through real boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drill_world import (
    LIMITS,
    TIER,
    UNIT,
    World,
    build_world,
    desired_state,
    desired_unit,
    drill,
    open_place,
    scope,
    session,
)

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import Engine, ResourceType, UnitId
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import CannotVerifyError, NothingToRestoreError, ScopeError
from tierkeep.drill.plan import build_plan
from tierkeep.drill.restorers.base import Choice
from tierkeep.drill.restorers.registry import RESTORERS, restorer_for
from tierkeep.drill.scope import Ask, Method, Scope, find_scope
from tierkeep.drill.stages import STAGES
from tierkeep.drill.stores import LocalStore
from tierkeep.drill.sweep import Broom, Fate, preview, sweep
from tierkeep.drill.thing import name_of


class Tampered:
    """A session whose answers a test changes: `change(operation, parameters, answer)`."""

    def __init__(
        self, inner: UnitSession, change: Callable[[str, dict[str, Any], dict[str, Any]], Any]
    ) -> None:
        self._inner, self._change = inner, change
        self.unit, self.account_id, self.region = inner.unit, inner.account_id, inner.region
        self.partition = inner.partition
        self.calls: list[str] = []

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls.append(operation)
        refused = self._change(f"before {operation}", parameters, {})
        if refused is not None:
            raise refused
        answer = self._inner.call(service, operation, **parameters)
        self._change(operation, parameters, answer)
        return answer

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> Any:
        self.calls.append(operation)
        return self._inner.pages(service, operation, key, **parameters)


def denied(operation: str, code: str = "UnauthorizedOperation") -> AwsError:
    return AwsError(unit=str(UNIT), service="any", operation=operation, code=code, message="no")


def refusing(operation: str, code: str = "UnauthorizedOperation") -> Tampered:
    return Tampered(
        session(), lambda name, *_: denied(operation, code) if name == f"before {operation}" else None
    )


def choose(of: Scope, as_session: Any = None) -> Choice:
    return restorer_for(of).choose(as_session or session(), of)


def broom(clock: Clock) -> Broom:
    return Broom(clock=clock, open_session=open_place, limits=LIMITS)


def reasons(evidence: dict[str, Any]) -> str:
    return "\n".join(reason["text"] for reason in evidence["outcome"]["reasons"])


def test_a_drill_restores_the_newest_point_measures_it_and_leaves_nothing(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """After a pass the account holds the volumes of before, and the evidence says what was measured."""
    before = world.inventory()
    evidence = drill(clock, tmp_path)
    assert evidence["outcome"] == {"result": "pass", "interrupted": False, "reasons": []}
    assert world.inventory() == before
    assert {check["verdict"] for check in evidence["checks"]} == {"PASS"}
    assert len([check for check in evidence["checks"] if check["rung"] == "restored"]) == 7
    assert [check["id"] for check in evidence["checks"] if check["rung"] == "readable"] == [
        "blocks",
        "checksums",
        "same-data",
        "structure",
    ]
    assert evidence["ladder"]["climbed"] == "readable"
    rto, rpo = evidence["times"]["objectives"]
    assert 1.0 <= rto["actual_seconds"] < 60
    assert rto["difference_seconds"] == rto["actual_seconds"] - 1800
    # The newer of the two points was chosen: the older is two hours old and would miss the objective.
    assert rpo["actual_seconds"] < 60
    assert evidence["scope"]["candidates"] == 2
    assert evidence["teardown"]["confirmed"] is True
    assert [thing["arn"] for thing in evidence["teardown"]["things"]] == [
        thing["arn"] for thing in evidence["target"]["made"]
    ]
    assert [thing["kind"] for thing in evidence["target"]["made"]] == ["ec2:volume", "ec2:snapshot"]
    assert json.loads((tmp_path / "drill-under-test.json").read_text()) == evidence
    assert sweep(LocalStore(tmp_path), broom(clock)) == ()


def test_the_restored_volume_carries_the_drills_tags_while_it_exists(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """Between its tagging and its deletion, the volume carries id, expiry and catalog, and no tier's tag."""
    seen: list[dict[str, str]] = []

    def look(point: str) -> None:
        if point == "before tear-down":
            seen.extend(tags for volume, tags in world.volumes().items() if volume != world.volume_id)

    drill(clock, tmp_path, observe=look)
    [tags] = seen
    assert tags["tierkeep:drill"] == "drill-under-test"
    assert tags["tierkeep:catalog"] == "school"
    assert set(tags) == {"tierkeep:drill", "tierkeep:catalog", "tierkeep:expires"}


def test_the_plan_has_the_drills_stages_and_digest_and_changes_nothing(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """A plan writes nothing, and a drill of the same choice carries its digest."""
    before = world.inventory()
    watched = Tampered(session(), lambda *_: None)
    plan = build_plan(restorer_for(scope()), scope(), choose(scope(), watched), LIMITS)  # type: ignore[arg-type]
    assert all(call.startswith(("list_", "get_", "describe_")) for call in watched.calls)
    assert world.inventory() == before
    evidence = drill(clock, tmp_path)
    assert evidence["identity"]["plan_digest"] == plan["digest"]
    assert [stage["name"] for stage in plan["stages"]] == [p["stage"] for p in evidence["times"]["phases"]]
    assert [stage.name for stage in STAGES] == [stage["name"] for stage in plan["stages"]]


def test_effects_declared_by_the_stages_are_those_that_happen(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """Each stage announces the changes that it declares and no other: the kill tests rely on it."""
    points: list[str] = []
    drill(clock, tmp_path, observe=points.append)
    expected = []
    for stage in STAGES:
        expected.append(f"before {stage.name}")
        for effect in stage.effects(restorer_for(scope())):
            expected += [f"announced {effect}", f"done {effect}"]
        expected.append(f"after {stage.name}")
    assert points == expected


def test_a_pinned_resource_is_the_one_that_is_drilled(world: World, clock: Clock, tmp_path: Path) -> None:
    """--resource finds the points of that resource only, and none of it is a failure, not an error."""
    evidence = drill(clock, tmp_path, of=scope(resource_arn=world.volume_arn))
    assert evidence["source"]["resource_arn"] == world.volume_arn
    other = world.volume_arn.replace("vol-", "vol-0")
    missing = drill(clock, tmp_path, drill_id="drill-2", of=scope(resource_arn=other))
    assert missing["outcome"]["result"] == "fail"
    assert "nothing there to restore" in reasons(missing)
    assert missing["teardown"] == {
        "confirmed": True,
        "things": [],
        "summary": "no restore was asked for",
    }


def test_a_missed_rpo_and_a_missed_rto_fail_the_drill(world: World, clock: Clock, tmp_path: Path) -> None:
    """An old recovery point and a slow restore are failures, however good the volume is."""
    clock.sleep(5 * 3600)
    late = drill(clock, tmp_path)
    assert late["outcome"]["result"] == "fail"
    assert "RPO missed" in reasons(late)
    hasty = replace(scope(), recovery_time_minutes=0, recovery_point_minutes=None)
    slow = drill(clock, tmp_path, drill_id="drill-2", of=hasty)
    assert slow["outcome"]["result"] == "fail"
    assert "RTO missed" in reasons(slow)
    assert slow["times"]["objectives"][1]["verdict"] == "NOT JUDGED"


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("Size", 11, "size"),
        ("KmsKeyId", "arn:aws:kms:ap-south-1:123456789012:key/another", "key"),
        ("Encrypted", False, "encryption"),
        ("State", "error", "state"),
    ],
)
def test_a_wrong_volume_fails_its_check(
    world: World, clock: Clock, tmp_path: Path, field: str, value: object, check: str
) -> None:
    """A restored volume that is not what was backed up fails exactly the check that looks at it."""
    before = world.inventory()
    checking: list[bool] = [False]

    def spoil(operation: str, _parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if checking[0] and operation == "describe_volumes":
            answer["Volumes"][0][field] = value

    def observe(point: str) -> None:
        checking[0] = point == "before check"

    evidence = drill(clock, tmp_path, as_session=Tampered(session(), spoil), observe=observe)  # type: ignore[arg-type]
    assert evidence["outcome"]["result"] == "fail"
    assert [c["id"] for c in evidence["checks"] if c["verdict"] == "FAIL"] == [check]
    assert world.inventory() == before


def test_a_disabled_key_fails_the_check_on_its_management(world: World, clock: Clock, tmp_path: Path) -> None:
    """A key that is no longer enabled breaks the promise of a customer-managed key."""

    def spoil(operation: str, _parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation == "describe_key":
            answer["KeyMetadata"]["KeyState"] = "PendingDeletion"

    evidence = drill(clock, tmp_path, as_session=Tampered(session(), spoil))  # type: ignore[arg-type]
    assert [c["id"] for c in evidence["checks"] if c["verdict"] == "FAIL"] == ["key-management"]


def test_an_unencrypted_volume_breaks_the_promise_of_a_key(clock: Clock, tmp_path: Path) -> None:
    """A plain volume restores plain, which is right, and still is not what any tier promises."""
    build_world(clock, encrypted=False).back_up(clock)
    for customer_managed, broken in ((True, ["promise", "key-management"]), (False, ["promise"])):
        of = replace(scope(), customer_managed_key=customer_managed)
        evidence = drill(clock, tmp_path, drill_id=f"drill-{customer_managed}", of=of)
        assert [c["id"] for c in evidence["checks"] if c["verdict"] == "FAIL"] == broken
        assert evidence["outcome"]["result"] == "fail"


def test_a_tier_without_ebs_is_not_verified(clock: Clock) -> None:
    """An empty vault of a tier that protects no volumes is no failure: it could show nothing."""
    build_world(clock)
    unit = desired_unit()
    without = scope(desired_state(replace(unit, protections=())))
    with pytest.raises(CannotVerifyError, match="protects nothing of type ebs"):
        choose(without)


@pytest.mark.parametrize(
    ("operation", "unknown"),
    [
        ("describe_key", ["key-management"]),
        # The snapshot by which the volume is read cannot be looked at either.
        ("describe_snapshots", ["size", "blocks", "checksums", "same-data", "structure"]),
        ("create_snapshot", ["blocks", "checksums", "same-data", "structure"]),
        ("get_snapshot_block", ["checksums", "same-data", "structure"]),
    ],
)
def test_a_check_that_cannot_be_made_is_unknown(
    world: World, clock: Clock, tmp_path: Path, operation: str, unknown: list[str]
) -> None:
    """AccessDenied on one read makes its checks UNKNOWN and the drill unverified; the others stay."""
    before = world.inventory()
    evidence = drill(clock, tmp_path, as_session=refusing(operation))  # type: ignore[arg-type]
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert [c["id"] for c in evidence["checks"] if c["verdict"] == "UNKNOWN"] == unknown
    assert "UnauthorizedOperation" in reasons(evidence)
    sweep(LocalStore(tmp_path), broom(clock))
    assert world.inventory() == before


def test_a_refused_deletion_is_told_and_left_to_sweep(world: World, clock: Clock, tmp_path: Path) -> None:
    """AccessDenied on delete_volume: unverified, the evidence names the volume, a sweep removes it later."""
    before = world.inventory()
    evidence = drill(clock, tmp_path, as_session=refusing("delete_volume"))  # type: ignore[arg-type]
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert evidence["teardown"]["confirmed"] is False
    left = next(each["arn"] for each in evidence["teardown"]["things"] if not each["gone"])
    volume_id = left.rpartition("/")[2]
    assert volume_id in world.inventory()
    assert "teardown not confirmed" in reasons(evidence)
    [would] = preview(LocalStore(tmp_path), broom(clock))
    assert would.fate is Fate.WOULD_REMOVE
    assert left in would.things
    assert volume_id in world.inventory()
    [swept] = sweep(LocalStore(tmp_path), broom(clock))
    assert swept.fate is Fate.REMOVED
    assert world.inventory() == before


@pytest.mark.parametrize("operation", ["start_restore_job", "create_tags", "describe_restore_job"])
def test_a_call_refused_on_the_way_is_unverified(
    world: World, clock: Clock, tmp_path: Path, operation: str
) -> None:
    """Whatever AWS refuses, the verdict is not a pass, and once it allows again sweep leaves nothing."""
    before = world.inventory()
    evidence = drill(clock, tmp_path, as_session=refusing(operation, "AccessDeniedException"))  # type: ignore[arg-type]
    assert evidence["outcome"]["result"] == "could-not-verify"
    sweep(LocalStore(tmp_path), broom(clock))
    assert world.inventory() == before
    assert sweep(LocalStore(tmp_path), broom(clock)) == ()


def test_a_lost_answer_is_claimed_by_its_token(world: World, clock: Clock, tmp_path: Path) -> None:
    """The restore starts but its answer is lost: the teardown asks again, by token, and removes it."""
    before = world.inventory()

    def lose(operation: str, *_: Any) -> None:
        if operation == "start_restore_job" and not lost:
            lost.append(operation)
            raise denied(operation, "ReadTimeoutError")

    lost: list[str] = []
    evidence = drill(clock, tmp_path, as_session=Tampered(session(), lose))  # type: ignore[arg-type]
    assert lost
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert evidence["teardown"]["confirmed"] is True
    assert world.inventory() == before


def test_a_refused_retry_never_means_that_nothing_was_made(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """The answer is lost and asking again is refused: what the first request made is not forgotten."""
    before = world.inventory()
    asked: list[str] = []

    def lose_then_refuse(operation: str, *_: Any) -> AwsError | None:
        if operation == "before start_restore_job":
            asked.append(operation)
            return denied(operation, "AccessDeniedException") if len(asked) > 1 else None
        if operation == "start_restore_job":
            raise denied(operation, "ReadTimeoutError")
        return None

    evidence = drill(clock, tmp_path, as_session=Tampered(session(), lose_then_refuse))  # type: ignore[arg-type]
    assert len(asked) == 2
    assert evidence["teardown"]["confirmed"] is False
    sweep(LocalStore(tmp_path), broom(clock))
    assert world.inventory() == before


def test_a_token_that_is_too_old_is_not_asked_again(world: World, clock: Clock, tmp_path: Path) -> None:
    """Past the token's time a lost answer stays unknown, nothing is touched, and nothing new is restored."""

    def lose(operation: str, *_: Any) -> AwsError | None:
        if operation == "start_restore_job":
            raise denied(operation, "ReadTimeoutError")
        return denied(operation) if operation == "before list_restore_jobs" else None

    drill(clock, tmp_path, as_session=Tampered(session(), lose), stop_cleaning=lambda: True)  # type: ignore[arg-type]
    clock.sleep(2 * 3600)
    before = world.inventory()
    [swept] = sweep(LocalStore(tmp_path), broom(clock))
    assert swept.fate is Fate.COULD_NOT_TELL
    assert "CloudTrail" in swept.detail
    assert world.inventory() == before


@pytest.mark.parametrize("what", ["removed", "changed"])
def test_a_volume_that_somebody_took_over_is_kept(
    world: World, clock: Clock, tmp_path: Path, what: str
) -> None:
    """Once its tagging is confirmed, a volume whose tag is gone or another's is not deleted, ever."""
    taken: list[str] = []

    def take(point: str) -> None:
        if point != "before tear-down":
            return
        [volume_id] = set(world.volumes()) - {world.volume_id}
        taken.append(volume_id)
        if what == "removed":
            tags = [{"Key": "tierkeep:drill"}]
            world.session.call("ec2", "delete_tags", Resources=[volume_id], Tags=tags)
        else:
            tags = [{"Key": "tierkeep:drill", "Value": "mine-now"}]
            world.session.call("ec2", "create_tags", Resources=[volume_id], Tags=tags)

    evidence = drill(clock, tmp_path, observe=take)
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert taken[0] in world.inventory()
    for look in (preview, sweep):
        [swept] = look(LocalStore(tmp_path), broom(clock))
        assert swept.fate is Fate.COULD_NOT_TELL
    assert taken[0] in world.inventory()


def test_a_volume_in_use_is_kept(world: World, clock: Clock, tmp_path: Path) -> None:
    """A restored volume that somebody attached is not deleted; it fails its check too."""

    def attach(point: str) -> None:
        if point == "before check":
            [volume_id] = set(world.volumes()) - existing
            image = world.session.call("ec2", "describe_images")["Images"][0]["ImageId"]
            instance = world.session.call("ec2", "run_instances", ImageId=image, MinCount=1, MaxCount=1)
            instance_id = instance["Instances"][0]["InstanceId"]
            world.session.call(
                "ec2", "attach_volume", VolumeId=volume_id, InstanceId=instance_id, Device="/dev/sdh"
            )
            used.append(volume_id)

    used: list[str] = []
    existing = set(world.volumes())
    evidence = drill(clock, tmp_path, observe=attach)
    assert {c["id"] for c in evidence["checks"] if c["verdict"] == "FAIL"} == {"state", "attachments"}
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert used[0] in world.inventory()


def test_an_interrupted_drill_tears_down_and_says_so(world: World, clock: Clock, tmp_path: Path) -> None:
    """Stopped at any stage's edge, a drill leaves nothing, and its evidence is no verdict."""
    before = world.inventory()
    for stage in STAGES:
        if stage.cleans_up:
            continue
        stopped: list[str] = []

        def note(point: str, name: str = stage.name, stopped: list[str] = stopped) -> None:
            if point == f"before {name}":
                stopped.append(point)

        evidence = drill(
            clock,
            tmp_path,
            drill_id=f"drill-{stage.name}",
            observe=note,
            stop=lambda stopped=stopped: bool(stopped),  # type: ignore[misc]
        )
        if stage.name in ("tag", "wait"):
            assert evidence["outcome"]["interrupted"] is True
            assert evidence["outcome"]["result"] == "could-not-verify"
        assert evidence["teardown"]["confirmed"] is True
        assert world.inventory() == before


def test_two_drills_of_one_resource_do_not_run_at_once(world: World, clock: Clock, tmp_path: Path) -> None:
    """While a drill runs, another of the same volume restores nothing, and a sweep leaves the first alone."""
    second: list[dict[str, Any]] = []
    swept: list[Fate] = []

    def meanwhile(point: str) -> None:
        if point == "before check":
            second.append(drill(clock, tmp_path, drill_id="drill-second"))
            swept.extend(item.fate for item in sweep(LocalStore(tmp_path), broom(clock)))

    first = drill(clock, tmp_path, observe=meanwhile)
    assert first["outcome"]["result"] == "pass"
    assert "drill-under-test" in reasons(second[0])
    assert second[0]["outcome"]["result"] == "could-not-verify"
    assert swept == [Fate.RUNNING]


def test_a_failed_restore_job_fails_the_drill(world: World, clock: Clock, tmp_path: Path) -> None:
    """AWS Backup giving a restore up is a failed drill with AWS's reason, and nothing is left."""
    [newest] = [choose(scope()).point]
    world.session.call("ec2", "delete_snapshot", SnapshotId=name_of(newest.arn))
    evidence = drill(clock, tmp_path)
    assert evidence["outcome"]["result"] == "fail"
    assert "FAILED" in reasons(evidence)
    assert evidence["teardown"]["confirmed"] is True


def test_a_restore_that_takes_too_long_is_waited_for_and_removed(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    """Past its time-out a drill is unverified; its job cannot be cancelled, so its volume is removed yet."""
    before = world.inventory()
    evidence = drill(clock, tmp_path, limits=replace(LIMITS, restore=0.3))
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert world.inventory() == before


def test_an_error_inside_a_stage_still_tears_down(world: World, clock: Clock, tmp_path: Path) -> None:
    """A bug is raised as it is, and the volume is gone all the same."""
    before = world.inventory()

    def bug(point: str) -> None:
        if point == "before check":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drill(clock, tmp_path, observe=bug)
    assert world.inventory() == before


def test_scopes_that_do_not_exist_list_what_does() -> None:
    """A wrong tier or unit names what there is; several units ask for one."""
    other = UnitId(account="production", region="eu-west-1")
    state = desired_state(desired_unit(), desired_unit(other))
    with pytest.raises(ScopeError, match=TIER):
        find_scope(state, Ask(tier="gold"))
    with pytest.raises(ScopeError, match="production/ap-south-1, production/eu-west-1"):
        find_scope(state, Ask(tier=TIER))
    with pytest.raises(ScopeError, match="production/eu-west-1"):
        find_scope(state, Ask(tier=TIER, unit="production/mars"))
    assert find_scope(state, Ask(tier=TIER, unit=str(other))).unit == other


def test_a_type_without_a_restorer_is_never_passed_over() -> None:
    """It is no usage error and no pass, but could not be verified, with what can be."""
    asked = desired_state(desired_unit(engine=Engine.DLM))
    known = {(each.resource_type, each.method) for each in RESTORERS}
    unknown = {(each, method) for each in ResourceType for method in Method} - known
    assert (ResourceType.AURORA, Method.PITR) in unknown
    for each, method in unknown:
        says = rf"cannot restore type {each} .*EBS volumes by AWS Backup"
        with pytest.raises(CannotVerifyError, match=says):
            restorer_for(scope(asked, resource_type=each.value, method=method.value))


def test_the_type_is_that_of_the_resource_or_of_the_tier(clock: Clock) -> None:
    """An ARN says its type, and may not contradict --type; a tier of one type needs none."""
    table = "arn:aws:dynamodb:ap-south-1:123456789012:table/orders"
    assert scope(resource_arn=table).resource_type is ResourceType.DYNAMODB
    assert scope().resource_type is ResourceType.EBS
    with pytest.raises(ScopeError, match="is of type dynamodb, not ebs"):
        scope(resource_arn=table, resource_type="ebs")
    for nonsense in ("orders", "arn:aws:lambda:ap-south-1:123456789012:function:orders"):
        with pytest.raises(ScopeError, match="not the ARN of a resource"):
            scope(resource_arn=nonsense)
    with pytest.raises(ScopeError, match="no type 'tape'; the types: aurora, dynamodb"):
        scope(resource_type="tape")
    unit = desired_unit()
    [of_tables] = [each for each in unit.protections if each.resource_type is ResourceType.DYNAMODB]
    tables = replace(unit, protections=(of_tables,))
    assert scope(desired_state(tables)).resource_type is ResourceType.DYNAMODB
    buckets = replace(of_tables, resource_type=ResourceType.S3)
    with pytest.raises(ScopeError, match="several types; name one with --type: dynamodb, s3"):
        scope(desired_state(replace(unit, protections=(of_tables, buckets))))


def test_what_of_a_tier_a_drill_leaves_out_is_told() -> None:
    """Other types, and other backups of the same type, each with how to drill it."""
    told = " ".join(scope(resource_type="dynamodb").beside)
    assert "aurora, ebs, efs, rds, s3; --type" in told
    assert "--by pitr" in told
    by_dlm = scope(desired_state(desired_unit(engine=Engine.DLM)), method="backup").beside
    assert any("--by dlm" in each for each in by_dlm)


def test_an_empty_vault_beside_dlm_is_not_verified(clock: Clock) -> None:
    """Where Data Lifecycle Manager makes the backups, an empty vault is no verdict."""
    build_world(clock)
    beside_dlm = scope(desired_state(desired_unit(engine=Engine.DLM)), method="backup")
    with pytest.raises(CannotVerifyError, match="Data Lifecycle Manager makes them"):
        choose(beside_dlm)


def test_recovery_points_on_demand_are_drilled_beside_dlm(clock: Clock, tmp_path: Path) -> None:
    """A tier of Data Lifecycle Manager is drilled from its vault, and the evidence says what was not."""
    world = build_world(clock)
    world.back_up(clock)
    of = scope(desired_state(desired_unit(engine=Engine.DLM)), method="backup")
    evidence = drill(clock, tmp_path, of=of)
    assert evidence["outcome"]["result"] == "pass"
    assert any("Data Lifecycle Manager makes them" in text for text in evidence["not_checked"])


def test_an_empty_vault_has_nothing_to_restore(clock: Clock) -> None:
    """No recovery point at all is told as such, with what to look at."""
    build_world(clock)
    with pytest.raises(NothingToRestoreError, match="no recovery point"):
        choose(scope())
