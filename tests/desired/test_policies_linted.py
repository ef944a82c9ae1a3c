"""Policies of resources, roles and the organisation, held against cfn-lint's schemas of such documents and
its list of the actions that services have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.stacks.goldens import CATALOGS
from tierkeep.compiler import compile_catalog
from tierkeep.desired import policies
from tierkeep.desired.model import DesiredUnit

UNITS = compile_catalog(CATALOGS["everything"]).state.units


def _resources(unit: DesiredUnit) -> Iterator[tuple[str, dict[str, Any]]]:
    """A type of CloudFormation and its properties for each policy of a unit."""
    for key in unit.keys:
        document = policies.key_policy(key, unit.account_id, unit.partition)
        yield "AWS::KMS::Key", {"KeyPolicy": document, "EnableKeyRotation": True}
    for vault in unit.vaults:
        admits = policies.vault_policy(vault, unit.partition)
        if admits:
            # cfn-lint looks into no vault's; that of a key may name actions of any service.
            yield "AWS::KMS::Key", {"KeyPolicy": admits, "EnableKeyRotation": True}
    if unit.events:
        topic = policies.topic_policy(unit.events.topic)
        yield "AWS::SNS::TopicPolicy", {"PolicyDocument": topic, "Topics": [unit.events.topic.arn]}
        queue = policies.dead_letter_policy(unit.events)
        yield "AWS::SQS::QueuePolicy", {"PolicyDocument": queue, "Queues": [unit.events.dead_letters.name]}
    if unit.report_bucket:
        bucket = policies.report_bucket_policy(unit.report_bucket)
        yield "AWS::S3::BucketPolicy", {"PolicyDocument": bucket, "Bucket": unit.report_bucket.name}
    for role in unit.roles:
        inline = [
            {
                "PolicyName": each.name.split("/")[-1],
                "PolicyDocument": policies.identity_policy(each.statements),
            }
            for each in policies.role_policies(role)
        ]
        trust = policies.role_trust(role, unit.account_id)
        yield "AWS::IAM::Role", {"AssumeRolePolicyDocument": trust, "Policies": inline}
    guard = unit.organization.guard if unit.organization else None
    if guard:
        yield "AWS::IAM::ManagedPolicy", {"PolicyDocument": policies.vault_guard_policy(guard)}


def _problems(found: list[tuple[str, dict[str, Any]]]) -> list[str]:
    distinct = {json.dumps(each, sort_keys=True): each for each in found}
    resources = {
        f"Policy{at}": {"Type": kind, "Properties": properties}
        for at, (kind, properties) in enumerate(distinct.values())
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return [
        f"{each.rule.id} {each.message}"
        for each in lint(json.dumps(template), config=ManualArgs(regions=["eu-west-1"]))
    ]


def test_cfn_lint_finds_no_fault_in_a_policy() -> None:
    """Of any resource or role of the catalog with everything on."""
    found = [each for unit in UNITS for each in _resources(unit)]
    assert {kind for kind, _ in found} == {
        "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::KMS::Key", "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
    }  # fmt: skip
    assert _problems(found) == []


def test_it_finds_what_is_planted() -> None:
    """An action that no service has, and a statement without an effect."""
    statement = {"Effect": "Allow", "Action": "backup:StartBakupJob", "Resource": "*"}
    (unknown,) = _problems([("AWS::IAM::ManagedPolicy", {"PolicyDocument": _document(statement)})])
    assert "startbakupjob" in unknown.lower()
    bare = {key: value for key, value in statement.items() if key != "Effect"}
    assert _problems([("AWS::IAM::ManagedPolicy", {"PolicyDocument": _document(bare)})])


def _document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}
