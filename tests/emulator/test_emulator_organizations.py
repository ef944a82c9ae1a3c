"""Backup policies of an organization, and what they come to for an account."""

import json
from functools import cache
from typing import Any

import boto3
import pytest
from emulated import REGION, Aws, refusal

from emulator.organizations import merged


@cache
def organizations() -> Any:
    return boto3.client(
        "organizations", region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@pytest.fixture
def root(aws: Aws) -> str:
    """The root of an organization in which backup policies are enabled."""
    client = organizations()
    client.create_organization(FeatureSet="ALL")
    found = str(client.list_roots()["Roots"][0]["Id"])
    client.enable_policy_type(RootId=found, PolicyType="BACKUP_POLICY")
    return found


def policy(name: str, plans: dict[str, Any]) -> str:
    made = organizations().create_policy(
        Name=name, Description=name, Type="BACKUP_POLICY", Content=json.dumps({"plans": plans})
    )
    return str(made["Policy"]["PolicySummary"]["Id"])


def regions(operator: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"gold": {"regions": {operator: list(names), **more}}}


def test_an_accounts_policy_is_merged_from_the_root_down(root: str) -> None:
    client = organizations()
    unit = client.create_organizational_unit(ParentId=root, Name="unit")["OrganizationalUnit"]["Id"]
    account = client.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"][
        "AccountId"
    ]
    client.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    client.attach_policy(PolicyId=policy("top", regions("@@assign", "eu-west-1", "us-east-1")), TargetId=root)
    client.attach_policy(PolicyId=policy("unit", regions("@@append", "eu-central-1")), TargetId=unit)
    client.attach_policy(PolicyId=policy("own", regions("@@remove", "us-east-1")), TargetId=account)

    found = client.describe_effective_policy(PolicyType="BACKUP_POLICY", TargetId=account)["EffectivePolicy"]

    assert (found["TargetId"], found["PolicyType"]) == (account, "BACKUP_POLICY")
    expected = {"plans": {"gold": {"regions": ["eu-west-1", "eu-central-1"]}}}
    assert json.loads(found["PolicyContent"]) == expected


def test_a_backup_policy_is_kept_updated_listed_and_deleted(root: str) -> None:
    client = organizations()
    made = policy("gold", regions("@@assign", "eu-west-1"))
    [listed] = client.list_policies(Filter="BACKUP_POLICY")["Policies"]
    assert (listed["Id"], listed["Type"], "/backup_policy/" in listed["Arn"]) == (made, "BACKUP_POLICY", True)
    content = json.dumps({"plans": {}})
    client.update_policy(PolicyId=made, Content=content)
    assert client.describe_policy(PolicyId=made)["Policy"]["Content"] == content
    client.delete_policy(PolicyId=made)
    assert client.list_policies(Filter="BACKUP_POLICY")["Policies"] == []


def test_a_policy_is_attached_to_a_target_once_and_detached_once(root: str) -> None:
    client = organizations()
    which = {"PolicyId": policy("gold", regions("@@assign", "eu-west-1")), "TargetId": root}
    assert refusal(client.detach_policy, **which) == "PolicyNotAttachedException"
    client.attach_policy(**which)
    assert refusal(client.attach_policy, **which) == "DuplicatePolicyAttachmentException"
    client.detach_policy(**which)
    assert client.list_targets_for_policy(PolicyId=which["PolicyId"])["Targets"] == []


@pytest.mark.parametrize("content", ["no", "[]", "{}", '{"plans": []}', '{"plans": {}, "rules": {}}'])
def test_what_is_no_backup_policy_is_refused(root: str, content: str) -> None:
    create = {"Name": "x", "Description": "x", "Type": "BACKUP_POLICY", "Content": content}
    assert refusal(organizations().create_policy, **create) == "MalformedPolicyDocumentException"


def _rule(**settings: Any) -> dict[str, Any]:
    return {"rules": {"daily": settings}}


def _assign(value: Any) -> dict[str, Any]:
    return {"@@assign": value}


ROLE = "arn:aws:iam::$account:role/backup"


@pytest.mark.parametrize(
    "plan",
    [
        {"rule": {}},
        {"regions": _assign("eu-west-1")},
        {"regions": _assign(["everywhere"])},
        _rule(schedule_expression_timezone=_assign("Europe/Berlin")),
        _rule(start_backup_window_minutes=_assign("59")),
        _rule(target_backup_vault_name={"@@append": ["vault"]}),
        _rule(lifecycle={"delete_after_days": _assign("0")}),
        _rule(recovery_point_tags={"one": {"tag_key": _assign("two"), "tag_value": _assign("")}}),
        _rule(copy_actions={"arn:aws:backup:$region:$account:backup-vault:x": {}}),
        {"selections": {"resources": {"all": {"iam_role_arn": _assign(ROLE.replace("$account", "1"))}}}},
        {"selections": {"resources": {"all": {"resource_types": _assign(["arn:aws:sqs:*:*:*"])}}}},
        {"selections": {"resources": {"all": {"tag_key": _assign("backup")}}}},
        {"advanced_backup_settings": {"rds": {}}},
    ],
)
def test_what_the_syntax_does_not_know_is_refused(root: str, plan: dict[str, Any]) -> None:
    content = json.dumps({"plans": {"gold": plan}})
    create = {"Name": "x", "Description": "x", "Type": "BACKUP_POLICY", "Content": content}
    assert refusal(organizations().create_policy, **create) == "MalformedPolicyDocumentException"


