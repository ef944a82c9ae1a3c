"""Which tier, which type, where, against which promises: what a drill takes from the desired state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tierkeep.desired.isolation import Isolation
from tierkeep.desired.model import (
    Assertion,
    DesiredState,
    DesiredUnit,
    Engine,
    Login,
    Protection,
    ResourceType,
    RolePurpose,
    UnitId,
    Vault,
)
from tierkeep.drill.checks import Rung
from tierkeep.drill.choosing import NEWEST, Wish
from tierkeep.drill.errors import CannotVerifyError, ScopeError


class Method(StrEnum):
    """Whose backups a drill restores."""

    BACKUP = "backup"
    """Recovery points of AWS Backup."""
    DLM = "dlm"
    """Snapshots of Data Lifecycle Manager."""
    PITR = "pitr"
    """The past that a service keeps of a resource by itself."""

    @property
    def words(self) -> str:
        """As people say it."""
        return {
            "backup": "by AWS Backup",
            "dlm": "by Data Lifecycle Manager",
            "pitr": "by point-in-time recovery of its own",
        }[self.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What a user asks for; what is left out is found out."""

    tier: str
    unit: str | None = None
    """As ACCOUNT/REGION; None takes the only one that holds the tier."""
    resource_arn: str | None = None
    """The one resource to drill; None takes any."""
    resource_type: str | None = None
    method: str | None = None
    point: Wish = NEWEST
    folder: Path = Path()
    """Of the catalog, from which the programs of its assertions have their paths."""


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
    resource_type: ResourceType
    method: Method
    point: Wish
    resource_arn: str | None
    """The one resource to drill; None takes a point of any."""
    restore_role_arn: str
    """As whom AWS Backup restores; empty where it does not."""
    vault_name: str
    """Where AWS Backup keeps the recovery points; empty where it does not."""
    vault_arn: str
    policies: tuple[str, ...]
    """The snapshot policies of Data Lifecycle Manager of the tier, by name."""
    image_policies: tuple[str, ...]
    """Those of them that make images of instances."""
    recovery_time_class: str | None
    recovery_time_minutes: int | None
    recovery_point_class: str | None
    recovery_point_minutes: int | None
    customer_managed_key: bool
    """The tier promises that recovery points are encrypted with a customer-managed key."""
    raw_contents: bool
    """Volumes hold no file system, by the catalog's word."""
    login: Login | None
    """By which a restored database is read."""
    proves_nothing_empty: str | None
    """Why it is no failure that there is nothing to restore, where it is none."""
    isolation: Isolation | None
    """Where to restore what needs a network; None where the catalog names no such place."""
    beside: tuple[str, ...]
    """Backups of the tier in this unit that the drill does not restore."""
    assertions: tuple[Assertion, ...] = ()
    """What the catalog asserts of the type in the tier."""
    folder: Path = Path()
    """Of the catalog, from which the programs of its assertions have their paths."""
    requires: Rung = Rung.RESTORED
    """How far up the ladder the drill has to come; RTO is measured until the last check of this rung."""


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON, as `sha256:…`. Equal values have equal digests."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def digest_of(state: DesiredState) -> str:
    """What a catalog asks for, as one digest: another if anything of it changes."""
    return digest(asdict(state))


