"""What `tierkeep explain` says of a tier's vaults that are air-gapped or of an earlier generation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tierkeep.desired.model import DesiredState, DesiredUnit, Superseded, UnitId, Vault
from tierkeep.promises.lifetime import last_expiry


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialVault:
    """An air-gapped vault, or one that a later generation has taken over from, or both."""

    unit: UnitId
    vault: Vault
    superseded: Superseded | None
    catalog: str

    @property
    def last_expiry(self) -> date | None:
        """The day after which it is empty, at the latest, of what schedules made; None where it is used."""
        return last_expiry(self.superseded.since, self.superseded.kept_days) if self.superseded else None

    @property
    def label(self) -> str:
        """What it is, in a word."""
        return "earlier" if self.superseded else "air-gapped"

    @property
    def text(self) -> str:
        """What there is to know of it."""
        here = f"{self.vault.name} in {self.unit}"
        if self.superseded:
            return (
                f"{here}: nothing lands in it any more since {self.superseded.since}; what schedules made "
                f"has expired after {self.last_expiry}. Then `aws backup delete-backup-vault --region "
                f"{self.unit.region} --backup-vault-name {self.vault.name}`, which AWS refuses while it "
                "holds anything, take its entry out of `earlier`, and deploy once with "
                f"TIERKEEP_ALLOW_DESTROY={self.catalog}"
            )
        return (
            f"{here}: takes copies that are kept {self._range}; nobody can delete one before its time; its "
            "key is one that AWS owns"
        )

    @property
    def _range(self) -> str:
        lock = self.vault.lock
        return f"{lock.min_retention_days} to {lock.max_retention_days} days" if lock else "for any time"


def special_vaults(state: DesiredState, tier: str, units: Iterable[UnitId]) -> tuple[SpecialVault, ...]:
    """Those of a tier in these units, and where their copies go."""
    own = set(units)
    reached = {to for unit in state.units if unit.id in own for to in unit.depends_on}
    return tuple(
        each
        for unit in state.units
        if unit.id in own | reached
        for each in _of_unit(state.name, unit)
        if each.vault.tier == tier
    )


def _of_unit(catalog: str, unit: DesiredUnit) -> Iterable[SpecialVault]:
    gone = {each.vault_name: each for each in unit.superseded}
    for vault in unit.vaults:
        if vault.air_gapped or vault.name in gone:
            yield SpecialVault(unit=unit.id, vault=vault, superseded=gone.get(vault.name), catalog=catalog)


def special_vault_json(found: SpecialVault) -> dict[str, Any]:
    """As `tierkeep explain --format json` documents it."""
    lock = found.vault.lock
    return {
        "unit": str(found.unit),
        "name": found.vault.name,
        "air_gapped": found.vault.air_gapped,
        "min_retention_days": lock.min_retention_days if lock else None,
        "max_retention_days": lock.max_retention_days if lock else None,
        "superseded_since": found.superseded.since if found.superseded else None,
        "last_expiry": found.last_expiry.isoformat() if found.last_expiry else None,
    }
