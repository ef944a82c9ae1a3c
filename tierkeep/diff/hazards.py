"""What is lost when a resource goes, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol


class Change(Protocol):
    """An attribute that changes, with its texts before and after."""

    @property
    def name(self) -> str:
        """Of the attribute."""

    @property
    def old(self) -> str | None:
        """None where it was absent."""

    @property
    def new(self) -> str | None:
        """None where it goes."""


_STRANDED = (
    "recovery points that exist may not be deleted any more when they expire, and cost on: delete them by "
    "hand, or keep their type and their Region in the catalog until the last has expired"
)

_RETIRE = (
    "Terraform refuses to destroy it with its entry, so that nothing of this unit can be deployed. Put the "
    "entry back; where a tier shall go or get another name, keep it with `retired: <today>`: nothing more is "
    "backed up by it, and its vaults and keys stay (`tierkeep explain` says until when)"
)

_FINAL = "AWS refuses if it is in compliance mode and its time for changes is over"

_BEGIN = (
    "let new vaults take over: with `generation: 2` (or one more than it is) and what stood there until now "
    "under `earlier`, the vaults that exist stay as they are until what they hold has expired"
)

_ORPHANED = (
    "its snapshots and images stay, and nobody deletes them any more, unless it is a default policy with "
    "`extend_deletion`: delete them by hand when their time has come"
)

_MIGRATION = (
    "Terraform deletes the old policy and makes a new one: the old one's snapshots stay, and nobody deletes "
    "them any more. For them to expire by themselves, take the old policy out of Terraform's state before "
    "this is deployed (`terraform state rm`): both run then, and make every snapshot twice, until the last "
    "one of the old policy is gone; then delete that by hand. Or delete its snapshots by hand when their "
    "time has come; they carry the tags of the tier and of their schedule"
)

_TAKEN_OVER = (
    "Where a vault of a new generation has taken over, its entry is the one under `earlier`, which goes once "
    "the vault is empty and deleted by hand, with TIERKEEP_ALLOW_DESTROY"
)

_HAZARDS = {
    ("aws_backup_vault", "removed"): f"{_RETIRE}. {_TAKEN_OVER}",
    ("aws_kms_key", "removed"): f"{_RETIRE}. Without its key what it encrypts can never be restored",
    ("aws_backup_logically_air_gapped_vault", "removed"): f"{_RETIRE}. {_TAKEN_OVER}",
    ("aws_backup_logically_air_gapped_vault", "refused"): (
        "the range of an air-gapped vault can never be changed, and prevent_destroy stops Terraform from "
        f"replacing the vault, so that nothing of this unit can be deployed: {_BEGIN}"
    ),
    ("aws_backup_vault", "refused"): (
        "a vault's key never changes, and prevent_destroy stops Terraform from replacing the vault, so that "
        "nothing of this unit can be deployed: make a tier of another name, which makes a new vault beside "
        "it, and keep the old one with `retired: <today>` until its recovery points have expired"
    ),
    ("aws_backup_vault", "kept as it is"): (
        "a vault's key never changes: the vault keeps its customer-managed key while the catalog says "
        "otherwise. Leave `encryption` as it is, or retire the tier and make one of another name"
    ),
    ("aws_backup_vault_lock_configuration", "destroy"): (
        "the lock is lifted, and whoever may delete recovery points can delete them before their time. "
        f"{_FINAL}, and the deployment fails: put the lock back into the catalog"
    ),
    ("aws_backup_vault_lock_configuration", "replace"): (
        "Terraform lifts the lock and sets another: for seconds the vault is not locked. "
        f"{_FINAL}, and the deployment fails: put the lock back as it was, or {_BEGIN}"
    ),
    ("aws_backup_vault_lock_configuration", "refused"): (
        "Terraform can only lift a lock and set another, and prevent_destroy stops it from lifting one in "
        "favour of compliance mode, so that nothing of this unit can be deployed. If AWS's lock is not final "
        "yet, set TIERKEEP_ALLOW_DESTROY to the catalog's name for one deployment of this unit, whose plan "
        f"destroys nothing but the lock. {_FINAL}: then put the lock back as it was, or {_BEGIN}"
    ),
    ("aws_dlm_lifecycle_policy", "replace"): (
        "the snapshots that the old policy made stay, and nobody deletes them any more: delete them by hand "
        "when their time has come; they carry the tags of the tier and of their schedule"
    ),
    ("aws_dlm_lifecycle_policy", "destroy"): _ORPHANED,
    ("aws_cloudformation_stack", "destroy"): _ORPHANED,
    ("aws_dlm_lifecycle_policy", "migrate"): _MIGRATION,
    ("aws_cloudformation_stack", "migrate"): _MIGRATION,
    ("aws_sfn_state_machine", "destroy"): (
        "nothing that it did is undone: point-in-time recovery that it switched on in tables stays on, and "
        "is billed, until somebody switches it off"
    ),
    ("aws_backup_plan", "destroy"): (
        "no more backups by it; the recovery points that it made keep their own lifecycle"
    ),
    ("aws_backup_selection", "replace"): (
        "between the two, for seconds, the plan selects nothing; recovery points are not touched"
    ),
}
"""By Terraform's type and action. What AWS does stands in the AWS Backup developer guide, "Deleting a vault"
and "Vault lock", the KMS API reference, "ScheduleKeyDeletion", and the DLM API reference,
"DeleteLifecyclePolicy" (it halts the policy's automated operations); read 2026-11."""

_UNMANAGED = (
    "its stack is no longer in the catalog: it stays in AWS, goes on costing, and nobody looks after it; "
    "destroy the stack from a revision that has it, or leave it until its backups have expired"
)


def hazard(resource_type: str, action: str) -> str:
    """What is lost and what to do about it; empty where nothing is."""
    return _UNMANAGED if action == "left unmanaged" else _HAZARDS.get((resource_type, action), "")


def cannot_delete(fields: Iterable[Change]) -> str:
    """What a narrower policy of a role leaves behind; empty where the role may delete what it could before.

    Where "the permission within the role is removed, the deletion will not be successful", and the recovery
    point stays as EXPIRED (botocore 1.44.5, backup DeleteRecoveryPoint), whether or not the catalog still
    asks for its type, or for copies in its Region.
    """
    narrower = any(
        each.name.startswith("policy ") and _places(each.old) - _places(each.new)
        for each in fields
        if _is_deleting(each.name)
    )
    return _STRANDED if narrower else ""


def _is_deleting(name: str) -> bool:
    statement = name.removeprefix("policy ").partition(":")[0]
    return statement.startswith(("Delete", "Keep"))


def _places(text: str | None) -> set[str]:
    return set(re.split(", | and | or ", text)) if text else set()
