"""What `tierkeep explain` says of a retired tier: what stays, until when, and what is left to people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tierkeep.desired.model import DesiredState, Key, Retired, Superseded, UnitId
from tierkeep.promises.lifetime import last_expiry

_WIDTH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Retirement:
    """A tier that is retired in some units, and what of it stays anywhere."""

    tier: str
    units: tuple[tuple[UnitId, Retired], ...]
    last_expiry: date
    """The day after which no recovery point is left that a schedule made."""
    vaults: tuple[tuple[UnitId, str], ...]
    keys: tuple[tuple[UnitId, str], ...]
    by_hand: tuple[str, ...]


def retirement(state: DesiredState, tier: str, *, unit: UnitId | None) -> Retirement | None:
    """What is left of a tier in every unit, or of its backups in one; None where it is not retired."""
    units = tuple(
        (each.id, retired)
        for each in state.units
        for retired in each.retired
        if retired.tier == tier and unit in {None, each.id}
    )
    if not units:
        return None
    # Where the tier lives on elsewhere, what receives its copies is needed by those.
    elsewhere = any(each.tier == tier for desired in state.units for each in desired.protections)
    places = [each for each in state.units if not elsewhere or each.id in {unit_id for unit_id, _ in units}]
    vaults = tuple((each.id, vault.name) for each in places for vault in each.vaults if vault.tier == tier)
    keys = tuple(
        (each.id, key) for each in places for key in each.keys if ("tierkeep:tier", tier) in key.tags
    )
    ended: list[Retired | Superseded] = [each for _, each in units]
    ended += [each for place in places for each in place.superseded if each.tier == tier]
    last = max(last_expiry(each.since, each.kept_days) for each in ended)
    return Retirement(
        tier=tier,
        units=units,
        last_expiry=last,
        vaults=vaults,
        keys=tuple((where, key.alias) for where, key in keys),
        by_hand=tuple(
            _by_hand(state, tier, last, units, vaults, [key for _, key in keys], elsewhere=elsewhere)
        ),
    )


def _by_hand(
    state: DesiredState,
    tier: str,
    last: date,
    units: tuple[tuple[UnitId, Retired], ...],
    vaults: tuple[tuple[UnitId, str], ...],
    keys: list[Key],
    *,
    elsewhere: bool,
) -> Iterator[str]:
    yield (
        f"give resources that carry {state.tag_key}={tier} the tag of another tier: until then nothing backs "
        "them up"
    )
    if any(each.left_by_dlm for _, each in units):
        yield (
            "delete the snapshots of Data Lifecycle Manager when their time has come, which nobody else does "
            "any more: `aws ec2 describe-snapshots --owner-ids self --filters "
            f"Name=tag:tierkeep:tier,Values={tier}` lists them in each account and Region"
        )
    if any(each.images_left for _, each in units):
        yield (
            "before that, deregister the images that some of these snapshots belong to: `aws ec2 "
            f"describe-images --owners self --filters Name=tag:tierkeep:tier,Values={tier}` lists them"
        )
    yield from _copies_elsewhere(state, tier, units)
    for where, name in vaults:
        yield (
            f"after {last}, see that {name} in {where} is empty: `aws backup "
            f"list-recovery-points-by-backup-vault --region {where.region} --backup-vault-name {name}`; what "
            "was backed up or copied by hand may live longer"
        )
    out_of = "these accounts' `tiers`" if elsewhere else "the catalog"
    left = any(each.left_by_dlm for _, each in units)
    goes = _what_goes(state, [name for _, name in vaults], keys, left_by_dlm=left)
    yield f"only then take the tier out of {out_of} and deploy {goes}"


def _copies_elsewhere(
    state: DesiredState, tier: str, units: tuple[tuple[UnitId, Retired], ...]
) -> Iterator[str]:
    """Copies that another account made of what was shared with it, where its policy is gone as well."""
    places = set()
    for source, each in units:
        for place, alias in each.copied_elsewhere:
            receiver = state.unit(UnitId(account=place.account, region=source.region))
            if receiver is None or all(policy.tier != tier for policy in receiver.copy_policies):
                places.add((place, alias or "the account's default key"))
    for place, key in sorted(places):
        yield (
            f"delete their copies in {place} too, which carry no tag of the tier and are encrypted with "
            f"{key}: `aws ec2 describe-snapshots --region {place.region} --owner-ids self --filters "
            "Name=tag-key,Values=aws:dlm:lifecycle-policy-id` lists them among others, each with its key"
        )


def _what_goes(state: DesiredState, vaults: list[str], keys: list[Key], *, left_by_dlm: bool) -> str:
    """What a deployment without the tier destroys, and what nobody else keeps from being lost by it."""
    held = " and ".join(name for name, each in (("vaults", vaults), ("keys", keys)) if each)
    if not held:
        return "the units that had it"
    text = f"the units with the {held} once with TIERKEEP_ALLOW_DESTROY={state.name}, having read the plan."
    if vaults:
        text += " AWS refuses to delete a vault that is not empty"
        text += ", and Terraform then leaves its key." if keys else "."
    if keys and left_by_dlm:
        text += " No snapshot keeps its key: what is still encrypted with it is lost."
    if keys:
        windows = {key.deletion_window_days for key in keys}
        days = " to ".join(str(each) for each in sorted({min(windows), max(windows)}))
        text += f" A key waits {days} days, in which `aws kms cancel-key-deletion` brings it back"
    return text.removesuffix(".")


def retired_line(found: Retirement) -> str:
    """A retired tier in a line."""
    since = min(each.since for _, each in found.units)
    units = len(found.units)
    return (
        f"retired since {since}; last expiry {found.last_expiry} at the latest; "
        f"{units} unit{'' if units == 1 else 's'}"
    )


def retired_text(found: Retirement) -> str:
    """For a terminal: plain text of at most 100 columns for names of usual length."""
    lines = [f"tier {found.tier}: retired, nothing is backed up by it any more"]
    details = [("since", f"{each.since} in {unit}") for unit, each in found.units]
    details.append(("last expiry", f"{found.last_expiry}, at the latest, of what its schedules made"))
    details += [("stays", each) for each in _stays(found)]
    details += [("by hand", f"{number}. {text}") for number, text in enumerate(found.by_hand, 1)]
    for label, text in details:
        lines += textwrap.wrap(
            f"{label:<15}{text}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent=" " * 17,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines) + "\n"


def retired_markdown(found: Retirement) -> str:
    """For a wiki or a pull request."""
    since = ", ".join(f"`{unit}` since {each.since}" for unit, each in found.units)
    lines = [f"# Tier {found.tier}: retired", "", f"- Nothing is backed up by it any more: {since}"]
    lines.append(f"- Last expiry of what its schedules made: {found.last_expiry}, at the latest")
    lines += [f"- Stays: {each}" for each in _stays(found)]
    lines += ["", "By hand:", "", *(f"{number}. {text}" for number, text in enumerate(found.by_hand, 1))]
    return "\n".join(lines) + "\n"


def retired_json(found: Retirement) -> dict[str, Any]:
    """As `tierkeep explain --format json` documents it."""
    return {
        "tier": found.tier,
        "units": [{"unit": str(unit), "since": each.since} for unit, each in found.units],
        "last_expiry": found.last_expiry.isoformat(),
        "vaults": [{"unit": str(unit), "name": name} for unit, name in found.vaults],
        "keys": [{"unit": str(unit), "alias": alias} for unit, alias in found.keys],
        "by_hand": list(found.by_hand),
    }


def _stays(found: Retirement) -> list[str]:
    vaults = [f"vault {name} in {unit}" for unit, name in found.vaults]
    return vaults + [f"key {alias} in {unit}" for unit, alias in found.keys]
