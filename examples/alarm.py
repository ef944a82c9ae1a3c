from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.alarm import MetricAlarm
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "alarm")
AwsProvider(stack, "aws", region="eu-west-1")
topic_arn = "arn:aws:sns:eu-west-1:111111111111:campus-events"
overdue = model.Alarm(
    name="campus-critical-missed-backups",
    arn="arn:aws:cloudwatch:eu-west-1:111111111111:alarm:campus-critical-missed-backups",
    description="No backup of tier critical has completed for 7 hours",
    metrics=(
        model.Metric(
            id="backups",
            namespace="AWS/Backup",
            name="NumberOfBackupJobsCompleted",
            statistic="Sum",
            dimensions=(("BackupVaultName", "campus-critical"),),
        ),
    ),
    period_seconds=3600,
    evaluation_periods=7,
    comparison=model.Comparison.LESS,
    threshold=1,
    missing_data=model.MissingData.BREACHING,
    topic_arn=topic_arn,
    tells_end=True,
    tags=(("team", "storage"),),
    origin=(),
)
failed = model.Alarm(
    name="campus-critical-volumes-failed-snapshots",
    arn="arn:aws:cloudwatch:eu-west-1:111111111111:alarm:campus-critical-volumes-failed-snapshots",
    description="Snapshots failed within the last hour",
    metrics=(
        model.Metric(
            id="m0",
            namespace="AWS/EBS",
            name="SnapshotsCreateFailed",
            statistic="Sum",
            dimensions=(),
            policy="campus-critical-volumes",
        ),
    ),
    period_seconds=3600,
    evaluation_periods=1,
    comparison=model.Comparison.AT_LEAST,
    threshold=1,
    missing_data=model.MissingData.NOT_BREACHING,
    topic_arn=topic_arn,
    tells_end=False,
    tags=(("team", "storage"),),
    origin=(),
)
for alarm in (overdue, failed):
    MetricAlarm(stack, alarm, policy_ids={"campus-critical-volumes": "policy-0123456789abcdef0"})
app.synth()
