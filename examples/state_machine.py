import json

from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.state_machine import StateMachine
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "state-machine")
AwsProvider(stack, "aws", region="eu-west-1")
role = "arn:aws:iam::111111111111:role/campus"
log_group = "/aws/vendedlogs/states"
nightly = model.StateMachine(
    name="campus-nightly",
    arn="arn:aws:states:eu-west-1:111111111111:stateMachine:campus-nightly",
    description="Runs each night",
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    role_arn=f"{role}-nightly-eu-west-1",
    log_group=f"{log_group}/campus-nightly",
    log_retention_days=365,
    start=model.ScheduledStart(expression="cron(0 2 * * ? *)", role_arn=f"{role}-schedules-eu-west-1"),
    tags=(("team", "storage"),),
    origin=(),
)
on_failure = model.StateMachine(
    name="campus-on-failure",
    arn="arn:aws:states:eu-west-1:111111111111:stateMachine:campus-on-failure",
    description="Runs when a backup job has failed",
    definition=nightly.definition,
    role_arn=f"{role}-on-failure-eu-west-1",
    log_group=f"{log_group}/campus-on-failure",
    log_retention_days=365,
    start=model.EventStart(
        pattern=json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED"]}}),
        role_arn=f"{role}-events-eu-west-1",
    ),
    tags=(("team", "storage"),),
    origin=(),
)
for machine in (nightly, on_failure):
    StateMachine(stack, machine, after=[])
app.synth()
