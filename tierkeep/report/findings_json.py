"""A run of the validator as JSON: `tierkeep.report.findings_document` says what it holds.

Keys are sorted, so that two runs over the same state differ in `observed_at` alone.
"""

import json

from tierkeep.report.findings_document import (
    CauseDocument,
    CheckDocument,
    FindingDocument,
    FindingsDocument,
    GoneDocument,
    ResourceDocument,
    ScopeDocument,
    SummaryDocument,
    UnitDocument,
    UnknownDocument,
    WaiverDocument,
)
from tierkeep.validate.checks import NOT_COMPARED
from tierkeep.validate.findings import Finding, Resource, Standing, UnitResult, Unknown, Value, Verdict
from tierkeep.validate.validation import Validation
from tierkeep.validate.waiving import WaiverUse


def findings_json(validation: Validation) -> str:
    """The document, indented, without a final newline."""
    document = findings_document(validation).model_dump(mode="json")
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def findings_document(validation: Validation) -> FindingsDocument:
    """The document of a run."""
    filters = validation.filters
    return FindingsDocument(
        schema_version=1,
        catalog=validation.catalog,
        observed_at=validation.observed_at.isoformat(timespec="seconds"),
        verdict=validation.verdict,
        scope=ScopeDocument(
            complete=validation.complete,
            checks=[check.id for check in filters.checks],
            tiers=list(filters.tiers) or None,
            all_units=validation.all_units,
        ),
        summary=_summary(validation),
        not_compared=list(NOT_COMPARED),
        units=[_unit(result) for result in validation.results],
        waivers=[_waiver(use) for use in validation.waivers],
        gone=None
        if validation.gone is None
        else [GoneDocument(**each._asdict()) for each in validation.gone],
    )


def _summary(validation: Validation) -> SummaryDocument:
    verdicts = [result.verdict for result in validation.results]
    return SummaryDocument(
        units=len(verdicts),
        passed=verdicts.count(Verdict.PASS),
        failed=verdicts.count(Verdict.FAIL),
        unknown=verdicts.count(Verdict.UNKNOWN),
        waived=verdicts.count(Verdict.WAIVED),
        findings=len(validation.findings(Standing.OPEN)),
        known_findings=len(validation.findings(Standing.KNOWN)),
        waived_findings=len(validation.findings(Standing.WAIVED)),
        unknowns=len(validation.unknowns()),
    )


def _unit(result: UnitResult) -> UnitDocument:
    return UnitDocument(
        unit=str(result.unit),
        account_id=result.account_id,
        verdict=result.verdict,
        checks=[CheckDocument(id=check, verdict=verdict) for check, verdict in result.verdicts.items()],
        findings=[_finding(finding) for finding in result.findings],
        unknowns=[_unknown(unknown) for unknown in result.unknowns],
    )


def _finding(finding: Finding) -> FindingDocument:
    return FindingDocument(
        check=finding.check,
        severity=finding.severity,
        standing=finding.standing,
        kind=finding.kind,
        resource=_resource(finding.resource),
        field=finding.field,
        expected=_value(finding.expected),
        actual=_value(finding.actual),
        risk=finding.risk,
        remedy=finding.remedy,
        origin=finding.origin,
        waiver=".".join(finding.waiver.origin) if finding.waiver else None,
    )


def _value(value: Value) -> str | int | bool | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _unknown(unknown: Unknown) -> UnknownDocument:
    cause = unknown.cause
    return UnknownDocument(
        check=unknown.check,
        resource=_resource(unknown.resource) if unknown.resource else None,
        field=unknown.field,
        origin=unknown.origin,
        cause=CauseDocument(
            service=cause.service, operation=cause.operation, code=cause.code, message=cause.message
        ),
    )


def _resource(resource: Resource) -> ResourceDocument:
    return ResourceDocument(type=resource.type, name=resource.name, arn=resource.arn)


def _waiver(use: WaiverUse) -> WaiverDocument:
    waiver = use.waiver
    return WaiverDocument(
        check=waiver.waives,
        resource=waiver.resource,
        at=".".join(waiver.at) or None,
        reason=waiver.reason,
        until=waiver.until,
        origin=".".join(waiver.origin),
        state=use.state,
        findings=use.findings,
    )
