"""Several volumes that were backed up, and scenarios over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from drill_world import (
    ACCOUNT,
    FILES,
    LIMITS,
    REGION,
    RESTORE_ROLE,
    TIER,
    UNIT,
    VAULT,
    desired_state,
    open_place,
    put_on_disk,
    session,
)

from tierkeep.aws import UnitSession
from tierkeep.desired.model import Covered, DesiredState, ResourceType, Scenario
from tierkeep.drill.choosing import parse_wish
from tierkeep.drill.clock import Clock, Waiter
from tierkeep.drill.scenarios.budget import Budget
from tierkeep.drill.scenarios.history import read_history
from tierkeep.drill.scenarios.holding import AtWork, Surroundings, hold
from tierkeep.drill.scenarios.plan import Item, RunPlan, plan_document
from tierkeep.drill.scenarios.planning import make_plan, scope_of
from tierkeep.drill.scenarios.resuming import clear_up, scenario_of, to_do
from tierkeep.drill.scenarios.run_document import RunDocument, held, new_run_id, read_run
from tierkeep.drill.scenarios.sessions import Sessions
from tierkeep.drill.scope import Scope
from tierkeep.drill.sweep import Broom

TAGS = [{"Key": "tier", "Value": TIER}]


def covered(resource_type: str = "ebs", method: str = "backup") -> Covered:
    """One type of the tier at home."""
    return Covered(tier=TIER, home=UNIT, place=UNIT, resource_type=ResourceType(resource_type), method=method)


def a_scenario(**terms: Any) -> Scenario:
    """All volumes every month, two side by side."""
    return replace(
        Scenario(
            name="full",
            every="1mo",
            every_minutes=31 * 24 * 60,
            sample=False,
            cover_within="1mo",
            cover_minutes=28 * 24 * 60,
            runs_within_cover=1,
            tiers=(),
            types=(),
            only_tagged=(),
            point="newest",
            place="home",
            side_by_side=2,
            budget_usd=None,
            budget_minutes=None,
            requires="restored",
            recovery_time_class=None,
            recovery_time_minutes=None,
            covers=(covered(),),
            origin=("drills", "full"),
        ),
        **terms,
    )


def a_state(*scenarios: Scenario) -> DesiredState:
    """The catalog of these tests, with drills."""
    return replace(desired_state(), drills=scenarios or (a_scenario(),))


def build_volumes(clock: Clock, count: int, *, vault: bool = True) -> list[str]:
    """So many volumes of the tier, each backed up once; their ARNs, in their order."""
    here = session()
    key = here.call("kms", "create_key")["KeyMetadata"]["Arn"]
    if vault:
        here.call("backup", "create_backup_vault", BackupVaultName=VAULT)
    arns = sorted(build_volume(here, key) for _ in range(count))
    jobs = [
        here.call(
            "backup", "start_backup_job", BackupVaultName=VAULT, ResourceArn=arn, IamRoleArn=RESTORE_ROLE
        )["BackupJobId"]
        for arn in arns
    ]
    for job in jobs:
        Waiter(clock=clock).until(
            lambda job=job: here.call("backup", "describe_backup_job", BackupJobId=job)["State"],  # type: ignore[misc]
            lambda state: state == "COMPLETED",
            timeout_seconds=60,
            what="the backup",
        )
    return arns


def build_volume(here: UnitSession, key: str, *more: dict[str, str]) -> str:
    """A volume of the tier that nothing has backed up; its ARN."""
    volume = here.call(
        "ec2",
        "create_volume",
        AvailabilityZone=f"{REGION}b",
        Size=8,
        Encrypted=True,
        KmsKeyId=key,
        TagSpecifications=[{"ResourceType": "volume", "Tags": [*TAGS, *more]}],
    )["VolumeId"]
    put_on_disk(volume, FILES)
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume}"


def sessions(clock: Clock, at_work: Callable[[], int] = lambda: 0, of: UnitSession | None = None) -> Sessions:
    """As a run opens them."""
    return Sessions(a_state(), lambda _: of or session(), clock=clock, at_work=at_work)


def planned(
    clock: Clock, directory: Path, state: DesiredState | None = None, *, seed: int = 1, **asked: Any
) -> RunPlan:
    """The plan of the state's first drill, now."""
    state = state or a_state()
    return make_plan(
        state,
        state.drills[0],
        history=read_history(directory),
        now=clock.now(),
        seed=seed,
        **{"open_session": sessions(clock), **asked},
    )


def run(
    clock: Clock,
    directory: Path,
    state: DesiredState | None = None,
    *,
    seed: int = 1,
    each: dict[str, Any] | None = None,
    **around: Any,
) -> dict[str, Any]:
    """Hold the state's first drill from its beginning; the run's document. `each` alters all of its items."""
    state = state or a_state()
    opened = {"open_session": around["open_session"]} if "open_session" in around else {}
    plan = planned(clock, directory, state, seed=seed, **opened)
    plan = replace(plan, items=tuple(replace(item, **each or {}) for item in plan.items))
    run_id = new_run_id(clock.now())
    with held(directory, run_id):
        document = RunDocument.begin(directory, run_id, plan_document(plan), now=clock.now())
        return _hold(clock, directory, state, plan.scenario, document, around)


def resume(
    clock: Clock, directory: Path, run_id: str, state: DesiredState | None = None, **around: Any
) -> dict[str, Any]:
    """Go on with a run; its document."""
    state = state or a_state()
    with held(directory, run_id):
        whole = read_run(directory, run_id)
        scenario = scenario_of(whole, state)
        document = RunDocument(directory, whole)
        clear_up(document, directory, a_broom(clock))
        return _hold(clock, directory, state, scenario, document, around)


def a_broom(clock: Clock) -> Broom:
    """As `drill sweep` has it."""
    return Broom(clock=clock, open_session=open_place, limits=LIMITS)


def _hold(
    clock: Clock,
    directory: Path,
    state: DesiredState,
    scenario: Scenario,
    document: RunDocument,
    around: dict[str, Any],
) -> dict[str, Any]:
    at_work = AtWork()

    def scope(item: Item) -> Scope:
        return scope_of(
            state,
            scenario,
            tier=item.tier,
            unit=item.unit,
            resource_type=item.resource_type,
            method=item.method,
            resource_arn=item.resource_arn,
            point=parse_wish(item.point),
        )

    given = {"scope_of": scope, "open_session": sessions(clock, at_work, around.pop("session", None))}
    hold(
        document,
        to_do(document),
        side_by_side=scenario.side_by_side,
        budget=Budget(**document.whole["plan"]["budget"]),
        around=Surroundings(clock=clock, evidence_directory=directory, **{**given, **around}),
        at_work=at_work,
    )
    return document.whole