def find_scope(state: DesiredState, ask: Ask) -> Scope:
    """The scope of a drill.

    Raises `ScopeError` if there is no such tier, unit or type, or several and none named, and
    `CannotVerifyError` if the tier is there but cannot be drilled by this version.
    """
    if state.promise(ask.tier) is None:
        tiers = ", ".join(sorted(promise.tier for promise in state.promises)) or "none"
        raise ScopeError(f"there is no tier {ask.tier!r} in catalog {state.name!r}; its tiers: {tiers}")
    resource_type = _type(state, ask)
    method = _method(state, ask, resource_type)
    desired = _place(state, ask, resource_type, method)
    vault = _vault(desired, ask.tier) if method is Method.BACKUP else None
    protection = _protection(desired, ask.tier, resource_type)
    promise = state.promise(ask.tier)
    return Scope(
        catalog=state.name,
        catalog_digest=digest_of(state),
        tier=ask.tier,
        unit=desired.id,
        account_id=desired.account_id,
        partition=desired.partition,
        drill_role_arn=desired.access.drill_role_arn,
        resource_type=resource_type,
        method=method,
        point=ask.point,
        resource_arn=ask.resource_arn,
        restore_role_arn=_restore_role(desired) if method is Method.BACKUP else "",
        vault_name=vault.name if vault else "",
        vault_arn=vault.arn if vault else "",
        policies=tuple(each.name for each in desired.snapshot_policies if each.tier == ask.tier),
        image_policies=tuple(
            each.name for each in desired.snapshot_policies if each.tier == ask.tier and each.images
        ),
        recovery_time_class=promise.recovery_time_class if promise else None,
        recovery_time_minutes=promise.recovery_time_minutes if promise else None,
        recovery_point_class=protection.recovery_point_class if protection else None,
        recovery_point_minutes=protection.recovery_point_minutes if protection else None,
        # A unit that only receives copies protects nothing itself; there, the vault's key is the promise.
        customer_managed_key=(
            protection.customer_managed_key
            if protection
            else vault is not None and vault.key_alias is not None
        ),
        raw_contents=protection is not None and protection.raw_contents,
        login=protection.login if protection else None,
        proves_nothing_empty=_proves_nothing(ask.tier, resource_type, method, protection),
        isolation=desired.isolation,
        beside=tuple(_beside(desired, ask.tier, resource_type, method)),
        assertions=tuple(
            each
            for each in state.assertions
            if each.resource_type == resource_type and ask.tier in each.tiers
        ),
        folder=ask.folder,
    )


def _type(state: DesiredState, ask: Ask) -> ResourceType:
    asked = _known_type(ask.resource_type) if ask.resource_type else None
    of_arn = type_of(ask.resource_arn) if ask.resource_arn else None
    if asked and of_arn and asked is not of_arn:
        raise ScopeError(f"{ask.resource_arn} is of type {of_arn.value}, not {asked.value}")
    if asked is not None:
        return asked
    if of_arn is not None:
        return of_arn
    there = {p.resource_type for unit in state.units for p in unit.protections if p.tier == ask.tier}
    if not there or ResourceType.EBS in there:
        return ResourceType.EBS
    if len(there) > 1:
        listed = ", ".join(sorted(each.value for each in there))
        raise ScopeError(f"tier {ask.tier!r} protects several types; name one with --type: {listed}")
    return there.pop()


def _known_type(text: str) -> ResourceType:
    try:
        return ResourceType(text)
    except ValueError as error:
        listed = ", ".join(each.value for each in ResourceType)
        raise ScopeError(f"there is no type {text!r}; the types: {listed}") from error


_BEGINNINGS = (
    ("ec2", "volume/", ResourceType.EBS),
    ("ec2", "instance/", ResourceType.EC2),
    ("dynamodb", "table/", ResourceType.DYNAMODB),
    ("elasticfilesystem", "file-system/", ResourceType.EFS),
    ("rds", "cluster:", ResourceType.AURORA),
    ("rds", "db:", ResourceType.RDS),
    ("s3", "", ResourceType.S3),
)
"""How ARNs of each type begin (Service Authorization Reference)."""


