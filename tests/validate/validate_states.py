"""A desired state with one of everything, the observed state that fits it, and a deployment of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.validate.dlm_requests import copy_policy_request, default_policy_request, policy_request
from tierkeep.aws import UnitSession, open_unit
from tierkeep.desired.model import (
    Access,
    Age,
    ArchiveRule,
    BackupPlan,
    BackupRule,
    CopyAction,
    CrossRegionCopyRule,
    DefaultExclusions,
    DefaultPolicy,
    DesiredState,
    DesiredUnit,
    FastRestoreRule,
    Images,
    Key,
    Lifecycle,
    Role,
    RolePurpose,
    ScheduledStart,
    ScriptDocument,
    Scripts,
    Selection,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    StateBackend,
    StateMachine,
    Statement,
    TableRecovery,
    TimeUnit,
    UnitId,
    Vault,
    VaultLock,
    VolumeExclusions,
)
from tierkeep.desired.policies import (
    identity_policy,
    key_policy,
    role_policies,
    role_trust,
    vault_policy,
)
from tierkeep.validate.expected import (
    copy_policy_form,
    default_policy_form,
    document_form,
    key_form,
    machine_form,
    plan_form,
    policy_form,
    role_form,
    vault_form,
)
from tierkeep.validate.forms import CopyRuleForm, PolicyForm, TableForm
from tierkeep.validate.observed import ObservedUnit

CATALOG = "campus"
HOME, DR = "ap-south-1", "ap-southeast-1"
PRODUCTION, DEVELOPMENT = "111111111111", "333333333333"
HOME_ID = UnitId(account="production", region=HOME)
DR_ID = UnitId(account="production", region=DR)
DEVELOPMENT_ID = UnitId(account="development", region=HOME)

TAGS = (("tierkeep:catalog", CATALOG), ("tierkeep:tier", "critical"))


def days(number: int) -> Age:
    return Age(interval=number, unit=TimeUnit.DAYS)


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

INTERVAL_SCHEDULE = SnapshotSchedule(
    name="four-hourly",
    interval_hours=4,
    start_time="00:00",
    cron=None,
    retain=days(7),
    copies=(
        CrossRegionCopyRule(
            target_region=DR,
            key_alias="alias/campus-critical-copies",
            retain=days(7),
            origin=("tiers", "critical", "copy_to", DR),
        ),
    ),
    fast_restore=FastRestoreRule(
        availability_zones=("ap-south-1a", "ap-south-1b"),
        keep=days(1),
        origin=("tiers", "critical", "fast_snapshot_restore"),
    ),
    share=None,
    tags_to_add=(("tierkeep:tier", "critical"),),
    origin=("tiers", "critical", "schedules", "four-hourly"),
)

CRON_SCHEDULE = replace(
    INTERVAL_SCHEDULE,
    name="weekly",
    interval_hours=None,
    start_time=None,
    cron="cron(0 6 ? * SUN *)",
    retain=Age(interval=4, unit=TimeUnit.WEEKS),
    copies=(),
    fast_restore=None,
    share=ShareRule(
        account_ids=(DEVELOPMENT,), unshare_after=days(14), origin=("tiers", "critical", "share")
    ),
    origin=("tiers", "critical", "schedules", "weekly"),
)

ARCHIVED_SCHEDULE = replace(
    CRON_SCHEDULE,
    name="monthly",
    cron="cron(0 7 1 * ? *)",
    retain=days(31),
    share=None,
    archive=ArchiveRule(retain=days(335), origin=("tiers", "critical", "schedules", "monthly")),
    origin=("tiers", "critical", "schedules", "monthly"),
)

POLICY = SnapshotPolicy(
    name="campus-critical-volumes",
    tier="critical",
    description="campus tier critical volumes",
    resource_type="VOLUME",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    target_tags=(("backup-tier", "critical"),),
    time_zone="Etc/UTC",
    schedules=(INTERVAL_SCHEDULE, CRON_SCHEDULE, ARCHIVED_SCHEDULE),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-volumes")),
    origin=("tiers", "critical", "protects", "ebs"),
)


INSTANCE_POLICY = replace(
    POLICY,
    name="campus-critical-instances",
    description="campus tier critical instances",
    resource_type="INSTANCE",
    schedules=(
        replace(
            INTERVAL_SCHEDULE,
            copies=(),
            fast_restore=None,
            scripts=Scripts(
                handler="campus-quiesce",
                timeout_seconds=60,
                retries=2,
                crash_consistent_on_failure=False,
                origin=("tiers", "critical", "application_consistency"),
            ),
        ),
    ),
    exclusions=VolumeExclusions(
        boot_volume=True,
        data_volume_tags=(("scratch", "yes"),),
        origin=("tiers", "critical", "exclude"),
    ),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-instances")),
    origin=("tiers", "critical", "protects", "ec2"),
)


IMAGE_POLICY = replace(
    INSTANCE_POLICY,
    name="campus-critical-images",
    description="campus tier critical images",
    schedules=(
        replace(
            INTERVAL_SCHEDULE,
            copies=(replace(INTERVAL_SCHEDULE.copies[0], deprecate=days(3)),),
            fast_restore=None,
            deprecate=days(2),
        ),
    ),
    exclusions=None,
    images=Images(reboot=True, origin=("tiers", "critical", "images")),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-images")),
)


DEFAULT_POLICY = DefaultPolicy(
    name="campus-volumes-default",
    description="campus default for volumes",
    resource_type="VOLUME",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    every_days=2,
    keep_days=14,
    copy_tags=True,
    extend_deletion=True,
    copy_regions=(DR,),
    exclusions=DefaultExclusions(boot_volumes=True, volume_types=("sc1", "st1"), tags=(("scratch", "yes"),)),
    tags=(("tierkeep:catalog", CATALOG), ("tierkeep:policy", "campus-volumes-default")),
    origin=("default_policies", "volumes"),
)

INSTANCE_DEFAULT = replace(
    DEFAULT_POLICY,
    name="campus-instances-default",
    description="campus default for instances",
    resource_type="INSTANCE",
    every_days=1,
    keep_days=7,
    copy_tags=False,
    extend_deletion=False,
    copy_regions=(),
    exclusions=DefaultExclusions(boot_volumes=False, volume_types=(), tags=()),
    tags=(("tierkeep:catalog", CATALOG), ("tierkeep:policy", "campus-instances-default")),
    origin=("default_policies", "instances"),
)


COPY_POLICY = SharedCopyPolicy(
    name="campus-critical-shared",
    tier="critical",
    description="campus tier critical shared snapshots",
    role_arn=f"arn:aws:iam::{PRODUCTION}:role/campus-snapshots-{HOME}",
    owners=(DEVELOPMENT,),
    description_regex="^.*Created for policy: policy-.*$",
    copies=(
        CrossRegionCopyRule(
            target_region=DR,
            key_alias="alias/campus-critical-copies",
            retain=days(30),
            origin=("tiers", "critical", "copy_to", DR),
        ),
    ),
    tags=(*TAGS, ("tierkeep:policy", "campus-critical-shared")),
    origin=("tiers", "critical", "copy_to", DR),
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


def key_arn(region: str, alias: str) -> str:
    return f"arn:aws:kms:{region}:{PRODUCTION}:key/of-{alias.removeprefix('alias/')}"


def observed_as_desired(desired: DesiredUnit) -> ObservedUnit:
    """What AWS answers where everything is as it should be: keys by ARN, as AWS names them."""
    region = desired.id.region
    aliases = {each.alias: key_arn(region, each.alias) for each in desired.keys}
    aliases["alias/aws/backup"] = key_arn(region, "alias/aws/backup")
    copies = desired.snapshot_copies
    return ObservedUnit(
        aliases=aliases,
        copy_region_aliases={
            region: {
                copy.key_alias: key_arn(region, copy.key_alias)
                for copy in copies
                if copy.target_region == region and copy.key_alias
            }
            for region in {copy.target_region for copy in copies}
        },
        keys={each.alias: replace(key_form(each, desired), arn=aliases[each.alias]) for each in desired.keys},
        vaults={
            each.name: replace(
                vault_form(each, desired), key=aliases[each.key_alias or "alias/aws/backup"], arn=each.arn
            )
            for each in desired.vaults
        },
        plans={each.name: replace(plan_form(each), arn=f"arn:plan:{each.name}") for each in desired.plans},
        snapshot_policies={
            **{each.name: _with_key_arns(policy_form(each)) for each in desired.snapshot_policies},
            **{each.name: _with_key_arns(copy_policy_form(each)) for each in desired.copy_policies},
            **{each.name: _with_key_arns(default_policy_form(each)) for each in desired.default_policies},
        },
        documents={each.name: document_form(each) for each in desired.documents},
        roles={each.name: role_form(each, desired) for each in desired.roles},
        state_machines={each.name: machine_form(each) for each in desired.state_machines},
        tables={
            name: TableForm(recovery_period_days=days_back, tier=each.tier, arn=f"arn:table/{name}")
            for each in desired.table_recoveries
            for name, days_back in (("orders", each.period_days), ("payments", 35))
        },
    )


def _with_key_arns(policy: PolicyForm) -> PolicyForm:
    schedules = {
        name: replace(schedule, copies=_copies_with_key_arns(schedule.copies))
        for name, schedule in policy.schedules.items()
    }
    sharing = policy.sharing
    if sharing:
        sharing = replace(sharing, copies=_copies_with_key_arns(sharing.copies))
    return replace(policy, schedules=schedules, sharing=sharing, arn="arn:policy")


def _copies_with_key_arns(copies: Mapping[str, CopyRuleForm]) -> Mapping[str, CopyRuleForm]:
    return {region: replace(copy, key=key_arn(region, str(copy.key))) for region, copy in copies.items()}


def session_of(desired: DesiredUnit) -> UnitSession:
    """A session in the unit's account and Region; the emulator lets anyone assume any role."""
    return open_unit(
        unit=str(desired.id),
        account_id=desired.account_id,
        region=desired.id.region,
        role_arn=desired.access.validate_role_arn,
        session_name="tierkeep-test",
    )


