"""A tier as it is in one account: the tier itself with the account's overrides laid over it.

One level, no inheritance: what is written in the account holds, everything else is the tier's.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from tierkeep.catalog.explain import explain
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.tiers import Schedule, Tier, TierOverride
from tierkeep.catalog.tree import Location
from tierkeep.catalog.wrong import Wrong


def tier_in_account(catalog: Catalog, account: str, name: str) -> Tier:
    """The tier as it holds in the account. Raises `ValidationError` if a schedule is not whole."""
    tier, override = catalog.tiers[name], catalog.accounts[account].overrides.get(name)
    if override is None:
        return tier
    protects = {
        each: how for each, how in tier.protects.items() if not override.protects or each in override.protects
    }
    return tier.model_copy(
        update={
            "protects": protects,
            "schedules": _schedules(tier, override),
            "copy_to": {**tier.copy_to, **override.copy_to},
            "point_in_time_recovery": override.point_in_time_recovery or tier.point_in_time_recovery,
            "start_window": override.start_window or tier.start_window,
            "completion_window": override.completion_window or tier.completion_window,
            "retired": override.retired or tier.retired,
        }
    )


def wrong_overrides(catalog: Catalog) -> list[Wrong]:
    """Schedules that are not whole or not possible once the overrides are laid over their tier's."""
    found: list[Wrong] = []
    for account_name, account in catalog.accounts.items():
        for name, override in account.overrides.items():
            here: Location = ("accounts", account_name, "overrides", name, "schedules")
            for schedule in override.schedules:
                found += _wrong_schedule(catalog.tiers[name], override, schedule, here)
    return found


def _wrong_schedule(tier: Tier, override: TierOverride, name: str, here: Location) -> list[Wrong]:
    merged = _merged(tier, override, name)
    try:
        Schedule.model_validate(merged)
    except ValidationError as invalid:
        return [
            Wrong(
                location=(*here, name, *wrong.location),
                message=wrong.message,
                hint=wrong.hint,
                about_key=True,
            )
            for wrong in (explain(detail, merged) for detail in invalid.errors(include_url=False))
        ]
    return []


def _schedules(tier: Tier, override: TierOverride) -> dict[str, Schedule]:
    changed = {name: Schedule.model_validate(_merged(tier, override, name)) for name in override.schedules}
    return {**tier.schedules, **changed}


def _merged(tier: Tier, override: TierOverride, name: str) -> dict[str, Any]:
    own = {key: value for key, value in override.schedules[name] if value is not None}
    base = dict(tier.schedules[name]) if name in tier.schedules else {}
    if "every" in own and "on" not in own and own["every"] != base.get("every"):
        base.pop("on", None)
    return {**base, **own}
