from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.plan import PlanWithSelections
from tierkeep.desired.model import BackupPlan, BackupRule, Lifecycle, Selection

app = App()
stack = TerraformStack(app, "plan")
AwsProvider(stack, "aws", region="eu-west-1")
daily = BackupRule(
    name="daily",
    vault_name="campus-files",
    schedule="cron(0 2 * * ? *)",
    time_zone="Europe/Dublin",
    start_window_minutes=60,
    completion_window_minutes=720,
    continuous=False,
    lifecycle=Lifecycle(cold_storage_after_days=None, delete_after_days=28),
    copies=(),
    recovery_point_tags=(("team", "storage"),),
    origin=(),
)
files = Selection(
    name="campus-files",
    role_arn="arn:aws:iam::111111111111:role/campus-backup-eu-west-1",
    resource_patterns=("arn:aws:elasticfilesystem:*:*:file-system/*",),
    required_tags=(("backup-tier", "files"),),
    origin=(),
)
plan = BackupPlan(name="campus-files", tier="files", rules=(daily,), selections=(files,), tags=(), origin=())
PlanWithSelections(stack, plan, after=[])
app.synth()
