"""What `tierkeep explain` says of default policies, which back up what no tier claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tierkeep.desired.model import DefaultPolicy, DesiredState, UnitId
from tierkeep.promises.by_default import exposures_by_default
from tierkeep.promises.recovery_point import Exposure, length


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultExplanation:
    """A default policy as all `units` have it, and what it can lose at worst: the source, then copies."""

    policy: DefaultPolicy
    units: tuple[UnitId, ...]
    exposures: tuple[Exposure, ...]

    @property
    def what(self) -> str:
        """What it backs up."""
        return "volumes" if self.policy.resource_type == "VOLUME" else "instances"


def explain_defaults(state: DesiredState, *, unit: UnitId | None) -> tuple[DefaultExplanation, ...]:
    """The default policies of every unit, or of one; units that have one alike share an explanation."""
    alike: dict[DefaultPolicy, list[UnitId]] = {}
    for each in state.units:
        for policy in each.default_policies if unit in {None, each.id} else ():
            # Roles are named after their account and Region.
            alike.setdefault(replace(policy, role_arn="", origin=()), []).append(each.id)
    return tuple(
        DefaultExplanation(
            policy=policy, units=tuple(units), exposures=exposures_by_default(policy, units[0].region)
        )
        for policy, units in sorted(alike.items(), key=lambda each: (each[0].name, each[1]))
    )


def default_line(found: DefaultExplanation) -> str:
    """A default policy in a line."""
    policy = found.policy
    units = len(found.units)
    parts = [
        f"all {found.what} without a backup of the last {_days(policy.every_days)}",
        f"worst-case RPO {length(found.exposures[0].minutes or 0)}",
        f"kept {_days(policy.keep_days)}",
        f"copies in {', '.join(policy.copy_regions)}" if policy.copy_regions else "no copies",
        f"not {', '.join(policy.exclusions.in_words)}" if policy.exclusions.in_words else "",
    ]
    return f"{'; '.join(filter(None, parts))}; {units} unit{'' if units == 1 else 's'}"


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def defaults_text(found: tuple[DefaultExplanation, ...]) -> str:
    """For a terminal, a line each, below the tiers' lines."""
    return "".join(f"{each.policy.name}  {default_line(each)}\n" for each in found)


def defaults_markdown(found: tuple[DefaultExplanation, ...]) -> str:
    """For a wiki or a pull request."""
    return "".join(_markdown(found))


def _markdown(found: tuple[DefaultExplanation, ...]) -> Iterator[str]:
    if found:
        yield "\nBacked up whatever its tags are:\n\n"
    for each in found:
        yield f"- `{each.policy.name}`: {default_line(each)}\n"


def default_json(found: DefaultExplanation) -> dict[str, Any]:
    """As `tierkeep explain --format json` documents it."""
    policy = found.policy
    return {
        "name": policy.name,
        "resource_type": policy.resource_type,
        "units": [str(unit) for unit in found.units],
        "every_days": policy.every_days,
        "keep_days": policy.keep_days,
        "copy_tags": policy.copy_tags,
        "extend_deletion": policy.extend_deletion,
        "copy_regions": list(policy.copy_regions),
        "excluded": list(policy.exclusions.in_words),
        "worst_case": [
            {
                "region": each.place if each.copy else None,
                "copy": each.copy,
                "minutes": each.minutes,
                "arithmetic": each.arithmetic,
            }
            for each in found.exposures
        ],
    }
