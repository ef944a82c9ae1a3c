"""What backup plans do when their rules' schedules say so.

From "Backup plan options and configuration" in the AWS Backup Developer Guide.  A job is created at the
scheduled moment; the emulator starts it then, where AWS takes some of the start window.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from emulator import clock, schedule
from emulator.backup import assignment, events, inventory
from emulator.backup.backup_jobs import BackupJob
from emulator.backup.lifecycles import LONGEST_DAYS
from emulator.backup.plans import Plan, Version
from emulator.backup.vaults import Vault

if TYPE_CHECKING:
    from emulator.backup.models import BackupBackend

Rule = dict[str, Any]


class PlanRuns:
    """The runs of the plans of ``backend``."""

    def __init__(self, backend: "BackupBackend") -> None:
        self._backend = backend
        self._next: dict[tuple[str, str], clock.Entry] = {}

    def enter(self, plan: Plan) -> None:
        """Have the rules of a plan run from now on that was created or changed; of a deleted one, none."""
        for key in [key for key in self._next if key[0] == plan.id]:
            self._next.pop(key).cancel()
        rules = [] if plan.deleted else plan.current.document["Rules"]
        for rule in rules:
            self._enter(plan, rule)
        self._stop_continuous(
            plan, {r["TargetBackupVaultName"] for r in rules if r["EnableContinuousBackup"]}
        )
        self._tell(plan)

    def _enter(self, plan: Plan, rule: Rule) -> None:
        moment = _next_run(plan.current, rule, clock.now())
        if moment is not None:
            run = partial(self._run, plan, rule)
            self._next[plan.id, rule["RuleId"]] = self._backend.agenda.at(moment, run)

    def _run(self, plan: Plan, rule: Rule) -> None:
        moment = clock.now()
        self._enter(plan, rule)
        plan.last_execution = moment
        if any(_gives_way(plan.current, rule, other, moment) for other in plan.current.document["Rules"]):
            return
        for arn, role_arn in self._assigned(plan).items():
            self._backend.backup_jobs.add(self._job(plan, rule, arn, role_arn))

    def _assigned(self, plan: Plan) -> dict[str, str]:
        """The ARNs of the resources that the plan backs up, each with the role to do it with."""
        resources = list(inventory.resources(self._backend.place)) if plan.selections else []
        opt_in = self._backend.region_settings.opt_in
        found: dict[str, str] = {}
        for selection in plan.selections.values():
            for resource in assignment.assigned(selection.document, opt_in, resources):
                found.setdefault(resource.arn, selection.document["IamRoleArn"])
        return found

    def _job(self, plan: Plan, rule: Rule, arn: str, role_arn: str) -> BackupJob:
        return BackupJob(
            waiting="CREATED",
            backend=self._backend,
            role_arn=role_arn,
            vault=self._vault(rule["TargetBackupVaultName"]),
            resource_arn=arn,
            request={
                "IamRoleArn": role_arn,
                "Lifecycle": rule.get("Lifecycle"),
                "RecoveryPointTags": rule.get("RecoveryPointTags"),
                "BackupOptions": _options(plan.current, arn),
            },
            start_window=rule["StartWindowMinutes"],
            completion_window=rule["CompletionWindowMinutes"],
            continuous=rule["EnableContinuousBackup"],
            copy_actions=rule.get("CopyActions") or [],
            created_by={
                "BackupPlanId": plan.id,
                "BackupPlanArn": plan.arn,
                "BackupPlanName": plan.current.document["BackupPlanName"],
                "BackupPlanVersion": plan.current.id,
                "BackupRuleId": rule["RuleId"],
                "BackupRuleName": rule["RuleName"],
                "BackupRuleCron": rule["ScheduleExpression"],
                "BackupRuleTimezone": rule["ScheduleExpressionTimezone"],
            },
        )

    def _vault(self, name: str) -> Vault:
        vaults = self._backend.vaults
        if vaults.exists(name):
            return vaults.get(name)
        # It was deleted since; the job fails, and says so under the vault's name.
        return Vault(
            name=name,
            arn=vaults.arn(name),
            key_arn="",
            customer_key=False,
            creator_request_id=None,
            created=clock.now(),
        )

    def _stop_continuous(self, plan: Plan, kept: set[str]) -> None:
        """Continuous backups end with the rule that made them (``kept``: the vaults that still have one)."""
        for vault in self._backend.vaults.all():
            for point in list(vault.recovery_points.values()):
                made_here = (point.created_by or {}).get("BackupPlanId") == plan.id
                if point.continuous and made_here and not point.stopped and vault.name not in kept:
                    self._backend.stop_continuous(vault, point)

    def _tell(self, plan: Plan) -> None:
        state, name, moment = "MODIFIED", "modifiedAt", plan.current.created
        if plan.deleted:
            state, name, moment = "DELETED", "deletionDate", plan.deleted
        elif len(plan.versions) == 1:
            state, name = "CREATED", "creationDate"
        events.of_plan(self._backend, plan, state, {name: moment})


def _next_run(version: Version, rule: Rule, after: datetime) -> datetime | None:
    zone = ZoneInfo(rule["ScheduleExpressionTimezone"])
    return schedule.parse(rule["ScheduleExpression"]).next_after(after, zone, version.created)


def _gives_way(version: Version, rule: Rule, other: Rule, moment: datetime) -> bool:
    """Whether a run of ``rule`` at ``moment`` gives way to one of ``other``, a rule of the same plan.

    "When the start windows of different rules overlap, AWS Backup retains the backup under the rule with the
    longer retention period"; the guide's example takes the whole start window into account.  What it does not
    say: of two that are kept equally long, the earlier run stays, and of those, the first by name; a run that
    itself gives way still takes the place of others.
    """
    if other is rule or _kept_days(other) < _kept_days(rule):
        return False
    window = timedelta(minutes=rule["StartWindowMinutes"])
    rival = _next_run(version, other, moment - timedelta(minutes=other["StartWindowMinutes"]))
    if rival is None or rival >= moment + window:
        return False
    return _rank(other, rival) < _rank(rule, moment)


def _rank(rule: Rule, moment: datetime) -> tuple[int, datetime, str]:
    return -_kept_days(rule), moment, rule["RuleName"]


def _kept_days(rule: Rule) -> int:
    days = (rule.get("Lifecycle") or {}).get("DeleteAfterDays")
    return LONGEST_DAYS + 1 if days is None else int(days)


def _options(version: Version, arn: str) -> dict[str, str] | None:
    """Advanced settings are for EC2 alone (AdvancedBackupSetting in the API reference)."""
    settings = version.document.get("AdvancedBackupSettings") or []
    if settings and arn.split(":")[2] == "ec2" and ":instance/" in arn:
        options: dict[str, str] = settings[0].get("BackupOptions") or {}
        return options
    return None
