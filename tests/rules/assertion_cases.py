"""The cases of assertions."""

from __future__ import annotations

from tests.rules.judging import Case, changed


def _asserting(assertion: str, types: str = "{ efs: {} }") -> str:
    return changed(
        ("accounts:\n", f"assertions: {{ orders: {{ {assertion} }} }}\naccounts:\n"), ("{ efs: {} }", types)
    )


BUCKETS = "{ efs: {}, s3: {} }"
DATABASES = "{ efs: {}, rds: {} }"

ASSERTION_CASES: dict[str, Case] = {
    "TK206": Case(
        broken=_asserting("type: s3, present: { query: select 1 }", BUCKETS),
        kept=_asserting("type: s3, present: { object: orders/last }", BUCKETS),
    ),
    "TK207": Case(
        broken=_asserting("type: rds, absent: { query: ' SELECT count (*) from orders' }", DATABASES),
        kept=_asserting(
            "type: rds, absent: { query: select count(*) from orders group by customer }", DATABASES
        ),
    ),
    "TK208": Case(
        broken=_asserting("type: s3, present: { object: orders/last }"),
        kept=_asserting("type: s3, tiers: [basic], present: { object: orders/last }", BUCKETS),
    ),
}
