"""The cases of networks for drills."""

from __future__ import annotations

from tests.rules.judging import Case, changed


def _isolated(*lines: str) -> tuple[str, str]:
    return "accounts:\n", "\n".join(["isolation:", *(f"  {line}" for line in lines), "accounts:", ""])


def _entry(unit: str, subnet: str, group: str, more: str = "") -> str:
    return f"{unit}: {{ subnets: [subnet-{subnet * 8}], security_group: sg-{group * 8}{more} }}"


_TWO_REGIONS = ("[eu-west-1]", "[eu-west-1, eu-central-1]")

ISOLATION_CASES: dict[str, Case] = {
    "TK200": Case(
        broken=changed(
            _TWO_REGIONS, _isolated(_entry("one/eu-west-1", "a", "c"), _entry("one/eu-central-1", "b", "c"))
        ),
        kept=changed(
            _TWO_REGIONS, _isolated(_entry("one/eu-west-1", "a", "c"), _entry("one/eu-central-1", "b", "d"))
        ),
    ),
    "TK201": Case(
        broken=changed(("{ efs: {} }", "{ rds: {} }"), _isolated(_entry("one/eu-west-1", "a", "c"))),
        kept=changed(
            ("{ efs: {} }", "{ rds: {} }"),
            _isolated(_entry("one/eu-west-1", "a", "c", ", db_subnet_group: drills")),
        ),
    ),
}
