"""The rules of a plan: what AWS refuses in them, and the defaults it fills in.

The limits are those of ``BackupPlanInput`` and ``BackupRuleInput`` in the AWS Backup API reference and of
"Quotas" in the AWS Backup Developer Guide.
"""

import copy
import re
from typing import Any
from uuid import uuid4

from emulator import schedule
from emulator.backup import arns, lifecycles, tags
from emulator.backup.vaults import Vaults
from emulator.errors import InvalidParameterValue, NotImplementedByEmulator

Rule = dict[str, Any]

MOST_RULES = 10
MOST_COPY_ACTIONS = 5
SHORTEST_START_WINDOW = 60
"""Minutes; the completion window must be longer than the start window by as many."""

LONGEST_WINDOW = 52_560_000
"""Minutes: 100 years."""

DEFAULTS: Rule = {
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "ScheduleExpressionTimezone": "Etc/UTC",
    "StartWindowMinutes": 480,
    "CompletionWindowMinutes": 10080,
    "EnableContinuousBackup": False,
}

_PLAN_NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")
_OPTIONS = {"WindowsVSS": {"enabled", "disabled"}}


def filled_in(document: dict[str, Any], vaults: Vaults) -> dict[str, Any]:
    """A plan's document with AWS's defaults and rule ids.

    :raises InvalidParameterValue: AWS does not take the document.
    """
    if not _PLAN_NAME.fullmatch(document["BackupPlanName"]):
        raise InvalidParameterValue(f"Invalid backup plan name: {document['BackupPlanName']!r}")
    if not 1 <= len(document["Rules"]) <= MOST_RULES:
        raise InvalidParameterValue(f"A backup plan has 1 to {MOST_RULES} rules")
    if document.get("ScanSettings"):
        raise NotImplementedByEmulator("The emulator does not scan backups")
    _check_advanced(document.get("AdvancedBackupSettings") or [])
    document = copy.deepcopy(document)
    document["Rules"] = [_filled_in_rule(rule, vaults) for rule in document["Rules"]]
    return document


def _filled_in_rule(rule: Rule, vaults: Vaults) -> Rule:
    rule = {**DEFAULTS, **{name: value for name, value in rule.items() if value is not None}}
    try:
        _check_rule(rule, vaults)
    except InvalidParameterValue as error:
        raise InvalidParameterValue(f"Error in some rules due to : {error.message}") from None
    rule["RuleId"] = str(uuid4())
    return rule


NOT_DONE = ("TargetLogicallyAirGappedBackupVaultArn", "ScanActions")
"""What a rule can ask of AWS and not of the emulator.  Index actions are kept and not done: the operations
that would show an index answer NotImplemented."""


def _check_rule(rule: Rule, vaults: Vaults) -> None:
    for member in NOT_DONE:
        if rule.get(member):
            raise NotImplementedByEmulator(f"The emulator does not do {member} of a rule")
    vault = rule["TargetBackupVaultName"]
    if not vaults.exists(vault):
        raise InvalidParameterValue(f"Backup vault {vault} does not exist")
    check_windows(rule["StartWindowMinutes"], rule["CompletionWindowMinutes"])
    _check_schedule(rule)
    lifecycles.check(rule.get("Lifecycle"))
    if rule["EnableContinuousBackup"]:
        lifecycles.check_continuous(rule.get("Lifecycle"))
    tags.check(rule.get("RecoveryPointTags") or {})
    copies = rule.get("CopyActions") or []
    if len(copies) > MOST_COPY_ACTIONS:
        raise InvalidParameterValue(f"A rule has at most {MOST_COPY_ACTIONS} copy actions")
    for action in copies:
        _check_copy(action)


def check_windows(start: int, completion: int) -> None:
    """:raises InvalidParameterValue: a window (in minutes) is shorter than AWS allows."""
    if start < SHORTEST_START_WINDOW:
        raise InvalidParameterValue(
            f"Invalid start window. It must be at least {SHORTEST_START_WINDOW} minutes"
        )
    if max(start, completion) > LONGEST_WINDOW:
        raise InvalidParameterValue(f"Invalid window. It must be at most {LONGEST_WINDOW} minutes")
    if completion < start + SHORTEST_START_WINDOW:
        raise InvalidParameterValue(
            f"Invalid completion window. It must be at least {SHORTEST_START_WINDOW} minutes longer than the "
            "start window"
        )


def _check_schedule(rule: Rule) -> None:
    try:
        parsed = schedule.parse(rule["ScheduleExpression"])
        schedule.check_timezone(rule["ScheduleExpressionTimezone"])
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid schedule. {error}") from error
    if parsed.more_often_than_hourly and not rule["EnableContinuousBackup"]:
        raise InvalidParameterValue("Invalid schedule. Backups cannot be more frequent than hourly")


def _check_copy(action: dict[str, Any]) -> None:
    destination = arns.parse(action["DestinationBackupVaultArn"], "destination backup vault ARN")
    if destination.service != "backup" or not destination.resource.startswith("backup-vault:"):
        raise InvalidParameterValue(f"Not a backup vault: {action['DestinationBackupVaultArn']}")
    lifecycles.check(action.get("Lifecycle"))


def _check_advanced(settings: list[dict[str, Any]]) -> None:
    for setting in settings:
        if setting.get("ResourceType") != "EC2":
            raise InvalidParameterValue(
                f"Invalid resource type in advanced settings: {setting.get('ResourceType')}"
            )
        check_options(setting.get("BackupOptions") or {})


def check_options(options: dict[str, str]) -> None:
    """:raises InvalidParameterValue: AWS has no such backup option."""
    for name, value in options.items():
        if value not in _OPTIONS.get(name, set()):
            raise InvalidParameterValue(f"Invalid backup option: {name}={value}")
