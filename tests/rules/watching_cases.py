"""For each rule of watching, both sides of it."""

from __future__ import annotations

from tests.rules.cases import WEEKLY, Case, _many_tiers
from tests.rules.judging import changed


def _watching(what: str, *more: tuple[str, str]) -> str:
    return changed(("tiers:\n", f"watching: {{ {what} }}\ntiers:\n"), *more)


def _budget(more: str = "") -> str:
    return f"budgets: {{ basic: {{ monthly: 100 }} }}{more}"


def _shown(tiers: int) -> str:
    return _many_tiers(tiers, "{ efs: {} }").replace("tiers:\n", "watching: { dashboard: true }\ntiers:\n", 1)


ALARMS = "alarms: by-tier, topic: operations"
ADDRESSED = ", emails: [finance@example.com]"
GOVCLOUD = ("[eu-west-1]", "[us-gov-west-1]")

CASES: dict[str, Case] = {
    "TK160": Case(broken=_watching(ALARMS, WEEKLY), kept=_watching(ALARMS)),
    "TK161": Case(broken=_watching("alarms: by-type"), kept=_watching(ALARMS)),
    "TK162": Case(broken=_watching(_budget()), kept=_watching(_budget(ADDRESSED))),
    "TK163": Case(broken=_watching(_budget(ADDRESSED), ("efs: {}", "rds: {}")), kept=_watching(ALARMS)),
    "TK164": Case(broken=_shown(251), kept=_shown(250)),
    "TK165": Case(broken=_watching(_budget(ADDRESSED), GOVCLOUD), kept=_watching(_budget(ADDRESSED))),
}
