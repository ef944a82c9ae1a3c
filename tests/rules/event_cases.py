"""For each rule of events, both sides of it."""

from __future__ import annotations

from tests.rules.cases import Case
from tests.rules.judging import changed, under_tier


def _with(events: str, *tier: str, every: str = "1d") -> str:
    return changed(
        ("tiers:\n", f"events: {events}\ntiers:\n"),
        under_tier(*tier),
        ('{ every: 1d, at: "02:00", keep: 7d }', f'{{ every: {every}, at: "02:00", keep: 7d }}'),
    )


def _for_applications(length: int) -> str:
    names = ", ".join(f"{number:02}".ljust(length, "x") for number in range(20))
    return _with("{}", f"on_demand: {{ on: [after-deployment], keep: 7d, codedeploy: [{names}] }}")


CASES: dict[str, Case] = {
    "TK150": Case(broken=_with("{ emails: [backups@example.org] }"), kept=_with("{}")),
    "TK151": Case(broken=_for_applications(100), kept=_for_applications(80)),
    "TK152": Case(
        broken=_with("{ retry: { attempts: 4, after: 15m } }", every="2h"),
        kept=_with("{ retry: { attempts: 3, after: 15m } }", every="2h"),
    ),
    "TK153": Case(
        broken=_with("{}", "on_demand: { on: [before-deployment], keep: 7d, codepipeline: [web] }"),
        kept=_with("{}", "on_demand: { on: [after-deployment], keep: 7d, codepipeline: [web] }"),
    ),
}