Sessions = Callable[[DesiredUnit], UnitSession]


def deploy(state: DesiredState, session_of: Sessions) -> None:
    """Makes everything, through boto3, as the stacks' Terraform does; copies' destinations first."""
    key_arns: dict[tuple[str, str], str] = {}
    for desired in sorted(state.units, key=lambda each: len(each.depends_on)):
        session = session_of(desired)
        for each in desired.keys:
            key_arns[desired.id.region, each.alias] = _deploy_key(session, each, desired)
        for each_vault in desired.vaults:
            alias = each_vault.key_alias
            encryption = {"EncryptionKeyArn": key_arns[desired.id.region, alias]} if alias else {}
            session.call(
                "backup",
                "create_backup_vault",
                BackupVaultName=each_vault.name,
                BackupVaultTags=dict(each_vault.tags),
                **encryption,
            )
            policy_of_vault = vault_policy(each_vault, desired.partition)
            if policy_of_vault:
                session.call(
                    "backup",
                    "put_backup_vault_access_policy",
                    BackupVaultName=each_vault.name,
                    Policy=json.dumps(policy_of_vault),
                )
            if each_vault.lock:
                session.call(
                    "backup",
                    "put_backup_vault_lock_configuration",
                    BackupVaultName=each_vault.name,
                    **lock_request(each_vault.lock),
                )
        for role in desired.roles:
            deploy_role(session, role)
        for plan in desired.plans:
            _deploy_plan(session, plan)
        for document in desired.documents:
            deploy_document(session, document)
        _deploy_snapshot_policies(session, desired, key_arns)
        _deploy_tables(session, desired)


