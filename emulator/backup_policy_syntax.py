"""What AWS Organizations takes in a backup policy.

"Backup policy syntax and examples" in the AWS Organizations User Guide (read 2026-11): which elements there
are, which of them are lists, and what the values look like.  Parts may be left out, since a policy further up
may have them; what a plan lacks once all are merged, AWS says elsewhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_OPERATORS = frozenset({"@@assign", "@@append", "@@remove"})
_CONTROL = "@@operators_allowed_for_child_policies"
_NAME = "[a-zA-Z0-9_.-]{1,50}"
_PARTITION = "arn:aws(-[a-z]+)*"
_VAULT = "backup-vault:[a-zA-Z0-9_-]{2,50}"
_TYPES = frozenset(
    {
        "*", "backup-gateway:*:*:vm/*", "cloudformation:*:*:stack/*", "dsql:*:*:cluster/*",
        "dynamodb:*:*:table/*", "ec2:*:*:instance/*", "ec2:*:*:volume/*", "eks:*:*:cluster/*",
        "elasticfilesystem:*:*:file-system/*", "fsx:*:*:file-system/*", "fsx:*:*:volume/*",
        "rds:*:*:cluster:*", "rds:*:*:db:*", "redshift-serverless:*:*:namespace/*", "redshift:*:*:cluster:*",
        "s3:::*", "ssm-sap:*:*:HANA/*", "storagegateway:*:*:gateway/*", "timestream:*:*:database/*",
    }
)  # fmt: skip
"""The types of resource that a selection can name, without the partition."""


class PolicySyntaxError(ValueError):
    """A policy says what there is not, or says it otherwise."""


@dataclass(frozen=True)
class _Value:
    """A single text; AWS takes numbers and truth values for theirs."""

    fits: Callable[[str], bool]
    several: bool = False


@dataclass(frozen=True)
class _Each:
    """Parts of one form, by names of the writer's own."""

    name: str
    part: Any
    keyed_by: str = ""
    """The value in the part that has to be the part's name, whatever its case."""


def _like(pattern: str) -> _Value:
    return _Value(lambda text: re.fullmatch(pattern, text) is not None)


def _among(*texts: str) -> _Value:
    return _Value(lambda text: text in texts)


def _at_least(least: int) -> _Value:
    return _Value(lambda text: text.isdecimal() and int(text) >= least)


def _several(one: _Value) -> _Value:
    return _Value(one.fits, several=True)


def _is_type(text: str) -> bool:
    return re.sub(f"^{_PARTITION}:", "", text) in _TYPES


_ROLE = _like(rf"{_PARTITION}:iam::\$account:role/[A-Za-z0-9_+=,.@/-]+")
_COPY = rf"{_PARTITION}:backup:[a-z0-9-]+:(\$account|[0-9]{{12}}):{_VAULT}"
_ENABLED = _among("enabled", "disabled")
_TAGS = _Each("(?s).{1,128}", {"tag_key": _like(".{1,128}"), "tag_value": _like(".{0,256}")}, "tag_key")
_CONDITIONS = {
    operator: _Each(_NAME, {"condition_key": _like(".{1,128}"), "condition_value": _like(".{0,256}")})
    for operator in ("string_equals", "string_not_equals", "string_like", "string_not_like")
}
_LIFECYCLE = {
    "move_to_cold_storage_after_days": _at_least(1),
    "delete_after_days": _at_least(1),
    "opt_in_to_archive_for_supported_resources": _among("true", "false"),
}
_RULE = {
    "schedule_expression": _like(r"cron\(.+\)"),
    "target_backup_vault_name": _like("[a-zA-Z0-9_-]{2,50}"),
    "target_logically_air_gapped_backup_vault_arn": _like(
        rf"{_PARTITION}:backup:\$region:\$account:{_VAULT}"
    ),
    "start_backup_window_minutes": _at_least(60),
    "complete_backup_window_minutes": _at_least(60),
    "enable_continuous_backup": _among("true", "false"),
    "lifecycle": _LIFECYCLE,
    "copy_actions": _Each(
        _COPY, {"target_backup_vault_arn": _like(_COPY), "lifecycle": _LIFECYCLE}, "target_backup_vault_arn"
    ),
    "recovery_point_tags": _TAGS,
    "index_actions": {"resource_types": _several(_among("EBS", "S3"))},
    "scan_actions": {"GUARDDUTY": {"scan_mode": _among("INCREMENTAL_SCAN", "FULL_SCAN")}},
}
_PLAN = {
    "regions": _several(_like("[a-z]{2}(-[a-z]+)+-[0-9]")),
    "rules": _Each(_NAME, _RULE),
    "selections": {
        "tags": _Each(
            _NAME,
            {
                "iam_role_arn": _ROLE,
                "tag_key": _like(".{1,128}"),
                "tag_value": _several(_like(".{0,256}")),
                "conditions": _CONDITIONS,
            },
        ),
        "resources": _Each(
            _NAME,
            {
                "iam_role_arn": _ROLE,
                "resource_types": _several(_Value(_is_type)),
                "not_resource_types": _several(_Value(_is_type)),
                "conditions": _CONDITIONS,
            },
        ),
    },
    "advanced_backup_settings": {
        "ec2": {"windows_vss": _ENABLED},
        "s3": {"backup_acls": _ENABLED, "backup_object_tags": _ENABLED},
    },
    "backup_plan_tags": _TAGS,
    "scan_settings": {
        "GUARDDUTY": {
            "resource_types": _several(_among("EBS", "EC2", "S3", "ALL")),
            "scanner_role_arn": _ROLE,
        }
    },
}
_POLICY = {"plans": _Each(_NAME, _PLAN)}


def check(document: Any) -> None:
    """:raises PolicySyntaxError: the document is no backup policy, and where."""
    if not isinstance(document, dict) or not isinstance(document.get("plans"), dict):
        raise PolicySyntaxError("a backup policy has the element plans")
    _check(document, _POLICY, "")


def _check(found: Any, form: Any, path: str) -> None:
    if not isinstance(found, dict):
        raise PolicySyntaxError(f"{path}: this is not an object")
    parts = {key: part for key, part in found.items() if key != _CONTROL}
    if isinstance(form, _Value):
        _check_value(parts, form, path)
        return
    for key, part in parts.items():
        here = f"{path}/{key}"
        if isinstance(form, _Each):
            if not re.fullmatch(form.name, key):
                raise PolicySyntaxError(f"{here}: no such name can be given")
            _check(part, form.part, here)
            named = part.get(form.keyed_by, {}).get("@@assign", key)
            if str(named).casefold() != key.casefold():
                raise PolicySyntaxError(f"{here}: {form.keyed_by} is another")
        elif key not in form:
            raise PolicySyntaxError(f"{here}: there is no such element")
        else:
            _check(part, form[key], here)


def _check_value(operators: dict[str, Any], form: _Value, path: str) -> None:
    allowed = _OPERATORS if form.several else frozenset({"@@assign"})
    for operator, given in operators.items():
        if operator not in allowed:
            raise PolicySyntaxError(f"{path}: {operator} does not stand here")
        if form.several != isinstance(given, list):
            raise PolicySyntaxError(f"{path}: a {'list' if form.several else 'single value'} is needed")
        for each in given if isinstance(given, list) else [given]:
            text = str(each).lower() if isinstance(each, bool) else str(each)
            if isinstance(each, (dict, list)) or not form.fits(text):
                raise PolicySyntaxError(f"{path}: {each} is not what AWS takes")
