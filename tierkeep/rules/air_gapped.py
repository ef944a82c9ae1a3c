"""Rules of logically air-gapped vaults: what AWS takes of them, what gets into them, what they are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.limits import LONGEST_RETENTION_DAYS
from tierkeep.desired.model import (
    CopyAction,
    DesiredState,
    DesiredUnit,
    Engine,
    Protection,
    ResourceType,
    Vault,
    VaultLock,
)
from tierkeep.desired.support import Feature, Support, read_on, region_support, type_support
from tierkeep.rules.registry import Severity, Violation, rule

_GUIDE = "AWS Backup developer guide, logicallyairgappedvault; read 2026-11"
_SHORTEST_DAYS = 7


@rule(
    "TK093",
    title="An air-gapped vault has a range that AWS Backup takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup CreateLogicallyAirGappedBackupVaultInput; read 2026-11",
)
def values(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup makes no air-gapped vault whose shortest retention is less than 7 days, none with a longest
    of more than 36,500, and none that takes nothing.

    Breaks it: `air_gapped: { min_keep: 6d, max_keep: 30d, … }`
    Keeps it: `air_gapped: { min_keep: 7d, max_keep: 30d, … }`
    """
    for lock in _ranges(state):
        shortest, longest = lock.min_retention_days or 0, lock.max_retention_days or 0
        if shortest < _SHORTEST_DAYS:
            yield Violation(
                origin=(*lock.origin, "min_keep"),
                message=f"an air-gapped vault keeps {_SHORTEST_DAYS} days at least, not {shortest}",
                hint=f"write {_SHORTEST_DAYS}d or longer",
            )
        if longest > LONGEST_RETENTION_DAYS:
            yield Violation(
                origin=(*lock.origin, "max_keep"),
                message=f"{longest:,} days are more than AWS Backup's {LONGEST_RETENTION_DAYS:,}",
                hint="write 99y or less",
            )
        if shortest > longest:
            yield Violation(
                origin=(*lock.origin, "min_keep"),
                message=f"the vault takes nothing: {shortest:,} days or more, and {longest:,} or fewer",
                hint="write a `min_keep` no longer than `max_keep`",
            )


