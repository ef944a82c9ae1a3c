"""What a finding puts at risk, and how bad that is."""

import re
from collections.abc import Callable
from typing import TypeAlias

from tierkeep.validate.check import Check
from tierkeep.validate.difference import Difference, Kind
from tierkeep.validate.forms import AdministratorForm, LogGroupForm
from tierkeep.validate.severity import Severity

Assessment: TypeAlias = tuple[Severity, str] | Callable[[Difference], tuple[Severity, str]]
"""How bad something is and what it puts at risk, or how to tell from the values."""

_DAYS_OF = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}


def assess(check: Check, difference: Difference) -> tuple[Severity, str]:
    """How bad a difference is, and what it puts at risk, in one line."""
    for check_id, pattern, kind, assessment in _RISKS:
        if (
            check_id in {"*", check.id}
            and kind in {None, difference.kind}
            and re.fullmatch(pattern, difference.path)
        ):
            return assessment(difference) if callable(assessment) else assessment
    return Severity.MEDIUM, "the deployed setting is not the one that the catalog asks for"


def _state_of_key(difference: Difference) -> tuple[Severity, str]:
    if difference.actual == "PendingDeletion":
        return Severity.CRITICAL, (
            "once the waiting period ends, every recovery point under this key is lost for good"
        )
    return Severity.CRITICAL, "no backup can be written with this key, and none restored, until it is enabled"


def _mode_of_lock(difference: Difference) -> tuple[Severity, str]:
    if difference.actual == "governance":
        return Severity.HIGH, "whoever has the permission can lift the lock, and then delete recovery points"
    return Severity.HIGH, "once its time for changes is over nobody can lift or change the lock any more"


def _retention(difference: Difference) -> tuple[Severity, str]:
    """Compares how long something is kept; None is always."""
    expected, actual = _days(difference.expected), _days(difference.actual)
    if expected == actual:
        return Severity.LOW, "the retention is counted otherwise than the catalog says"
    if actual == "unclear" or expected == "unclear":
        return Severity.HIGH, "recovery points are not kept for the time that the tier promises"
    if expected is None:
        return Severity.HIGH, f"points that are to be kept always are deleted after {actual} days"
    if actual is None:
        return (
            Severity.MEDIUM,
            "points are never deleted: they cost for ever, and a duty to delete is not met",
        )
    early = int(expected) - int(actual)
    if early > 0:
        return Severity.HIGH, f"points are deleted {early} days before the tier's promise"
    return Severity.MEDIUM, f"points are kept {-early} days longer than the tier says, and cost as long"


def _machine(difference: Difference) -> tuple[Severity, str]:
    """A state machine that is not there, or its log group."""
    if isinstance(difference.expected or difference.actual, LogGroupForm):
        return Severity.MEDIUM, "nobody can see why the state machine failed, or old logs stay and cost"
    return Severity.HIGH, _NOT_AT_WORK


def _unasked_for(difference: Difference) -> tuple[Severity, str]:
    if isinstance(difference.actual, AdministratorForm):
        return Severity.HIGH, "another account than the catalog names governs the backups of all accounts"
    return (
        Severity.MEDIUM,
        "a policy that the catalog does not ask for may hold for accounts",
    )


_NOT_AT_WORK = (
    "it does not run when it should, or may not do what it should: what it looks after is left alone"
)


def _days(value: object) -> int | str | None:
    if value is None or isinstance(value, int):
        return value
    match = re.fullmatch(r"(\d+) (\w+)", str(value))
    return int(match[1]) * _DAYS_OF[match[2]] if match and match[2] in _DAYS_OF else "unclear"


