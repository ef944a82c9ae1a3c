from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.air_gapped_vault import AirGappedVault
from tierkeep.desired.model import Vault, VaultLock

app = App()
stack = TerraformStack(app, "air-gapped-vault")
AwsProvider(stack, "aws", region="eu-west-1")
lock = VaultLock(min_retention_days=7, max_retention_days=400, changeable_for_days=0, origin=())
vault = Vault(
    name="campus-files-gapped",
    arn="arn:aws:backup:eu-west-1:111111111111:backup-vault:campus-files-gapped",
    tier="files",
    air_gapped=True,
    key_alias=None,
    copied_from=("222222222222",),
    lock=lock,
    tags=(("team", "storage"),),
    origin=(),
)
AirGappedVault(stack, vault, partition="aws", destroyable=False)
app.synth()
