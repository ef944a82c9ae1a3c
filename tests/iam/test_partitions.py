"""China and GovCloud: no ARN and no name of a service is of another partition than its Region."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from stacks.unit import stack_id
from tests.catalogs import ROOT
from tests.iam.policies import everything, state_of
from tests.stacks.read_back import Stack, without_origins
from tests.stacks.synthesis import synthesize
from tierkeep.desired.policies import identity_policy, role_trust
from tierkeep.iam import COMMANDS, account_policies, caller_statements
from tierkeep.rules import Severity, judge

PARTITIONS = {
    "aws": ("ap-south-1", "eu-west-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
EXAMPLES = {
    "tierkeep/cli/explain.py": "an example in the help",
    "tierkeep/desired/selecting/resource.py": "an example in an error",
}
"""Where a partition is written out in text that people read."""
SERVICES = {
    "backup": "backup",
    "restore": "backup",
    "snapshots": "dlm",
    "events": "events",
    "retries": "states",
    "deployments": "states",
    "tables": "states",
    "schedules": "scheduler",
}
"""Who assumes the role for each purpose."""
ARN = re.compile(r"arn:(aws[a-z-]*):")


def written_out() -> Iterator[tuple[str, str]]:
    """Strings of the sources, docstrings apart, that write a partition out, by file."""
    for folder in ("tierkeep", "modules", "stacks"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text())
            documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and id(node) not in docstrings
                    and ARN.search(str(node.value))
                ):
                    yield str(file.relative_to(ROOT)), str(node.value)


def test_no_source_writes_a_partition_out() -> None:
    """An ARN's partition is computed from its Region; what people read as an example is named above. What no
    parser tells apart, templates and data, writes none out at all."""
    assert {file for file, _ in written_out()} == set(EXAMPLES)
    others = [file for file in (ROOT / "tierkeep").rglob("*") if file.suffix not in {"", ".py", ".pyc"}]
    assert others
    assert [file for file in others if ARN.search(file.read_text())] == []


@pytest.mark.parametrize("partition", PARTITIONS)
def test_each_arn_is_of_the_partition(partition: str) -> None:
    """In the desired state, in each policy and in all Terraform, with everything switched on."""
    catalog = everything(*PARTITIONS[partition], permissions_boundary="b", deploy="d", drill="d")
    if partition == "aws-us-gov":
        del catalog["watching"]["budgets"]  # TK165
    state = state_of(catalog)
    assert not [each for each in judge(state) if each.severity is Severity.ERROR]
    policies = [each for command in COMMANDS for each in account_policies(state, command)]
    texts = [
        json.dumps(asdict(state), default=str),
        json.dumps([identity_policy(each.statements) for each in policies]),
        json.dumps([asdict(each) for command in COMMANDS for each in caller_statements(state, command)]),
        json.dumps(list(synthesize(state).values())),
    ]
    for text in texts:
        assert set(ARN.findall(text)) == {partition}


@pytest.mark.parametrize("partition", PARTITIONS)
def test_the_loop_is_closed_in_every_partition(partition: str) -> None:
    """What is synthesized says what is desired: names of services and ARNs included."""
    state = state_of(everything(*PARTITIONS[partition], permissions_boundary="b"))
    made = synthesize(state)
    for unit in state.units:
        stack = Stack(made[stack_id(unit)], unit)
        assert stack.roles() == set(without_origins(unit.roles))
        assert stack.vaults() == set(without_origins(unit.vaults))


@pytest.mark.parametrize("partition", PARTITIONS)
def test_services_assume_their_roles_by_the_same_names(partition: str) -> None:
    """They keep their names in China (botocore and AWS's guides know no other)."""
    for unit in state_of(everything(*PARTITIONS[partition])).units:
        for role in unit.roles:
            (statement,) = role_trust(role, unit.account_id)["Statement"]
            assert statement["Principal"] == {"Service": f"{SERVICES[role.purpose]}.amazonaws.com"}


def test_services_go_by_both_names_in_china() -> None:
    """Keys are used through `ec2.cn-north-1.amazonaws.com` or `….com.cn`: the sources have both."""
    for partition, suffixes in (("aws-cn", {"com", "com.cn"}), ("aws-us-gov", {"com"})):
        for unit in state_of(everything(*PARTITIONS[partition])).units:
            for role in unit.roles:
                for statement in role.statements:
                    for _, key, values in statement.conditions:
                        if key in {"kms:ViaService", "iam:PassedToService"}:
                            assert {each.partition("amazonaws.")[2] for each in values} == suffixes
