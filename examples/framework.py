from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.framework import AuditFramework
from tierkeep.desired.model import Control, Framework

app = App()
stack = TerraformStack(app, "audit")
AwsProvider(stack, "aws", region="eu-west-1")
kept = Control(
    name="BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
    parameters=(("requiredRetentionDays", "28"),),
    tags=(("tierkeep:tier", "files"),),
)
often = Control(
    name="BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
    parameters=(
        ("requiredFrequencyUnit", "hours"),
        ("requiredFrequencyValue", "24"),
        ("requiredRetentionDays", "28"),
    ),
    tags=(),
    plan_name="campus-files",
)
framework = Framework(
    name="campus_files",
    tier="files",
    description="What tier files promises",
    controls=(often, kept),
    left_out=(),
    tags=(("team", "storage"),),
    origin=(),
)
plans = {"campus-files": "12345678-1234-1234-1234-123456789012"}
AuditFramework(stack, framework, plan_ids=plans)
app.synth()
