from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.snapshot_policy_stack import SnapshotPolicyStack
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "archived")
AwsProvider(stack, "aws", region="eu-west-1")
quarter = model.Age(interval=92, unit=model.TimeUnit.DAYS)
years = model.Age(interval=639, unit=model.TimeUnit.DAYS)
monthly = model.SnapshotSchedule(
    name="monthly",
    interval_hours=None,
    start_time=None,
    cron="cron(0 3 1 * ? *)",
    retain=quarter,
    archive=model.ArchiveRule(retain=years, origin=()),
    copies=(),
    fast_restore=None,
    share=None,
    tags_to_add=(("team", "storage"),),
    origin=(),
)
policy = model.SnapshotPolicy(
    name="campus-records-volumes",
    tier="records",
    description="campus tier records volumes",
    resource_type="VOLUME",
    role_arn="arn:aws:iam::111111111111:role/campus-snapshots-eu-west-1",
    target_tags=(("backup-tier", "records"),),
    time_zone="Etc/UTC",
    schedules=(monthly,),
    tags=(("team", "storage"),),
    origin=(),
)
SnapshotPolicyStack(stack, policy, key_arns={}, after=[])
app.synth()
