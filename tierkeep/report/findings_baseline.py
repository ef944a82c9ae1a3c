"""Reads a baseline: the JSON document that an earlier run of `tierkeep validate` printed."""

from pathlib import Path

from pydantic import ValidationError

from tierkeep.report.findings_document import FindingsDocument
from tierkeep.validate.findings import Identity, Standing


class NoBaseline(Exception):  # noqa: N818 - it is what the user is told
    """A file that is no baseline of this catalog. The message says why."""


def read_baseline(file: Path, *, catalog: str) -> frozenset[Identity]:
    """The findings that the file makes known. Raises `NoBaseline`.

    What was waived then is not among them: once its waiver ends it fails again.
    """
    try:
        document = FindingsDocument.model_validate_json(file.read_bytes())
    except OSError as error:
        raise NoBaseline(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoBaseline(
            f"{file} is not what `tierkeep validate --format json` prints: "
            f"{f'{where}: ' if where else ''}{first['msg']}"
        ) from None
    if document.catalog != catalog:
        raise NoBaseline(f"{file} is of the catalog {document.catalog}, not of {catalog}")
    return frozenset(
        Identity(unit.unit, finding.check, finding.resource.type, finding.resource.name, finding.field)
        for unit in document.units
        for finding in unit.findings
        if finding.standing is not Standing.WAIVED
    )
