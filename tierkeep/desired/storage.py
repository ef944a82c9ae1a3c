"""Desired vaults and the keys that encrypt them, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRoles:
    """ARNs of the roles of a key's own account, by what they may do with it; no role may do two of these."""

    administrators: tuple[str, ...]
    """They administer it."""
    users: tuple[str, ...]
    """They encrypt and decrypt with it. As patterns, since roles are named after the Region they are for."""
    deployer: str
    """One of the administrators, who makes the vault that the key is for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A customer-managed KMS key with its alias. Rotation is on; deletion waits `deletion_window_days`.

    What other accounts may do with it is no more than their share in a copy or in sharing needs.
    """

    alias: str
    """With its prefix: `alias/…`."""
    description: str
    deletion_window_days: int
    shared_with: tuple[str, ...]
    """Ids of the accounts that may decrypt with it and let their AWS services do so."""
    copied_from: tuple[str, ...] = ()
    """Ids of the accounts whose copies are encrypted with it."""
    roles: KeyRoles | None = None
    """None leaves both its administration and its use to the account's own IAM policies."""
    publishers: tuple[str, ...] = ()
    """Services of AWS that encrypt with it what they publish to a topic, for which it is then."""
    tags: Tags
    origin: Origin

    @property
    def holds_backups(self) -> bool:
        """Whether backups are lost with it."""
        return not self.publishers


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultLock:
    """A vault lock: nobody deletes a recovery point in the vault or shortens its retention. In days.

    Backup and copy jobs whose retention is outside of its range fail.
    """

    min_retention_days: int | None
    """None is no minimum."""
    max_retention_days: int | None
    """None is no maximum."""
    changeable_for_days: int | None
    """So long after its deployment it can still be changed and lifted, then never again: compliance mode.
    None is governance mode, in which it always can."""
    origin: Origin

    @property
    def final(self) -> bool:
        """Whether it is in compliance mode."""
        return self.changeable_for_days is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """A backup vault. `key_alias` names a key of the same unit; None is the AWS-managed key `aws/backup`."""

    name: str
    arn: str
    tier: str
    key_alias: str | None
    copied_from: tuple[str, ...] = ()
    """Ids of the other accounts that may copy into it; its own always may."""
    deletable_by: tuple[str, ...] = ()
    """ARNs of the only roles that may delete what it holds, make it expire sooner, or change who may; where
    there are none, whoever IAM lets."""
    lock: VaultLock | None = None
    tags: Tags
    origin: Origin