@rule(
    "TK094",
    title="What is copied into an air-gapped vault is of a type that it takes",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, backup-feature-availability, logicallyairgappedvault; read 2026-11",
    waivable=True,  # AWS takes the plan, and adds types in time
)
def types(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup copies some types into air-gapped vaults only. It takes the plan all the same, and every
    copy job of another type fails. What is not known of a type or a Region TK057 says.

    Breaks it: `protects: { rds: {} }` with `air_gapped`
    Keeps it: `protects: { efs: {} }` with `air_gapped`
    """
    for each in _copies(state):
        support = type_support()[each.protection.resource_type].features[Feature.AIR_GAPPED_VAULT]
        if support is Support.NO:
            yield Violation(
                origin=each.protection.origin,
                message=f"no air-gapped vault takes {each.protection.resource_type}, as of {read_on()}",
                hint="give it a tier without `air_gapped`, or waive TK094 where AWS takes it by now",
            )


@rule(
    "TK095",
    title="An air-gapped vault is in a Region that has them",
    severity=Severity.ERROR,
    source=_GUIDE,
    waivable=True,  # AWS adds Regions in time
)
def regions(state: DesiredState) -> Iterator[Violation]:
    """Several Regions have no air-gapped vaults, those of China and GovCloud among them.

    Breaks it: `air_gapped: { copy_to: { ca-west-1: {} }, … }`
    Keeps it: `air_gapped: { copy_to: { ca-central-1: {} }, … }`
    """
    for unit in state.units:
        for vault in unit.vaults:
            known = region_support().get(unit.id.region)
            if vault.air_gapped and known and known.features[Feature.AIR_GAPPED_VAULT] is Support.NO:
                yield Violation(
                    origin=vault.origin,
                    message=f"{unit.id.region} has no air-gapped vaults, as of {read_on()}",
                    hint="name another Region, or waive TK095 where AWS has them there by now",
                )


@rule(
    "TK096",
    title="Backups of Aurora go into an air-gapped vault of their own Region",
    severity=Severity.ERROR,
    source=_GUIDE,
    waivable=True,  # AWS takes the plan, and lifts such limits in time
)
def aurora_stays(state: DesiredState) -> Iterator[Violation]:
    """The guide knows no copy of them to an air-gapped vault in another Region: the copy job fails.

    Breaks it: `protects: { aurora: {} }` in eu-west-1 with `air_gapped: { copy_to: { eu-west-2: {} }, … }`
    Keeps it: `protects: { aurora: {} }` with `air_gapped: { copy_to: { home: {} }, … }`
    """
    for each in _copies(state):
        far = each.copy.destination.region != each.unit.id.region
        if far and each.protection.resource_type is ResourceType.AURORA:
            yield Violation(
                origin=each.copy.origin,
                message=(
                    f"aurora in {each.unit.id.region} cannot be copied to an air-gapped vault in "
                    f"{each.copy.destination.region}"
                ),
                hint="copy it to `home`, or to another account in the same Region",
            )


@rule(
    "TK097",
    title="What keeps the key of its resource gets into an air-gapped vault with a key of your own only",
    severity=Severity.WARNING,
    source=_GUIDE,
)
def customer_managed_sources(state: DesiredState) -> Iterator[Violation]:
    """Backups of some types keep the key of their resource. With one that AWS manages (such as aws/ebs), or
    with none, they cannot be copied into an air-gapped vault, not even in their own account: every copy job
    fails. Backups that AWS Backup encrypts itself can, whatever the tier's key. A catalog cannot say how its
    resources are encrypted: see to it, then waive this rule.

    Breaks it: `protects: { ebs: { engine: backup } }` with `air_gapped`
    Keeps it: `protects: { efs: {} }` with `air_gapped`
    """
    for each in _copies(state):
        known = type_support()[each.protection.resource_type]
        if not known.own_encryption and known.features[Feature.AIR_GAPPED_VAULT] is not Support.NO:
            yield Violation(
                origin=each.protection.origin,
                message=(
                    f"{each.protection.resource_type} gets into an air-gapped vault only where its resource "
                    "is encrypted with a customer-managed key"
                ),
                hint="encrypt what carries the tier's tag with keys of your own, then waive this rule",
            )


@rule(
    "TK098",
    title="An air-gapped vault is final from the moment it is made",
    severity=Severity.WARNING,
    source=_GUIDE,
)
def final(state: DesiredState) -> Iterator[Violation]:
    """It is locked in compliance mode without a time for changes: nobody can delete a copy in it before its
    time, change the range or take the lock off, not the root user, not AWS. Only an empty vault can be
    deleted. What was copied by mistake is paid for until its time is over.

    Breaks it: `air_gapped: { … }`
    Keeps it: a tier without `air_gapped`
    """
    for lock in dict.fromkeys(vault.lock for vault in _used(state) if vault.lock):
        yield Violation(
            origin=lock.origin,
            message=(
                "nobody can delete a copy in these vaults before its time or change their range, from the "
                "first deployment on"
            ),
            hint="try it with a short retention, and with a tier that holds little, first",
        )


@rule(
    "TK099",
    title="Of an air-gapped vault, its key and who restores from it are not the catalog's",
    severity=Severity.NOTICE,
    source=f"provider 5.100.0, aws_backup_logically_air_gapped_vault; {_GUIDE}",
)
def outside(state: DesiredState) -> Iterator[Violation]:
    """A key that AWS owns encrypts it, also in a tier whose `encryption` is customer-managed: AWS recommends
    it, and provider 5.100.0 takes no other. Another account restores from it once it is shared with it, by
    AWS RAM or by multi-party approval, neither of which Tierkeep sets up.

    Breaks it: `air_gapped: { … }`
    Keeps it: a tier without `air_gapped`
    """
    for vault in _used(state):
        yield Violation(
            origin=vault.origin,
            message=f"the vault {vault.name} is encrypted with a key that AWS owns, and shared with nobody",
            hint="share it by AWS RAM with the account that shall restore from it when this one is lost",
        )


def _used(state: DesiredState) -> Iterator[Vault]:
    """The air-gapped vaults that copies go to."""
    for unit in state.units:
        yield from (each for each in unit.vaults_in_use if each.air_gapped)


def _ranges(state: DesiredState) -> Iterator[VaultLock]:
    """Each range once, earlier generations' too, however many vaults have it."""
    vaults = (vault for unit in state.units for vault in unit.vaults if vault.air_gapped)
    yield from dict.fromkeys(vault.lock for vault in vaults if vault.lock)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Copied:
    """A type whose backups are copied into an air-gapped vault."""

    unit: DesiredUnit
    copy: CopyAction
    protection: Protection


def _copies(state: DesiredState) -> Iterator[_Copied]:
    for unit in state.units:
        for plan in unit.plans:
            copies = {copy for each in plan.rules for copy in each.copies if copy.air_gapped}
            for copy in sorted(copies, key=lambda each: each.origin):
                for protection in unit.protections:
                    if protection.tier == plan.tier and protection.engine is Engine.BACKUP:
                        yield _Copied(unit=unit, copy=copy, protection=protection)
