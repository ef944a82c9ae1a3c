from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.vault import ProtectedVault
from tierkeep.desired.model import Vault, VaultLock

app = App()
stack = TerraformStack(app, "vault")
AwsProvider(stack, "aws", region="eu-west-1")
lock = VaultLock(min_retention_days=7, max_retention_days=400, changeable_for_days=None, origin=())
vault = Vault(
    name="campus-files",
    arn="arn:aws:backup:eu-west-1:111111111111:backup-vault:campus-files",
    tier="files",
    key_alias=None,
    copied_from=("222222222222",),
    deletable_by=("arn:aws:iam::111111111111:role/break-glass",),
    lock=lock,
    tags=(("team", "storage"),),
    origin=(),
)
ProtectedVault(stack, vault, partition="aws", key=None, destroyable=False)
app.synth()
