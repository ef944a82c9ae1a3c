"""A run of the validator as SARIF 2.1.0, for code scanning: each finding at its line of the catalog.

Open and known findings are failures, waived ones are suppressed in source. What is unknown is a result of the
kind `open`: evaluated, without enough information to decide (sections 3.27.9 and 3.27.23 of the standard).
Since not every reader shows the kind, the invocation did not succeed either then, and says why.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tierkeep import __version__
from tierkeep.catalog.tree import Position
from tierkeep.report.findings_words import difference, what
from tierkeep.validate.check import Check
from tierkeep.validate.findings import Finding, Severity, Unknown
from tierkeep.validate.validation import Validation

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}


def findings_sarif(validation: Validation) -> str:
    """The log, indented, without a final newline. Files stand relative to the folder of the run."""
    return json.dumps(_log(validation), indent=2, ensure_ascii=False)


def _log(validation: Validation) -> dict[str, Any]:
    rules = {check.id: index for index, check in enumerate(validation.filters.checks)}
    driver = {
        "name": "tierkeep",
        "semanticVersion": __version__,
        "rules": [_rule(check) for check in validation.filters.checks],
    }
    findings = [_finding(each, rules, validation) for each in validation.findings()]
    unknowns = [_unknown(each, rules, validation) for each in validation.unknowns()]
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(validation)],
        "columnKind": "unicodeCodePoints",
        "results": [*findings, *unknowns],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.question},
        "fullDescription": {"text": f"At risk: {check.risk}."},
        "help": {"text": f"{check.remedy}\n\nSource: {check.source}"},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"tags": ["backup", check.family]},
    }


def _invocation(validation: Validation) -> dict[str, Any]:
    causes = dict.fromkeys(f"{each.unit}: {each.cause}" for each in validation.unknowns())
    return {
        "executionSuccessful": not causes,
        "endTimeUtc": validation.observed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [{"level": "error", "message": {"text": text}} for text in causes],
    }


def _finding(finding: Finding, rules: dict[str, int], validation: Validation) -> dict[str, Any]:
    result = {
        **_result(finding, rules, validation),
        "level": _LEVELS[finding.severity],
        "message": {
            "text": f"{finding.unit}: {what(finding)}: {difference(finding)}. At risk: {finding.risk}. "
            f"To do: {finding.remedy}."
        },
    }
    if validation.gone is not None:
        result["baselineState"] = "unchanged" if finding.known else "new"
    if finding.waiver:
        place = _location(".".join(finding.waiver.origin), validation)
        result["suppressions"] = [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": f"until {finding.waiver.until}: {finding.waiver.reason}",
                "location": place,
            }
        ]
    return result


def _unknown(unknown: Unknown, rules: dict[str, int], validation: Validation) -> dict[str, Any]:
    result = {
        **_result(unknown, rules, validation),
        "kind": "open",
        "level": "none",
        "message": {"text": f"{unknown.unit}: {what(unknown)}: could not be determined: {unknown.cause}"},
    }
    if validation.gone is not None:
        result["baselineState"] = "new"
    return result


def _result(outcome: Finding | Unknown, rules: dict[str, int], validation: Validation) -> dict[str, Any]:
    location = _location(outcome.origin, validation)
    if outcome.resource:
        name = outcome.resource.arn or outcome.resource.name
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return {
        "ruleId": outcome.check,
        "ruleIndex": rules[outcome.check],
        "locations": [location],
        # By it GitHub tells findings at one line apart, and finds them again when the line moves.
        "partialFingerprints": {"primaryLocationLineHash": outcome.identity.fingerprint},
    }


def _location(origin: str, validation: Validation) -> dict[str, Any]:
    """The line of a dotted path of the catalog; the catalog's first line where there is no path."""
    at = validation.position(tuple(origin.split(".")) if origin else ())
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(at),
            "region": {"startLine": at.line, "startColumn": at.column},
        }
    }


def _artifact(at: Position) -> dict[str, str]:
    file = Path(at.file).resolve()
    here = Path.cwd()
    if file.is_relative_to(here):
        return {"uri": quote(file.relative_to(here).as_posix()), "uriBaseId": "%SRCROOT%"}
    return {"uri": file.as_uri()}
