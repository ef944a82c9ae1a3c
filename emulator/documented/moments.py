"""Rules of restores to a moment."""

from emulator.backup import restore_jobs
from emulator.backup.backup_jobs import BackupJob
from emulator.backup.resources.rds import Rds
from emulator.documented.rule import GUIDE, PITR, Rule, left_out
from emulator.dynamodb import journal, recovery
from emulator.rds import automated_backups, instances
from emulator.rds.timeline import Timeline
from emulator.s3.journal import Journal

RETENTION = f"{GUIDE}, Changing your retention period"
RDS = "Amazon RDS User Guide, Restoring a DB instance to a specified time"
RDS_API = "Amazon RDS API reference"
DYNAMODB = "Amazon DynamoDB Developer Guide, Point-in-time backups for DynamoDB"
DYNAMODB_API = "Amazon DynamoDB API reference"

MOMENTS: dict[str, tuple[Rule, ...]] = {
    "Restores to a moment": (
        Rule(
            "A bucket is restored as it was at a moment, with what has been deleted since",
            PITR,
            Journal.as_of,
            "test_emulator_moments_s3.py::test_a_bucket_is_restored_as_it_was_at_each_moment",
        ),
        Rule(
            "What is deleted for good from a bucket stays in its backup",
            PITR,
            Journal.note,
            "test_emulator_moments_s3.py::test_what_is_deleted_for_good_is_still_in_the_backup",
        ),
        Rule(
            "A continuous backup reaches from its retention ago to its latest restorable time",
            PITR,
            restore_jobs.moment_to_restore,
            "test_emulator_moments_s3.py::test_a_moment_that_the_backup_does_not_reach_is_refused",
        ),
        Rule(
            "Another retention stops the continuous backup of a bucket, and begins one",
            RETENTION,
            BackupJob.work,
            "test_emulator_moments_s3.py::test_another_retention_stops_the_backup_and_begins_one",
        ),
        Rule(
            "A DB instance on PostgreSQL is restored with the rows of a moment: its write-ahead log is "
            "replayed up to where the clock left that moment, or by times of commits if the clock ran",
            RDS,
            Timeline.target,
            "test_emulator_moments_rds.py::test_a_database_is_restored_as_it_was_at_each_moment",
        ),
        Rule(
            "Between two moments of a running clock, what was committed is told apart",
            RDS,
            Timeline.target,
            "test_emulator_moments_rds.py::"
            "test_while_the_clock_runs_a_database_is_restored_to_the_moment_between_two_rows",
        ),
        Rule(
            "Continuous backups of databases and of Aurora are restored, without data where there are none",
            PITR,
            Rds.as_of,
            "test_emulator_moments_rds.py::test_a_continuous_backup_restores_an_instance_without_data",
        ),
        Rule(
            "RDS restores to the retention period up to five minutes ago, and not at all if that is 0",
            RDS,
            automated_backups.window,
            "test_emulator_moments_rds.py::test_a_moment_that_rds_cannot_restore_is_refused",
        ),
        Rule(
            "An instance restored to a moment has one zone and no deletion protection unless it is asked for",
            f"{RDS_API}, RestoreDBInstanceToPointInTime",
            automated_backups.install,
            "test_emulator_moments_rds.py::"
            "test_an_instance_restored_to_a_moment_is_no_replica_and_can_be_deleted",
        ),
        Rule(
            "RDS restores clusters to moments that can be restored, as they are: moto keeps no data of them",
            f"{RDS_API}, RestoreDBClusterToPointInTime",
            automated_backups.window,
            "test_emulator_moments_rds.py::"
            "test_a_cluster_is_restored_to_a_moment_within_its_restorable_times",
        ),
        Rule(
            "A continuous backup can be restored when its database is gone",
            PITR,
            instances.use,
            "test_emulator_moments_rds.py::test_a_continuous_backup_outlives_its_instance",
        ),
        Rule(
            "AWS Backup sets the retention period of a database that it backs up continuously, and nobody "
            "else does until its recovery point is deleted: then there is none, or of a cluster one day",
            f"{GUIDE}, Stopping or deleting continuous backups",
            automated_backups.take_over,
            "test_emulator_moments_rds.py::test_aws_backup_says_how_long_it_backs_up_continuously",
        ),
        Rule(
            "A continuous backup of a database is encrypted as the database is",
            f"{GUIDE}, Encryption for backups",
            Rds.begin_continuous,
            "test_emulator_moments_rds.py::test_a_continuous_backup_is_encrypted_as_its_database",
        ),
        Rule(
            "DynamoDB restores a table with the items of a moment, whatever operation changed them",
            DYNAMODB,
            journal.Journal.as_of,
            "test_emulator_moments_dynamodb.py::test_a_table_is_restored_as_it_was_at_each_moment",
        ),
        Rule(
            "DynamoDB's restorable times lie within the recovery period and end five minutes ago",
            DYNAMODB,
            recovery.window,
            "test_emulator_moments_dynamodb.py::"
            "test_restorable_times_follow_the_clock_and_the_recovery_period",
        ),
        Rule(
            "DynamoDB's recovery that is turned off and on begins anew",
            DYNAMODB,
            journal.begin,
            "test_emulator_moments_dynamodb.py::test_recovery_that_is_turned_off_and_on_begins_anew",
        ),
        Rule(
            "A table that has no such moment, or no recovery, is not restored to it",
            f"{DYNAMODB_API}, RestoreTableToPointInTime",
            recovery.window,
            "test_emulator_moments_dynamodb.py::test_a_table_that_cannot_be_restored_so",
        ),
        Rule(
            "A restored table is set up as its source is now, but for what the request overrides",
            f"{DYNAMODB_API}, RestoreTableToPointInTime",
            recovery.install,
            "test_emulator_moments_dynamodb.py::"
            "test_a_restored_table_is_set_up_as_its_source_is_now_or_as_the_request_says",
        ),
        Rule(
            "A table with recovery that is deleted leaves a system backup for 35 days",
            DYNAMODB,
            recovery.install,
            "test_emulator_moments_dynamodb.py::test_a_deleted_table_leaves_a_system_backup_for_35_days",
        ),
        left_out(
            "The write-ahead log of a DB instance on PostgreSQL is as long as its retention period",
            RDS,
            "it is kept for as long as the instance; moments before the period are refused all the same",
        ),
        left_out(
            "RDS restores a deleted DB instance from its retained automated backups",
            f"{RDS_API}, RestoreDBInstanceToPointInTime",
            "none are retained: such a request answers NotImplemented; a continuous backup does restore it",
        ),
        left_out(
            "A bucket's tags and access control lists are those of the moment",
            f"{GUIDE}, Amazon S3 backups",
            "moto does not date them: tags are those that a version had last, lists are not kept",
        ),
    ),
}
