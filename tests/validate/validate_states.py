"""A desired state with one of everything that makes backups, holds them or copies them."""

import json
from dataclasses import replace
from typing import Any

from tests.validate.common_states import (
    CATALOG,
    DEVELOPMENT,
    DEVELOPMENT_ID,
    DR,
    DR_ID,
    HOME,
    HOME_ID,
    PRODUCTION,
    TAGS,
)
from tests.validate.snapshot_states import (
    COPY_POLICY,
    DEFAULT_POLICY,
    IMAGE_POLICY,
    INSTANCE_DEFAULT,
    INSTANCE_POLICY,
    POLICY,
)
from tierkeep.desired.model import (
    Access,
    BackupPlan,
    BackupRule,
    CopyAction,
    DesiredState,
    DesiredUnit,
    Key,
    Lifecycle,
    Role,
    RolePurpose,
    ScheduledStart,
    ScriptDocument,
    Selection,
    StateBackend,
    StateMachine,
    Statement,
    TableRecovery,
    UnitId,
    Vault,
    VaultLock,
)


def key(alias: str) -> Key:
    return Key(
        alias=f"alias/{alias}",
        description=f"key of {alias}",
        deletion_window_days=30,
        shared_with=(),
        tags=TAGS,
        origin=("tiers", "critical", "encryption"),
    )


FINAL = VaultLock(
    min_retention_days=7,
    max_retention_days=36_500,
    changeable_for_days=3,
    origin=("tiers", "critical", "vault_lock"),
)
LIFTABLE = replace(FINAL, max_retention_days=None, changeable_for_days=None)


def vault(
    account: str, region: str, name: str, *, key_alias: str | None, lock: VaultLock | None = None
) -> Vault:
    return Vault(
        name=name,
        arn=f"arn:aws:backup:{region}:{account}:backup-vault:{name}",
        tier="critical",
        key_alias=key_alias,
        lock=lock,
        tags=TAGS,
        origin=("tiers", "critical"),
    )


STATEMENTS = (
    Statement(
        sid="KeepSnapshots",
        actions=("ec2:CreateTags", "ec2:DeleteSnapshot"),
        resources=(f"arn:aws:ec2:{HOME}::snapshot/*", f"arn:aws:ec2:{DR}::snapshot/*"),
    ),
    Statement(
        sid="GrantKeys",
        actions=("kms:CreateGrant",),
        resources=(f"arn:aws:kms:{HOME}:{PRODUCTION}:key/*",),
        conditions=(("Bool", "kms:GrantIsForAWSResource", ("true",)),),
    ),
)

TOO_LONG_FOR_INLINE = tuple(
    replace(STATEMENTS[0], sid=f"Keep{kind.capitalize()}s", resources=tuple(arns))
    for kind in ("snapshot", "image")
    for arns in [[f"arn:aws:ec2:{HOME}::{kind}/{kind}-{number:017}" for number in range(90)]]
)
"""Two statements that fit into policies of their own only."""


TRUSTED = ("arn:aws:iam::444444444444:role/ci", "arn:aws:iam::444444444444:role/tools/runner")


def roles(account: str) -> tuple[Role, ...]:
    return tuple(
        Role(
            name=f"campus-{purpose}-{HOME}",
            arn=f"arn:aws:iam::{account}:role/campus-{purpose}-{HOME}",
            purpose=purpose,
            service=service,
            trusted=trusted,
            managed_policy_arns=(),
            statements=statements,
            boundary_arn=f"arn:aws:iam::{account}:policy/boundary",
            tags=TAGS,
            origin=("accounts",),
        )
        for purpose, service, trusted, statements in (
            (RolePurpose.BACKUP, "backup.amazonaws.com", (), STATEMENTS),
            (RolePurpose.SNAPSHOTS, "dlm.amazonaws.com", (), TOO_LONG_FOR_INLINE),
            (RolePurpose.VALIDATE, None, TRUSTED, STATEMENTS),
        )
    )


DAILY = BackupRule(
    name="daily",
    vault_name="campus-critical",
    schedule="cron(0 3 ? * * *)",
    time_zone="Asia/Kolkata",
    start_window_minutes=60,
    completion_window_minutes=240,
    continuous=False,
    lifecycle=Lifecycle(cold_storage_after_days=None, delete_after_days=28),
    copies=(
        CopyAction(
            destination=UnitId(account="production", region=DR),
            destination_vault_arn=f"arn:aws:backup:{DR}:{PRODUCTION}:backup-vault:campus-critical-copies",
            lifecycle=Lifecycle(cold_storage_after_days=None, delete_after_days=28),
            origin=("tiers", "critical", "copy_to", DR),
        ),
    ),
    recovery_point_tags=TAGS,
    origin=("tiers", "critical", "schedules", "daily"),
)

