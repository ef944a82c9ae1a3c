"""Which part of a run somebody asked for: checks and tiers. Units are chosen before anything is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tierkeep.desired.model import DesiredState, DesiredUnit
from tierkeep.validate.check import Check
from tierkeep.validate.checks import CHECKS, families, find_check
from tierkeep.validate.findings import UnitResult, verdicts


class NoSuchName(Exception):  # noqa: N818 - it is what the user is told
    """A name of a check, family or tier that does not exist. The message says which do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a verdict is about."""

    checks: tuple[Check, ...] = CHECKS
    tiers: tuple[str, ...] = ()
    """Empty: all tiers, and what belongs to none."""

    @classmethod
    def of(cls, state: DesiredState, *, only: Sequence[str], tiers: Sequence[str]) -> "Filters":
        """From names of families and checks, and of tiers. Raises `NoSuchName`."""
        known = sorted(promise.tier for promise in state.promises)
        for tier in tiers:
            if tier not in known:
                raise NoSuchName(f"--tier {tier}: the catalog has no such tier; it has {', '.join(known)}")
        return cls(checks=checks_of(only) if only else CHECKS, tiers=tuple(sorted(set(tiers))))

    @property
    def every_check(self) -> bool:
        """Whether no check is left out."""
        return self.checks == CHECKS

    def applied(self, result: UnitResult) -> UnitResult:
        """The result with what was asked for, and the verdicts on that alone."""
        ids = {check.id for check in self.checks}
        findings = tuple(
            each for each in result.findings if each.check in ids and not self._of_others(each.origin)
        )
        unknowns = tuple(
            each for each in result.unknowns if each.check in ids and not self._of_others(each.origin)
        )
        return replace(
            result,
            findings=findings,
            unknowns=unknowns,
            verdicts=verdicts(self.checks, findings, unknowns),
        )

    def _of_others(self, origin: str) -> bool:
        """Whether something is known to belong to other tiers alone; what all tiers share is theirs too."""
        tier = tier_of(origin)
        return bool(self.tiers) and tier is not None and tier not in self.tiers

    def concerns(self, unit: DesiredUnit) -> bool:
        """Whether a unit holds something of the tiers that are asked for."""
        return not self.tiers or not set(self.tiers).isdisjoint(_tiers_in(unit))


def checks_of(names: Sequence[str]) -> tuple[Check, ...]:
    """The checks of these ids and families, in the order of all checks. Raises `NoSuchName`."""
    for name in names:
        if name not in families() and not find_check(name):
            raise NoSuchName(
                f"there is no check or family of checks {name}; families: {', '.join(families())}; "
                f"checks: {', '.join(check.id for check in CHECKS)}"
            )
    return tuple(check for check in CHECKS if not {check.id, check.family}.isdisjoint(names))


def tier_of(origin: str) -> str | None:
    """The tier to which a dotted path of the catalog belongs, or None where it is not in one tier's part."""
    match origin.split("."):
        case ["tiers", tier, *_] | ["accounts", _, "overrides", tier, *_]:
            return tier
    return None


def _tiers_in(unit: DesiredUnit) -> Iterator[str]:
    yield from (each.tier for each in unit.vaults)
    yield from (each.tier for each in unit.plans)
    yield from (each.tier for each in unit.snapshot_policies)
    yield from (each.tier for each in unit.copy_policies)
    yield from (each.tier for each in unit.table_recoveries)
    yield from (tier for key in unit.keys if (tier := tier_of(".".join(key.origin))))
