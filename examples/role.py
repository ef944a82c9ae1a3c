from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.role import UnitRole
from tierkeep.desired.model import Role, RolePurpose, Statement

app = App()
stack = TerraformStack(app, "role")
AwsProvider(stack, "aws", region="eu-west-1")
role = Role(
    name="campus-backup-eu-west-1",
    arn="arn:aws:iam::111111111111:role/campus-backup-eu-west-1",
    purpose=RolePurpose.BACKUP,
    service="backup.amazonaws.com",
    managed_policy_arns=(),
    statements=(
        Statement(
            sid="BackUpFiles",
            actions=("elasticfilesystem:Backup", "elasticfilesystem:DescribeTags"),
            resources=("arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/*",),
        ),
    ),
    boundary_arn="arn:aws:iam::111111111111:policy/boundary",
    tags=(("team", "storage"),),
    origin=(),
)
UnitRole(stack, role, account_id="111111111111")
app.synth()
