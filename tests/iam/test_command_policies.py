"""`tierkeep iam`: its policies against AWS's reference, and its output."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.catalogs import SHIPPED
from tests.iam.policies import command_statements, everything, state_of
from tests.iam.reference import action, may_meet
from tierkeep.cli import exit_codes, main
from tierkeep.desired.model import Statement
from tierkeep.desired.policies import (
    LONGEST_INLINE,
    LONGEST_MANAGED,
    identity_policy,
    policy_parts,
    policy_size,
)
from tierkeep.iam import COMMANDS, account_policies, caller_statements

STATEMENTS = list(dict.fromkeys(command_statements()))


def tierkeep(*arguments: str) -> int:
    return main.main([*arguments, "--catalog", str(SHIPPED)])


def test_resources_are_named_wherever_aws_knows_any() -> None:
    """`*` stands for a resource only with actions that have none, and these stand apart."""
    for statement in STATEMENTS:
        with_resources = {each for each in statement.actions if action(each).required + action(each).optional}
        assert with_resources == (set() if statement.resources == ("*",) else set(statement.actions))
        assert statement.resources == ("*",) or "*" not in statement.resources


@pytest.mark.parametrize("command", COMMANDS)
def test_each_action_has_every_resource_that_aws_asks_for(command: str) -> None:
    """An action that needs several kinds of resource is allowed on all of them."""
    for policy in account_policies(state_of(everything()), command):
        for name in {each for statement in policy.statements for each in statement.actions}:
            for reference in action(name).required:
                arns = [arn for s in policy.statements if name in s.actions for arn in s.resources]
                assert any(may_meet(arn, reference) for arn in arns), (name, reference)


def test_each_condition_is_one_that_aws_knows_for_its_actions() -> None:
    """Other keys that begin with `aws:` are every service's."""
    for statement in STATEMENTS:
        for _, key, _ in statement.conditions:
            of_tag = key.startswith(("aws:RequestTag/", "aws:ResourceTag/", "ssm:resourceTag/"))
            if of_tag or not key.startswith("aws:"):
                known = f"{key.partition('/')[0]}/${{TagKey}}" if of_tag else key
                assert all(known in action(each).conditions for each in statement.actions), (key, statement)


def test_validate_and_plan_only_read() -> None:
    """Nothing that they may do changes anything."""
    for command in ("validate", "import", "drill plan"):
        for policy in account_policies(state_of(everything()), command):
            actions = {each for statement in policy.statements for each in statement.actions}
            assert all(each.split(":")[1].startswith(("Describe", "Get", "List", "View")) for each in actions)


def test_a_boundary_in_the_catalog_bounds_what_deploy_may_make() -> None:
    """With one, a role can be made or given permissions only under it, and nobody may take it away."""
    (policy, *_) = account_policies(state_of(everything(permissions_boundary="b")), "deploy")
    bound = ("StringEquals", "iam:PermissionsBoundary", ("arn:aws:iam::111111111111:policy/b",))
    for name in (
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
    ):
        statements = [each for each in policy.statements if name in each.actions]
        assert statements
        assert all(bound in each.conditions for each in statements)
    assert not _allows(policy.statements, "iam:DeleteRolePermissionsBoundary")


def _allows(statements: tuple[Statement, ...], name: str) -> bool:
    return any(name in each.actions for each in statements)


def test_drills_may_pass_the_role_for_restores_only_where_there_is_one() -> None:
    """Not in an account that only receives copies."""
    found = {each.account: each for each in account_policies(state_of(everything()), "drill run")}
    assert sorted(found) == ["main"]
    (passing,) = [each for each in found["main"].statements if each.actions == ("iam:PassRole",)]
    assert passing.resources == ("arn:aws:iam::111111111111:role/campus-restore-ap-south-1",)


def test_policies_fit_into_a_role() -> None:
    """With everything in one account and two Regions: inline, or in fewer managed policies than the ten that
    a role takes (IAM user guide, "IAM and AWS STS quotas")."""
    for command in COMMANDS:
        for policy in account_policies(state_of(everything()), command):
            parts = policy_parts(policy.statements)
            assert tuple(each for part in parts for each in part) == policy.statements
            sizes = [policy_size(identity_policy(part)) for part in parts]
            assert max(sizes) <= (LONGEST_INLINE if len(parts) == 1 else LONGEST_MANAGED)
            assert len(parts) <= 5


