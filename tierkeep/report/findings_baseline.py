"""Reads a baseline: the JSON document that an earlier run of `tierkeep validate` printed."""

from pathlib import Path

from tierkeep.report.findings_read import NoFindings, read_findings
from tierkeep.validate.findings import Identity, Standing


class NoBaseline(Exception):  # noqa: N818 - it is what the user is told
    """A file that is no baseline of this catalog. The message says why."""


def read_baseline(file: Path, *, catalog: str) -> frozenset[Identity]:
    """The findings that the file makes known. Raises `NoBaseline`.

    What was waived then is not among them: once its waiver ends it fails again.
    """
    try:
        document = read_findings(file, catalog=catalog)
    except NoFindings as wrong:
        raise NoBaseline(f"{file} {wrong}") from None
    return frozenset(
        Identity(unit.unit, finding.check, finding.resource.type, finding.resource.name, finding.field)
        for unit in document.units
        for finding in unit.findings
        if finding.standing is not Standing.WAIVED
    )
