"""Reads back the JSON document that a run of `tierkeep validate` printed."""

from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from tierkeep.report.findings_document import FindingsDocument


class NoFindings(Exception):  # noqa: N818 - it is what the user is told
    """A file that holds no findings of this catalog. The message says why, and does not name the file."""


def read_findings(file: Path, *, catalog: str) -> FindingsDocument:
    """The document in the file. Raises `NoFindings`."""
    try:
        document = FindingsDocument.model_validate_json(file.read_bytes())
    except OSError as error:
        raise NoFindings(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoFindings(
            f"is not what `tierkeep validate --format json` prints: "
            f"{f'{where}: ' if where else ''}{first['msg']}"
        ) from None
    if document.catalog != catalog:
        raise NoFindings(f"is of the catalog {document.catalog}, not of {catalog}")
    if not _is_instant(document.observed_at):
        raise NoFindings(f"has no instant with its offset in observed_at: {document.observed_at}")
    return document


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
