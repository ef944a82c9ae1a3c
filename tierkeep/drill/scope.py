"""Which tier, where, against which promises: what a drill takes from the desired state."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from tierkeep.desired.model import (
    DesiredState,
    DesiredUnit,
    Engine,
    Protection,
    ResourceType,
    RolePurpose,
    UnitId,
    Vault,
)
from tierkeep.drill.errors import CannotVerifyError, ScopeError


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """One tier in one unit: what is drilled, with which roles, against which objectives. Times in minutes.

    An objective of None is measured and reported, but not judged.
    """

    catalog: str
    catalog_digest: str
    tier: str
    unit: UnitId
    account_id: str
    partition: str
    drill_role_arn: str | None
    restore_role_arn: str
    vault_name: str
    vault_arn: str
    resource_arn: str | None
    """The one resource to drill; None takes the newest recovery point of any."""
    recovery_time_class: str | None
    recovery_time_minutes: int | None
    recovery_point_class: str | None
    recovery_point_minutes: int | None
    customer_managed_key: bool
    """The tier promises that recovery points are encrypted with a customer-managed key."""
    out_of_reach: str | None
    """Backups of the tier's EBS volumes that this version cannot drill, and why; None if it reaches all."""


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON, as `sha256:…`. Equal values have equal digests."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def find_scope(state: DesiredState, *, tier: str, unit: str | None, resource_arn: str | None) -> Scope:
    """The scope of a drill of `tier` in the unit written ACCOUNT/REGION, or in the only one that holds it.

    Raises `ScopeError` if there is no such tier or unit, or several units and none named, and
    `CannotVerifyError` if the tier is there but cannot be drilled by this version.
    """
    desired, vault = _place(state, tier=tier, unit=unit)
    protection = next(
        (p for p in desired.protections if p.tier == tier and p.resource_type is ResourceType.EBS), None
    )
    restore_role = desired.role(RolePurpose.RESTORE)
    if restore_role is None:
        raise CannotVerifyError(
            f"{desired.id} has no IAM role for restores, so AWS Backup cannot restore anything there; "
            "see which roles the catalog gives this unit"
        )
    promise = state.promise(tier)
    return Scope(
        catalog=state.name,
        catalog_digest=digest(asdict(state)),
        tier=tier,
        unit=desired.id,
        account_id=desired.account_id,
        partition=desired.partition,
        drill_role_arn=desired.access.drill_role_arn,
        restore_role_arn=restore_role.arn,
        vault_name=vault.name,
        vault_arn=vault.arn,
        resource_arn=resource_arn,
        recovery_time_class=promise.recovery_time_class if promise else None,
        recovery_time_minutes=promise.recovery_time_minutes if promise else None,
        recovery_point_class=protection.recovery_point_class if protection else None,
        recovery_point_minutes=protection.recovery_point_minutes if protection else None,
        # A unit that only receives copies protects nothing itself; there, the vault's key is the promise.
        customer_managed_key=protection.customer_managed_key if protection else vault.key_alias is not None,
        out_of_reach=_out_of_reach(tier, protection),
    )


def _place(state: DesiredState, *, tier: str, unit: str | None) -> tuple[DesiredUnit, Vault]:
    # The newest recovery points, in a vault from which this version knows how to restore.
    usual = [(u, v) for u in state.units for v in u.vaults_in_use if not v.air_gapped]
    places = {str(u.id): (u, v) for u, v in usual if v.tier == tier}
    known = ", ".join(sorted(places))
    if not places:
        if state.promise(tier) is None:
            tiers = ", ".join(sorted(p.tier for p in state.promises)) or "none"
            raise ScopeError(f"there is no tier {tier!r} in catalog {state.name!r}; its tiers: {tiers}")
        if any(p.tier == tier and p.engine is Engine.DLM for u in state.units for p in u.protections):
            raise CannotVerifyError(
                f"Data Lifecycle Manager makes the backups of tier {tier!r}, snapshots or images (AMIs), and "
                "this version restores recovery points of AWS Backup only"
            )
        raise ScopeError(
            f"tier {tier!r} has no backup vault in any unit, so AWS Backup holds nothing of it to restore"
        )
    if unit is None:
        # Units that only receive copies have no role that could restore anything.
        homes = [place for place in places.values() if place[0].role(RolePurpose.RESTORE)]
        if len(homes) != 1:
            raise ScopeError(f"tier {tier!r} is in several units; name one with --unit: {known}")
        return homes[0]
    if unit not in places:
        raise ScopeError(f"tier {tier!r} has no backup vault in unit {unit!r}; it has one in: {known}")
    return places[unit]


def _out_of_reach(tier: str, protection: Protection | None) -> str | None:
    if protection is None:
        return f"other types: tier {tier!r} protects no EBS volumes, and this version restores those only"
    if protection.engine is Engine.BACKUP:
        return None
    return (
        f"scheduled snapshots: Data Lifecycle Manager makes them for tier {protection.tier!r} "
        f"({protection.reason}), and this version restores recovery points of AWS Backup only, such as those "
        "made on demand"
    )
