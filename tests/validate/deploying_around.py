"""What stands around vaults and plans, deployed as the stacks' Terraform does it, through boto3."""

import json
from collections.abc import Mapping
from typing import Any

from moto.organizations.models import organizations_backends

from scripts.workload import record_configuration
from tierkeep.aws import UnitSession
from tierkeep.desired.backup_policies import backup_policy_document
from tierkeep.desired.model import (
    Alarm,
    BackupPolicy,
    Budget,
    Control,
    DesiredUnit,
    Events,
    EventStart,
    Framework,
    Metric,
    OrganizationSettings,
    ReportBucket,
    RestoreTestingPlan,
    StateMachine,
    Tags,
    VaultGuard,
)
from tierkeep.desired.policies import (
    dead_letter_policy,
    report_bucket_policy,
    topic_policy,
    vault_guard_policy,
)
from tierkeep.watching import alarms, dashboard


def deploy_around(session: UnitSession, desired: DesiredUnit, key_arns: Mapping[str, str]) -> None:
    """All of it, in a unit whose vaults and plans are there. `key_arns` are by alias."""
    for scripts in desired.named_documents:
        deploy_somebodys_document(session, scripts.handler)
    for machine in desired.state_machines:
        deploy_logs(session, machine)
    if desired.events:
        deploy_events(session, desired.events, key_arns)
    for testing in desired.restore_testing:
        deploy_restore_test(session, testing)
    deploy_audit(session, desired)
    deploy_watching(session, desired)
    if desired.organization:
        deploy_organization(session, desired.organization)


def as_list(tags: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags]


def deploy_somebodys_document(session: UnitSession, name: str) -> None:
    content = json.dumps({"schemaVersion": "2.2", "description": "Somebody's", "mainSteps": []})
    session.call("ssm", "create_document", Name=name, Content=content, DocumentType="Command")


def deploy_logs(session: UnitSession, machine: StateMachine) -> None:
    name = machine.log_group
    session.call("logs", "create_log_group", logGroupName=name, tags=dict(machine.tags))
    session.call(
        "logs", "put_retention_policy", logGroupName=name, retentionInDays=machine.log_retention_days
    )
    if isinstance(machine.start, EventStart):
        session.call(
            "events",
            "put_rule",
            Name=machine.name,
            Description=machine.description,
            EventPattern=machine.start.pattern,
            Tags=as_list(machine.tags),
        )
        target = {"Id": machine.name, "Arn": machine.arn, "RoleArn": machine.start.role_arn}
        session.call("events", "put_targets", Rule=machine.name, Targets=[target])


def deploy_events(session: UnitSession, events: Events, key_arns: Mapping[str, str]) -> None:
    topic, queue = events.topic, events.dead_letters
    attributes = {
        "KmsMasterKeyId": key_arns[topic.key_alias],
        "Policy": json.dumps(topic_policy(topic)),
    }
    session.call("sns", "create_topic", Name=topic.name, Attributes=attributes, Tags=as_list(topic.tags))
    for email in topic.emails:
        session.call("sns", "subscribe", TopicArn=topic.arn, Protocol="email", Endpoint=email)
    session.call(
        "sqs",
        "create_queue",
        QueueName=queue.name,
        Attributes={
            "KmsMasterKeyId": key_arns[queue.key_alias],
            "MessageRetentionPeriod": str(queue.kept_days * 86_400),
            "Policy": json.dumps(dead_letter_policy(events)),
        },
        tags=dict(queue.tags),
    )
    for rule in events.rules:
        session.call(
            "events",
            "put_rule",
            Name=rule.name,
            Description=rule.description,
            EventPattern=rule.pattern,
            Tags=as_list(rule.tags),
        )
        target = {
            "Id": rule.name,
            "Arn": rule.target_arn,
            "DeadLetterConfig": {"Arn": queue.arn},
            **({"RoleArn": rule.role_arn} if rule.role_arn else {}),
            **({"Input": rule.input} if rule.input else {}),
        }
        session.call("events", "put_targets", Rule=rule.name, Targets=[target])
    for each in events.notifications:
        session.call(
            "backup",
            "put_backup_vault_notifications",
            BackupVaultName=each.vault_name,
            SNSTopicArn=topic.arn,
            BackupVaultEvents=list(each.events),
        )


