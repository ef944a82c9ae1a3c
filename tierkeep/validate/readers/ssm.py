"""Reads the documents of Systems Manager with scripts."""

from collections.abc import Mapping

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import DocumentForm
from tierkeep.validate.observed import Scope
from tierkeep.validate.unread import attempt


def read_documents(session: UnitSession, scope: Scope) -> Mapping[str, DocumentForm]:
    """The documents of the scope by name, and others that carry the catalog's tag. Raises `AwsError`."""
    documents = {}
    own = [{"Key": "Owner", "Values": ["Self"]}]
    for each in session.pages("ssm", "list_documents", "DocumentIdentifiers", Filters=own):
        name, tags = each["Name"], normal.tag_list(each.get("Tags"))
        if name in scope.documents or (scope.may_own(name) and scope.owns(tags)):
            documents[name] = DocumentForm(content=attempt(_digest, session, name), tags=tags)
    return documents


def _digest(session: UnitSession, name: str) -> str:
    """Of the default version, which is answered where none is named: Data Lifecycle Manager runs it too."""
    return normal.digest(session.call("ssm", "get_document", Name=name)["Content"])