def test_the_whole_syntax_is_taken(root: str) -> None:
    """Each element of it once, numbers and truth values beside texts."""
    vault = "arn:aws:backup:eu-west-1:$account:backup-vault:copies"
    rule = {
        "schedule_expression": _assign("cron(0 5 ? * * *)"),
        "start_backup_window_minutes": _assign(60),
        "complete_backup_window_minutes": _assign("120"),
        "enable_continuous_backup": _assign(True),
        "target_backup_vault_name": _assign("gold"),
        "target_logically_air_gapped_backup_vault_arn": _assign(
            "arn:aws:backup:$region:$account:backup-vault:gapped"
        ),
        "lifecycle": {"delete_after_days": _assign("7")},
        "copy_actions": {vault: {"target_backup_vault_arn": _assign(vault), "lifecycle": {}}},
        "recovery_point_tags": {"Owner": {"tag_key": _assign("owner"), "tag_value": _assign("one")}},
        "index_actions": {"resource_types": _assign(["EBS"])},
        "scan_actions": {"GUARDDUTY": {"scan_mode": _assign("FULL_SCAN")}},
    }
    condition = {"condition_key": _assign("aws:ResourceTag/a"), "condition_value": _assign("b")}
    by_tag = {"iam_role_arn": _assign(ROLE), "tag_key": _assign("a"), "tag_value": _assign(["b"])}
    by_type = {
        "iam_role_arn": _assign(ROLE),
        "resource_types": {"@@append": ["*"]},
        "not_resource_types": _assign(["arn:aws-us-gov:ec2:*:*:volume/*"]),
        "conditions": {"string_not_like": {"one": condition}},
    }
    plan = {
        **regions("@@assign", "eu-west-1")["gold"],
        "rules": {"daily": rule},
        "selections": {"tags": {"by-tag": by_tag}, "resources": {"by-type": by_type}},
        "advanced_backup_settings": {"ec2": {"windows_vss": _assign("enabled")}},
        "backup_plan_tags": {"a": {"tag_key": _assign("a"), "tag_value": _assign("b")}},
        "scan_settings": {"GUARDDUTY": {"scanner_role_arn": _assign(ROLE)}},
        "@@operators_allowed_for_child_policies": ["@@none"],
    }
    made = policy("gold", {"gold": plan})
    content = organizations().describe_policy(PolicyId=made)["Policy"]["Content"]
    assert json.loads(content) == {"plans": {"gold": plan}}


def test_where_no_policy_applies_that_is_said(root: str) -> None:
    call = organizations().describe_effective_policy
    assert refusal(call, PolicyType="BACKUP_POLICY") == "EffectivePolicyNotFoundException"
    assert refusal(call, PolicyType="BACKUP_POLICY", TargetId="999999999999") == "TargetNotFoundException"
    organizations().disable_policy_type(RootId=root, PolicyType="BACKUP_POLICY")
    made = policy("gold", regions("@@assign", "eu-west-1"))
    attach = organizations().attach_policy
    assert refusal(attach, PolicyId=made, TargetId=root) == "PolicyTypeNotEnabledException"


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (["@@all"], ["c", "d"]),
        (["@@none"], ["a"]),
        (["@@append"], ["a", "d"]),
        (["@@assign"], ["c"]),
    ],
)
def test_a_parent_limits_what_its_children_may_do(allowed: list[str], expected: list[str]) -> None:
    control = {"@@operators_allowed_for_child_policies": allowed}
    top = {"plans": regions("@@assign", "a", **control)}
    below = [{"plans": regions("@@assign", "c")}, {"plans": regions("@@append", "d")}]
    assert merged([[top], [below[0]], [below[1]]])["plans"]["gold"]["regions"] == expected


def test_aws_backup_takes_a_delegated_administrator(root: str) -> None:
    """It is one of the services that do."""
    client, service = organizations(), "backup.amazonaws.com"
    made = client.create_account(Email="b@example.com", AccountName="b")["CreateAccountStatus"]["AccountId"]
    client.register_delegated_administrator(AccountId=made, ServicePrincipal=service)
    named = client.list_delegated_administrators(ServicePrincipal=service)["DelegatedAdministrators"]
    assert [each["Id"] for each in named] == [made]