_RISKS: tuple[tuple[str, str, Kind | None, Assessment], ...] = (
    # Check, path, kind (None is any) and what to think of it; the first that fits is taken.
    ("drift.key", "", Kind.MISSING, (Severity.CRITICAL,
     "nothing goes by this alias: backups fail, and if the key itself is gone, so is all that it encrypted")),
    ("drift.key", "state", None, _state_of_key),
    ("drift.key", "manager", None, (Severity.HIGH,
     "recovery points under a key that AWS manages cannot be copied to or shared with another account")),
    ("drift.key", "rotation", None, (Severity.MEDIUM, "one key material encrypts all backups for ever")),
    ("drift.key", r"policy\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "who must use the key for backups, copies or sharing may not: these fail")),
    ("drift.key", r"policy\[[^\]]*\]", None, (Severity.HIGH,
     "others may use the key than the catalog names, or do other things with it")),
    ("drift.key", r"grants\[[^\]]*\]", None, (Severity.HIGH,
     "it holds a grant: it uses the key whatever the key's policy and IAM say, until the grant is revoked")),
    ("drift.key", "description", None, (Severity.LOW, "people may mistake what the key is for")),
    ("drift.vault", "", Kind.MISSING, (Severity.CRITICAL,
     "backups and copies into this vault fail, and the recovery points that it held are gone")),
    ("drift.vault", "key", None, (Severity.HIGH,
     "recovery points are encrypted with another key than the tier promises")),
    ("drift.vault", r"policy\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "copies from the accounts that the catalog names are refused")),
    ("drift.vault", r"policy\[[^\]]*\]", None, (Severity.HIGH,
     "others may use the vault than the catalog names, or do other things with it")),
    ("drift.vault", "air_gapped", None, (Severity.HIGH,
     "it is another kind of vault: what lies in it is held otherwise than the tier promises")),
    ("drift.vault", "lock", Kind.MISSING, (Severity.HIGH,
     "whoever may delete recovery points can delete them before their time")),
    ("drift.vault", "lock", Kind.UNEXPECTED, (Severity.HIGH,
     "jobs whose retention its range does not take fail, and nobody can delete what is in the vault")),
    ("drift.vault", r"lock\.mode", None, _mode_of_lock),
    ("drift.vault", r"lock\.(min|max)_retention_days", None, (Severity.HIGH,
     "jobs fail whose retention this range does not take, or others succeed than the tier allows")),
    ("drift.backup-plan", "", Kind.MISSING, (Severity.CRITICAL,
     "nothing of this tier is backed up by AWS Backup")),
    ("drift.backup-plan", r"rules\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "no recovery points are made or kept as this rule promises")),
    ("drift.backup-plan", r"rules\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "a rule that the catalog does not know makes recovery points, and may displace another's")),
    ("drift.backup-plan", r"selections\[[^\]]*\]", Kind.MISSING, (Severity.CRITICAL,
     "the resources that this selection names are not backed up by the plan")),
    ("drift.backup-plan", r"selections\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "resources that the tier does not claim are backed up, and cost")),
    ("drift.backup-plan", r"selections\[[^\]]*\]\.role_arn", None, (Severity.HIGH,
     "another role makes the backups: they fail if it may not")),
    ("drift.backup-plan", r"selections\[.*", None, (Severity.HIGH,
     "the plan protects other resources than the tier claims")),
    ("drift.backup-plan", r"rules\[.*copies\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "no copy reaches that vault: losing the home Region or account loses the backups")),
    ("drift.backup-plan", r"rules\[.*copies\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "backups leave for a vault that the catalog does not name, and cost there")),
    ("drift.backup-plan", r".*lifecycle\.delete_after_days", None, _retention),
    ("drift.backup-plan", r".*lifecycle\.cold_storage_after_days", None, (Severity.MEDIUM,
     "points move to cold storage at another time: they cost more, or restore more slowly, than planned")),
    ("drift.backup-plan", r"rules\[.*\.(schedule|time_zone)", None, (Severity.HIGH,
     "backups are made at other times: the recovery point objective may be missed")),
    ("drift.backup-plan", r"rules\[.*\.(start|completion)_window_minutes", None, (Severity.MEDIUM,
     "backups may start later, or be given up earlier, than planned")),
    ("drift.backup-plan", r"rules\[.*\.continuous", None, (Severity.HIGH,
     "point-in-time recovery is not as the tier promises")),
    ("drift.backup-plan", r"rules\[.*\.vault_name", None, (Severity.HIGH,
     "recovery points go to another vault, with its key and its protection")),
    ("drift.backup-plan", r"rules\[.*recovery_point_tags.*", None, (Severity.LOW,
     "recovery points do not say which tier they belong to")),
    ("drift.backup-plan", r"backup_options\[.*", Kind.MISSING, (Severity.HIGH,
     "Windows is not made to write its data out: backups of instances are crash-consistent")),
    ("drift.backup-plan", r"backup_options\[.*", None, (Severity.LOW,
     "AWS Backup does something with backups of instances that the tier does not ask for")),
    ("drift.snapshot-policy", "", Kind.MISSING, (Severity.CRITICAL, "no snapshots of this tier are made")),
    ("drift.snapshot-policy", r"default(\..*)?", None, (Severity.HIGH,
     "what no tier claims is not backed up, kept or left out as the default policy says")),
    ("drift.snapshot-policy", "policy_type", None, (Severity.HIGH,
     "it makes other backups, snapshots or images, than the catalog says")),
    ("drift.snapshot-policy", "reboot", None, (Severity.HIGH,
     "instances reboot though the tier says that they do not, or their images are crash-consistent only")),
    ("drift.snapshot-policy", r"schedules\[.*\.deprecated", None, (Severity.MEDIUM,
     "images are deprecated at another time than the catalog says")),
    ("drift.snapshot-policy", "status", None, (Severity.CRITICAL,
     "the policy is not at work: no snapshots of this tier are made")),
    ("drift.snapshot-policy", r"schedules\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "no snapshots are made or kept as this schedule promises")),
    ("drift.snapshot-policy", r"schedules\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "a schedule that the catalog does not know makes snapshots, and costs")),
    ("drift.snapshot-policy", r"schedules\[.*copies\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "no copy reaches that Region: losing the home Region loses the snapshots")),
    ("drift.snapshot-policy", r"schedules\[.*copies\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "snapshots leave for a Region that the catalog does not name, and cost there")),
    ("drift.snapshot-policy", r"schedules\[.*copies\[.*\.(key|encrypted)", None, (Severity.HIGH,
     "copies are not encrypted with the key that the tier promises")),
    ("drift.snapshot-policy", r"schedules\[.*\.fast_restore.*", None, (Severity.HIGH,
     "restored volumes are not at full speed where and as long as the tier promises, or it costs where not")),
    ("drift.snapshot-policy", r"schedules\[.*\.share.*", None, (Severity.HIGH,
     "snapshots are shared with other accounts, or for another time, than the catalog says")),
    ("drift.snapshot-policy", r"schedules\[.*\.(retain|archived)", None, _retention),
    ("drift.snapshot-policy", r"schedules\[.*\.scripts\[.*crash_consistent_on_failure", None, (Severity.HIGH,
     "where a script fails, there is a snapshot that nobody should trust, or none that the tier promises")),
    ("drift.snapshot-policy", r"schedules\[.*\.scripts\[.*", None, (Severity.HIGH,
     "applications are not made to write their data out as the tier promises, or other scripts run")),
    ("drift.snapshot-policy", "without_boot_volume|without_volumes", None, (Severity.HIGH,
     "other volumes of an instance are left out of its snapshots than the tier says")),
    ("drift.snapshot-policy", r"schedules\[.*\.(when|start_time)", None, (Severity.HIGH,
     "snapshots are made at other times: the recovery point objective may be missed")),
    ("drift.snapshot-policy", r"sharing\.copies\[[^\]]*\]\.retain", None, _retention),
    ("drift.snapshot-policy", r"sharing(\..*)?", None, (Severity.HIGH,
     "what other accounts share is not copied, or not as the tier promises: losing them loses the copies")),
    ("drift.snapshot-policy", r"role_arn", None, (Severity.HIGH,
     "another role makes the snapshots: they fail if it may not")),
    ("drift.snapshot-policy", r"target_tags|resource_types", None, (Severity.HIGH,
     "the policy protects other resources than the tier claims")),
    ("drift.snapshot-policy", r"schedules\[.*copy_tags", None,
     (Severity.MEDIUM, "snapshots do not carry their volume's tags, by which people and drills find them")),
    ("drift.snapshot-policy", r"schedules\[.*tags_to_add.*", None, (Severity.LOW,
     "snapshots do not say which tier they belong to")),
    ("drift.snapshot-policy", "description", None, (Severity.LOW,
     "people may mistake what the policy is for")),
    ("drift.script-document", "", Kind.MISSING, (Severity.CRITICAL,
     "scripts cannot run: snapshots are crash-consistent, or there are none, as the tier says")),
    ("drift.script-document", "content", None, (Severity.CRITICAL,
     "instances run other scripts than the catalog has, with all the rights that they have there")),
    ("drift.role", "|arn", None, (Severity.CRITICAL,
     "who is to assume the role that is named cannot: backups, restores or commands fail")),
    ("drift.role", r"trust\[[^\]]*\]", Kind.UNEXPECTED, (Severity.HIGH,
     "others may assume the role than those it is for")),
    ("drift.role", r"trust\[.*", None, (Severity.CRITICAL,
     "who it is for may not be able to assume the role, or others may for whom it is not meant")),
    ("drift.role", r"policies\[.*", Kind.MISSING, (Severity.HIGH,
     "the role may not do all that it is for: backups, copies, restores or commands fail")),
    ("drift.role", r"policies\[.*", Kind.UNEXPECTED, (Severity.HIGH,
     "the role may do more than it needs")),
    ("drift.role", r"policies\[.*", None, (Severity.HIGH,
     "the role may do more, or less, than it needs")),
    ("drift.role", "boundary", None, (Severity.HIGH,
     "what bounds the role is not what the catalog says: it may do too much, or too little")),
    ("drift.state-machine", "definition.*|type", None, (Severity.HIGH,
     "it does something else than the tier promises, or nothing")),
    ("drift.state-machine", r"start\.description", None, (Severity.LOW,
     "people may mistake what the schedule is for")),
    ("drift.state-machine", "", None, _machine),
    ("drift.state-machine", "status|start.*|role_arn", None, (Severity.HIGH, _NOT_AT_WORK)),
    ("drift.state-machine", "logging|tracing", None, (Severity.MEDIUM,
     "nobody can see why it failed")),
    ("drift.state-machine", "retention_days|key|other_settings.*", None, (Severity.MEDIUM,
     "what it logs is kept for another time, or otherwise, than it should be")),
    ("drift.table", "recovery_period_days", None, (Severity.HIGH,
     "the table cannot be restored to a moment, or not as far back as the tier promises")),
    ("drift.script-document", "status|type", None, (Severity.CRITICAL,
     "the document cannot be run: snapshots are crash-consistent, or there are none, as the tier says")),
    ("drift.restore-testing", "", Kind.MISSING, (Severity.HIGH,
     "nothing is restored as a test: nobody knows whether the backups can be restored")),
    ("drift.restore-testing", r"selections\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "no backup of this type is restored as a test")),
    ("drift.restore-testing", r"selections\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "more is restored than the drill says, and costs")),
    ("drift.restore-testing", r"selections\[[^\]]*\]\.role_arn", None, (Severity.HIGH,
     "another role restores: the tests fail if it may not")),
    ("drift.restore-testing", r"selections\[[^\]]*\]\.validation_window_hours", None, (Severity.MEDIUM,
     "what was restored is deleted before it is checked, or costs for longer")),
    ("drift.restore-testing", "schedule|time_zone|start_window_hours", None, (Severity.MEDIUM,
     "restores are tested at other times, or more seldom, than the drill says")),
    ("drift.restore-testing", r"selections\[.*|vaults|algorithm|point_types|window_days|other.*", None,
     (Severity.MEDIUM, "other recovery points are restored, or otherwise, than the drill says")),
    ("drift.framework", "", Kind.MISSING, (Severity.MEDIUM,
     "nobody is told what does not comply with the promises of the tier")),
    ("drift.framework", "status", None, (Severity.MEDIUM,
     "AWS Config does not record all that the controls are about: they say nothing of it")),
    ("drift.framework", "description", None, (Severity.LOW, "people may mistake what the framework is for")),
    ("drift.framework", r"deployment|controls\[.*", None, (Severity.MEDIUM,
     "other things are held against backups than the promises of the tier")),
    ("drift.reports", "blocked|ownership|encryption|policy.*", None, (Severity.HIGH,
     "reports may be read, written or forged by others, or AWS may not write them")),
    ("drift.reports", r"versioning|expiry.*", None, (Severity.MEDIUM,
     "reports go before their time, can be overwritten for good, or are never deleted and cost")),
    ("drift.reports", "description", None, (Severity.LOW, "people may mistake what the report is for")),
    ("drift.reports", "", Kind.MISSING, (Severity.MEDIUM, "reports of that kind are not written")),
    ("drift.reports", "deployment|template|frameworks|bucket|formats|other.*", None, (Severity.MEDIUM,
     "reports are about other things, in other forms, or in another place than the catalog says")),
    ("drift.opt-in", ".*", None, (Severity.HIGH,
     "AWS Backup may pass over resources of this type: no recovery points are made of them")),
    ("drift.events", "", Kind.MISSING, (Severity.HIGH, "failures of backups are told to nobody, or not all")),
    ("drift.events", r"subscriptions\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "who is to be told of failures hears nothing of them")),
    ("drift.events", r"subscriptions\[[^\]]*\]\.confirmed", None, (Severity.HIGH,
     "who is to be told of failures has not confirmed the address, and hears nothing until then")),
    ("drift.events", r"subscriptions\[.*", None, (Severity.HIGH,
     "who is to be told of failures may not hear of all of them")),
    ("drift.events", "key|policy.*", None, (Severity.HIGH,
     "services of AWS cannot tell the topic or the queue, or others may")),
    ("drift.events", r"targets\[[^\]]*\]", Kind.UNEXPECTED, (Severity.MEDIUM,
     "events go to somebody whom the catalog does not name")),
    ("drift.events", r"targets\[[^\]]*\]\.dead_letters|kept_seconds", None, (Severity.MEDIUM,
     "events that could not be delivered are lost")),
    ("drift.events", r"state|pattern.*|targets.*|topic_arn|events|other_settings.*", None, (Severity.HIGH,
     "what fails is not told, not tried again or not backed up before a deployment, as the catalog says")),
    ("drift.events", "description", None, (Severity.LOW, "people may mistake what the rule is for")),
    ("drift.alarm", "", Kind.MISSING, (Severity.HIGH,
     "nobody is told when backups fail or stay away")),
    ("drift.alarm", "enabled|on_alarm", None, (Severity.HIGH,
     "the alarm tells others than the catalog names, or nobody")),
    ("drift.alarm", "on_ok|on_missing", None, (Severity.MEDIUM,
     "whether it is over is told to others than the catalog names, or to nobody")),
    ("drift.alarm", "description|label", None, (Severity.LOW, "people may mistake what the alarm is for")),
    ("drift.alarm", r"metrics.*|expression|evaluation_periods|comparison|threshold|missing_data|other.*",
     None, (Severity.HIGH, "it goes off at other times or for other things, or never")),
    ("drift.dashboard", "", Kind.UNEXPECTED, (Severity.LOW, "it costs, and nobody tends it")),
    ("drift.dashboard", ".*", None, (Severity.LOW, "people do not see what the catalog has shown to them")),
    ("drift.budget", "", Kind.MISSING, (Severity.MEDIUM,
     "nobody is told when the tier's backups cost more than planned")),
    ("drift.budget", r"(type|limit|period|filters.*|alerts.*|other_settings.*)", None, (Severity.MEDIUM,
     "another sum is watched, or others are told of it, than the catalog says")),
    ("drift.organization", "", Kind.UNEXPECTED, _unasked_for),
    ("drift.organization", "|value|state", None, (Severity.HIGH,
     "copies between accounts, who watches over them, or what guards them is not as the catalog says")),
    ("drift.organization", r"targets\[[^\]]*\]", Kind.MISSING, (Severity.HIGH,
     "the policy does not hold for the accounts there")),
    ("drift.organization", r"targets\[[^\]]*\]", None, (Severity.MEDIUM,
     "the policy holds for accounts that the catalog does not name")),
    ("drift.organization", "description", None, (Severity.LOW, "people may mistake what the policy is for")),
    ("drift.organization", r"type|content\[.*", None, (Severity.HIGH,
     "accounts of the organisation are held to something else than the catalog says")),
    ("*", "", Kind.UNEXPECTED, (Severity.MEDIUM,
     "it carries the catalog's tag, but the catalog does not ask for it: it costs, and nobody tends it")),
    ("*", r"tags\[.*", None, (Severity.LOW,
     "what goes by tags (cost reports, Tierkeep itself) may pass it over")),
)  # fmt: skip
