"""Reads the documents of Systems Manager with scripts, and those that a catalog only names."""

from collections.abc import Mapping

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import DocumentForm, NamedDocumentForm
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


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


def read_named_documents(session: UnitSession, scope: Scope) -> Mapping[str, NamedDocumentForm | Unread]:
    """The documents that the scope names, the account's own and those that others share, that exist."""
    documents: dict[str, NamedDocumentForm | Unread] = {}
    for name in sorted(scope.named_documents):
        try:
            document = session.call("ssm", "describe_document", Name=name)["Document"]
        except AwsError as error:
            if error.code != "InvalidDocument":
                documents[name] = Unread.because(error)
        else:
            documents[name] = NamedDocumentForm(status=document["Status"], type=document["DocumentType"])
    return documents
