"""The cases of drills."""

from __future__ import annotations

from tests.rules.judging import Case, changed

_BOTH = ("{ efs: {} }", "{ efs: {}, ebs: {} }")
_OBJECTIVES = (
    "tiers:\n  basic:\n",
    (
        "objectives: { recovery_time: { strict: 30m, own: 1h, relaxed: 4h } }\n"
        "tiers:\n  basic:\n    recovery_time: own\n"
    ),
)


_BUCKETS = (
    ("{ efs: {} }", "{ efs: {}, s3: {} }"),
    ("tiers:\n", "assertions: { last: { type: s3, present: { object: orders/last } } }\ntiers:\n"),
)


def _drill(terms: str) -> tuple[str, str]:
    return "accounts:\n", f"drills: {{ full: {{ every: 1mo, scope: all{terms} }} }}\naccounts:\n"


DRILL_CASES: dict[str, Case] = {
    "TK213": Case(broken=changed(_drill(", types: [ebs]")), kept=changed(_drill(", types: [efs]"))),
    "TK214": Case(broken=changed(_BOTH, _drill(", types: [efs]")), kept=changed(_BOTH, _drill(""))),
    "TK215": Case(broken=changed(_drill(", types: [efs, ebs]")), kept=changed(_drill(", types: [efs]"))),
    "TK216": Case(
        broken=changed(_OBJECTIVES, _drill(", recovery_time: relaxed")),
        kept=changed(_OBJECTIVES, _drill(", recovery_time: strict")),
    ),
    "TK217": Case(
        broken=changed(*_BUCKETS, _drill(", requires: right")),
        kept=changed(*_BUCKETS, _drill(", requires: right, types: [s3]")),
    ),
}
