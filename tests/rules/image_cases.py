"""For each rule of images and of default policies, both sides of it."""

from __future__ import annotations

from tests.rules.cases import FAR, Case, _schedules
from tests.rules.judging import changed, under_tier

_INSTANCES = ("{ efs: {} }", "{ ec2: {} }")
_WEEKLY = "weekly: { every: 1w, on: sunday, keep: 4w }"


def _images(schedule: str, *lines: str) -> str:
    return changed(_INSTANCES, under_tier("images: {}", *lines), _schedules(schedule))


def _by_default(policies: str, *changes: tuple[str, str]) -> str:
    return changed(("accounts:\n", f"default_policies: {{ {policies} }}\naccounts:\n"), *changes)


def _copying(count: int) -> str:
    return _by_default(f"volumes: {{ keep: 7d, copy_to: [{', '.join(FAR[:count])}] }}")


def _weekly(policies: str) -> str:
    return _by_default(policies, ("{ efs: {} }", "{ ebs: {} }"), _schedules(_WEEKLY))


_TYPES = "gp2, gp3, io1, io2, sc1, st1"
YEARLY = "yearly: { every: 1y, on: 1, keep: 20y, deprecate_after: %s }"

CASES: dict[str, Case] = {
    "TK107": Case(
        broken=_images("daily: { every: 1d, keep: 7d, deprecate_after: 8d }"),
        kept=_images("daily: { every: 1d, keep: 7d, deprecate_after: 7d }"),
    ),
    "TK108": Case(broken=_images(YEARLY % "11y"), kept=_images(YEARLY % "10y")),
    "TK109": Case(
        broken=changed(_INSTANCES, under_tier("images: { reboot: true }")),
        kept=changed(_INSTANCES, under_tier("images: { reboot: false }")),
    ),
    "TK110": Case(
        broken=_by_default("volumes: { every: 8d, keep: 14d }"),
        kept=_by_default("volumes: { every: 7d, keep: 14d }"),
    ),
    "TK111": Case(
        broken=_by_default("volumes: { every: 7d, keep: 7d }"),
        kept=_by_default("volumes: { every: 7d, keep: 8d }"),
    ),
    "TK112": Case(broken=_copying(4), kept=_copying(3)),
    "TK113": Case(
        broken=_by_default(f"volumes: {{ keep: 7d, exclude: {{ volume_types: [{_TYPES}, standard] }} }}"),
        kept=_by_default(f"volumes: {{ keep: 7d, exclude: {{ volume_types: [{_TYPES}] }} }}"),
    ),
    "TK114": Case(broken=_copying(1), kept=_copying(0)),
    "TK115": Case(
        broken=_weekly("volumes: { keep: 7d }"),
        kept=_weekly("volumes: { keep: 7d, exclude: { tags: { backup-tier: basic } } }"),
    ),
}
