"""What is lost when a resource goes, and what to do instead."""

from __future__ import annotations

_KEEP = "keep what asks for it in the catalog until its last recovery point has expired"

_UNGUARDED = "prevent_destroy does not stop this, since the block goes with the catalog's entry"

_STRANDED = (
    "its snapshots stay, and nobody deletes them any more: delete them by hand when their time has come"
)

_MIGRATION = (
    "Terraform deletes the old policy and makes a new one: the old one's snapshots stay, and nobody deletes "
    "them any more. For them to expire by themselves, take the old policy out of Terraform's state before "
    "this is deployed (`terraform state rm`): both run then, and make every snapshot twice, until the last "
    "one of the old policy is gone; then delete that by hand. Or delete its snapshots by hand when their "
    "time has come; they carry the tags of the tier and of their schedule"
)

_HAZARDS = {
    ("aws_backup_vault", "destroy"): (
        f"{_UNGUARDED}. AWS refuses while there are recovery points in the vault, and the deployment fails: "
        f"{_KEEP}, or take the vault out of Terraform's state with `terraform state rm`"
    ),
    ("aws_kms_key", "destroy"): (
        f"{_UNGUARDED}. KMS deletes the key after its waiting period, and what it encrypts can never be "
        f"restored again: {_KEEP}, or take the key out of Terraform's state with `terraform state rm`; "
        "`aws kms cancel-key-deletion` helps within the waiting period"
    ),
    ("aws_backup_vault", "refused"): (
        "a vault's key never changes, and prevent_destroy stops Terraform from replacing the vault, so that "
        "nothing of this unit can be deployed: give the tier another name, which makes a new vault beside "
        "it, and keep the old tier until its recovery points have expired"
    ),
    ("aws_backup_vault", "kept as it is"): (
        "a vault's key never changes: the vault keeps its customer-managed key while the catalog says "
        "otherwise, and Terraform destroys that key. Leave `encryption` as it is, or give the tier another "
        "name"
    ),
    ("aws_dlm_lifecycle_policy", "replace"): (
        "the snapshots that the old policy made stay, and nobody deletes them any more: delete them by hand "
        "when their time has come; they carry the tags of the tier and of their schedule"
    ),
    ("aws_dlm_lifecycle_policy", "destroy"): _STRANDED,
    ("aws_cloudformation_stack", "destroy"): _STRANDED,
    ("aws_dlm_lifecycle_policy", "migrate"): _MIGRATION,
    ("aws_cloudformation_stack", "migrate"): _MIGRATION,
    ("aws_backup_plan", "destroy"): (
        "no more backups by it; the recovery points that it made keep their own lifecycle"
    ),
    ("aws_backup_selection", "replace"): (
        "between the two, for seconds, the plan selects nothing; recovery points are not touched"
    ),
}
"""By Terraform's type and action. What AWS does stands in the AWS Backup developer guide, "Deleting a vault",
the KMS API reference, "ScheduleKeyDeletion", and the DLM API reference, "DeleteLifecyclePolicy" (it halts the
policy's automated operations); read 2026-11."""

_UNMANAGED = (
    "its stack is no longer in the catalog: it stays in AWS, goes on costing, and nobody looks after it; "
    "destroy the stack from a revision that has it, or leave it until its backups have expired"
)


def hazard(resource_type: str, action: str) -> str:
    """What is lost and what to do about it; empty where nothing is."""
    return _UNMANAGED if action == "left unmanaged" else _HAZARDS.get((resource_type, action), "")
