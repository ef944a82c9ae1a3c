"""What types that AWS Backup backs up have in common: recovery points in a vault, and restore jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.choosing import newest_of, pick, require_at_hand, require_state
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.keys import describe_key
from tierkeep.drill.restorers.base import Bench, Choice, Point
from tierkeep.drill.scope import Scope

CHOOSING_CALLS = ("backup:ListRecoveryPointsByBackupVault", "backup:GetRecoveryPointRestoreMetadata")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A recovery point, what it was chosen from, and AWS Backup's metadata of it."""

    choice: Choice
    metadata: Mapping[str, str]
    completed: datetime
    """When the backup was done: what came after that is not in it."""


def choose_point(
    session: UnitSession, scope: Scope, *, backup_type: str, noun: str, form: str = "", periodic: bool = False
) -> Chosen:
    """The recovery point that is wished for, of those of a type as AWS Backup calls it whose ARN has a form;
    `periodic` leaves continuous ones out.

    Only reads. Raises `NothingToRestoreError` if there is none, `CannotVerifyError` if there are only points
    that this version cannot restore, and `AwsError`.
    """
    filters = {"ByResourceType": backup_type}
    if scope.resource_arn is not None:
        filters["ByResourceArn"] = scope.resource_arn
    listed = list(
        session.pages(
            "backup",
            "list_recovery_points_by_backup_vault",
            "RecoveryPoints",
            BackupVaultName=scope.vault_name,
            **filters,
        )
    )
    what = scope.resource_arn or f"any {noun}"
    completed = _completed(listed, scope, what)
    if periodic:
        completed = _periodic(completed, scope, what)
    where = f"vault {scope.vault_name} in {scope.unit}"
    cold = f"{where} holds recovery points of {what} in cold storage only"
    warm = require_at_hand(completed, "StorageClass", "WARM", otherwise=cold)
    points = [_point(item, scope) for item in _of_form(warm, form, scope)]
    point = pick(points, scope.point)
    metadata = session.call(
        "backup",
        "get_recovery_point_restore_metadata",
        BackupVaultName=scope.vault_name,
        RecoveryPointArn=point.arn,
    )["RestoreMetadata"]
    newest = newest_of(_point(each, scope) for each in completed if each["ResourceArn"] == point.resource_arn)
    choice = Choice(point=point, wish=str(scope.point), out_of=len(completed), newest=newest)
    (item,) = (each for each in completed if each["RecoveryPointArn"] == point.arn)
    return Chosen(choice=choice, metadata=metadata, completed=item.get("CompletionDate") or point.created)


def _completed(listed: list[dict[str, Any]], scope: Scope, what: str) -> list[dict[str, Any]]:
    """Those that are whole. Raises `CannotVerifyError` where an empty vault proves nothing, and
    `NothingToRestoreError`."""
    where = f"vault {scope.vault_name} in {scope.unit}"
    if not listed and scope.proves_nothing_empty:
        raise CannotVerifyError(
            f"{where} holds no recovery point of {what}, and that proves nothing: "
            f"{scope.proves_nothing_empty}"
        )
    return require_state(
        listed,
        "Status",
        "COMPLETED",
        noun="recovery point",
        holder=f"{where} holds",
        of=what,
        maker="the backup plan and its selection are",
    )


def _periodic(completed: list[dict[str, Any]], scope: Scope, what: str) -> list[dict[str, Any]]:
    """Those that are of one moment. Raises `CannotVerifyError` if there are only others."""
    found = [item for item in completed if _CONTINUOUS not in item["RecoveryPointArn"]]
    if not found:
        raise CannotVerifyError(
            f"vault {scope.vault_name} in {scope.unit} holds continuous backups of "
            f"{what} only; this version restores periodic ones: up to which moment "
            "a continuous one reaches, AWS does not say"
        )
    return found


_CONTINUOUS = ":recovery-point:continuous:"
"""In the ARNs of continuous backups (AWS Backup developer guide, point-in-time-recovery)."""


def _of_form(items: list[dict[str, Any]], form: str, scope: Scope) -> list[dict[str, Any]]:
    found = [item for item in items if form in item["RecoveryPointArn"]]
    if not found:
        raise CannotVerifyError(
            f"vault {scope.vault_name} in {scope.unit} holds no recovery point that this version restores: "
            f"{items[0]['RecoveryPointArn']} is none with {form!r} in its ARN, as continuous backups are none"
        )
    return found


def _point(item: Mapping[str, Any], scope: Scope) -> Point:
    return Point(
        arn=item["RecoveryPointArn"],
        resource_arn=item["ResourceArn"],
        created=item["CreationDate"],
        size_bytes=item.get("BackupSizeInBytes"),
        encrypted=item.get("IsEncrypted", False),
        key_arn=item.get("EncryptionKeyArn"),
        vault_arn=item.get("BackupVaultArn", scope.vault_arn),
    )


def job_request(scope: Scope, choice: Choice, *, backup_type: str, token: str) -> dict[str, Any]:
    """The parameters of StartRestoreJob. A retry must repeat them exactly for AWS to know it as one."""
    return {
        "RecoveryPointArn": choice.point.arn,
        "Metadata": dict(choice.parameters),
        "IamRoleArn": scope.restore_role_arn,
        "IdempotencyToken": token,
        "ResourceType": backup_type,
    }


OF_POINT = {
    "promise": "Recovery point is encrypted, as every tier promises",
    "key-management": "Key is customer-managed and enabled",
}


def titled(titles: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """The checks of a type with those of a recovery point; the last only if the tier promises it."""
    wanted = {**titles, **OF_POINT}
    return {k: v for k, v in wanted.items() if scope.customer_managed_key or k != "key-management"}


def check_point(bench: Bench, of: Sheet) -> tuple[Check, ...]:
    """The checks of a recovery point of AWS Backup and its key."""
    point = bench.choice.point
    promise = of.compare("promise", "encrypted", "encrypted" if point.encrypted else "not encrypted")
    if "key-management" not in of.titles:
        return (promise,)
    expected = "CUSTOMER, Enabled"
    if point.key_arn is None:
        cause = "AWS Backup does not say which key the recovery point is encrypted with"
        return promise, of.unknown("key-management", expected=expected, cause=cause)
    try:
        key = describe_key(bench.session, point.key_arn)
    except AwsError as error:
        return promise, of.unknown("key-management", expected=expected, cause=str(error))
    return promise, of.compare("key-management", expected, f"{key.manager}, {key.state}")
