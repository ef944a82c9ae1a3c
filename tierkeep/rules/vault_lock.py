"""Rules of vault locks: what AWS refuses of them, what they make fail, and what they do not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.limits import LONGEST_RETENTION_DAYS
from tierkeep.desired.model import DesiredState, DesiredUnit, Engine, Origin, VaultLock
from tierkeep.rules.registry import Severity, Violation, rule

_SHORTEST_GRACE_DAYS = 3
_LONGEST_CONTINUOUS_DAYS = 35
_GUIDE = "AWS Backup developer guide, vault-lock; read 2026-11"


@rule(
    "TK062",
    title="A vault lock has values that AWS Backup takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup PutBackupVaultLockConfigurationInput; read 2026-11",
)
def values(state: DesiredState) -> Iterator[Violation]:
    """A lock's range lies within 1 to 36,500 days, its minimum is no longer than its maximum, and a lock in
    compliance mode stays changeable for 3 to 36,500 days. What is below a day a catalog cannot say.

    Breaks it: `vault_lock: { mode: governance, min_keep: 30d, max_keep: 7d }`, or `changeable_for: 2d`
    Keeps it: `vault_lock: { mode: governance, min_keep: 7d, max_keep: 30d }`, or `changeable_for: 3d`
    """
    for lock in _locks(state, earlier=True):
        shortest, longest, grace = (
            lock.min_retention_days,
            lock.max_retention_days,
            lock.changeable_for_days,
        )
        if shortest is not None and longest is not None and shortest > longest:
            yield Violation(
                origin=(*lock.origin, "min_keep"),
                message=f"the lock takes nothing: {shortest:,} days or more, and {longest:,} or fewer",
                hint="write a `min_keep` no longer than `max_keep`",
            )
        for key, days in (("min_keep", shortest), ("max_keep", longest), ("changeable_for", grace)):
            if days is not None and days > LONGEST_RETENTION_DAYS:
                yield Violation(
                    origin=(*lock.origin, key),
                    message=f"{days:,} days are more than AWS Backup's {LONGEST_RETENTION_DAYS:,}",
                    hint="write 99y or less",
                )
        if grace is not None and grace < _SHORTEST_GRACE_DAYS:
            yield Violation(
                origin=(*lock.origin, "changeable_for"),
                message=f"AWS Backup makes no lock final before {_SHORTEST_GRACE_DAYS} days are over",
                hint=f"write {_SHORTEST_GRACE_DAYS}d or longer",
            )


@rule(
    "TK063",
    title="What lands in a locked vault is kept as long as its lock takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup PutBackupVaultLockConfigurationInput; read 2026-11",
)
def within_range(state: DesiredState) -> Iterator[Violation]:
    """A locked vault fails every backup and copy job whose retention is shorter than the lock's minimum or
    longer than its maximum: plans deploy without a word, and there are no backups. It holds for schedules,
    for copies with a retention of their own, for backups on demand, and for point-in-time recovery, for which
    AWS names no exception: under a minimum of more than 35 days there can be none.

    Breaks it: `daily: { every: 1d, keep: 6d }` with `vault_lock: { mode: governance, min_keep: 7d }`
    Keeps it: `daily: { every: 1d, keep: 7d }` with `vault_lock: { mode: governance, min_keep: 7d }`
    """
    for each in _landing(state):
        shortest, longest = each.lock.min_retention_days, each.lock.max_retention_days
        if shortest is not None and each.days < shortest:
            yield _refused(each, f"{shortest:,} days or more", _longer(each, shortest))
        elif longest is not None and each.days > longest:
            hint = f"write `keep: {longest}d` or shorter, or change the lock's `max_keep`"
            yield _refused(each, f"{longest:,} days or fewer", hint)


@rule(
    "TK064",
    title="A vault lock reaches every type of its tier",
    severity=Severity.ERROR,
    source=_GUIDE,
    waivable=True,  # AWS takes it, and stays silent
)
def beside_vaults(state: DesiredState) -> Iterator[Violation]:
    """Snapshots of Data Lifecycle Manager lie in no vault, so that no lock holds them: whoever may delete
    snapshots can delete them before their time, in a tier that seems locked.

    Breaks it: `protects: { efs: {}, ebs: { engine: dlm } }` with a `vault_lock`
    Keeps it: `protects: { efs: {}, ebs: { engine: backup } }` with a `vault_lock`
    """
    for unit in state.units:
        locked = {vault.tier for vault in unit.vaults if vault.lock and not vault.air_gapped}
        for each in unit.protections:
            if each.tier in locked and each.engine is Engine.DLM:
                yield Violation(
                    origin=each.origin,
                    message=(
                        f"the vault lock does not hold {each.resource_type}: snapshots of Data Lifecycle "
                        "Manager lie in no vault"
                    ),
                    hint="move it to a tier without `vault_lock`, or waive this rule here",
                )


@rule(
    "TK065",
    title="A vault lock in governance mode can be lifted",
    severity=Severity.NOTICE,
    source=_GUIDE,
)
def liftable(state: DesiredState) -> Iterator[Violation]:
    """It keeps out everyone but those who may call backup:DeleteBackupVaultLockConfiguration: they can take
    it off, and then delete what is in the vault. So can whoever takes over their role.

    Breaks it: `vault_lock: { mode: governance }`
    Keeps it: a tier without `vault_lock`, or one in compliance mode
    """
    for lock in _locks(state):
        if not lock.final:
            yield Violation(
                origin=(*lock.origin, "mode"),
                message="whoever may call backup:DeleteBackupVaultLockConfiguration can lift this lock",
                hint="give that permission to nobody who may delete backups",
            )


@rule(
    "TK066",
    title="A vault lock in compliance mode becomes final",
    severity=Severity.WARNING,
    source=_GUIDE,
)
def final(state: DesiredState) -> Iterator[Violation]:
    """Once its time for changes is over, counted from its deployment, nobody can change or lift it: not the
    root user, not AWS. No backup in its vaults can be deleted before its time, the tier can keep nothing
    outside of its range, and Terraform can destroy neither the lock nor a vault that holds anything.

    Breaks it: `vault_lock: { mode: compliance, changeable_for: 3d, acknowledge: … }`
    Keeps it: `vault_lock: { mode: governance }`
    """
    for lock in _locks(state):
        if lock.final:
            yield Violation(
                origin=(*lock.origin, "mode"),
                message=(
                    f"{lock.changeable_for_days:,} days after its deployment nobody can change or lift this "
                    "lock any more, and Terraform can destroy neither it nor its vaults"
                ),
                hint="try its range in governance mode first",
            )


def _locks(state: DesiredState, *, earlier: bool = False) -> Iterator[VaultLock]:
    """Each lock of the catalog once, however many vaults it holds for; also of earlier generations, if asked.

    Of air-gapped vaults, whose lock is part of them, other rules tell.
    """
    yield from dict.fromkeys(
        vault.lock
        for unit in state.units
        for vault in (unit.vaults if earlier else unit.vaults_in_use)
        if vault.lock and not vault.air_gapped
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Landing:
    """What lands in a locked vault: how long it is kept, and where the catalog says so."""

    lock: VaultLock
    what: str
    days: int
    continuous: bool = False
    origin: Origin


def _landing(state: DesiredState) -> Iterator[_Landing]:
    vaults = [vault for unit in state.units for vault in unit.vaults]
    locks = {vault.arn: vault.lock for vault in vaults if vault.lock and _possible(vault.lock)}
    for unit in state.units:
        yield from _by_plans(unit, locks)
    used = [vault for unit in state.units for vault in unit.vaults_in_use if not vault.air_gapped]
    for promise in state.promises:
        if promise.on_demand_days is not None:
            own = {vault.arn for vault in used if vault.tier == promise.tier}
            for lock in dict.fromkeys(lock for arn, lock in locks.items() if arn in own):
                yield _Landing(
                    lock=lock,
                    what="a backup on demand",
                    days=promise.on_demand_days,
                    origin=("tiers", promise.tier, "on_demand"),
                )


def _possible(lock: VaultLock) -> bool:
    """Whether its range takes any retention; of one that takes none, its own rule tells."""
    longest = LONGEST_RETENTION_DAYS if lock.max_retention_days is None else lock.max_retention_days
    return (lock.min_retention_days or 1) <= min(longest, LONGEST_RETENTION_DAYS)


def _by_plans(unit: DesiredUnit, locks: dict[str, VaultLock]) -> Iterator[_Landing]:
    arns = {vault.name: vault.arn for vault in unit.vaults}
    for plan in unit.plans:
        for each in plan.rules:
            what = "point-in-time recovery" if each.continuous else f"a backup of `{each.name}`"
            lands = [(arns.get(each.vault_name, ""), what, each.lifecycle, each.origin)]
            lands += [
                (copy.destination_vault_arn, f"a copy of `{each.name}`", copy.lifecycle, copy.origin)
                for copy in each.copies
            ]
            for arn, what, lifecycle, origin in lands:
                if arn in locks and lifecycle.delete_after_days is not None:
                    yield _Landing(
                        lock=locks[arn],
                        what=what,
                        days=lifecycle.delete_after_days,
                        continuous=each.continuous,
                        origin=origin,
                    )


def _refused(each: _Landing, takes: str, hint: str) -> Violation:
    return Violation(
        origin=(*each.origin, "keep"),
        message=(
            f"{each.what} would be kept {each.days:,} days, and the vault's lock takes {takes}: every such "
            "job would fail"
        ),
        hint=hint,
    )


def _longer(each: _Landing, shortest: int) -> str:
    if each.continuous and shortest > _LONGEST_CONTINUOUS_DAYS:
        return f"write `min_keep: {_LONGEST_CONTINUOUS_DAYS}d` or less, or give it a tier without a lock"
    return f"write `keep: {shortest}d` or longer, or change the lock's `min_keep`"