def test_a_long_policy_is_printed_in_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each a document that IAM takes; without a part, what to ask for instead."""
    file = tmp_path / "catalog.yaml"
    file.write_text(json.dumps(everything(deploy="deployer")))
    command = ["iam", "deploy", "--account", "main", "--format", "policy", "--catalog", str(file)]
    assert main.main(command) == 2
    refused = capsys.readouterr().err
    found = re.search("take --part 1 to --part ([0-9]),", refused)
    assert found, refused
    printed = []
    for number in range(1, int(found[1]) + 1):
        assert main.main([*command, "--part", str(number)]) == 0
        document = json.loads(capsys.readouterr().out)
        assert policy_size(document) <= LONGEST_MANAGED
        printed += document["Statement"]
    policies = account_policies(state_of(everything(deploy="deployer")), "deploy")
    (policy,) = (each for each in policies if each.account == "main")
    assert printed == identity_policy(policy.statements)["Statement"]
    assert main.main([*command, "--part", "9"]) == 2
    capsys.readouterr()
    assert main.main([*command[:-4], "--format", "terraform", "--catalog", str(file)]) == 0
    terraform = capsys.readouterr().out
    assert terraform.count('resource "aws_iam_policy"') == len(range(int(found[1])))
    assert terraform.count('resource "aws_iam_role_policy_attachment"') == int(found[1])


def test_who_deploys_keeps_the_state() -> None:
    """Terraform's state lies in a bucket that its own caller reads and writes, below the prefix."""
    kept = {"backend": "s3", "bucket": "states", "region": "ap-south-1", "prefix": "backups"}
    statements = caller_statements(state_of({**everything(deploy="d"), "state": kept}), "deploy")
    assert {each.sid: each.resources for each in statements if each.sid != "AssumeRoles"} == {
        "FindState": ("arn:aws:s3:::states",),
        "KeepState": ("arn:aws:s3:::states/backups/*.tfstate",),
        "LockState": ("arn:aws:s3:::states/backups/*.tfstate.tflock",),
    }
    assert {each.sid for each in caller_statements(state_of(everything(drill="d")), "drill run")} == {
        "AssumeRoles"
    }


def test_who_drills_keeps_the_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    """In a bucket below a prefix, where nothing may be deleted; the role of drills needs nothing there."""
    of_bucket = (
        "iam",
        "drill",
        "run",
        "--caller",
        "--evidence",
        "s3://evidence/drills",
        "--format",
        "policy",
    )
    assert tierkeep(*of_bucket) == exit_codes.OK
    statements = {each["Sid"]: each for each in json.loads(capsys.readouterr().out)["Statement"]}
    assert statements["KeepEvidence"]["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert statements["KeepEvidence"]["Resource"] == ["arn:aws:s3:::evidence/drills/*"]
    assert statements["FindEvidence"]["Condition"] == {"StringLike": {"s3:prefix": ["drills/*"]}}
    assert tierkeep("iam", "drill", "run", "--caller", "--evidence", "evidence") == exit_codes.OK
    for wrong, says in (
        (("drill", "run", "--evidence", "s3://evidence/drills"), "goes with --caller"),
        (("validate", "--caller", "--evidence", "s3://evidence/drills"), "keeps no evidence"),
        (("drill", "run", "--caller", "--evidence", "s3://evidence"), "a bucket and a prefix"),
    ):
        assert tierkeep("iam", *wrong) == exit_codes.USAGE
        assert says in capsys.readouterr().err


def test_without_a_command_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its accounts and roles."""
    assert tierkeep("iam") == exit_codes.OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 * len(COMMANDS)
    assert "validate     staging      arn:aws:iam::222222222222:role/tierkeep-validate" in lines


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != "deploy"])
def test_the_formats_say_the_same(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Text names each action and resource of the JSON; Terraform and the bare document hold it whole."""
    words = command.split()
    outputs: dict[str, str] = {}
    for form in ("text", "json", "policy", "terraform"):
        assert tierkeep("iam", *words, "--account", "production", "--format", form) == exit_codes.OK
        outputs[form] = capsys.readouterr().out
    (account,) = json.loads(outputs["json"])["accounts"]
    assert account["account_id"] == "111111111111"
    assert json.loads(outputs["policy"]) == account["policy"]
    assert account["characters"] == policy_size(account["policy"])
    for statement in account["policy"]["Statement"]:
        for text in (*statement["Action"], *statement["Resource"]):
            assert text in outputs["text"]
    document = outputs["terraform"].split("jsonencode(")[1].rsplit(")", 1)[0]
    assert json.loads(document) == account["policy"]


def test_what_is_too_long_for_a_managed_policy_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Text says how long a policy is, and where it fits."""
    assert tierkeep("iam", "deploy", "--account", "production") == exit_codes.OK
    assert "too long for an inline policy (10,240); 3 managed ones take it" in capsys.readouterr().out
    assert tierkeep("iam", "validate", "--account", "production") == exit_codes.OK
    assert "too long for one managed policy (6,144); an inline policy takes" in capsys.readouterr().out
    assert tierkeep("iam", "drill", "sweep") == exit_codes.OK
    assert "too long" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("lint",), "lint needs nothing of AWS, or is no command; these need: deploy, validate"),
        (("drill",), "drill needs nothing of AWS, or is no command"),
        (
            ("validate", "--account", "prod"),
            "validate does nothing in an account prod; it does in development",
        ),
        (("validate", "--format", "policy"), "name one account with --account: development, production"),
        (("validate", "--caller", "--account", "staging"), "it goes without --account"),
        (
            ("validate", "--caller", "--format", "terraform"),
            "--caller goes with --format text, json or policy",
        ),
        (("--caller",), "name a command: deploy, validate"),
    ],
)
def test_wrong_usage_says_what_is_right(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, on stderr."""
    assert tierkeep("iam", *arguments) == exit_codes.USAGE
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_the_caller_as_text_and_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The roles of the accounts, and nothing where the command works as its caller."""
    assert tierkeep("iam", "validate", "--caller", "--format", "policy") == exit_codes.OK
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    (statement,) = document["Statement"]
    assert sorted(statement["Resource"]) == [
        f"arn:aws:iam::{digit * 12}:role/tierkeep-validate" for digit in "123"
    ]
    assert tierkeep("iam", "validate", "--caller") == exit_codes.OK
    assert "sts:AssumeRole" in capsys.readouterr().out
