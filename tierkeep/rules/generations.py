"""Rules of the generations of a tier's vaults: until when the earlier ones stay."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState
from tierkeep.promises.lifetime import last_expiry
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK100",
    title="Vaults of an earlier generation stay until what they hold has expired",
    severity=Severity.NOTICE,
    source="AWS Backup developer guide, create-a-vault (deleting a vault), vault-lock; read 2026-11",
)
def stays(state: DesiredState) -> Iterator[Violation]:
    """AWS deletes no vault that holds recovery points, and from one with a final lock nobody can delete them.
    After the day that this names it is empty, unless something was backed up or copied by hand. Delete it by
    hand then, since Terraform would lift its lock first, which AWS refuses; after that its entry can go.

    Breaks it: `vault_lock: { …, generation: 2, earlier: [{ generation: 1, until: "2026-11-27", … }] }`
    Keeps it: `vault_lock: { …, generation: 2 }`, once that day has come
    """
    for unit in state.units:
        for each in unit.superseded:
            last = last_expiry(each.since, each.kept_days)
            yield Violation(
                origin=each.origin,
                message=(
                    f"nothing lands in {each.vault_name} in {unit.id} any more since {each.since}; what it "
                    f"holds has expired after {last}"
                ),
                hint=(
                    f"then `aws backup delete-backup-vault --region {unit.id.region} --backup-vault-name "
                    f"{each.vault_name}`, take this entry out of `earlier`, and deploy once with "
                    f"TIERKEEP_ALLOW_DESTROY={state.name}"
                ),
            )


@rule(
    "TK101",
    title="What an earlier vault holds is kept as long as its lock takes",
    severity=Severity.ERROR,
    source="design: the day on which the vault can go would be a wrong one",
    waivable=False,
)
def within_its_range(state: DesiredState) -> Iterator[Violation]:
    """The lock of a vault lets nothing in that is kept for less than its minimum or for longer than its
    maximum, so that a `keep` outside of it was written by mistake.

    Breaks it: `earlier: [{ generation: 1, keep: 3y, max_keep: 2y, … }]`
    Keeps it: `earlier: [{ generation: 1, keep: 2y, max_keep: 2y, … }]`
    """
    for unit in state.units:
        locks = {vault.name: vault.lock for vault in unit.vaults}
        for each in unit.superseded:
            lock = locks[each.vault_name]
            shortest = (lock.min_retention_days if lock else None) or 1
            longest = (lock.max_retention_days if lock else None) or each.kept_days
            if not shortest <= each.kept_days <= max(shortest, longest):
                yield Violation(
                    origin=(*each.origin, "keep"),
                    message=f"its lock takes nothing that is kept for {each.kept_days:,} days",
                    hint="write the longest retention in the vault, and its lock as it is",
                )
