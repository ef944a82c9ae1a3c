from cdktf import App, TerraformStack

from imports.aws.provider import AwsProvider
from modules.script_document import ScriptDocument
from tierkeep.catalog.applications import PostgreSql
from tierkeep.desired import model
from tierkeep.desired.script_documents import content
from tierkeep.desired.script_text import script_text

app = App()
stack = TerraformStack(app, "scripts")
AwsProvider(stack, "aws", region="eu-west-1")
script = script_text(
    PostgreSql(type="postgresql", mount_points=["/var/lib/postgresql"]),
    tier="database",
    name="campus-database-scripts",
    timeout_seconds=60,
    thaw_after_seconds=60,
)
document = model.ScriptDocument(
    name="campus-database-scripts",
    tier="database",
    application="postgresql",
    content=content(script, timeout_seconds=60, tier="database"),
    mount_points=("/var/lib/postgresql",),
    own_scripts=(),
    tags=(("DLMScriptsAccess", "true"),),
    origin=(),
)
ScriptDocument(stack, document)
app.synth()
