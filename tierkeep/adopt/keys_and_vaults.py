"""Keys and vaults that exist: what of them Terraform takes over, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tierkeep.adopt import paths
from tierkeep.adopt.candidates import Asked, Found, settled
from tierkeep.adopt.changes import Rules, changes
from tierkeep.adopt.model import Effect, Import, Status, Thing
from tierkeep.desired.model import DesiredUnit, Key, Vault
from tierkeep.validate import drift_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.expected import AWS_MANAGED_ALIAS, key_form, vault_form
from tierkeep.validate.forms import LockForm
from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.resolve import resolved_vaults

_ANOTHER_TIER = (
    "make a tier of another name, whose vault stands beside this one until its recovery points have expired"
)


def keys(unit: DesiredUnit, observed: ObservedUnit, catalog: str) -> Iterator[Found]:
    """The unit's keys, found by their aliases."""
    for key in unit.keys:
        asked = Asked(type=drift_checks.KEY.resource_type, name=key.alias, catalog=catalog)
        yield settled(partial(_key, asked, key, unit, observed))


def _key(asked: Asked, key: Key, unit: DesiredUnit, observed: ObservedUnit) -> Found:
    listed = asked.known(observed.keys)
    if key.alias not in listed:
        return asked.missing
    found = asked.known(listed[key.alias])
    own = asked.own(found.tags)
    if asked.known(found.manager) != "CUSTOMER":
        asked.refuse("the alias points at a key that AWS manages: point it at one of your own")
    if found.spec not in {None, "SYMMETRIC_DEFAULT"}:
        asked.refuse(f"it is a key of {found.spec}, and AWS Backup takes symmetric keys alone")
    if asked.known(found.state) not in {"Enabled", "Disabled"}:
        asked.refuse(
            f"it is {found.state}, and Terraform takes it for gone: if it waits for its deletion, `aws kms "
            f"cancel-key-deletion --key-id {found.arn} --region {unit.id.region}` and run this again"
        )
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=(
            Import(path=paths.key(key), id=str(found.arn).rsplit("/", 1)[-1]),
            Import(path=paths.alias(key), id=key.alias),
        ),
        changes=asked.known(changes(key_form(key, unit), found)),
        own=own,
    )


def vaults(
    unit: DesiredUnit, observed: ObservedUnit, catalog: str, keys_found: Mapping[str, Status]
) -> Iterator[Found]:
    """The unit's vaults by name. `keys_found` says what became of each key that exists."""
    for vault in unit.vaults:
        asked = Asked(type=drift_checks.VAULT.resource_type, name=vault.name, catalog=catalog)
        yield settled(partial(_vault, asked, vault, unit, observed, keys_found))


def _vault(
    asked: Asked,
    vault: Vault,
    unit: DesiredUnit,
    observed: ObservedUnit,
    keys_found: Mapping[str, Status],
) -> Found:
    expected = vault_form(vault, unit)
    listed = asked.known(resolved_vaults({vault.name: expected}, observed))
    if vault.name not in listed:
        return asked.missing
    found = listed[vault.name]
    own = asked.own(found.tags)
    if found.air_gapped is not vault.air_gapped:
        asked.refuse(f"it is {found}, and the tier has {expected} there: {_ANOTHER_TIER}")
    if vault.key_alias is not None:
        _refuse_another_key(asked, vault.key_alias, unit, observed, keys_found)
    if not vault.air_gapped:
        _refuse_final_lock(asked, found.lock, unit)
    elif found.lock != expected.lock:
        asked.refuse(
            f"it has {found.lock}, which can never be changed: write its range into `air_gapped`, or "
            f"{_ANOTHER_TIER}"
        )
    made = asked.known(changes(expected, found, _rules(vault)))
    imports = [Import(path=paths.vault(vault), id=vault.name)]
    if expected.policy and found.policy:
        imports.append(Import(path=paths.vault_policy(vault), id=vault.name))
    # With another range it is not imported, but put over the one that is there: Terraform would replace it,
    # and leave the vault unlocked meanwhile.
    if expected.lock and found.lock == expected.lock and not vault.air_gapped:
        imports.append(Import(path=paths.lock(vault), id=vault.name))
    return Thing(
        type=asked.type,
        name=asked.name,
        status=Status.ADOPTED,
        imports=tuple(imports),
        changes=made,
        own=own,
    )


def _rules(vault: Vault) -> Rules:
    """A policy or a lock that the catalog has none of is not in Terraform's sight; nor is the key of a vault
    for which the catalog names none (`tierkeep.diff.force_new`)."""
    rules: Rules = (
        ("lock", Kind.MISSING, Effect.CREATE),
        ("lock", Kind.UNEXPECTED, Effect.STAYS),
        ("key", None, Effect.STAYS),
    )
    return rules if vault.copied_from else (*rules, (r"policy\[.*", None, Effect.STAYS))


def _refuse_another_key(
    asked: Asked, wanted: str, unit: DesiredUnit, observed: ObservedUnit, keys_found: Mapping[str, Status]
) -> None:
    """A vault's key never changes: Terraform would replace the vault, which `prevent_destroy` refuses."""
    aliases = asked.known(observed.aliases)
    encrypted_with = asked.known(asked.known(observed.vaults)[asked.name].key)
    if encrypted_with is None or aliases.get(AWS_MANAGED_ALIAS) == encrypted_with:
        asked.refuse(
            "it is encrypted with aws/backup, and a vault's key never changes: write `encryption: "
            f"aws-managed`, or {_ANOTHER_TIER}"
        )
    points_at = aliases.get(wanted)
    if points_at != encrypted_with:
        there = "does not exist" if points_at is None else f"points at {points_at}"
        command = "create-alias" if points_at is None else "update-alias"
        asked.refuse(
            f"it is encrypted with {encrypted_with}, and {wanted} {there}: if that key is meant, `aws kms "
            f"{command} --region {unit.id.region} --alias-name {wanted} --target-key-id {encrypted_with}` "
            f"and run this again; else {_ANOTHER_TIER}"
        )
    status = keys_found.get(wanted, Status.UNKNOWN)
    if status is not Status.ADOPTED:
        asked.refuse(
            f"its key {wanted} is not adopted, and another would replace the vault",
            Status.UNKNOWN if status is Status.UNKNOWN else Status.REFUSED,
        )


def _refuse_final_lock(asked: Asked, lock: LockForm | None, unit: DesiredUnit) -> None:
    """The provider does not read for how long a lock in compliance mode can be changed, so that Terraform
    would lift it and set another, which AWS refuses once it is final (ADR 10)."""
    if lock is not None and lock.mode == "compliance":
        asked.refuse(
            f"it has {lock}, which Terraform cannot take over. Before that moment `aws backup "
            f"delete-backup-vault-lock-configuration --region {unit.id.region} --backup-vault-name "
            f"{asked.name}` lifts it, and the deployment sets the catalog's; after it nobody can: "
            f"{_ANOTHER_TIER}"
        )