def _deploy_tables(session: UnitSession, desired: DesiredUnit) -> None:
    for machine in desired.state_machines:
        deploy_machine(session, machine)
    for recovery in desired.table_recoveries:
        for name, days_back in (("orders", recovery.period_days), ("payments", 35)):
            deploy_table(session, name, dict(recovery.tags), days_back)


def deploy_machine(session: UnitSession, machine: StateMachine) -> None:
    """A state machine with the schedule that starts it."""
    group = f"arn:aws:logs:{session.region}:{session.account_id}:log-group:{machine.log_group}:*"
    session.call(
        "stepfunctions",
        "create_state_machine",
        name=machine.name,
        definition=machine.definition,
        roleArn=machine.role_arn,
        type="STANDARD",
        loggingConfiguration={
            "level": "ERROR",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
        tracingConfiguration={"enabled": True},
        tags=[{"key": key, "value": value} for key, value in machine.tags],
    )
    if not isinstance(machine.start, ScheduledStart):
        return  # rules of the unit's events start it
    session.call(
        "scheduler",
        "create_schedule",
        Name=machine.name,
        Description=machine.description,
        ScheduleExpression=machine.start.expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine.arn, "RoleArn": machine.start.role_arn},
    )


def deploy_table(session: UnitSession, name: str, tags: Mapping[str, str], days_back: int | None) -> None:
    """A table of somebody's, with its own recovery on where `days_back` says how far."""
    session.call(
        "dynamodb",
        "create_table",
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    if days_back is not None:
        asked = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days_back}
        session.call(
            "dynamodb",
            "update_continuous_backups",
            TableName=name,
            PointInTimeRecoverySpecification=asked,
        )


def _deploy_snapshot_policies(
    session: UnitSession, desired: DesiredUnit, key_arns: Mapping[tuple[str, str], str]
) -> None:
    for request in (
        *(policy_request(policy, key_arns) for policy in desired.snapshot_policies),
        *(copy_policy_request(copying, key_arns) for copying in desired.copy_policies),
        *(default_policy_request(default) for default in desired.default_policies),
    ):
        session.call("dlm", "create_lifecycle_policy", **request)


