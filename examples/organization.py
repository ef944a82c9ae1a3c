from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.organization import Organization
from tierkeep.desired.model import OrganizationSettings, VaultGuard

app = App()
stack = TerraformStack(app, "organization")
AwsProvider(stack, "aws", region="eu-west-1")
guard = VaultGuard(
    name="campus-backups",
    description="Guards the backups of catalog campus",
    vault_pattern="arn:aws:backup:*:*:backup-vault:campus-*",
    catalog="campus",
    exempt=("arn:aws:iam::*:role/break-glass", "arn:aws:iam::*:role/tierkeep-deploy"),
    target_ids=("ou-a1b2-c3d4e5f6",),
    tags=(("team", "storage"),),
    origin=(),
)
settings = OrganizationSettings(
    global_settings=("isCrossAccountBackupEnabled", "isDelegatedAdministratorEnabled"),
    administrator_id="222222222222",
    guard=guard,
    origin=(),
)
Organization(stack, settings)
app.synth()