def deploy_restore_test(session: UnitSession, testing: RestoreTestingPlan) -> None:
    prefix = testing.vault_arns[0].rpartition(":")[0]
    session.call(
        "backup",
        "create_restore_testing_plan",
        RestoreTestingPlan={
            "RestoreTestingPlanName": testing.name,
            "ScheduleExpression": testing.schedule,
            "ScheduleExpressionTimezone": testing.time_zone,
            "StartWindowHours": testing.start_window_hours,
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW" if testing.latest else "RANDOM_WITHIN_WINDOW",
                "IncludeVaults": list(testing.vault_arns),
                "ExcludeVaults": [f"{prefix}:Default"],
                "RecoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"] if testing.continuous else ["SNAPSHOT"],
                "SelectionWindowDays": testing.window_days,
            },
        },
        Tags=dict(testing.tags),
    )
    for each in testing.selections:
        conditions = [{"Key": f"aws:ResourceTag/{key}", "Value": value} for key, value in each.required_tags]
        session.call(
            "backup",
            "create_restore_testing_selection",
            RestoreTestingPlanName=testing.name,
            RestoreTestingSelection={
                "RestoreTestingSelectionName": each.name,
                "IamRoleArn": each.role_arn,
                "ProtectedResourceType": each.resource_type,
                "ProtectedResourceConditions": {"StringEquals": conditions},
                "ValidationWindowHours": each.validation_window_hours,
                "RestoreMetadataOverrides": dict(each.metadata),
            },
        )


def deploy_audit(session: UnitSession, desired: DesiredUnit) -> None:
    if desired.frameworks:
        record_configuration(session)
    listed = session.pages("backup", "list_backup_plans", "BackupPlansList")
    plans = {each["BackupPlanName"]: each["BackupPlanId"] for each in listed}
    arns = {each.name: deploy_framework(session, each, plans) for each in desired.frameworks}
    bucket = desired.report_bucket
    if bucket:
        deploy_bucket(session, bucket)
        for plan in desired.report_plans:
            about = [arns[each] for each in plan.frameworks]
            setting = {"ReportTemplate": plan.template}
            more = {"FrameworkArns": about, "NumberOfFrameworks": len(about)} if about else {}
            session.call(
                "backup",
                "create_report_plan",
                ReportPlanName=plan.name,
                ReportPlanDescription=plan.description,
                ReportDeliveryChannel={"S3BucketName": bucket.name, "Formats": list(plan.formats)},
                ReportSetting={**setting, **more},
                ReportPlanTags=dict(plan.tags),
            )
    if desired.opted_in:
        session.call(
            "backup",
            "update_region_settings",
            ResourceTypeOptInPreference=dict.fromkeys(desired.opted_in, True),
        )


def deploy_framework(session: UnitSession, framework: Framework, plans: Mapping[str, str]) -> str:
    made = session.call(
        "backup",
        "create_framework",
        FrameworkName=framework.name,
        FrameworkDescription=framework.description,
        FrameworkControls=[control_request(each, plans) for each in framework.controls],
        FrameworkTags=dict(framework.tags),
    )
    return str(made["FrameworkArn"])


def control_request(control: Control, plans: Mapping[str, str]) -> dict[str, Any]:
    scope: dict[str, Any] = {"Tags": dict(control.tags)}
    if control.plan_name:
        scope = {
            "ComplianceResourceIds": [plans[control.plan_name]],
            "ComplianceResourceTypes": ["AWS::Backup::BackupPlan"],
        }
    parameters = [{"ParameterName": name, "ParameterValue": value} for name, value in control.parameters]
    return {"ControlName": control.name, "ControlInputParameters": parameters, "ControlScope": scope}


def deploy_bucket(session: UnitSession, bucket: ReportBucket) -> None:
    name = bucket.name
    where = {"LocationConstraint": session.region}
    session.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    session.call("s3", "put_bucket_tagging", Bucket=name, Tagging={"TagSet": as_list(bucket.tags)})
    blocked = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    session.call(
        "s3",
        "put_public_access_block",
        Bucket=name,
        PublicAccessBlockConfiguration=dict.fromkeys(blocked, True),
    )
    owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    session.call("s3", "put_bucket_ownership_controls", Bucket=name, OwnershipControls=owner)
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    session.call(
        "s3", "put_bucket_encryption", Bucket=name, ServerSideEncryptionConfiguration={"Rules": [by_default]}
    )
    session.call("s3", "put_bucket_policy", Bucket=name, Policy=json.dumps(report_bucket_policy(bucket)))
    session.call("s3", "put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    expire(session, name, bucket.keep_days)


def expire(session: UnitSession, bucket: str, days: int) -> None:
    rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    session.call(
        "s3",
        "put_bucket_lifecycle_configuration",
        Bucket=bucket,
        LifecycleConfiguration={"Rules": [rule]},
    )


def deploy_watching(session: UnitSession, desired: DesiredUnit) -> None:
    listed = session.pages("dlm", "get_lifecycle_policies", "Policies")
    policies = {(each.get("Tags") or {}).get("tierkeep:policy"): each["PolicyId"] for each in listed}
    for alarm in alarms(desired):
        session.call("cloudwatch", "put_metric_alarm", **alarm_request(alarm, policies))
    shown = dashboard(desired)
    if shown:
        session.call("cloudwatch", "put_dashboard", DashboardName=shown.name, DashboardBody=shown.body)
    for budget in desired.budgets:
        session.call("budgets", "create_budget", AccountId=session.account_id, **budget_request(budget))


def alarm_request(alarm: Alarm, policies: Mapping[str | None, str]) -> dict[str, Any]:
    topics = [alarm.topic_arn] if alarm.topic_arn else []
    common = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "ComparisonOperator": alarm.comparison.value,
        "Threshold": alarm.threshold,
        "EvaluationPeriods": alarm.evaluation_periods,
        "TreatMissingData": alarm.missing_data.value,
        "AlarmActions": topics,
        "OKActions": topics if alarm.tells_end else [],
        "Tags": as_list(alarm.tags),
    }
    if alarm.expression is None:
        (metric,) = alarm.metrics
        return {
            **common,
            **metric_request(metric, policies),
            "Statistic": metric.statistic,
            "Period": alarm.period_seconds,
        }
    queries = [
        {
            "Id": each.id,
            "ReturnData": False,
            "MetricStat": {
                "Metric": metric_request(each, policies),
                "Period": alarm.period_seconds,
                "Stat": each.statistic,
            },
        }
        for each in alarm.metrics
    ]
    total = {"Id": "sum", "Expression": alarm.expression, "Label": alarm.name, "ReturnData": True}
    return {**common, "Metrics": [*queries, total]}


