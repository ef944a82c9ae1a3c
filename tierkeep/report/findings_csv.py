"""A run of the validator as CSV, for spreadsheets: a line for each finding and each thing that is unknown."""

import csv
import io
from collections.abc import Iterator

from tierkeep.report.findings_words import shown
from tierkeep.validate.findings import Finding, Unknown, Value
from tierkeep.validate.validation import Validation

COLUMNS = (
    "standing",
    "severity",
    "unit",
    "account_id",
    "check",
    "resource_type",
    "resource_name",
    "resource_arn",
    "field",
    "expected",
    "actual",
    "risk",
    "remedy",
    "origin",
    "waived_until",
    "cause",
)
"""`standing` is open, known, waived or unknown; what does not apply is empty."""


def findings_csv(validation: Validation) -> str:
    """The lines with a head, without the last one's end."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in _rows(validation):
        writer.writerow({column: _cell(text) for column, text in row.items()})
    return stream.getvalue().removesuffix("\n")


def _rows(validation: Validation) -> Iterator[dict[str, str]]:
    accounts = {result.unit: result.account_id for result in validation.results}
    for finding in validation.findings():
        yield {"account_id": accounts[finding.unit], **_finding(finding)}
    for unknown in validation.unknowns():
        yield {
            "account_id": accounts[unknown.unit],
            "standing": "unknown",
            "cause": str(unknown.cause),
            **_about(unknown),
        }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "standing": finding.standing,
        "severity": finding.severity,
        **_about(finding),
        "expected": _value(finding.expected, finding),
        "actual": _value(finding.actual, finding),
        "risk": finding.risk,
        "remedy": finding.remedy,
        "waived_until": finding.waiver.until if finding.waiver else "",
    }


def _about(outcome: Finding | Unknown) -> dict[str, str]:
    resource = outcome.resource
    about = {
        "unit": str(outcome.unit),
        "check": outcome.check,
        "field": outcome.field,
        "origin": outcome.origin,
    }
    if resource:
        about |= {
            "resource_type": resource.type,
            "resource_name": resource.name,
            "resource_arn": resource.arn or "",
        }
    return about


def _value(value: Value, finding: Finding) -> str:
    return "" if value is None else shown(value, finding)


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, since names and tags are whatever somebody chose."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