def deploy_document(session: UnitSession, document: ScriptDocument) -> None:
    session.call(
        "ssm",
        "create_document",
        Name=document.name,
        Content=document.content,
        DocumentType="Command",
        Tags=[{"Key": key, "Value": value} for key, value in document.tags],
    )


def deploy_role(session: UnitSession, role: Role) -> None:
    """A role with its policies; the policy that bounds it is made first."""
    if role.boundary_arn:
        boundary = {"PolicyName": role.boundary_arn.rsplit("/", 1)[-1], "PolicyDocument": ALLOW_ALL}
        if not any(
            each["Arn"] == role.boundary_arn
            for each in session.pages("iam", "list_policies", "Policies", Scope="Local")
        ):
            session.call("iam", "create_policy", **boundary)
    session.call(
        "iam",
        "create_role",
        RoleName=role.name,
        AssumeRolePolicyDocument=json.dumps(role_trust(role, session.account_id)),
        Tags=[{"Key": key, "Value": value} for key, value in role.tags],
        **({"PermissionsBoundary": role.boundary_arn} if role.boundary_arn else {}),
    )
    for arn in role.managed_policy_arns:
        session.call("iam", "attach_role_policy", RoleName=role.name, PolicyArn=arn)
    for policy in role_policies(role):
        document = json.dumps(identity_policy(policy.statements))
        named = {"PolicyName": policy.name, "PolicyDocument": document}
        if policy.arn is None:
            session.call("iam", "put_role_policy", RoleName=role.name, **named)
        else:
            session.call("iam", "create_policy", **named)
            session.call("iam", "attach_role_policy", RoleName=role.name, PolicyArn=policy.arn)


ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def _deploy_key(session: UnitSession, each: Key, desired: DesiredUnit) -> str:
    metadata = session.call(
        "kms",
        "create_key",
        Description=each.description,
        Policy=json.dumps(key_policy(each, desired.account_id, desired.partition)),
        Tags=[{"TagKey": name, "TagValue": value} for name, value in each.tags],
    )["KeyMetadata"]
    session.call("kms", "enable_key_rotation", KeyId=metadata["KeyId"])
    session.call("kms", "create_alias", AliasName=each.alias, TargetKeyId=metadata["KeyId"])
    return str(metadata["Arn"])


def _deploy_plan(session: UnitSession, plan: BackupPlan) -> None:
    plan_id = session.call(
        "backup", "create_backup_plan", BackupPlan=plan_request(plan), BackupPlanTags=dict(plan.tags)
    )["BackupPlanId"]
    for selection in plan.selections:
        session.call(
            "backup",
            "create_backup_selection",
            BackupPlanId=plan_id,
            BackupSelection={
                "SelectionName": selection.name,
                "IamRoleArn": selection.role_arn,
                "Resources": list(selection.resource_patterns),
                "Conditions": {
                    "StringEquals": [
                        {"ConditionKey": f"aws:ResourceTag/{name}", "ConditionValue": value}
                        for name, value in selection.required_tags
                    ]
                },
            },
        )


def plan_request(plan: BackupPlan) -> dict[str, Any]:
    vss = {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}
    return {
        "BackupPlanName": plan.name,
        "Rules": [rule_request(rule) for rule in plan.rules],
        "AdvancedBackupSettings": [vss] if plan.windows_vss else [],
    }


def rule_request(rule: BackupRule) -> dict[str, Any]:
    return {
        "RuleName": rule.name,
        "TargetBackupVaultName": rule.vault_name,
        "ScheduleExpression": rule.schedule,
        "ScheduleExpressionTimezone": rule.time_zone,
        "StartWindowMinutes": rule.start_window_minutes,
        "CompletionWindowMinutes": rule.completion_window_minutes,
        "EnableContinuousBackup": rule.continuous,
        "Lifecycle": lifecycle_request(rule.lifecycle),
        "CopyActions": [
            {
                "DestinationBackupVaultArn": copy.destination_vault_arn,
                "Lifecycle": lifecycle_request(copy.lifecycle),
            }
            for copy in rule.copies
        ],
        "RecoveryPointTags": dict(rule.recovery_point_tags),
    }


def lock_request(lock: VaultLock) -> dict[str, int]:
    members = {
        "MinRetentionDays": lock.min_retention_days,
        "MaxRetentionDays": lock.max_retention_days,
        "ChangeableForDays": lock.changeable_for_days,
    }
    return {name: number for name, number in members.items() if number is not None}


def lifecycle_request(lifecycle: Lifecycle) -> dict[str, int]:
    members = {
        "MoveToColdStorageAfterDays": lifecycle.cold_storage_after_days,
        "DeleteAfterDays": lifecycle.delete_after_days,
    }
    return {name: number for name, number in members.items() if number is not None}
