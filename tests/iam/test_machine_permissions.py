"""What drills of instances ask for, against the policy that is printed for them.

From the calls that their plans name, which `tests/drill/test_drill_restorers.py` holds against the calls that
they make; the proxy of `test_recorded_drills.py` has not seen any.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.iam.evaluator import Request, allowing
from tests.iam.policies import HOME, state_of, with_images
from tierkeep.desired.policies import identity_policy
from tierkeep.drill.assertions.probe import CALLS as PROBE_CALLS
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.ec2_backup import Ec2ByBackup
from tierkeep.drill.restorers.ec2_dlm import Ec2ByDlm
from tierkeep.drill.stages import STAGES
from tierkeep.iam import account_policies

ACCOUNT = "111111111111"
ISOLATED = {"subnet/subnet-0123456789abcdef0", "security-group/sg-0123456789abcdef0"}
TAGS = {
    "aws:RequestTag/tierkeep:catalog": ("campus",),
    "aws:RequestTag/tierkeep:drill": ("drill-1",),
    "aws:TagKeys": ("tierkeep:catalog", "tierkeep:drill", "tierkeep:expires"),
}
CARRIED = {
    "aws:ResourceTag/tierkeep:catalog": ("campus",),
    "aws:ResourceTag/tierkeep:drill": ("drill-1",),
}
_SIGNED = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}


def policy(command: str, **catalog: Any) -> dict[str, Any]:
    found = {each.account: each for each in account_policies(state_of({**with_images(), **catalog}), command)}
    printed: dict[str, Any] = json.loads(json.dumps(identity_policy(found["main"].statements)))
    return printed


def actions(printed: dict[str, Any]) -> set[str]:
    named = (each["Action"] for each in printed["Statement"])
    return {action for each in named for action in ([each] if isinstance(each, str) else each)}


def asked(action: str, resource: str, **context: tuple[str, ...]) -> Request:
    arn = resource if resource.startswith("arn:") else f"arn:aws:ec2:{HOME}:{ACCOUNT}:{resource}"
    return Request(action, arn, {"aws:RequestedRegion": (HOME,), **context})


@pytest.mark.parametrize("restorer", [Ec2ByBackup(), Ec2ByDlm()], ids=lambda each: each.title)
def test_every_planned_call_is_allowed(restorer: Restorer) -> None:
    """By the names that IAM has for them."""
    planned = {call for stage in STAGES for call in stage.calls(restorer)} | set(PROBE_CALLS)
    parts = (call.partition(":") for call in planned)
    named = {f"{_SIGNED.get(service, service)}:{name}" for service, _, name in parts}
    assert named - actions(policy("drill run")) == set()


def test_without_a_network_nothing_of_it_is_allowed() -> None:
    """Instances are drilled nowhere else, so that nothing needs to be allowed."""
    without = actions(policy("drill run", isolation={}))
    assert not {"ec2:RunInstances", "ec2:TerminateInstances", "ssm:SendCommand"} & without
    assert {"ec2:RunInstances", "ec2:TerminateInstances", "ssm:SendCommand"} <= actions(policy("drill run"))


@pytest.mark.parametrize("kind", ["instance", "network-interface", "volume"])
def test_what_is_launched_carries_the_drills_tags(kind: str) -> None:
    """It, its volumes and its interface, or it is not launched."""
    printed = policy("drill run")
    for action, more in (
        ("ec2:RunInstances", {}),
        ("ec2:CreateTags", {"ec2:CreateAction": ("RunInstances",)}),
    ):
        assert list(allowing(printed, asked(action, f"{kind}/x-1", **TAGS, **more)))
        assert not list(allowing(printed, asked(action, f"{kind}/x-1", **more)))


@pytest.mark.parametrize("network", sorted(ISOLATED))
def test_it_is_launched_into_the_isolated_network_alone(network: str) -> None:
    """No other subnet, no other security group."""
    printed = policy("drill run")
    assert list(allowing(printed, asked("ec2:RunInstances", network)))
    assert not list(allowing(printed, asked("ec2:RunInstances", network[:-1] + "9")))


@pytest.mark.parametrize("action", ["ec2:TerminateInstances", "ssm:SendCommand"])
@pytest.mark.parametrize("command", ["drill run", "drill sweep"])
def test_no_instance_without_a_drills_tag_is_touched(command: str, action: str) -> None:
    """Neither ended nor given a command; and a sweep gives none to any."""
    printed, instance = policy(command), "instance/i-1"
    carried = {**CARRIED, "ssm:resourceTag/tierkeep:drill": ("drill-1",)}
    wanted = (command, action) != ("drill sweep", "ssm:SendCommand")
    assert bool(list(allowing(printed, asked(action, instance, **carried)))) is wanted
    assert not list(allowing(printed, asked(action, instance)))


def test_a_command_is_of_awss_own_document() -> None:
    """No document of the account's, which could do anything else."""
    printed = policy("drill run")
    own = f"arn:aws:ssm:{HOME}::document/AWS-RunShellScript"
    assert list(allowing(printed, asked("ssm:SendCommand", own)))
    assert not list(allowing(printed, asked("ssm:SendCommand", own.replace("::", f":{ACCOUNT}:"))))