YEARLY = replace(
    DAILY,
    name="yearly",
    schedule="cron(0 4 1 1 ? *)",
    time_zone="Etc/UTC",
    lifecycle=Lifecycle(cold_storage_after_days=30, delete_after_days=None),
    copies=(),
    origin=("tiers", "critical", "schedules", "yearly"),
)

PLAN = BackupPlan(
    name="campus-critical",
    tier="critical",
    rules=(DAILY, YEARLY),
    selections=(
        Selection(
            name="campus-critical",
            role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-backup-{HOME}",
            resource_patterns=("arn:aws:rds:*:*:db:*", "arn:aws:elasticfilesystem:*:*:file-system/*"),
            required_tags=(("backup-tier", "critical"),),
            origin=("tiers", "critical", "protects"),
        ),
    ),
    windows_vss=True,
    windows_vss_origin=("tiers", "critical", "application_consistency"),
    tags=TAGS,
    origin=("tiers", "critical"),
)

TABLE_RECOVERY = TableRecovery(
    tier="critical",
    tags=(("backup-tier", "critical"),),
    period_days=14,
    granularity_minutes=5,
    machine="campus-critical-tables",
    origin=("tiers", "critical", "point_in_time_recovery"),
)

MACHINE = StateMachine(
    name="campus-critical-tables",
    arn=f"arn:aws:states:{HOME}:{PRODUCTION}:stateMachine:campus-critical-tables",
    description="Point-in-time recovery of tables",
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-tables-{HOME}",
    log_group="/aws/vendedlogs/states/campus-critical-tables",
    log_retention_days=365,
    start=ScheduledStart(
        expression="rate(1 hour)", role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-schedules-{HOME}"
    ),
    tags=TAGS,
    origin=("tiers", "critical", "point_in_time_recovery"),
)

DOCUMENT = ScriptDocument(
    name="campus-critical-scripts",
    tier="critical",
    application="filesystem",
    content=json.dumps({"schemaVersion": "2.2", "description": "Scripts", "mainSteps": []}),
    mount_points=("/data",),
    own_scripts=(),
    tags=(("DLMScriptsAccess", "true"), *TAGS),
    origin=("tiers", "critical", "application_consistency", "application"),
)


def unit(unit_id: UnitId, account_id: str, **parts: Any) -> DesiredUnit:
    empty: dict[str, Any] = dict.fromkeys(
        ("keys", "vaults", "plans", "snapshot_policies", "roles", "protections", "depends_on"), ()
    )
    access = Access(
        deploy_role_arn=None,
        validate_role_arn=f"arn:aws:iam::{account_id}:role/tierkeep-validate",
        drill_role_arn=None,
    )
    return DesiredUnit(
        id=unit_id, account_id=account_id, partition="aws", access=access, **{**empty, **parts}
    )


HOME_UNIT = unit(
    HOME_ID,
    PRODUCTION,
    keys=(key("campus-critical"),),
    vaults=(
        vault(PRODUCTION, HOME, "campus-critical", key_alias="alias/campus-critical", lock=FINAL),
        replace(
            vault(PRODUCTION, HOME, "campus-plain", key_alias=None),
            deletable_by=(f"arn:aws:iam::{PRODUCTION}:role/break-glass",),
        ),
    ),
    plans=(PLAN,),
    snapshot_policies=(POLICY, INSTANCE_POLICY, IMAGE_POLICY),
    copy_policies=(COPY_POLICY,),
    documents=(DOCUMENT,),
    default_policies=(DEFAULT_POLICY, INSTANCE_DEFAULT),
    roles=roles(PRODUCTION),
    depends_on=(DR_ID,),
    table_recoveries=(TABLE_RECOVERY,),
    state_machines=(MACHINE,),
)

DR_UNIT = unit(
    DR_ID,
    PRODUCTION,
    keys=(replace(key("campus-critical-copies"), copied_from=(DEVELOPMENT,)),),
    vaults=(
        replace(
            vault(PRODUCTION, DR, "campus-critical-copies", key_alias="alias/campus-critical-copies"),
            copied_from=(DEVELOPMENT,),
            lock=LIFTABLE,
        ),
    ),
)

DEVELOPMENT_UNIT = unit(
    DEVELOPMENT_ID,
    DEVELOPMENT,
    vaults=(vault(DEVELOPMENT, HOME, "campus-development", key_alias=None),),
)

STATE = DesiredState(
    name=CATALOG,
    tag_key="backup-tier",
    state=StateBackend(bucket=None, region=None, prefix=""),
    units=(DEVELOPMENT_UNIT, HOME_UNIT, DR_UNIT),
    promises=(),
    unmet=(),
)
