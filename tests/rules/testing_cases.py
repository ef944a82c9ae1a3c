"""The cases of restore testing."""

from __future__ import annotations

from dataclasses import replace

from tests.rules.judging import Alter, Case, changed
from tierkeep.desired.model import DesiredState

EBS_BY = "{{ efs: {{}}, ebs: {{ engine: {engine} }} }}"


def _drill(testing: str, scope: str = "all", every: str = "1mo") -> tuple[str, str]:
    drill = f"drills: {{ full: {{ every: {every}, scope: {scope}, restore_testing: {{ {testing} }} }} }}"
    return "accounts:\n", f"{drill}\naccounts:\n"


def _tiers(count: int) -> str:
    names = [f"tier-{each:02}" for each in range(count)]
    tier = changed().split("  basic:\n")[1].split("accounts:")[0]
    tiers = "".join(f"  {name}:\n{tier}" for name in names)
    account = f'  one: {{ id: "000000000001", regions: [eu-west-1], tiers: [{", ".join(names)}] }}'
    return f"version: 1\nname: demo\ntiers:\n{tiers}{_drill('on: 1')[1]}{account}\n"


def _named(name: str) -> Alter:
    def alter(state: DesiredState) -> DesiredState:
        (unit,) = state.units
        (plan,) = unit.restore_testing
        return replace(state, units=(replace(unit, restore_testing=(replace(plan, name=name),)),))

    return alter


TESTING_CASES: dict[str, Case] = {
    "TK170": Case(
        broken=changed(_drill("on: 1")),
        kept=changed(_drill("on: 1")),
        break_=_named("demo-full"),
        keep=_named("demo_" + "f" * 45),
    ),
    "TK171": Case(broken=_tiers(31), kept=_tiers(30)),
    "TK172": Case(
        broken=changed(_drill("on: 1, look_back: 366d, start_window: 169h, keep_for_validation: 8d")),
        kept=changed(_drill("on: 1, look_back: 365d, start_window: 7d, keep_for_validation: 168h")),
    ),
    "TK173": Case(
        broken=changed(
            ("every: 1d, at: ", "every: 1mo, on: 1, at: "), ("keep: 7d", "keep: 2y"), _drill("on: 2")
        ),
        kept=changed(
            ("every: 1d, at: ", "every: 1mo, on: 1, at: "),
            ("keep: 7d", "keep: 2y"),
            _drill("on: 2, look_back: 32d"),
        ),
    ),
    "TK174": Case(
        broken=changed(_drill("on: sunday", "sample", "1w")),
        kept=changed(_drill("on: sunday, only_tagged: { restore-test: weekly }", "sample", "1w")),
    ),
    "TK175": Case(
        broken=changed(("{ efs: {} }", EBS_BY.format(engine="dlm")), _drill("on: 1")),
        kept=changed(("{ efs: {} }", EBS_BY.format(engine="backup")), _drill("on: 1")),
    ),
    "TK176": Case(
        broken=changed(
            ("{ efs: {} }", "{ efs: {}, ec2: {} }"),
            _drill('on: 1, metadata: { efs: { newFileSystem: "false" }, ec2: { securityGroupIds: sg-1 } }'),
        ),
        kept=changed(
            ("{ efs: {} }", "{ efs: {}, ec2: {} }"),
            _drill("on: 1, metadata: { efs: { PerformanceMode: maxIO }, ec2: { securityGroupIds: [sg-1] } }"),
        ),
    ),
    "TK177": Case(
        broken=changed(("{ efs: {} }", "{ rds: {} }"), _drill("on: 1")),
        kept=changed(
            ("{ efs: {} }", "{ rds: {} }"), _drill("on: 1, metadata: { rds: { dbsubnetgroupname: tests } }")
        ),
    ),
}
