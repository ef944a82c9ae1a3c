"""A run of the validator as events of the Open Cybersecurity Schema Framework, for security data lakes.

A list of events of the class Compliance Finding (2003) of version 1.6.0, which AWS Security Hub speaks, with
the profile `cloud`: one for each finding, one for each thing that is unknown, and one for each check that
passes in a unit. https://schema.ocsf.io/1.6.0/classes/compliance_finding
"""

import json
from collections.abc import Iterator
from typing import Any

from tierkeep import __version__
from tierkeep.report.findings_words import accepted, difference, what
from tierkeep.validate.check import Check
from tierkeep.validate.findings import Finding, Identity, Severity, Standing, UnitResult, Unknown, Verdict
from tierkeep.validate.validation import Validation

VERSION = "1.6.0"

_CLASS = 2003
_CREATE, _UPDATE = 1, 2
_ACTIVITIES = {_CREATE: "Create", _UPDATE: "Update"}
_SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
}
_INFORMATIONAL, _UNDETERMINED = (1, "Informational"), (0, "Unknown")
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")
_COMPLIANCE = {Verdict.PASS: (1, "Pass"), Verdict.FAIL: (3, "Fail"), Verdict.UNKNOWN: (0, "Unknown")}


def findings_ocsf(validation: Validation) -> str:
    """The events as a JSON list, indented, without a final newline."""
    return json.dumps(list(_events(validation)), indent=2, ensure_ascii=False)


def _events(validation: Validation) -> Iterator[dict[str, Any]]:
    checks = {check.id: check for check in validation.filters.checks}
    for result in validation.results:
        for finding in result.findings:
            yield _finding(finding, checks[finding.check], result, validation)
        for unknown in result.unknowns:
            yield _unknown(unknown, checks[unknown.check], result, validation)
        for check in validation.filters.checks:
            if result.verdicts[check.id] is Verdict.PASS:
                yield _passed(check, result, validation)


def _finding(finding: Finding, check: Check, result: UnitResult, validation: Validation) -> dict[str, Any]:
    status = _SUPPRESSED if finding.standing is Standing.WAIVED else _NEW
    event = {
        **_event(check, result, validation, activity=_UPDATE if finding.known else _CREATE),
        **_captioned("severity", _SEVERITIES[finding.severity]),
        **_captioned("status", status),
        "message": f"{what(finding)}: {difference(finding)}",
        "compliance": _compliance(check, Verdict.FAIL, finding.risk),
        "remediation": {"desc": finding.remedy},
        "unmapped": {
            "standing": finding.standing,
            "kind": finding.kind,
            "field": finding.field,
            "expected": finding.expected,
            "actual": finding.actual,
            "origin": finding.origin,
        },
    }
    if finding.standing is not Standing.OPEN:
        event["comment"] = accepted(finding)
    return _about(event, finding, check, result)


def _unknown(unknown: Unknown, check: Check, result: UnitResult, validation: Validation) -> dict[str, Any]:
    event = {
        **_event(check, result, validation, activity=_CREATE),
        **_captioned("severity", _UNDETERMINED),
        **_captioned("status", _NEW),
        "status_code": unknown.cause.code,
        "message": f"{what(unknown)} could not be determined: {unknown.cause}",
        "compliance": _compliance(check, Verdict.UNKNOWN, str(unknown.cause)),
        "unmapped": {"field": unknown.field, "origin": unknown.origin},
    }
    return _about(event, unknown, check, result)


def _passed(check: Check, result: UnitResult, validation: Validation) -> dict[str, Any]:
    return {
        **_event(check, result, validation, activity=_CREATE),
        **_captioned("severity", _INFORMATIONAL),
        **_captioned("status", _NEW),
        "message": check.question,
        "compliance": _compliance(check, Verdict.PASS, "as the catalog says"),
        "finding_info": _info(check, Identity(str(result.unit), check.id, "", "", "")),
    }


def _event(check: Check, result: UnitResult, validation: Validation, *, activity: int) -> dict[str, Any]:
    """What every event of a unit has."""
    return {
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "event_code": check.id,
            "product": {"name": "Tierkeep", "vendor_name": "Tierkeep", "version": __version__},
        },
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Compliance Finding: {_ACTIVITIES[activity]}",
        "time": int(validation.observed_at.timestamp() * 1000),
        "cloud": {
            "provider": "AWS",
            "region": result.unit.region,
            "account": {
                "uid": result.account_id,
                "name": result.unit.account,
                "type": "AWS Account",
                "type_id": 10,
            },
        },
    }


def _about(
    event: dict[str, Any], outcome: Finding | Unknown, check: Check, result: UnitResult
) -> dict[str, Any]:
    """The event with what it is about: the resource, and an id by which it is the same in the next run."""
    if resource := outcome.resource:
        details = {"name": resource.name, "type": resource.type, "region": result.unit.region}
        event["resources"] = [{**details, "uid": resource.arn} if resource.arn else details]
    return {**event, "finding_info": _info(check, outcome.identity)}


def _info(check: Check, identity: Identity) -> dict[str, Any]:
    return {
        "uid": identity.fingerprint,
        "title": check.question,
        "desc": f"At risk: {check.risk}.",
        "types": [check.family],
        "analytic": {"uid": check.id, "name": check.id, "type": "Rule", "type_id": 1},
    }


def _compliance(check: Check, verdict: Verdict, detail: str) -> dict[str, Any]:
    return {
        "control": check.id,
        "desc": check.question,
        **_captioned("status", _COMPLIANCE[verdict]),
        "status_detail": detail,
    }


def _captioned(name: str, value: tuple[int, str]) -> dict[str, Any]:
    """An enumeration of the framework: the number, and what it is called."""
    return {f"{name}_id": value[0], name: value[1]}
