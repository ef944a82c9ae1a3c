import json

from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.events import UnitEvents
from modules.key import CustomerKey
from tierkeep.desired import model

app = App()
stack = TerraformStack(app, "events")
AwsProvider(stack, "aws", region="eu-west-1")
services = ("backup.amazonaws.com", "events.amazonaws.com")
topic = model.Topic(
    name="campus-events",
    arn="arn:aws:sns:eu-west-1:111111111111:campus-events",
    key_alias="alias/campus-events",
    publishers=services,
    emails=("backups@example.org",),
    tags=(("team", "storage"),),
    origin=(),
)
undelivered = model.DeadLetters(
    name="campus-events-undelivered",
    arn="arn:aws:sqs:eu-west-1:111111111111:campus-events-undelivered",
    key_alias="alias/campus-events",
    kept_days=14,
    tags=(("team", "storage"),),
    origin=(),
)
failed = model.EventRule(
    name="campus-failed-jobs",
    arn="arn:aws:events:eu-west-1:111111111111:rule/campus-failed-jobs",
    description="Backup jobs that failed",
    pattern=json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED"]}}),
    target_arn=topic.arn,
    tags=(("team", "storage"),),
    origin=(),
)
changed = model.VaultNotifications(vault_name="campus-files", events=("RECOVERY_POINT_MODIFIED",), origin=())
key = model.Key(
    alias="alias/campus-events",
    description="What is told of backups",
    deletion_window_days=30,
    shared_with=(),
    publishers=services,
    tags=(("team", "storage"),),
    origin=(),
)
made = CustomerKey(stack, key, account_id="111111111111", partition="aws", destroyable=True)
events = model.Events(topic=topic, dead_letters=undelivered, rules=(failed,), notifications=(changed,))
UnitEvents(stack, events, key=made, machines=[], vaults=[])
app.synth()
