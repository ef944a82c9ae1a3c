"""Rules of backup plans, selections, lifecycles and jobs."""

from emulator.backup import (
    backup_jobs,
    lifecycles,
    models,
    plan_runs,
    plans,
    restore_jobs,
    restored,
    rules,
    selections,
)  # fmt: skip
from emulator.backup.copy_jobs import CopyJob
from emulator.backup.jobs import Jobs
from emulator.backup.resources.efs import Efs
from emulator.documented.rule import API, GUIDE, PITR, PLAN_OPTIONS, QUOTAS, Rule, left_out, refused
from emulator.rds import clusters
from emulator.rds.door import Door

PLANS: dict[str, tuple[Rule, ...]] = {
    "Backup plans and rules": (
        refused("There are 300 plans in a Region", QUOTAS, plans.Plans.create, "plan-quota"),
        refused("A backup runs at most once an hour", PLAN_OPTIONS, rules.filled_in, "plan-more-than-hourly"),
        refused(
            "A schedule is a cron expression in a time zone",
            PLAN_OPTIONS,
            rules.filled_in,
            "plan-no-schedule",
            "plan-time-zone",
        ),
        refused(
            "A start window is 60 minutes to 100 years",
            f"{API}, BackupRuleInput",
            rules.check_windows,
            "plan-start-window",
            "plan-long-window",
        ),
        refused(
            "A completion window ends at least 60 minutes after the start window",
            f"{API}, BackupRuleInput",
            rules.check_windows,
            "plan-completion-window",
        ),
        refused(
            "The vault of a rule exists", f"{API}, CreateBackupPlan", rules.filled_in, "plan-vault-missing"
        ),
        refused(
            "A plan has at most 10 rules, a rule 5 copies, into backup vaults",
            QUOTAS,
            rules.filled_in,
            "plan-rules",
            "plan-copies",
            "plan-copy-destination",
        ),
        refused(
            "A rule's name is 1 to 50 of letters, digits, - _ .",
            f"{API}, BackupRuleInput",
            rules.filled_in,
            "plan-rule-name",
        ),
        refused(
            "A plan with selections is not deleted",
            f"{API}, DeleteBackupPlan",
            plans.Plans.delete,
            "plan-used",
        ),
        Rule(
            "Schedules follow the rule's time zone; local times that do not exist are skipped",
            PLAN_OPTIONS,
            plan_runs.PlanRuns.enter,
            "test_emulator_plan_runs.py::test_local_times_follow_the_rules_time_zone",
        ),
        Rule(
            "Of rules of one plan that overlap, the one with the longest retention runs",
            PLAN_OPTIONS,
            plan_runs.PlanRuns.enter,
            "test_emulator_plan_runs.py::test_of_overlapping_rules_the_one_with_the_longer_retention_runs",
        ),
        Rule(
            "A job that does not complete within its window expires",
            PLAN_OPTIONS,
            backup_jobs.BackupJob.work,
            "test_emulator_plan_runs.py::test_a_job_that_hangs_expires_with_its_completion_window",
        ),
        Rule(
            "Advanced settings of a plan are kept and answered, and its jobs of instances have them",
            f"{API}, AdvancedBackupSetting",
            plan_runs.PlanRuns.enter,
            "test_emulator_plan_runs.py::test_windows_are_told_and_advanced_settings_reach_instances",
        ),
        left_out(
            "Where VSS fails, a job is completed with issues, and its backup is crash-consistent",
            f"{GUIDE}, Create Windows VSS backups",
            "no Windows runs here: the fault job-has-issues ends a job so",
        ),
        left_out(
            "A rule backs up into an air-gapped vault, has backups indexed or scanned",
            f"{API}, BackupRuleInput",
            "such a request answers NotImplemented; index actions are kept in the plan, and no index is made",
        ),
        left_out(
            "A backup of a database fails within its maintenance window",
            PLAN_OPTIONS,
            "when a job meets the window is not documented to the minute",
        ),
        left_out(
            "One resource has one running backup or copy at a time",
            QUOTAS,
            "what happens to the second is not documented: it waits, for how long is not known",
        ),
        left_out(
            "A job starts at some moment of its start window",
            PLAN_OPTIONS,
            "which one is not documented; it starts at the window's beginning",
        ),
    ),
    "Selections": (
        refused(
            "A selection names 500 ARNs, or 30 with wildcards",
            f"{GUIDE}, Assigning resources",
            selections.create,
            "selection-arns",
            "selection-wildcards",
        ),
        refused(
            "A condition's key begins with aws:ResourceTag/",
            f"{API}, Conditions",
            selections.create,
            "selection-condition-key",
        ),
        refused(
            "A selection's role is the ARN of a role",
            f"{API}, BackupSelection",
            selections.create,
            "selection-role",
        ),
        Rule(
            "ListOfTags is OR, Conditions is AND, and Region opt-in holds",
            f"{GUIDE}, Assigning resources",
            plan_runs.PlanRuns.enter,
            "test_emulator_assignment.py::test_what_a_selection_assigns",
        ),
        left_out(
            "The role's permissions suffice",
            f"{GUIDE}, IAM service roles",
            "the emulator evaluates no identity policies",
        ),
    ),
    "Lifecycles and point-in-time recovery": (
        refused("Retention is 1 to 36,500 days", f"{API}, Lifecycle", lifecycles.check, "plan-retention"),
        refused(
            "Cold storage lasts at least 90 days", f"{API}, Lifecycle", lifecycles.check, "plan-cold-storage"
        ),
        refused(
            "A continuous backup is kept 1 to 35 days, never in cold storage",
            PITR,
            lifecycles.check_continuous,
            "plan-continuous-retention",
            "plan-continuous-cold",
        ),
        Rule(
            "There is one continuous recovery point of a resource, which goes on",
            PITR,
            backup_jobs.BackupJob.work,
            "test_emulator_plan_runs.py::test_a_continuous_rule_keeps_one_recovery_point_that_goes_on",
        ),
        Rule(
            "A copy of a continuous backup is a snapshot",
            PITR,
            CopyJob.work,
            "test_emulator_plan_runs.py::test_a_copy_of_a_continuous_backup_is_a_snapshot",
        ),
        Rule(
            "Only some types move to cold storage",
            f"{GUIDE}, Feature availability by resource",
            models.BackupBackend.keep,
            "test_emulator_plan_runs.py::test_a_recovery_point_goes_to_cold_storage_if_its_type_can",
        ),
        refused(
            "Only continuous backups are disassociated",
            f"{API}, DisassociateRecoveryPoint",
            models.BackupBackend.release_continuous,
            "disassociate-snapshot",
        ),
        left_out(
            "Recovery points are deleted some hours after the end of their lifecycle",
            f"{GUIDE}, Deleting backups",
            "when exactly is not documented; they are deleted at that moment",
        ),
    ),
    "Jobs": (
        refused(
            "A backup job's vault and resource exist",
            f"{API}, StartBackupJob",
            backup_jobs.make,
            "job-vault-missing",
            "job-resource-missing",
        ),
        refused(
            "A resource's type is one that AWS Backup supports",
            f"{API}, StartBackupJob",
            backup_jobs.make,
            "job-resource-type",
        ),
        refused(
            "A backup option is WindowsVSS, enabled or disabled",
            f"{API}, StartBackupJob",
            rules.check_options,
            "job-option",
        ),
        Rule(
            "An idempotency token starts one job",
            f"{API}, StartBackupJob",
            Jobs.start,
            "test_emulator_jobs.py::test_an_idempotency_token_starts_one_job",
        ),
        Rule(
            "What is restored gets, on request, the recovery point's tags, which has those of its resource",
            f"{API}, StartRestoreJob",
            restored.tag,
            "test_emulator_efs.py::test_tags_are_copied_to_what_is_restored_on_request",
        ),
        Rule(
            "A file system is restored into a new one or beside what one holds, under the key that is wanted",
            f"{GUIDE}, Restore an Amazon EFS file system",
            Efs.restore,
            "test_emulator_efs.py::test_a_file_system_is_restored_into_an_existing_one_beside_what_it_holds",
        ),
        left_out(
            "Files and directories of a file system are restored",
            f"{GUIDE}, Restore an Amazon EFS file system",
            "moto keeps no files, only their size: a restore of items answers NotImplemented",
        ),
        Rule(
            "Jobs are listed for 30 days",
            f"{API}, ListBackupJobs",
            Jobs.all,
            "test_emulator_plan_runs.py::test_jobs_are_listed_for_thirty_days_newest_first",
        ),
        refused(
            "A validation result is written once",
            f"{API}, PutRestoreValidationResult",
            restore_jobs.RestoreJob.validate,
            "validation-twice",
        ),
        Rule(
            "A cluster of Aurora that is restored has no instance, and takes connections once it has one",
            f"{GUIDE}, Restore an Amazon Aurora cluster",
            clusters.install,
            "test_emulator_rds.py::test_a_cluster_answers_with_its_rows_once_it_has_an_instance",
        ),
        Rule(
            "Connections to a database on PostgreSQL are encrypted for whoever asks for it",
            "Amazon RDS User Guide, Using SSL/TLS to encrypt a connection to a DB instance",
            Door,
            "test_emulator_rds.py::test_connections_are_encrypted_on_request_with_a_certificate",
        ),
    ),
}
