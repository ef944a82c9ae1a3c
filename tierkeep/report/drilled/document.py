"""What the pages need of a drill's evidence. What a document says besides is kept, and shown as it stands.

Evidence comes from disks and buckets, so nothing is believed of it that is not checked here: a document that
does not have this form is told as such and shown nowhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tierkeep.drill.errors import Outcome

READS_VERSION = 2
"""The schema_version of the evidence that this version shows."""
_DAY_ONE, _LAST_DAY = 1970, 2200
_LONGEST_SECONDS = 1e10


def _instant(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant has to say its offset from UTC")
    if not _DAY_ONE < moment.year < _LAST_DAY:
        raise ValueError(f"an instant lies between {_DAY_ONE} and {_LAST_DAY}")
    return text


Instant = Annotated[str, AfterValidator(_instant)]
Seconds = Annotated[float, Field(ge=-_LONGEST_SECONDS, le=_LONGEST_SECONDS)]
Verdict = Literal["PASS", "FAIL", "UNKNOWN"]


class _Part(BaseModel):
    """A part of the document; members that this version does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class Identity(_Part):
    """Which drill, of which catalog."""

    drill_id: str = Field(pattern=r"^drill-[A-Za-z0-9-]{1,80}$")
    """It names a page, so that it may hold nothing that means something in a path."""
    tool: str
    tool_version: str
    catalog: str
    catalog_digest: str
    plan_digest: str | None
    initiator: str


class Reason(_Part):
    """Why it is no pass."""

    outcome: str
    text: str


class OutcomePart(_Part):
    """What it proved."""

    result: Outcome
    interrupted: bool
    reasons: list[Reason]


class Scope(_Part):
    """What was drilled."""

    tier: str
    unit: str
    account_id: str
    region: str
    resource_type: str
    method: str
    restorer: str
    resource_asked_for: str | None
    point_asked_for: str
    candidates: int | None


class Source(_Part):
    """What was restored from."""

    point_arn: str
    resource_arn: str
    created: Instant
    size_bytes: int | None
    vault_name: str | None
    encrypted: bool | None
    key_arn: str | None


class Thing(_Part):
    """Something that the drill made."""

    kind: str
    arn: str


class Target(_Part):
    """What was made of it."""

    arn: str | None
    made: list[Thing]
    asked_by: str
    handle: str | None
    parameters: dict[str, Any]
    restore_role_arn: str | None
    tags: dict[str, str]


class Phase(_Part):
    """A stage as it ran."""

    stage: str
    title: str
    began: Instant
    seconds: Annotated[float, Field(ge=0, le=_LONGEST_SECONDS)]
    ended_by: str | None


class Objective(_Part):
    """A measured time beside its objective."""

    name: str
    definition: str
    class_: str | None = Field(alias="class")
    objective_minutes: Annotated[float, Field(gt=0, le=_LONGEST_SECONDS)] | None
    actual_seconds: Seconds | None
    difference_seconds: Seconds | None
    verdict: Verdict | Literal["NOT JUDGED"]


class Times(_Part):
    """When what happened."""

    started: Instant
    requested: Instant | None
    checks_done: Instant | None
    ended: Instant
    phases: list[Phase]
    objectives: list[Objective]


class RungPart(_Part):
    """A rung of the ladder, and how long after the request it was looked at."""

    rung: str
    verdict: Verdict | Literal["NOT LOOKED AT"]
    seconds: Seconds | None


class Ladder(_Part):
    """How far up the drill came."""

    climbed: str | None
    rungs: list[RungPart]


class CheckPart(_Part):
    """One thing that was compared."""

    id: str
    rung: str
    title: str
    expected: str
    actual: str | None
    verdict: Verdict
    cause: str | None
    output: str | None = None


class Removed(_Part):
    """Something that was made, and whether it is known to be gone."""

    kind: str
    arn: str
    gone: bool
    how: str


class Teardown(_Part):
    """What became of what was made."""

    confirmed: bool
    things: list[Removed]
    summary: str


class Event(_Part):
    """A line of the journal."""

    seq: int
    at: Instant
    event: str


class Fact(_Part):
    """Something about the network that a drill restored into."""

    title: str
    found: str
    how: str
    verdict: Verdict


class Isolation(_Part):
    """The proof that the network leads nowhere."""

    facts: list[Fact]


class EvidenceDocument(_Part):
    """The evidence of one drill."""

    schema_version: Literal[2]
    identity: Identity
    outcome: OutcomePart
    scope: Scope
    source: Source | None
    target: Target | None
    times: Times
    ladder: Ladder
    checks: list[CheckPart]
    not_checked: list[str]
    teardown: Teardown
    journal: list[Event]
    isolation: Isolation | None = None