def metric_request(metric: Metric, policies: Mapping[str | None, str]) -> dict[str, Any]:
    policy = (("DLMPolicyId", policies[metric.policy]),) if metric.policy else ()
    dimensions = [{"Name": name, "Value": value} for name, value in (*metric.dimensions, *policy)]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def budget_request(budget: Budget) -> dict[str, Any]:
    key, value = budget.tag
    told = [{"SubscriptionType": "EMAIL", "Address": each} for each in budget.emails]
    told += [{"SubscriptionType": "SNS", "Address": budget.topic_arn}] if budget.topic_arn else []
    return {
        "Budget": {
            "BudgetName": budget.name,
            "BudgetType": "COST",
            "BudgetLimit": {"Amount": f"{budget.dollars}.0", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "CostFilters": {"TagKeyValue": [f"user:{key}${value}"]},
        },
        "NotificationsWithSubscribers": [
            {
                "Notification": {
                    "NotificationType": kind.value,
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": percentage,
                    "ThresholdType": "PERCENTAGE",
                },
                "Subscribers": told,
            }
            for kind, percentage in budget.alerts
        ],
        "ResourceTags": as_list(budget.tags),
    }


def deploy_organization(session: UnitSession, asked: OrganizationSettings) -> None:
    """In an organisation with the accounts that the catalog names, whose ids AWS would give."""
    session.call("organizations", "create_organization", FeatureSet="ALL")
    guard, administrator = asked.guard, asked.administrator_id
    targets = guard.target_ids if guard else ()
    for account in sorted({*targets, *([administrator] if administrator else [])}):
        made = session.call(
            "organizations", "create_account", Email=f"{account}@example.org", AccountName=f"a-{account}"
        )
        ours = organizations_backends[session.account_id]["aws"]
        for each in ours.accounts:
            if each.id == made["CreateAccountStatus"]["AccountId"]:
                each.id = account
    settings = dict.fromkeys(asked.global_settings, "true")
    session.call("backup", "update_global_settings", GlobalSettings=settings)
    if administrator:
        delegate(session, administrator)
    (root,) = session.call("organizations", "list_roots")["Roots"]
    for kind in ("BACKUP_POLICY", "SERVICE_CONTROL_POLICY"):
        session.call("organizations", "enable_policy_type", RootId=root["Id"], PolicyType=kind)
    if guard:
        deploy_policy(session, guard, "SERVICE_CONTROL_POLICY", vault_guard_policy(guard))
    for each in asked.backup_policies:
        deploy_policy(session, each, "BACKUP_POLICY", backup_policy_document(each))


def deploy_policy(
    session: UnitSession, asked: VaultGuard | BackupPolicy, kind: str, document: Mapping[str, Any]
) -> None:
    policy = session.call(
        "organizations",
        "create_policy",
        Name=asked.name,
        Description=asked.description,
        Type=kind,
        Content=json.dumps(document),
        Tags=as_list(asked.tags),
    )["Policy"]["PolicySummary"]["Id"]
    for target in asked.target_ids:
        session.call("organizations", "attach_policy", PolicyId=policy, TargetId=target)


def delegate(session: UnitSession, account: str) -> None:
    session.call(
        "organizations",
        "register_delegated_administrator",
        AccountId=account,
        ServicePrincipal="backup.amazonaws.com",
    )
