"""The validator's results as JSON, for programs. The document is a public contract; its version is 1.

    schema_version  1
    catalog         the catalog's name
    observed_at     when AWS was read, ISO 8601 in UTC
    verdict         PASS, FAIL or UNKNOWN over all units; UNKNOWN outranks FAIL
    summary         units, passed, failed, unknown (units by verdict); findings, unknowns (entries)
    not_compared[]  what this version does not look at, although a backup may depend on it
    units[]         by unit
        unit            account/Region, in the catalog's names
        account_id      AWS's id of the account
        verdict         of the unit
        checks[]        id and verdict; FAIL is certain even where something else of the check is unknown
        findings[]      worst first: check, severity, kind (missing, changed, unexpected), resource (type,
                        name, arn or null), field, expected, actual, risk, remedy, origin (catalog path)
        unknowns[]      check, resource (or null: nothing of the check could be read), field,
                        cause (service, operation, code, message)

`expected` and `actual` are the field's values: string, number, boolean or list of strings; null is "not set",
or "absent" where the kind is missing or unexpected. A whole thing (a rule, a vault) is a line of text.
Keys are sorted, so that two runs over the same state differ in `observed_at` alone.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tierkeep.validate.checks import CHECKS, NOT_COMPARED
from tierkeep.validate.findings import Finding, Resource, UnitResult, Unknown, Verdict, overall

SCHEMA_VERSION = 1


def findings_json(results: Sequence[UnitResult], *, catalog: str, observed_at: datetime) -> str:
    """The document, indented, without a final newline. `observed_at` is in UTC."""
    verdicts = [result.verdict for result in results]
    document = {
        "schema_version": SCHEMA_VERSION,
        "catalog": catalog,
        "observed_at": observed_at.isoformat(timespec="seconds"),
        "verdict": overall(results),
        "summary": {
            "units": len(results),
            "passed": verdicts.count(Verdict.PASS),
            "failed": verdicts.count(Verdict.FAIL),
            "unknown": verdicts.count(Verdict.UNKNOWN),
            "findings": sum(len(result.findings) for result in results),
            "unknowns": sum(len(result.unknowns) for result in results),
        },
        "not_compared": list(NOT_COMPARED),
        "units": [_unit(result) for result in sorted(results, key=lambda result: result.unit)],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def _unit(result: UnitResult) -> dict[str, Any]:
    return {
        "unit": str(result.unit),
        "account_id": result.account_id,
        "verdict": result.verdict,
        "checks": [
            {"id": check.id, "verdict": result.verdicts[check.id]}
            for check in CHECKS
            if check.id in result.verdicts
        ],
        "findings": [_finding(finding) for finding in result.findings],
        "unknowns": [_unknown(unknown) for unknown in result.unknowns],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "kind": finding.kind,
        "resource": _resource(finding.resource),
        "field": finding.field,
        "expected": finding.expected,
        "actual": finding.actual,
        "risk": finding.risk,
        "remedy": finding.remedy,
        "origin": finding.origin,
    }


def _unknown(unknown: Unknown) -> dict[str, Any]:
    cause = unknown.cause
    return {
        "check": unknown.check,
        "resource": _resource(unknown.resource) if unknown.resource else None,
        "field": unknown.field,
        "cause": {
            "service": cause.service,
            "operation": cause.operation,
            "code": cause.code,
            "message": cause.message,
        },
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {"type": resource.type, "name": resource.name, "arn": resource.arn}
