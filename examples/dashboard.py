import json

from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.dashboard import UnitDashboard
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "dashboard")
AwsProvider(stack, "aws", region="eu-west-1")
title = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "Backups"}}
UnitDashboard(
    stack,
    model.Dashboard(name="campus-backups-eu-west-1", body=json.dumps({"widgets": [title]})),
)
app.synth()
