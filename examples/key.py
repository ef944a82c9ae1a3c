from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.key import CustomerKey
from tierkeep.desired.model import Key

app = App()
stack = TerraformStack(app, "key")
AwsProvider(stack, "aws", region="eu-west-1")
key = Key(
    alias="alias/campus-files",
    description="Backups of file systems",
    deletion_window_days=30,
    shared_with=("222222222222",),
    tags=(("team", "storage"),),
    origin=(),
)
CustomerKey(stack, key, account_id="111111111111", partition="aws", destroyable=False)
app.synth()
