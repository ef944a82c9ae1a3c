from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.budget import TagBudget
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "budget")
AwsProvider(stack, "aws", region="eu-west-1")
TagBudget(
    stack,
    model.Budget(
        name="campus-critical",
        arn="arn:aws:budgets::111111111111:budget/campus-critical",
        tier="critical",
        dollars=500,
        tag=("tierkeep:tier", "critical"),
        alerts=((model.AlertKind.ACTUAL, 80), (model.AlertKind.FORECASTED, 100)),
        emails=("finance@example.com",),
        topic_arn=None,
        tags=(("team", "storage"),),
        origin=(),
    ),
)
app.synth()