def type_of(arn: str) -> ResourceType:
    """The type of the resource that an ARN names. Raises `ScopeError` if it is none that a tier protects."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        for service, beginning, resource_type in _BEGINNINGS:
            if parts[2] == service and parts[5].startswith(beginning):
                return resource_type
    raise ScopeError(f"{arn!r} is not the ARN of a resource that a tier can protect")


def _method(state: DesiredState, ask: Ask, resource_type: ResourceType) -> Method:
    if ask.method is not None:
        return Method(ask.method)
    protections = [_protection(unit, ask.tier, resource_type) for unit in state.units]
    by_dlm = any(each is not None and each.engine is Engine.DLM for each in protections)
    return Method.DLM if by_dlm else Method.BACKUP


def _protection(unit: DesiredUnit, tier: str, resource_type: ResourceType) -> Protection | None:
    found = (p for p in unit.protections if p.tier == tier and p.resource_type is resource_type)
    return next(found, None)


def _place(state: DesiredState, ask: Ask, resource_type: ResourceType, method: Method) -> DesiredUnit:
    places = {str(unit.id): unit for unit in state.units if _holds(unit, ask.tier, resource_type, method)}
    known = ", ".join(sorted(places))
    if not places:
        raise ScopeError(f"tier {ask.tier!r} has {_WANTED[method]} in any unit: {_INSTEAD[method]}")
    if ask.unit is None:
        # Units that only receive copies have no role that could restore anything.
        homes = [
            place
            for place in places.values()
            if method is not Method.BACKUP or place.role(RolePurpose.RESTORE)
        ]
        if len(homes) != 1:
            raise ScopeError(f"tier {ask.tier!r} is in several units; name one with --unit: {known}")
        return homes[0]
    if ask.unit not in places:
        raise ScopeError(
            f"tier {ask.tier!r} has {_WANTED[method]} in unit {ask.unit!r}; where it has: {known}"
        )
    return places[ask.unit]


_WANTED = {
    Method.BACKUP: "no backup vault",
    Method.DLM: "no snapshot policy",
    Method.PITR: "no point-in-time recovery of tables or DB instances",
}
_INSTEAD = {
    Method.BACKUP: "AWS Backup holds nothing of it to restore. `--by dlm` drills snapshots of Data Lifecycle "
    "Manager, `--by pitr` point-in-time recovery of tables and DB instances",
    Method.DLM: "Data Lifecycle Manager makes nothing of it to restore. `--by backup` drills recovery points",
    Method.PITR: "there is no moment to restore. `--by backup` drills recovery points",
}


def _holds(unit: DesiredUnit, tier: str, resource_type: ResourceType, method: Method) -> bool:
    if method is Method.BACKUP:
        return _find_vault(unit, tier) is not None
    if method is Method.DLM:
        return any(each.tier == tier for each in unit.snapshot_policies)
    # Databases have automated backups by themselves, whatever a catalog asks for.
    databases = resource_type is ResourceType.RDS and _protection(unit, tier, resource_type) is not None
    return databases or any(each.tier == tier for each in unit.table_recoveries)


def _find_vault(unit: DesiredUnit, tier: str) -> Vault | None:
    # A vault in use, of the kind from which this version knows how to restore.
    return next((v for v in unit.vaults_in_use if v.tier == tier and not v.air_gapped), None)


def _vault(unit: DesiredUnit, tier: str) -> Vault:
    vault = _find_vault(unit, tier)
    if vault is None:
        raise ScopeError(f"tier {tier!r} has no backup vault in {unit.id}")
    return vault


def _restore_role(unit: DesiredUnit) -> str:
    role = unit.role(RolePurpose.RESTORE)
    if role is None:
        raise CannotVerifyError(
            f"{unit.id} has no IAM role for restores, so AWS Backup cannot restore anything there; "
            "see which roles the catalog gives this unit"
        )
    return role.arn


def _proves_nothing(
    tier: str, resource_type: ResourceType, method: Method, protection: Protection | None
) -> str | None:
    if protection is None:
        return f"tier {tier!r} protects nothing of type {resource_type.value} there"
    if method is Method.BACKUP and protection.engine is Engine.DLM:
        return f"Data Lifecycle Manager makes them ({protection.reason}), and `--by dlm` drills those"
    return None


def _beside(unit: DesiredUnit, tier: str, resource_type: ResourceType, method: Method) -> Iterator[str]:
    others = {p.resource_type for p in unit.protections if p.tier == tier} - {resource_type}
    if others:
        listed = ", ".join(sorted(each.value for each in others))
        yield f"other types that tier {tier!r} protects here: {listed}; --type drills another"
    protection = _protection(unit, tier, resource_type)
    if protection is not None and protection.engine is Engine.DLM and method is Method.BACKUP:
        yield (
            f"scheduled snapshots: Data Lifecycle Manager makes them for tier {tier!r} "
            f"({protection.reason}), and this drill restored what AWS Backup holds; --by dlm drills those"
        )
    if protection is not None and protection.engine is Engine.BACKUP and method is not Method.BACKUP:
        yield f"recovery points of AWS Backup: this drill restored {method.words}; --by backup drills those"
    if method is Method.PITR:
        return
    if resource_type is ResourceType.DYNAMODB and any(each.tier == tier for each in unit.table_recoveries):
        yield "point-in-time recovery of the table: --by pitr drills it"
    if resource_type is ResourceType.RDS:
        yield "point-in-time recovery of the DB instance: --by pitr drills it"
