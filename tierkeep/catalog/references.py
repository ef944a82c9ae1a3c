"""Names in a catalog that must name something else in it.

Judged on the plain values rather than on the models, so that a wrong reference is reported together with
errors of form elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import Any

from tierkeep.catalog.command_roles import PRINCIPAL
from tierkeep.catalog.errors import MOST_ERRORS
from tierkeep.catalog.forms import DESTINATION
from tierkeep.catalog.isolation import UNIT
from tierkeep.catalog.tree import Location
from tierkeep.catalog.wrong import Wrong, suggest


def wrong_references(catalog: dict[str, Any]) -> list[Wrong]:
    """The references that name nothing, as many as are ever told.

    Values of a wrong form are passed over: the models report them.
    """
    parts = (
        _of_access,
        _of_tiers,
        _of_accounts,
        _of_drills,
        _of_watching,
        _of_organization,
        _of_isolation,
        _of_assertions,
        _of_contacts,
        _of_waivers,
    )
    return list(islice(chain.from_iterable(part(catalog) for part in parts), MOST_ERRORS))


def _of_access(catalog: dict[str, Any]) -> Iterator[Wrong]:
    accounts = _map(catalog.get("accounts"))
    for command, role in _maps(catalog.get("access")):
        for index, who in enumerate(_list(role.get("trusted_by"))):
            if isinstance(who, str) and re.search(PRINCIPAL, who) and not who.startswith("arn:"):
                at = ("access", command, "trusted_by", index)
                yield from _missing("account", who.split("/")[0], accounts, at)


def _of_tiers(catalog: dict[str, Any]) -> Iterator[Wrong]:
    objectives = _map(catalog.get("objectives"))
    times = _map(objectives.get("recovery_time"))
    points = _map(objectives.get("recovery_point"))
    accounts = _map(catalog.get("accounts"))
    for name, tier in _maps(catalog.get("tiers")):
        here: Location = ("tiers", name)
        schedules = _map(tier.get("schedules"))
        if "recovery_time" in tier:
            yield from _missing(
                "recovery time objective", tier["recovery_time"], times, (*here, "recovery_time")
            )
        for type_name, protects in _maps(tier.get("protects")):
            if "recovery_point" in protects:
                at = (*here, "protects", type_name, "recovery_point")
                yield from _missing("recovery point objective", protects["recovery_point"], points, at)
        yield from _of_copies(tier, schedules, accounts, here)
        yield from _of_copies(_map(tier.get("air_gapped")), schedules, accounts, (*here, "air_gapped"))
        fast = _map(tier.get("fast_snapshot_restore"))
        if "schedule" in fast:
            at = (*here, "fast_snapshot_restore", "schedule")
            yield from _missing("schedule of this tier", fast["schedule"], schedules, at)
        for index, account in enumerate(_list(_map(tier.get("share")).get("with_accounts"))):
            yield from _missing("account", account, accounts, (*here, "share", "with_accounts", index))


def _of_accounts(catalog: dict[str, Any]) -> Iterator[Wrong]:
    tiers, accounts = _map(catalog.get("tiers")), _map(catalog.get("accounts"))
    for name, account in _maps(accounts):
        for index, tier in enumerate(_list(account.get("tiers"))):
            yield from _missing("tier", tier, tiers, ("accounts", name, "tiers", index))
        own = dict.fromkeys(tier for tier in _list(account.get("tiers")) if isinstance(tier, str))
        for tier, override in _maps(account.get("overrides")):
            here: Location = ("accounts", name, "overrides", tier)
            yield from _missing("tier of this account", tier, own, here, about_key=True)
            yield from _of_override(_map(tiers.get(tier)), override, accounts, here)


def _of_drills(catalog: dict[str, Any]) -> Iterator[Wrong]:
    times = _map(_map(catalog.get("objectives")).get("recovery_time"))
    for name, drill in _maps(catalog.get("drills")):
        here: Location = ("drills", name)
        for index, tier in enumerate(_list(drill.get("tiers"))):
            yield from _missing("tier", tier, _map(catalog.get("tiers")), (*here, "tiers", index))
        if "recovery_time" in drill:
            at = (*here, "recovery_time")
            yield from _missing("recovery time objective", drill["recovery_time"], times, at)
        place = drill.get("from")
        if isinstance(place, str) and "/" in place and re.search(DESTINATION, place):
            account = place.split("/")[0]
            yield from _missing("account", account, _map(catalog.get("accounts")), (*here, "from"))


def _of_watching(catalog: dict[str, Any]) -> Iterator[Wrong]:
    for tier in _map(_map(catalog.get("watching")).get("budgets")):
        here: Location = ("watching", "budgets", tier)
        yield from _missing("tier", tier, _map(catalog.get("tiers")), here, about_key=True)


def _of_organization(catalog: dict[str, Any]) -> Iterator[Wrong]:
    asked, accounts = _map(catalog.get("organization")), _map(catalog.get("accounts"))
    for key in ("account", "delegated_administrator"):
        if key in asked:
            yield from _missing("account", asked[key], accounts, ("organization", key))
    for name, policy in _maps(asked.get("backup_policies")):
        for index, tier in enumerate(_list(policy.get("tiers"))):
            here: Location = ("organization", "backup_policies", name, "tiers", index)
            yield from _missing("tier", tier, _map(catalog.get("tiers")), here)


def _of_contacts(catalog: dict[str, Any]) -> Iterator[Wrong]:
    for number, contact in enumerate(_list(catalog.get("contacts"))):
        for index, tier in enumerate(_list(_map(contact).get("tiers"))):
            yield from _missing(
                "tier", tier, _map(catalog.get("tiers")), ("contacts", number, "tiers", index)
            )


def _of_isolation(catalog: dict[str, Any]) -> Iterator[Wrong]:
    for unit in _map(catalog.get("isolation")):
        if isinstance(unit, str) and re.search(UNIT, unit):
            known = _map(catalog.get("accounts"))
            yield from _missing("account", unit.split("/")[0], known, ("isolation", unit), about_key=True)


def _of_assertions(catalog: dict[str, Any]) -> Iterator[Wrong]:
    for name, assertion in _maps(catalog.get("assertions")):
        for index, tier in enumerate(_list(assertion.get("tiers"))):
            here: Location = ("assertions", name, "tiers", index)
            tiers = _map(catalog.get("tiers"))
            yield from _missing("tier", tier, tiers, here)
            types = _map(_map(tiers.get(tier)).get("protects")) if isinstance(tier, str) else {}
            if types and assertion.get("type") not in types:
                yield Wrong(
                    location=here,
                    message=f"tier {tier} protects no {assertion.get('type')}",
                    hint=suggest(str(assertion.get("type")), types),
                )


def _of_waivers(catalog: dict[str, Any]) -> Iterator[Wrong]:
    """A rule is broken by a catalog, and no resource of AWS breaks it. The id of a check has a dot."""
    for waives, entries in _map(catalog.get("waivers")).items():
        if isinstance(waives, str) and "." in waives:
            continue
        for index, entry in enumerate(entries) if isinstance(entries, list) else [((), entries)]:
            if "resource" in _map(entry):
                where = (index,) if isinstance(entries, list) else ()
                yield Wrong(
                    location=("waivers", waives, *where, "resource"),
                    message=f"a waiver of a rule, such as {waives}, knows no `resource`",
                    hint="say with `at` where in the catalog it holds",
                    about_key=True,
                )


def _of_override(
    tier: dict[str, Any], override: dict[str, Any], accounts: dict[str, Any], here: Location
) -> Iterator[Wrong]:
    types = _map(tier.get("protects"))
    for index, each in enumerate(_list(override.get("protects"))):
        yield from _missing("type of this tier", each, types, (*here, "protects", index))
    schedules = {**_map(tier.get("schedules")), **_map(override.get("schedules"))}
    yield from _of_copies(override, schedules, accounts, here)


def _of_copies(
    copying: dict[str, Any], schedules: dict[str, Any], accounts: dict[str, Any], here: Location
) -> Iterator[Wrong]:
    for destination, copy in _map(copying.get("copy_to")).items():
        at = (*here, "copy_to", destination)
        if isinstance(destination, str) and "/" in destination and re.search(DESTINATION, destination):
            yield from _missing("account", destination.split("/")[0], accounts, at, about_key=True)
        for index, schedule in enumerate(_list(_map(copy).get("schedules"))):
            yield from _missing("schedule of this tier", schedule, schedules, (*at, "schedules", index))


def _missing(
    what: str, name: Any, known: Collection[str], location: Location, *, about_key: bool = False
) -> Iterator[Wrong]:
    if isinstance(name, str) and name not in known:
        yield Wrong(
            location=location,
            message=f"there is no {what} `{name}`",
            hint=suggest(name, known),
            about_key=about_key,
        )


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, item in _map(value).items():
        if isinstance(item, dict):
            yield key, item


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
