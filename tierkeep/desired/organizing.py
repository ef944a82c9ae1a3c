"""What the management account of an organisation shall hold, as plain values: `tierkeep.desired.model` has
the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultGuard:
    """A service control policy that keeps recovery points, vaults and keys from all but some roles."""

    name: str
    description: str
    vault_pattern: str
    """The ARNs of the catalog's vaults in every account."""
    catalog: str
    """The value of the tag by which the catalog's keys are told."""
    exempt: tuple[str, ...]
    """Patterns of the ARNs of roles that it does not hold for."""
    target_ids: tuple[str, ...]
    tags: Tags
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationSettings:
    """Settings of AWS Backup for a whole organisation."""

    global_settings: tuple[str, ...]
    """Names of the settings that are turned on; others stay as they are."""
    administrator_id: str | None
    """The id of the account that is the delegated administrator of AWS Backup."""
    guard: VaultGuard | None
    origin: Origin
