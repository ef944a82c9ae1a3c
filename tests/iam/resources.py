"""Recorded calls -> the ARNs of what they are about, as the Service Authorization Reference writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.iam.recording import Call

_WITHOUT_RESOURCE = re.compile(
    r"backup:(ListBackup(Vaults|Plans)|DescribeRestoreJob|Describe(Backup|Copy)Job|"
    r"(Describe|Update)(Global|Region)Settings|List(Backup|Copy|Restore)Jobs)|dlm:GetLifecyclePolicies|"
    r"backup:List(Frameworks|ReportPlans|RestoreTestingPlans)|events:ListRules|sqs:ListQueues|"
    r"dynamodb:ListTables|s3:ListBuckets|organizations:ListPolicies|"
    r"elasticloadbalancing:DescribeLoadBalancers|"
    r"ec2:(Describe(?!SnapshotAttribute)\w+|GetEbsEncryptionByDefault)|kms:(ListAliases)|logs:DescribeLogGroups|"
    r"organizations:(CreatePolicy|DescribeOrganization|ListDelegatedAdministrators)|"
    r"sns:(GetSubscriptionAttributes|Unsubscribe)|ssm:(ListDocuments|CreateOpsItem)|"
    r"states:ValidateStateMachineDefinition|tagging:GetResources"
)
_ANSWERS: dict[str, Callable[[Any], str]] = {
    "backup:CreateBackupPlan": lambda answer: answer["BackupPlanArn"],
    "backup:CreateBackupVault": lambda answer: answer["BackupVaultArn"],
    "backup:CreateFramework": lambda answer: answer["FrameworkArn"],
    "backup:CreateLogicallyAirGappedBackupVault": lambda answer: answer["BackupVaultArn"],
    "backup:CreateReportPlan": lambda answer: answer["ReportPlanArn"],
    "backup:CreateRestoreTestingPlan": lambda answer: answer["RestoreTestingPlanArn"],
    "kms:CreateKey": lambda answer: answer["KeyMetadata"]["Arn"],
    "organizations:CreatePolicy": lambda answer: answer["Policy"]["PolicySummary"]["Arn"],
}
"""Where the answer of a call names what it has made."""
_NAMED_AT_ONCE = {
    "budgets:CreateBudget",
    "ec2:CreateSnapshot",
    "ec2:CreateVolume",
    "events:PutRule",
    "logs:CreateLogGroup",
    "monitoring:PutMetricAlarm",
    "rds:CreateDBInstance",
    "rds:RestoreDBInstanceToPointInTime",
    "sns:CreateTopic",
    "sqs:CreateQueue",
    "ssm:CreateDocument",
    "states:CreateStateMachine",
}
"""What is the last that `of` names: by the name that its maker gives it, or by the answer."""
_WITH_AN_ID = {
    "FrameworkName": "CreateFramework",
    "ReportPlanName": "CreateReportPlan",
    "RestoreTestingPlanName": "CreateRestoreTestingPlan",
}
"""What AWS Backup gives an id behind its name, by the parameter that names it, and what makes it."""


class Resources:
    """What is known of the accounts' resources from the calls so far."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        """By the access keys that roles were given."""
        self.aliases: dict[str, str] = {}
        """The ARN of the key behind each alias's ARN."""
        self._with_ids: dict[tuple[str, str], str] = {}
        """ARNs of what AWS Backup gave an id, and of policies of Organizations."""
        self._organization = "o-unknown"
        """Its id, as soon as any answer has named it."""

    def learn(self, call: Call) -> None:
        """Note what a call has made and named."""
        if str(call) in {"kms:CreateAlias", "kms:UpdateAlias"}:
            alias, key = self._of_kms(call)
            self.aliases[alias] = key
        if found := re.search(r":organizations::\d+:\w+/(o-[a-z0-9]+)/", call.answer):
            self._organization = found[1]
        if str(call) == "organizations:CreatePolicy":
            made = json.loads(call.answer)["Policy"]["PolicySummary"]
            self._with_ids["PolicyId", made["Id"]] = made["Arn"]
        for parameter, operation in _WITH_AN_ID.items():
            if call.operation == operation and call.status < 300:
                name = (call.parameters.get("RestoreTestingPlan") or call.parameters)[parameter]
                self._with_ids[parameter, name] = self.made(call)

    def of(self, call: Call) -> list[str]:
        """The ARNs; `*` where an operation has no resources."""
        if _WITHOUT_RESOURCE.fullmatch(str(call)):
            return ["*"]
        of = {
            "backup": self._of_backup,
            "budgets": self._of_budgets,
            "cloudformation": self._of_cloudformation,
            "dlm": self._of_dlm,
            "dynamodb": self._of_tables,
            "ebs": lambda call: [_snapshot(call.region, call.parameters["SnapshotId"])],
            "ec2": self._of_ec2,
            "elasticfilesystem": self._of_file_systems,
            "events": self._of_events,
            "iam": self._of_iam,
            "kms": self._of_kms,
            "logs": self._of_logs,
            "monitoring": self._of_cloudwatch,
            "organizations": self._of_organizations,
            "rds": self._of_rds,
            "s3": self._of_buckets,
            "secretsmanager": lambda call: [self._arn(call, f"secret:{call.parameters['SecretId']}-a1b2c3")],
            "scheduler": self._of_scheduler,
            "sns": self._of_topics,
            "sqs": self._of_queues,
            "ssm": self._of_ssm,
            "states": self._of_states,
        }
        return of[call.service](call)

    def made(self, call: Call) -> str:
        """The ARN of what a call has made; empty where it made nothing with tags."""
        if call.status >= 300:
            return ""
        if str(call) in _ANSWERS:
            return str(_ANSWERS[str(call)](json.loads(call.answer)))
        if str(call) == "cloudformation:CreateStack":
            return re.findall(r"<StackId>([^<]+)", call.answer)[0]
        if str(call) == "dlm:CreateLifecyclePolicy":
            return self._arn(call, f"policy/{json.loads(call.answer)['PolicyId']}")
        if str(call) in _NAMED_AT_ONCE:
            return self.of(call)[-1]
        return self.of_iam(call)[0] if str(call) in {"iam:CreatePolicy", "iam:CreateRole"} else ""

    def _arn(self, call: Call, resource: str, service: str | None = None) -> str:
        return f"arn:aws:{service or call.service}:{call.region}:{self.accounts[call.access_key]}:{resource}"

    def _of_backup(self, call: Call) -> list[str]:
        asked = call.parameters
        if call.operation in {"CreateBackupPlan", *_WITH_AN_ID.values()}:
            return [self.made(call)]
        if call.operation != "StartBackupJob" and (
            arn := asked.get("RecoveryPointArn") or asked.get("ResourceArn")
        ):
            return [arn]
        if plan := asked.get("BackupPlanId"):
            return [self._arn(call, f"backup-plan:{plan}")]
        for parameter in _WITH_AN_ID.keys() & asked.keys():
            return [self._with_ids[parameter, asked[parameter]]]
        return [self._arn(call, f"backup-vault:{asked['BackupVaultName']}")]

    def _of_budgets(self, call: Call) -> list[str]:
        asked, account = call.parameters, self.accounts[call.access_key]
        budget = asked.get("Budget") or asked.get("NewBudget") or asked
        name = budget.get("BudgetName")
        return [asked.get("ResourceARN") or f"arn:aws:budgets::{account}:budget/{name}"]

    def _of_buckets(self, call: Call) -> list[str]:
        bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
        if call.operation == "DeleteObjects":
            return [f"{bucket}/{key}" for key in re.findall(r"<Key>([^<]+)", call.parameters["Body"])]
        return [f"{bucket}/{call.parameters['Key']}" if call.operation == "GetObject" else bucket]

    def _of_file_systems(self, call: Call) -> list[str]:
        asked = call.parameters
        name = asked.get("FileSystemId") or asked.get("ResourceId") or "any"
        return [self._arn(call, f"file-system/{name}")]

    def _of_cloudformation(self, call: Call) -> list[str]:
        stack = call.parameters["StackName"]
        return [stack if stack.startswith("arn:") else self._arn(call, f"stack/{stack}/*")]

    def _of_cloudwatch(self, call: Call) -> list[str]:
        asked, account = call.parameters, self.accounts[call.access_key]
        if dashboard := asked.get("DashboardName") or asked.get("DashboardNames.member.1"):
            return [f"arn:aws:cloudwatch::{account}:dashboard/{dashboard}"]
        name = asked.get("AlarmName") or asked.get("AlarmNames.member.1")
        return [asked.get("ResourceARN") or self._arn(call, f"alarm:{name}", "cloudwatch")]

    def _of_dlm(self, call: Call) -> list[str]:
        if call.operation == "CreateLifecyclePolicy":
            return ["*"]
        return [
            call.parameters.get("ResourceArn") or self._arn(call, f"policy/{call.parameters['PolicyId']}")
        ]

    def _of_rds(self, call: Call) -> list[str]:
        """What a request names; a listing without names is of all that there are."""
        asked = call.parameters
        if call.operation == "AddTagsToResource":
            return [asked["ResourceName"]]
        if call.operation == "RestoreDBInstanceToPointInTime":
            names = (asked["SourceDBInstanceIdentifier"], asked["TargetDBInstanceIdentifier"])
            around = (f"subgrp:{asked['DBSubnetGroupName']}", f"pg:{asked['DBParameterGroupName']}", "og:any")
            return [self._arn(call, each) for each in (*around, *(f"db:{name}" for name in names))]
        named = {
            "DBClusterIdentifier": "cluster",
            "DBClusterSnapshotIdentifier": "cluster-snapshot",
            "DBSnapshotIdentifier": "snapshot",
            "DBSubnetGroupName": "subgrp",
            "DBInstanceIdentifier": "db",
        }
        found = [self._arn(call, f"{kind}:{asked[key]}") for key, kind in named.items() if key in asked]
        kind = {
            "DescribeDBClusters": "cluster:any",
            "DescribeDBInstanceAutomatedBackups": "auto-backup:any",
            "DescribeDBInstances": "db:any",
        }.get(call.operation)
        return found or [self._arn(call, str(kind))]

    def _of_ec2(self, call: Call) -> list[str]:
        if call.operation == "DescribeSnapshotAttribute":
            return [_snapshot(call.region, call.parameters["SnapshotId"])]
        asked = call.parameters
        if call.operation == "CreateVolume":
            (made,) = re.findall(r"<volumeId>([^<]+)", call.answer)
            return [_snapshot(call.region, asked["SnapshotId"]), self._arn(call, f"volume/{made}")]
        if call.operation == "CreateSnapshot":
            (made,) = re.findall(r"<snapshotId>([^<]+)", call.answer)
            return [self._arn(call, f"volume/{asked['VolumeId']}"), _snapshot(call.region, made)]
        which = asked.get("VolumeId") or asked.get("SnapshotId") or asked["ResourceId.1"]
        if which.startswith("snap-"):
            return [_snapshot(call.region, which)]
        return [self._arn(call, f"volume/{which}")]

    def _of_events(self, call: Call) -> list[str]:
        asked = call.parameters
        return [asked.get("ResourceARN") or self._arn(call, f"rule/{asked.get('Rule') or asked['Name']}")]

    def of_iam(self, call: Call) -> list[str]:
        """The ARN of the role or the policy that a call of IAM is about."""
        account, asked = self.accounts[call.access_key], call.parameters
        if role := asked.get("RoleName"):
            return [f"arn:aws:iam::{account}:role/{role}"]
        return [asked.get("PolicyArn") or f"arn:aws:iam::{account}:policy/{asked['PolicyName']}"]

    _of_iam = of_iam

    def _of_kms(self, call: Call) -> list[str]:
        asked = call.parameters
        if call.operation == "CreateKey":
            return ["*"]
        alias = [self._arn(call, asked["AliasName"])] if "AliasName" in asked else []
        key = asked.get("TargetKeyId") or asked.get("KeyId") or self.aliases[alias[0]]
        return [*alias, key if key.startswith("arn:") else self._arn(call, f"key/{key}")]

    def _of_logs(self, call: Call) -> list[str]:
        asked = call.parameters
        arn = asked.get("resourceArn")
        return [arn.removesuffix(":*") if arn else self._arn(call, f"log-group:{asked['logGroupName']}")]

    def _of_organizations(self, call: Call) -> list[str]:
        """A policy, and what it is attached to; or an account."""
        asked, owned = call.parameters, f"arn:aws:organizations::{self.accounts[call.access_key]}"
        policy = asked.get("PolicyId") or asked.get("ResourceId")
        found = [self._with_ids["PolicyId", policy]] if policy else []
        if target := asked.get("TargetId") or asked.get("AccountId"):
            kind = {"r-": "root", "ou": "ou"}.get(target[:2], "account")
            found.append(f"{owned}:{kind}/{self._organization}/{target}")
        return found

    def _of_queues(self, call: Call) -> list[str]:
        asked = call.parameters
        return [self._arn(call, asked.get("QueueName") or asked["QueueUrl"].rsplit("/", 1)[-1])]

    def _of_scheduler(self, call: Call) -> list[str]:
        return [self._arn(call, f"schedule/default/{call.parameters['Name']}")]

    def _of_ssm(self, call: Call) -> list[str]:
        asked = call.parameters
        return [self._arn(call, f"document/{asked.get('Name') or asked['ResourceId']}")]

    def _of_states(self, call: Call) -> list[str]:
        asked = call.parameters
        arn = asked.get("stateMachineArn") or asked.get("resourceArn")
        return [arn or self._arn(call, f"stateMachine:{asked['name']}")]

    def _of_tables(self, call: Call) -> list[str]:
        asked = call.parameters
        named = asked.get("TableName") or asked.get("ResourceArn") or asked.get("SourceTableArn")
        if call.operation == "ExecuteStatement":
            named = asked["Statement"].split('"')[1]
        table = named or next(iter(asked["RequestItems"]))
        return [table if table.startswith("arn:") else self._arn(call, f"table/{table}")]

    def _of_topics(self, call: Call) -> list[str]:
        asked = call.parameters
        return [asked.get("TopicArn") or asked.get("ResourceArn") or self._arn(call, asked["Name"])]


def _snapshot(region: str, snapshot_id: str) -> str:
    """EC2 writes snapshots without an account."""
    return f"arn:aws:ec2:{region}::snapshot/{snapshot_id}"
