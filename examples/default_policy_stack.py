from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.default_policy_stack import DefaultPolicyStack
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "net")
AwsProvider(stack, "aws", region="eu-west-1")
policy = model.DefaultPolicy(
    name="campus-volumes-default",
    description="campus default for volumes",
    resource_type="VOLUME",
    role_arn="arn:aws:iam::111111111111:role/campus-snapshots-eu-west-1",
    every_days=1,
    keep_days=7,
    copy_tags=True,
    extend_deletion=False,
    copy_regions=("eu-central-1",),
    exclusions=model.DefaultExclusions(boot_volumes=False, volume_types=("st1",), tags=(("scratch", "yes"),)),
    tags=(("team", "storage"),),
    origin=(),
)
DefaultPolicyStack(stack, policy, after=[])
app.synth()
