from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.reports import Reports
from tierkeep.desired.model import ReportBucket, ReportPlan

app = App()
stack = TerraformStack(app, "reports")
AwsProvider(stack, "aws", region="eu-west-1")
role = "role/aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"
bucket = ReportBucket(
    name="campus-backup-reports-111111111111-eu-west-1",
    arn="arn:aws:s3:::campus-backup-reports-111111111111-eu-west-1",
    keep_days=1096,
    writer_arn=f"arn:aws:iam::111111111111:{role}",
    tags=(("team", "storage"),),
    origin=(),
)
compliance = ReportPlan(
    name="campus_control_compliance",
    template="CONTROL_COMPLIANCE_REPORT",
    description="What complies with the frameworks",
    formats=("CSV", "JSON"),
    frameworks=("campus_files",),
    tags=(),
    origin=(),
)
arn = "arn:aws:backup:eu-west-1:111111111111:framework:campus_files-12345678-1234-1234-1234-123456789012"
Reports(stack, bucket, [compliance], framework_arns={"campus_files": arn}, after=[], destroyable=False)
app.synth()
