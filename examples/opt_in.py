from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.opt_in import RegionOptIn

app = App()
stack = TerraformStack(app, "settings")
AwsProvider(stack, "aws", region="eu-west-1")
RegionOptIn(stack, ["EFS", "RDS"])
app.synth()
