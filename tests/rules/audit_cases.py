"""The cases of audit."""

from __future__ import annotations

from dataclasses import replace

from tests.rules.judging import Alter, Case, changed
from tierkeep.desired.model import DesiredState

CONTROLS = ("accounts:\n", "audit: { controls: true }\naccounts:\n")
EBS_BY = "{{ efs: {{}}, ebs: {{ engine: {engine} }} }}"


def _tiers(count: int) -> str:
    names = [f"tier-{each:02}" for each in range(count)]
    tier = changed().split("  basic:\n")[1].split("accounts:")[0]
    tiers = "".join(f"  {name}:\n{tier}" for name in names)
    account = f'  one: {{ id: "000000000001", regions: [eu-west-1], tiers: [{", ".join(names)}] }}'
    return f"version: 1\nname: demo\ntiers:\n{tiers}{CONTROLS[1]}{account}\n"


def _deleting(count: int) -> str:
    roles = ", ".join(f"keeper-{each}" for each in range(count))
    return changed(CONTROLS, ("tiers:\n", f"access: {{ deploy: deployer, deletion: [{roles}] }}\ntiers:\n"))


def _named(name: str) -> Alter:
    def alter(state: DesiredState) -> DesiredState:
        (unit,) = state.units
        (framework,) = unit.frameworks
        return replace(state, units=(replace(unit, frameworks=(replace(framework, name=name),)),))

    return alter


def _guarded(account: str = "management", guard: str = "targets: [r-abcd]", access: str = "") -> str:
    asked = f"organization: {{ account: {account}, region: eu-west-1, guard: {{ {guard} }} }}"
    management = '  management: { id: "000000000008" }' if account == "management" else ""
    return changed(("accounts:\n", f"{access}{asked}\naccounts:\n{management}\n"))


DEPLOY = "access: { deploy: deployer }\n"


def _long(count: int) -> str:
    roles = ", ".join(f"{'r' * 60}-{each:02}" for each in range(count))
    access = f"access: {{ deploy: deployer, deletion: [{roles.replace('-', '+')}] }}\n"
    return _guarded(guard=f"targets: [r-abcd], roles: [{roles}]", access=access)


AUDIT_CASES: dict[str, Case] = {
    "TK180": Case(
        broken=changed(("{ efs: {} }", EBS_BY.format(engine="dlm")), CONTROLS),
        kept=changed(("{ efs: {} }", EBS_BY.format(engine="backup")), CONTROLS),
    ),
    "TK181": Case(broken=_tiers(11), kept=_tiers(10)),
    "TK182": Case(broken=_deleting(5), kept=_deleting(4)),
    "TK183": Case(
        broken=changed(CONTROLS), kept=changed(("accounts:\n", "audit: { opt_in: true }\naccounts:\n"))
    ),
    "TK184": Case(
        broken=changed(CONTROLS),
        kept=changed(CONTROLS),
        break_=_named("demo-basic"),
        keep=_named("d" * 256),
    ),
    "TK185": Case(
        broken=changed(CONTROLS, ("eu-west-1", "ca-west-1")),
        kept=changed(CONTROLS, ("eu-west-1", "ca-central-1")),
    ),
    "TK186": Case(broken=_guarded(), kept=_guarded(access=DEPLOY)),
    "TK187": Case(broken=_guarded("one", access=DEPLOY), kept=_guarded(access=DEPLOY)),
    "TK188": Case(broken=_long(20), kept=_long(5)),
}
