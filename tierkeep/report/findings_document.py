"""The JSON document of `tierkeep validate`, for programs: a public contract, version 1.

The models say what the document holds; `docs/schemas/findings.schema.json` is made from them, and a baseline
is read with them. Values are strings, numbers, booleans or lists of strings; null is "not set", or "absent"
where the kind of the finding is missing or unexpected. A whole thing (a rule, a vault) is a line of text.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Severity, Standing, Verdict
from tierkeep.validate.waiving import WaiverState


class _Part(BaseModel):
    """A part of the document. Readers pass over members that they do not know: others may come."""

    model_config = ConfigDict(frozen=True)


class ResourceDocument(_Part):
    """A thing in AWS."""

    type: str = Field(description="in the catalog's words, such as `backup plan`")
    name: str
    arn: str | None


class FindingDocument(_Part):
    """One field of one resource that is not as the catalog says."""

    check: str
    severity: Severity
    standing: Standing = Field(
        description="open: it fails its check; known: the baseline has it; waived: the catalog waives it"
    )
    kind: Kind
    resource: ResourceDocument
    field: str = Field(description="`existence` for the resource itself")
    expected: str | int | bool | list[str] | None
    actual: str | int | bool | list[str] | None
    risk: str
    remedy: str
    origin: str = Field(description="the catalog path that asked for it, dotted; empty where there is none")
    waiver: str | None = Field(description="the catalog path of what waives it, dotted")


class CauseDocument(_Part):
    """The call that failed, and what AWS said."""

    service: str
    operation: str
    code: str
    message: str


class UnknownDocument(_Part):
    """What a check needed and could not read."""

    check: str
    resource: ResourceDocument | None = Field(description="null: nothing of the check could be read")
    field: str
    origin: str
    cause: CauseDocument


class CheckDocument(_Part):
    """The verdict on one check in one unit. FAIL is certain even where something else of it is unknown."""

    id: str
    verdict: Verdict


class UnitDocument(_Part):
    """One account in one Region. UNKNOWN outranks FAIL."""

    unit: str = Field(description="account/Region, by the catalog's name of the account")
    account_id: str
    verdict: Verdict
    checks: list[CheckDocument]
    findings: list[FindingDocument] = Field(description="the worst first")
    unknowns: list[UnknownDocument]


class SummaryDocument(_Part):
    """How many."""

    units: int
    passed: int = Field(description="units; as are failed, unknown and waived")
    failed: int
    unknown: int
    waived: int
    findings: int = Field(description="open findings; known and waived ones are counted apart")
    known_findings: int
    waived_findings: int
    unknowns: int = Field(description="what could not be determined")


class ScopeDocument(_Part):
    """What the verdict is about."""

    complete: bool = Field(description="whether all checks were made of all tiers in all units")
    checks: list[str]
    tiers: list[str] | None = Field(description="null: all of them")
    all_units: bool


class WaiverDocument(_Part):
    """A waiver of a check, and what has become of it."""

    check: str
    resource: str | None
    at: str | None
    reason: str
    until: str = Field(description="the last day on which it holds, in UTC")
    origin: str
    state: WaiverState
    findings: int = Field(description="how many it waives, or would if it had not expired")


class GoneDocument(_Part):
    """A finding of the baseline that is no longer there."""

    unit: str
    check: str
    resource_type: str
    resource_name: str
    field: str


class FindingsDocument(_Part):
    """The findings of `tierkeep validate`."""

    schema_version: Literal[1]
    catalog: str
    observed_at: str = Field(description="when AWS was read, ISO 8601 in UTC")
    verdict: Verdict = Field(description="on all that `scope` says; UNKNOWN outranks FAIL, and FAIL WAIVED")
    scope: ScopeDocument
    summary: SummaryDocument
    not_compared: list[str] = Field(
        description="what this version does not look at, although a backup may depend on it"
    )
    units: list[UnitDocument]
    waivers: list[WaiverDocument]
    gone: list[GoneDocument] | None = Field(description="null where the run had no baseline")
