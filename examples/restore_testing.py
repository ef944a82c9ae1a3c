from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.restore_testing import RestoreTesting
from tierkeep.desired.model import RestoreTestingPlan, RestoreTestingSelection

app = App()
stack = TerraformStack(app, "tests")
AwsProvider(stack, "aws", region="eu-west-1")
files = RestoreTestingSelection(
    name="files_efs",
    tier="files",
    resource_type="EFS",
    role_arn="arn:aws:iam::111111111111:role/campus-restore-eu-west-1",
    required_tags=(("backup-tier", "files"),),
    validation_window_hours=8,
    metadata=(("performanceMode", "maxIO"),),
    origin=(),
)
plan = RestoreTestingPlan(
    name="campus_full",
    schedule="cron(0 8 1 * ? *)",
    time_zone="Europe/Dublin",
    start_window_hours=4,
    sample=False,
    latest=True,
    vault_arns=("arn:aws:backup:eu-west-1:111111111111:backup-vault:campus-files",),
    window_days=31,
    continuous=False,
    selections=(files,),
    tags=(("team", "storage"),),
    origin=(),
)
RestoreTesting(stack, plan, after=[])
app.synth()
