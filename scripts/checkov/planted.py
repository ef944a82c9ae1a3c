"""Faults that are planted into a stack, so that a scanner that sees nothing does not pass for a clean one."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

EXPECTED = {
    "CKV_AWS_7": "aws_kms_key.",
    "CKV_AWS_33": "aws_kms_key.",
    "CKV_AWS_60": "aws_iam_role.",
    "CKV_AWS_62": "aws_iam_role_policy.",
    "CKV_AWS_63": "aws_iam_role_policy.",
    "CKV_AWS_166": "aws_backup_vault.",
    "CKV_AWS_274": "aws_iam_role_policy_attachment.",
    "CKV_AWS_286": "aws_iam_role_policy.",
    "CKV_AWS_288": "aws_iam_role_policy.",
    "CKV_AWS_289": "aws_iam_role_policy.",
    "CKV_AWS_290": "aws_iam_role_policy.",
    "CKV_AWS_355": "aws_iam_role_policy.",
    "CKV2_AWS_40": "aws_iam_role_policy.",
}
"""What checkov has to find, and in which type."""

_ANYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}}


def planted(stack: dict[str, Any]) -> dict[str, Any]:
    """The stack, which has keys, vaults and roles, with faults in them and two bad policies more."""
    spoilt = deepcopy(stack)
    resources = spoilt["resource"]
    key = _first(resources["aws_kms_key"])
    key["enable_key_rotation"] = False
    key["policy"] = _policy({**_ANYBODY, "Action": "kms:*", "Resource": "*"})
    _first(resources["aws_backup_vault"]).pop("kms_key_arn", None)
    _first(resources["aws_iam_role"])["assume_role_policy"] = _policy(
        {**_ANYBODY, "Action": "sts:AssumeRole"}
    )
    attached = resources.setdefault("aws_iam_role_policy_attachment", {})
    attached["planted"] = {"role": "planted", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    all_of_it = _policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    resources.setdefault("aws_iam_role_policy", {})["planted"] = {"role": "planted", "policy": all_of_it}
    return spoilt


def _first(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return next(iter(resources.values()))


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
