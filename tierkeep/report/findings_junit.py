"""A run of the validator as JUnit XML, for CI: a suite for each unit, a test case for each check in it.

FAIL is a failure, UNKNOWN an error, WAIVED skipped. A check that fails and is unknown in parts is a failure,
whose text names what is unknown too. There is no time: units are read side by side.
"""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from tierkeep.report.findings_words import accepted, difference, what
from tierkeep.validate.check import Check
from tierkeep.validate.findings import Finding, Standing, UnitResult, Unknown, Verdict
from tierkeep.validate.validation import Validation

_ELEMENTS = {Verdict.FAIL: "failure", Verdict.UNKNOWN: "error", Verdict.WAIVED: "skipped"}
_TOTALS = {"failures": Verdict.FAIL, "errors": Verdict.UNKNOWN, "skipped": Verdict.WAIVED}

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2, Char); a message of AWS may hold it."""


def findings_junit(validation: Validation) -> str:
    """The document, indented, without a final newline."""
    suites = ET.Element("testsuites", name=f"tierkeep validate {validation.catalog}")
    suites.attrib |= _totals([verdict for each in validation.results for verdict in each.verdicts.values()])
    for result in validation.results:
        suites.append(_suite(result, validation))
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _totals(verdicts: Sequence[Verdict]) -> dict[str, str]:
    totals = {name: str(verdicts.count(verdict)) for name, verdict in _TOTALS.items()}
    return {"tests": str(len(verdicts)), **totals}


def _suite(result: UnitResult, validation: Validation) -> ET.Element:
    suite = ET.Element("testsuite", name=str(result.unit))
    suite.attrib |= _totals(list(result.verdicts.values()))
    suite.set("timestamp", validation.observed_at.strftime("%Y-%m-%dT%H:%M:%S"))
    for check in validation.filters.checks:
        suite.append(_case(check, result))
    return suite


def _case(check: Check, result: UnitResult) -> ET.Element:
    case = ET.Element("testcase", classname=str(result.unit), name=check.id)
    verdict = result.verdicts[check.id]
    if verdict is not Verdict.PASS:
        findings = [finding for finding in result.findings if finding.check == check.id]
        unknowns = [unknown for unknown in result.unknowns if unknown.check == check.id]
        lines = _lines(findings, unknowns)
        element = ET.SubElement(case, _ELEMENTS[verdict], type=verdict.value, message=_xml(lines[0]))
        element.text = _xml("\n".join(lines))
    return case


def _lines(findings: Sequence[Finding], unknowns: Sequence[Unknown]) -> list[str]:
    """What there is to say, what the verdict comes from first."""
    return [
        *(line for each in findings if each.standing is Standing.OPEN for line in _finding(each)),
        *(f"UNKNOWN {what(each)}: {each.cause}" for each in unknowns),
        *(f"{what(each)}: {accepted(each)}" for each in findings if each.standing is not Standing.OPEN),
    ]


def _finding(finding: Finding) -> list[str]:
    return [
        f"{finding.severity} {what(finding)}: {difference(finding)}",
        *([f"    catalog: {finding.origin}"] if finding.origin else []),
        f"    risk: {finding.risk}",
        f"    remedy: {finding.remedy}",
    ]


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
