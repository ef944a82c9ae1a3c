"""A document of Systems Manager with the scripts that Data Lifecycle Manager has run around snapshots."""

from __future__ import annotations

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.ssm_document import SsmDocument
from tierkeep.desired import model


class ScriptDocument(Construct):
    """A document that runs a pre or a post script on an instance, or says what either would do.

    Its content is part of the desired state. A change of it is a new version, and the one that is run.
    """

    def __init__(self, scope: Construct, document: model.ScriptDocument) -> None:
        super().__init__(scope, f"scripts-{document.name}")
        self._resource = SsmDocument(
            self,
            "document",
            name=document.name,
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=_literal(document.content),
            tags=dict(document.tags),
        )

    @property
    def parts(self) -> list[ITerraformDependable]:
        """What must exist before a policy has it run."""
        return [self._resource]


def _literal(text: str) -> str:
    """As Terraform takes it for itself: `${` and `%{` begin a template there, and shells use them too."""
    return text.replace("${", "$${").replace("%{", "%%{")
