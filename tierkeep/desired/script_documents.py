"""Documents of Systems Manager with the scripts around snapshots, as Data Lifecycle Manager wants them.

EBS user guide, "Automate application-consistent snapshots with Data Lifecycle Manager", the empty template of
a document; Systems Manager user guide, "SSM document schema features and examples" and "Command document
plugin reference" (read 2026-11).
"""

from __future__ import annotations

import json

from tierkeep.catalog.applications import Application, OwnScripts
from tierkeep.catalog.instances import ApplicationConsistency
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.model import ScriptDocument
from tierkeep.desired.script_text import script_text
from tierkeep.desired.scripts import DEFAULT_TIMEOUT_SECONDS, of_instances

DEFAULT_THAW_AFTER_SECONDS = 60
"""As in AWS's own samples of such documents (AUTO_THAW_DURATION_SECS; EBS user guide, read 2026-11)."""

DLM_TAG = ("DLMScriptsAccess", "true")
"""The tag that AWSDataLifecycleManagerSSMFullAccess asks for, for roles that have this policy of AWS's."""


def script_document(tier: TierInUnit) -> ScriptDocument | None:
    """The document of the tier's own scripts; None where it has none, or somebody else's."""
    asked = tier.tier.application_consistency
    if asked is None or asked.application is None or not of_instances(tier):
        return None
    application, origin = asked.application, (*tier.origin, "application_consistency", "application")
    name = tier.names.script_document(tier.name)
    text = _text(tier, asked, application, name)
    return ScriptDocument(
        name=name,
        tier=tier.name,
        application=application.type,
        content=content(
            text, timeout_seconds=asked.timeout_seconds or DEFAULT_TIMEOUT_SECONDS, tier=tier.name
        ),
        mount_points=tuple(application.mount_points),
        own_scripts=_own(application),
        tags=tuple(sorted((*tier.tags, DLM_TAG))),
        origin=origin,
    )


def content(script: str, *, timeout_seconds: int, tier: str) -> str:
    """A document, as JSON, that runs a script for bash on Linux, with the parameters that DLM sets."""
    document = {
        "schemaVersion": "2.2",
        "description": f"Before and after snapshots of tier {tier}, for Data Lifecycle Manager",
        "parameters": {
            "executionId": {
                "type": "String",
                "default": "None",
                "description": "Which execution the pre and the post script belong to",
                "allowedPattern": f"^(None|{'-'.join(f'[a-fA-F0-9]{{{n}}}' for n in (8, 4, 4, 4, 12))})$",
            },
            "command": {
                "type": "String",
                "default": "dry-run",
                "description": "What to do; a dry run changes nothing and says what would be done",
                "allowedValues": ["pre-script", "post-script", "dry-run"],
            },
        },
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": "run_pre_post_scripts",
                "precondition": {"StringEquals": ["platformType", "Linux"]},
                "inputs": {
                    "timeoutSeconds": str(timeout_seconds),
                    "runCommand": script.splitlines(),
                },
            }
        ],
    }
    return json.dumps(document)


def _text(tier: TierInUnit, asked: ApplicationConsistency, application: Application, name: str) -> str:
    return script_text(
        application,
        tier=tier.name,
        name=name,
        timeout_seconds=asked.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
        thaw_after_seconds=asked.thaw_after_seconds or DEFAULT_THAW_AFTER_SECONDS,
    )


def _own(application: Application) -> tuple[tuple[str, str], ...]:
    if isinstance(application, OwnScripts):
        return (("pre", application.pre.text), ("post", application.post.text))
    return ()
