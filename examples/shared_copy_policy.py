from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.shared_copy_policy import SharedCopyPolicy
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "copies")
AwsProvider(stack, "aws", region="eu-west-1")
copy = model.CrossRegionCopyRule(
    target_region="eu-central-1",
    key_alias="alias/campus-servers-copies",
    retain=model.Age(interval=90, unit=model.TimeUnit.DAYS),
    origin=(),
)
policy = model.SharedCopyPolicy(
    name="campus-servers-shared",
    tier="servers",
    description="campus tier servers shared snapshots",
    role_arn="arn:aws:iam::999999999999:role/campus-snapshots-eu-west-1",
    owners=("111111111111",),
    description_regex="^.*Created for policy: policy-.*$",
    copies=(copy,),
    tags=(("team", "storage"),),
    origin=(),
)
arn = "arn:aws:kms:eu-central-1:999999999999:key/12345678-1234-1234-1234-123456789012"
keys = {("eu-central-1", "alias/campus-servers-copies"): arn}
SharedCopyPolicy(stack, policy, key_arns=keys, after=[])
app.synth()
