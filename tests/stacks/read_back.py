"""Synthesized Terraform -> what it says, in the terms of the desired state.

Written from the provider's documentation, not from `modules/`: the other half of the closed loop.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tests.stacks.read_back_template import default_policy_in, is_default, policy_in
from tierkeep.desired.model import (
    Age,
    BackupPlan,
    BackupPolicy,
    BackupRule,
    Control,
    CopyAction,
    CrossRegionCopyRule,
    DeadLetters,
    DefaultPolicy,
    DesiredUnit,
    EventRule,
    FastRestoreRule,
    Framework,
    Images,
    Key,
    KeyRoles,
    Lifecycle,
    ReportBucket,
    ReportPlan,
    RestoreTestingPlan,
    RestoreTestingSelection,
    Role,
    RolePurpose,
    ScheduledStart,
    ScriptDocument,
    Selection,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
    StateMachine,
    Statement,
    Tags,
    TimeUnit,
    Topic,
    UnitId,
    Vault,
    VaultLock,
    VaultNotifications,
    VolumeExclusions,
)


def without_origins(value: Any) -> Any:
    """The same without what no Terraform holds: origins, the zone that a catalog means, granularity."""
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: without_origins(getattr(value, each.name)) for each in fields(value)}
        blank: dict[str, Any] = {each: () for each in changed if each.endswith("origin")}
        blank["granularity_minutes"] = None
        if isinstance(value, RestoreTestingPlan):
            blank["sample"] = False
        if isinstance(value, (BackupPolicy, Framework)):
            blank["left_out"] = ()
        if isinstance(value, SnapshotPolicy):
            blank["time_zone"] = "Etc/UTC"
        if isinstance(value, SnapshotSchedule):
            blank["copies_elsewhere"] = ()  # another account makes them
        if isinstance(value, ScriptDocument):
            blank |= {"application": "", "mount_points": (), "own_scripts": ()}  # its content holds them all
        if isinstance(value, CopyAction):
            blank["destination"] = replace(value.destination, account="")  # its ARN holds the id only
            blank["air_gapped"] = False  # what the vault is, its own stack says
        return replace(value, **{**changed, **{key: blank[key] for key in blank if key in changed}})
    return tuple(without_origins(each) for each in value) if isinstance(value, tuple) else value


class Stack:
    """One stack's Terraform, with references inside it resolved."""

    def __init__(self, terraform: dict[str, Any], unit: DesiredUnit) -> None:
        self._resources: dict[str, dict[str, Any]] = terraform.get("resource", {})
        self._data: dict[str, dict[str, Any]] = terraform.get("data", {})
        self._unit = unit

    def keys(self) -> set[Key]:
        aliases = {each["target_key_id"]: each["name"] for each in self._all("aws_kms_alias")}
        return {
            Key(
                alias=aliases[f"${{aws_kms_key.{name}.key_id}}"],
                description=key["description"],
                deletion_window_days=key["deletion_window_in_days"],
                shared_with=self._others(key["policy"], "kms:Decrypt"),
                copied_from=self._others(key["policy"], "kms:Encrypt"),
                roles=_key_roles(key["policy"]),
                publishers=_publishers(key["policy"], "kms:GenerateDataKey*"),
                tags=_tags(key),
                origin=(),
            )
            for name, key in self._resources.get("aws_kms_key", {}).items()
            if key["enable_key_rotation"] is True
        }

    def vaults(self) -> set[Vault]:
        locks = {
            each["backup_vault_name"]: VaultLock(
                min_retention_days=each.get("min_retention_days"),
                max_retention_days=each.get("max_retention_days"),
                changeable_for_days=each.get("changeable_for_days"),
                origin=(),
            )
            for each in self._all("aws_backup_vault_lock_configuration")
        }
        assert len(locks) == len(self._all("aws_backup_vault_lock_configuration")), "a vault has one lock"
        return self._air_gapped() | {
            Vault(
                name=vault["name"],
                arn=f"arn:{self._unit.partition}:backup:{self._unit.id.region}:{self._unit.account_id}"
                f":backup-vault:{vault['name']}",
                tier=vault["tags"]["tierkeep:tier"],
                key_alias=self._alias_of(vault["kms_key_arn"]) if "kms_key_arn" in vault else None,
                copied_from=self._copied_from(name),
                deletable_by=self._deletable_by(name),
                lock=locks.get(f"${{aws_backup_vault.{name}.name}}"),
                tags=_tags(vault),
                origin=(),
            )
            for name, vault in self._resources.get("aws_backup_vault", {}).items()
        }

    def _air_gapped(self) -> set[Vault]:
        return {
            Vault(
                name=vault["name"],
                arn=f"arn:{self._unit.partition}:backup:{self._unit.id.region}:{self._unit.account_id}"
                f":backup-vault:{vault['name']}",
                tier=vault["tags"]["tierkeep:tier"],
                air_gapped=True,
                key_alias=None,
                copied_from=self._copied_from(name),
                deletable_by=self._deletable_by(name),
                lock=VaultLock(
                    min_retention_days=vault["min_retention_days"],
                    max_retention_days=vault["max_retention_days"],
                    changeable_for_days=0,
                    origin=(),
                ),
                tags=_tags(vault),
                origin=(),
            )
            for name, vault in self._resources.get("aws_backup_logically_air_gapped_vault", {}).items()
        }

    def _copied_from(self, vault: str) -> tuple[str, ...]:
        accounts = [
            arn.split(":")[4]
            for each in self._vault_statements(vault)
            if each["Effect"] == "Allow" and "backup:CopyIntoBackupVault" in _list(each["Action"])
            for arn in _list(each["Principal"]["AWS"])
        ]
        return tuple(sorted(accounts))

    def _deletable_by(self, vault: str) -> tuple[str, ...]:
        return tuple(
            role
            for each in self._vault_statements(vault)
            if (each["Effect"], each["Principal"], each["Resource"]) == ("Deny", "*", "*")
            and "backup:DeleteRecoveryPoint" in each["Action"]
            for role in each["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
        )

    def _vault_statements(self, vault: str) -> list[dict[str, Any]]:
        return [
            statement
            for each in self._all("aws_backup_vault_policy")
            if each["backup_vault_name"]
            in (
                f"${{aws_backup_vault.{vault}.name}}",
                f"${{aws_backup_logically_air_gapped_vault.{vault}.name}}",
            )
            for statement in json.loads(each["policy"])["Statement"]
        ]

    def plans(self) -> set[BackupPlan]:
        return {
            BackupPlan(
                name=plan["name"],
                tier=plan["tags"]["tierkeep:tier"],
                rules=tuple(_rule(each) for each in plan["rule"]),
                selections=tuple(
                    _selection(each)
                    for each in self._all("aws_backup_selection")
                    if each["plan_id"] == f"${{aws_backup_plan.{name}.id}}"
                ),
                windows_vss=_windows_vss(plan),
                tags=_tags(plan),
                origin=(),
            )
            for name, plan in self._resources.get("aws_backup_plan", {}).items()
        }

    def snapshot_policies(self) -> set[SnapshotPolicy]:
        natively = {
            SnapshotPolicy(
                name=policy["tags"]["tierkeep:policy"],
                tier=policy["tags"]["tierkeep:tier"],
                description=policy["description"],
                resource_type=policy["policy_details"]["resource_types"][0],
                role_arn=policy["execution_role_arn"],
                target_tags=_pairs(policy["policy_details"]["target_tags"]),
                time_zone="Etc/UTC",
                schedules=tuple(self._schedule(each) for each in policy["policy_details"]["schedule"]),
                exclusions=_exclusions(policy["policy_details"]),
                images=_images(policy["policy_details"]),
                tags=_tags(policy),
                origin=(),
            )
            for policy in self._all("aws_dlm_lifecycle_policy")
            if policy["state"] == "ENABLED"
            if policy["policy_details"]["policy_type"] != "EVENT_BASED_POLICY"
        }
        return natively | {
            policy_in(stack, self._alias_of_copy)
            for stack in self._all("aws_cloudformation_stack")
            if not is_default(stack)
        }

    def default_policies(self) -> set[DefaultPolicy]:
        stacks = self._all("aws_cloudformation_stack")
        return {default_policy_in(stack) for stack in stacks if is_default(stack)}

    def copy_policies(self) -> set[SharedCopyPolicy]:
        policies = [
            (policy, policy["policy_details"])
            for policy in self._all("aws_dlm_lifecycle_policy")
            if policy["state"] == "ENABLED"
            if policy["policy_details"]["policy_type"] == "EVENT_BASED_POLICY"
        ]
        for _, details in policies:
            assert (details["event_source"]["type"], details["event_source"]["parameters"]["event_type"]) == (
                "MANAGED_CWE", "shareSnapshot",
            )  # fmt: skip
        return {
            SharedCopyPolicy(
                name=policy["tags"]["tierkeep:policy"],
                tier=policy["tags"]["tierkeep:tier"],
                description=policy["description"],
                role_arn=policy["execution_role_arn"],
                owners=tuple(details["event_source"]["parameters"]["snapshot_owner"]),
                description_regex=details["event_source"]["parameters"]["description_regex"],
                copies=tuple(self._shared_copy(each) for each in details["action"]["cross_region_copy"]),
                tags=_tags(policy),
                origin=(),
            )
            for policy, details in policies
        }

    def _shared_copy(self, copy: dict[str, Any]) -> CrossRegionCopyRule:
        encryption, region = copy["encryption_configuration"], copy["target"]
        assert encryption["encrypted"] is True
        key = encryption.get("cmk_arn")
        own = key is not None and region == self._unit.id.region
        alias = self._alias_of(key) if own else self._alias_of_copy(region, key) if key else None
        return CrossRegionCopyRule(
            target_region=region, key_alias=alias, retain=_age(copy["retain_rule"]), origin=()
        )

    def documents(self) -> set[ScriptDocument]:
        for each in self._all("aws_ssm_document"):
            assert (each["document_type"], each["document_format"]) == ("Command", "JSON")
        return {
            ScriptDocument(
                name=each["name"],
                tier=each["tags"]["tierkeep:tier"],
                application="",
                content=_without_templates(each["content"]),
                mount_points=(),
                own_scripts=(),
                tags=_tags(each),
                origin=(),
            )
            for each in self._all("aws_ssm_document")
        }

    def roles(self) -> set[Role]:
        return {
            Role(
                name=role["name"],
                arn=f"arn:{self._unit.partition}:iam::{self._unit.account_id}:role/{role['name']}",
                purpose=RolePurpose(role["name"].split("-")[1]),
                **_assumed_by(role),
                managed_policy_arns=tuple(arn for arn in self._attached(name) if not arn.startswith("${")),
                statements=tuple(
                    _statement(statement)
                    for document in self._documents(name)
                    for statement in json.loads(document)["Statement"]
                ),
                boundary_arn=role.get("permissions_boundary"),
                tags=_tags(role),
                origin=(),
            )
            for name, role in self._resources.get("aws_iam_role", {}).items()
        }

    def state_machines(self) -> set[StateMachine]:
        """By a schedule, or by rules of the unit's events."""
        groups = self._resources.get("aws_cloudwatch_log_group", {})
        logs = {f"${{aws_cloudwatch_log_group.{name}.arn}}:*": each for name, each in groups.items()}
        found = set()
        schedules = {each["target"]["arn"]: each for each in self._all("aws_scheduler_schedule")}
        for name, machine in self._resources.get("aws_sfn_state_machine", {}).items():
            group = logs[machine["logging_configuration"]["log_destination"]]
            schedule = schedules.get(f"${{aws_sfn_state_machine.{name}.arn}}")
            assert machine["type"] == "STANDARD"
            found.add(
                StateMachine(
                    name=machine["name"],
                    arn=self._arn("states", f"stateMachine:{machine['name']}"),
                    description=schedule["description"]
                    if schedule
                    else json.loads(machine["definition"])["Comment"],
                    start=_started(machine, schedule),
                    definition=machine["definition"],
                    role_arn=machine["role_arn"],
                    log_group=group["name"],
                    log_retention_days=group["retention_in_days"],
                    tags=_tags(machine),
                    origin=(),
                )
            )
        return found

    def event_rules(self) -> set[EventRule]:
        """Each with its one target, which leaves what it cannot deliver in the unit's queue."""
        queues = [f"${{aws_sqs_queue.{name}.arn}}" for name in self._resources.get("aws_sqs_queue", {})]
        targets = {each["rule"]: each for each in self._all("aws_cloudwatch_event_target")}
        assert len(targets) == len(self._all("aws_cloudwatch_event_target"))
        found = set()
        for name, rule in self._resources.get("aws_cloudwatch_event_rule", {}).items():
            target = targets[f"${{aws_cloudwatch_event_rule.{name}.name}}"]
            assert [target["dead_letter_config"]["arn"]] == queues
            found.add(
                EventRule(
                    name=rule["name"],
                    arn=self._arn("events", f"rule/{rule['name']}"),
                    description=rule["description"],
                    pattern=rule["event_pattern"],
                    target_arn=target["arn"],
                    role_arn=target.get("role_arn"),
                    input=target.get("input"),
                    tags=_tags(rule),
                    origin=(),
                )
            )
        return found

    def topics(self) -> set[Topic]:
        return {
            Topic(
                name=topic["name"],
                arn=self._arn("sns", topic["name"]),
                key_alias=self._alias_of(topic["kms_master_key_id"]),
                publishers=tuple(
                    service
                    for each in self._all("aws_sns_topic_policy")
                    if each["arn"] == f"${{aws_sns_topic.{name}.arn}}"
                    for service in _publishers(each["policy"], "sns:Publish")
                ),
                emails=tuple(sorted(each["endpoint"] for each in self._all("aws_sns_topic_subscription"))),
                tags=_tags(topic),
                origin=(),
            )
            for name, topic in self._resources.get("aws_sns_topic", {}).items()
        }

    def dead_letters(self) -> set[DeadLetters]:
        return {
            DeadLetters(
                name=queue["name"],
                arn=self._arn("sqs", queue["name"]),
                key_alias=self._alias_of(queue["kms_master_key_id"]),
                kept_days=queue["message_retention_seconds"] // 86_400,
                tags=_tags(queue),
                origin=(),
            )
            for queue in self._all("aws_sqs_queue")
        }

    def notifications(self) -> set[VaultNotifications]:
        return {
            VaultNotifications(
                vault_name=each["backup_vault_name"], events=tuple(each["backup_vault_events"]), origin=()
            )
            for each in self._all("aws_backup_vault_notifications")
        }

    def _arn(self, service: str, resource: str) -> str:
        return (
            f"arn:{self._unit.partition}:{service}:{self._unit.id.region}:{self._unit.account_id}:{resource}"
        )

    def restore_testing(self) -> set[RestoreTestingPlan]:
        return {
            RestoreTestingPlan(
                name=plan["name"],
                schedule=plan["schedule_expression"],
                time_zone=plan["schedule_expression_timezone"],
                start_window_hours=plan["start_window_hours"],
                sample=False,
                latest={"LATEST_WITHIN_WINDOW": True, "RANDOM_WITHIN_WINDOW": False}[points["algorithm"]],
                vault_arns=tuple(points["include_vaults"]),
                window_days=points["selection_window_days"],
                continuous="CONTINUOUS" in points["recovery_point_types"],
                selections=tuple(
                    _restored(each)
                    for each in self._all("aws_backup_restore_testing_selection")
                    if each["restore_testing_plan_name"]
                    == f"${{aws_backup_restore_testing_plan.{name}.name}}"
                ),
                tags=_tags(plan),
                origin=(),
            )
            for name, plan in self._resources.get("aws_backup_restore_testing_plan", {}).items()
            for points in plan["recovery_point_selection"]
        }

    def frameworks(self) -> set[Framework]:
        return {
            Framework(
                name=framework["name"],
                tier=framework["tags"]["tierkeep:tier"],
                description=framework["description"],
                controls=tuple(self._control(each) for each in framework["control"]),
                left_out=(),
                tags=_tags(framework),
                origin=(),
            )
            for framework in self._all("aws_backup_framework")
        }

    def _control(self, control: dict[str, Any]) -> Control:
        scope = control["scope"]
        plan = None
        if "compliance_resource_ids" in scope:
            assert scope["compliance_resource_types"] == ["AWS::Backup::BackupPlan"]
            (reference,) = scope["compliance_resource_ids"]
            resource = reference.removeprefix("${aws_backup_plan.").removesuffix(".id}")
            plan = self._resources["aws_backup_plan"][resource]["name"]
        return Control(
            name=control["name"],
            parameters=tuple((each["name"], each["value"]) for each in control.get("input_parameter", [])),
            tags=_pairs(scope.get("tags", {})),
            plan_name=plan,
        )

    def report_bucket(self) -> ReportBucket | None:
        """With all that has to lock it down."""
        buckets = self._resources.get("aws_s3_bucket", {})
        if not buckets:
            return None
        ((name, bucket),) = buckets.items()
        parts = {
            kind: self._part_of_bucket(kind, name)
            for kind in (
                "lifecycle_configuration",
                "ownership_controls",
                "policy",
                "public_access_block",
                "server_side_encryption_configuration",
                "versioning",
            )
        }
        blocked = {key: each for key, each in parts["public_access_block"].items() if "_public" in key}
        assert blocked == dict.fromkeys(
            ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"),
            True,
        )
        assert parts["ownership_controls"]["rule"] == {"object_ownership": "BucketOwnerEnforced"}
        assert parts["versioning"]["versioning_configuration"] == {"status": "Enabled"}
        (rule,) = parts["lifecycle_configuration"]["rule"]
        write, deny = json.loads(parts["policy"]["policy"])["Statement"]
        arn = f"arn:{self._unit.partition}:s3:::{bucket['bucket']}"
        assert (write["Action"], write["Resource"]) == ("s3:PutObject", f"{arn}/*")
        assert (deny["Effect"], deny["Principal"], deny["Action"], deny["Resource"]) == (
            "Deny", "*", "s3:*", [arn, f"{arn}/*"],
        )  # fmt: skip
        return ReportBucket(
            name=bucket["bucket"],
            arn=arn,
            keep_days=rule["expiration"][0]["days"],
            writer_arn=write["Principal"]["AWS"],
            tags=_tags(bucket),
            origin=(),
        )

    def _part_of_bucket(self, kind: str, name: str) -> dict[str, Any]:
        (part,) = self._all(f"aws_s3_bucket_{kind}")
        assert part["bucket"] == f"${{aws_s3_bucket.{name}.id}}"
        return part

    def report_plans(self) -> set[ReportPlan]:
        names = {
            f"${{aws_backup_framework.{name}.arn}}": each["name"]
            for name, each in self._resources.get("aws_backup_framework", {}).items()
        }
        return {
            ReportPlan(
                name=plan["name"],
                template=plan["report_setting"]["report_template"],
                description=plan["description"],
                formats=tuple(plan["report_delivery_channel"]["formats"]),
                frameworks=tuple(names[arn] for arn in plan["report_setting"].get("framework_arns", [])),
                tags=_tags(plan),
                origin=(),
            )
            for plan in self._all("aws_backup_report_plan")
        }

    def opted_in(self) -> tuple[str, ...]:
        return tuple(
            name
            for each in self._all("aws_backup_region_settings")
            for name, wanted in each["resource_type_opt_in_preference"].items()
            if wanted
        )

    def _attached(self, role: str) -> list[str]:
        return [
            each["policy_arn"]
            for each in self._all("aws_iam_role_policy_attachment")
            if each["role"] == f"${{aws_iam_role.{role}.name}}"
        ]

    def _documents(self, role: str) -> list[str]:
        """Inline policies, and those of the account that are attached, in the order of their numbers."""
        attached = self._attached(role)
        own = sorted(
            self._resources.get("aws_iam_policy", {}).items(),
            key=lambda each: int(each[1]["name"].rsplit("-", 1)[-1]),
        )
        return [
            each["policy"]
            for each in self._all("aws_iam_role_policy")
            if each["role"] == f"${{aws_iam_role.{role}.name}}"
        ] + [each["policy"] for name, each in own if f"${{aws_iam_policy.{name}.arn}}" in attached]

    def _all(self, resource_type: str) -> list[dict[str, Any]]:
        return list(self._resources.get(resource_type, {}).values())

    def _alias_of(self, reference: str) -> str:
        (name,) = re.fullmatch(r"\$\{aws_kms_key\.(.+)\.arn\}", reference).groups()  # type: ignore[union-attr]
        (alias,) = (
            each["name"]
            for each in self._all("aws_kms_alias")
            if each["target_key_id"] == f"${{aws_kms_key.{name}.key_id}}"
        )
        return str(alias)

    def _others(self, policy: str, action: str) -> tuple[str, ...]:
        principals = {
            arn.split(":")[4]
            for statement in json.loads(policy)["Statement"]
            if action in _list(statement["Action"])
            for arn in _list(statement["Principal"].get("AWS", []))
        }
        return tuple(sorted(principals - {self._unit.account_id}))

    def _schedule(self, schedule: dict[str, Any]) -> SnapshotSchedule:
        create = schedule["create_rule"]
        fast, share = schedule.get("fast_restore_rule"), schedule.get("share_rule")
        return SnapshotSchedule(
            name=schedule["name"],
            interval_hours=create.get("interval"),
            start_time=create["times"][0] if "times" in create else None,
            cron=create.get("cron_expression"),
            retain=_age(schedule["retain_rule"]),
            copies=tuple(self._copy(each) for each in schedule.get("cross_region_copy_rule", [])),
            fast_restore=FastRestoreRule(
                availability_zones=tuple(fast["availability_zones"]), keep=_age(fast), origin=()
            )
            if fast
            else None,
            share=ShareRule(
                account_ids=tuple(share["target_accounts"]),
                unshare_after=Age(
                    interval=share["unshare_interval"], unit=TimeUnit(share["unshare_interval_unit"])
                )
                if "unshare_interval" in share
                else None,
                origin=(),
            )
            if share
            else None,
            deprecate=_age(schedule["deprecate_rule"]) if "deprecate_rule" in schedule else None,
            tags_to_add=_pairs(schedule["tags_to_add"]),
            origin=(),
        )

    def _copy(self, copy: dict[str, Any]) -> CrossRegionCopyRule:
        return CrossRegionCopyRule(
            target_region=copy["target"],
            key_alias=self._alias_of_copy(copy["target"], copy["cmk_arn"]) if "cmk_arn" in copy else None,
            retain=_age(copy["retain_rule"]),
            origin=(),
        )

    def _alias_of_copy(self, region: str, reference: str) -> str:
        """The alias of a key in another Region, which a data source looks up there."""
        name = reference.removeprefix("${data.aws_kms_alias.").removesuffix(".target_key_arn}")
        found = self._data["aws_kms_alias"][name]
        assert found["provider"] == f"aws.{region}"
        return str(found["name"])


def _assumed_by(role: dict[str, Any]) -> dict[str, Any]:
    """The service, or those roles and users, that a role's trust policy names."""
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    if "Service" in statement["Principal"]:
        return {"service": statement["Principal"]["Service"]}
    trusted = tuple(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"])
    roots = {f"{arn.rsplit(':', 1)[0]}:root" for arn in trusted}
    assert set(statement["Principal"]["AWS"]) == roots
    return {"service": None, "trusted": trusted}


def _without_templates(text: str) -> str:
    """A text of Terraform's as it is meant; one that holds a template has none ("Strings and Templates")."""
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text)
    return text.replace("$${", "${").replace("%%{", "%{")


def _exclusions(details: dict[str, Any]) -> VolumeExclusions | None:
    parameters = details.get("parameters", {})
    if "exclude_boot_volume" not in parameters:
        return None
    return VolumeExclusions(boot_volume=parameters["exclude_boot_volume"], data_volume_tags=(), origin=())


def _images(details: dict[str, Any]) -> Images | None:
    if details["policy_type"] != "IMAGE_MANAGEMENT":
        return None
    return Images(reboot=not details["parameters"]["no_reboot"], origin=())


def _key_roles(policy: str) -> KeyRoles | None:
    """By what each role of the key's own account may do; None where the account decides it all."""
    named: dict[str, tuple[str, ...]] = {}
    for statement in json.loads(policy)["Statement"]:
        for operator in statement.get("Condition", {}).values():
            for arn in _list(operator.get("aws:PrincipalArn", [])):
                for action in _list(statement["Action"]):
                    named[action] = (*named.get(action, ()), arn)
    if not named:
        return None
    return KeyRoles(
        administrators=named["kms:ScheduleKeyDeletion"],
        users=named["kms:Encrypt"],
        deployer=named["kms:RetireGrant"][0],
    )


def _publishers(policy: str, action: str) -> tuple[str, ...]:
    """The services of AWS that a policy of a key or topic lets do so."""
    return tuple(
        service
        for statement in json.loads(policy)["Statement"]
        if "Service" in statement["Principal"] and action in _list(statement["Action"])
        for service in _list(statement["Principal"]["Service"])
    )


def _windows_vss(plan: dict[str, Any]) -> bool:
    settings = plan.get("advanced_backup_setting", [])
    assert settings in ([], [{"backup_options": {"WindowsVSS": "enabled"}, "resource_type": "EC2"}])
    return bool(settings)


def _rule(rule: dict[str, Any]) -> BackupRule:
    return BackupRule(
        name=rule["rule_name"],
        vault_name=rule["target_vault_name"],
        schedule=rule["schedule"],
        time_zone=rule["schedule_expression_timezone"],
        start_window_minutes=rule["start_window"],
        completion_window_minutes=rule["completion_window"],
        continuous=rule["enable_continuous_backup"],
        lifecycle=_lifecycle(rule),
        copies=tuple(
            CopyAction(
                destination=UnitId(account="", region=copy["destination_vault_arn"].split(":")[3]),
                destination_vault_arn=copy["destination_vault_arn"],
                lifecycle=_lifecycle(copy),
                origin=(),
            )
            for copy in rule.get("copy_action", [])
        ),
        recovery_point_tags=_pairs(rule["recovery_point_tags"]),
        origin=(),
    )


def _selection(selection: dict[str, Any]) -> Selection:
    assert "selection_tag" not in selection, "it would add to the resources, not narrow them"
    (condition,) = selection["condition"]
    return Selection(
        name=selection["name"],
        role_arn=selection["iam_role_arn"],
        resource_patterns=tuple(selection["resources"]),
        required_tags=tuple(
            (each["key"].removeprefix("aws:ResourceTag/"), each["value"])
            for each in condition["string_equals"]
        ),
        origin=(),
    )


def _statement(statement: dict[str, Any]) -> Statement:
    assert statement["Effect"] == "Allow"
    return Statement(
        sid=statement["Sid"],
        actions=tuple(statement["Action"]),
        resources=tuple(statement["Resource"]),
        conditions=tuple(
            (operator, key, tuple(values))
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        ),
    )


def _lifecycle(block: dict[str, Any]) -> Lifecycle:
    return Lifecycle(
        cold_storage_after_days=block["lifecycle"].get("cold_storage_after"),
        delete_after_days=block["lifecycle"].get("delete_after"),
    )


def _age(block: dict[str, Any]) -> Age:
    return Age(interval=block["interval"], unit=TimeUnit(block["interval_unit"]))


def _tags(resource: dict[str, Any]) -> Tags:
    return _pairs(resource["tags"])


def _pairs(tags: dict[str, str]) -> Tags:
    return tuple(sorted(tags.items()))


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _started(machine: dict[str, Any], schedule: dict[str, Any] | None) -> ScheduledStart | None:
    if schedule is None:
        return None
    assert schedule["name"] == machine["name"]
    assert schedule["flexible_time_window"] == {"mode": "OFF"}
    return ScheduledStart(expression=schedule["schedule_expression"], role_arn=schedule["target"]["role_arn"])


def _restored(selection: dict[str, Any]) -> RestoreTestingSelection:
    (conditions,) = selection["protected_resource_conditions"]
    return RestoreTestingSelection(
        name=selection["name"],
        tier=selection["name"].rpartition("_")[0].replace("_", "-"),
        resource_type=selection["protected_resource_type"],
        role_arn=selection["iam_role_arn"],
        required_tags=tuple(
            (each["key"].removeprefix("aws:ResourceTag/"), each["value"])
            for each in conditions["string_equals"]
        ),
        validation_window_hours=selection["validation_window_hours"],
        metadata=_pairs(selection.get("restore_metadata_overrides", {})),
        origin=(),
    )
