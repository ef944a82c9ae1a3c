from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.snapshot_policy import SnapshotPolicy
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "snapshots")
AwsProvider(stack, "aws", region="eu-west-1")
week = model.Age(interval=7, unit=model.TimeUnit.DAYS)
daily = model.SnapshotSchedule(
    name="daily",
    interval_hours=24,
    start_time="02:00",
    cron=None,
    retain=week,
    copies=(),
    fast_restore=None,
    share=None,
    tags_to_add=(("team", "storage"),),
    origin=(),
)
policy = model.SnapshotPolicy(
    name="campus-servers-volumes",
    tier="servers",
    description="campus tier servers volumes",
    resource_type="VOLUME",
    role_arn="arn:aws:iam::111111111111:role/campus-snapshots-eu-west-1",
    target_tags=(("backup-tier", "servers"),),
    time_zone="Etc/UTC",
    schedules=(daily,),
    tags=(("team", "storage"),),
    origin=(),
)
SnapshotPolicy(stack, policy, key_arns={}, after=[])
app.synth()
