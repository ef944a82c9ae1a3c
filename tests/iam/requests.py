"""Recorded calls -> what IAM is asked about them: an action, a resource and condition keys.

Most operations ask for one action of their own name; where it is otherwise, the table says so. What a call
makes is remembered, so that later calls carry its tags and its aliases, as they would at AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.iam.evaluator import Context, Request
from tests.iam.recording import Call

WITHOUT_PERMISSION = {
    "sts:GetCallerIdentity": "AWS asks for no permission (STS API reference)",
    "iam:GetUser": "only with an emulator: the provider asks STS who it is, unless told to skip that",
}
BY_THE_CALLER = {"sts:AssumeRole"}
"""Made as who runs the command, before it is the role."""
WITHOUT_RESOURCE = re.compile(
    r"backup:(ListBackup(Vaults|Plans)|DescribeRe(storeJob|gionSettings)|List(Backup|Copy|Restore)Jobs)|"
    r"dlm:GetLifecyclePolicies|dynamodb:ListTables|s3:ListBuckets|"
    r"ec2:(Describe(?!SnapshotAttribute)\w+|GetEbsEncryptionByDefault)|kms:(ListAliases)|logs:DescribeLogGroups|"
    r"ssm:ListDocuments|states:ValidateStateMachineDefinition|tagging:GetResources"
)


class World:
    """What is known of the accounts from the calls so far."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        """By the access keys that roles were given."""
        self._tags: dict[str, dict[str, str]] = {}
        self._aliases: dict[str, str] = {}
        """The ARN of the key behind each alias's ARN."""
        self._boundaries: dict[str, str] = {}
        """The permissions boundary of each role's ARN."""

    def requests(self, call: Call) -> list[Request]:
        """What IAM is asked, once for each action and resource."""
        if str(call) in WITHOUT_PERMISSION:
            return []
        found = list(self._requests(call))
        self._learn(call)
        return found

    def _requests(self, call: Call) -> Iterator[Request]:
        if str(call) == "sts:AssumeRole":
            yield Request("sts:AssumeRole", call.parameters["RoleArn"])
            return
        common = {"aws:RequestedRegion": (call.region,), **_tags_of_request(call)}
        for arn in self._resources(call):
            yield Request(_action(call), arn, {**common, **self._of_resource(arn), **_own_keys(call)})
        yield from self._besides(call, common)

    def _besides(self, call: Call, common: Context) -> Iterator[Request]:
        """Passing a role, and tagging what is made: permissions of their own."""
        passed = _passed(call)
        if passed:
            yield Request("iam:PassRole", passed, {"iam:PassedToService": (f"{call.service}.amazonaws.com",)})
        tagging = _TAGGING.get(call.service)
        made = self._made(call)
        if tagging and made and any(key.startswith("aws:RequestTag/") for key in common):
            service = _action(call).split(":")[0]
            yield Request(f"{service}:{tagging[call.operation]}", made, common)

    def _resources(self, call: Call) -> list[str]:
        if WITHOUT_RESOURCE.fullmatch(str(call)):
            return ["*"]
        of = {
            "backup": self._of_backup,
            "budgets": self._of_budgets,
            "cloudformation": self._of_cloudformation,
            "dlm": self._of_dlm,
            "dynamodb": self._of_tables,
            "ec2": self._of_ec2,
            "elasticfilesystem": lambda call: [self._arn(call, "file-system/fs-1")],
            "iam": self._of_iam,
            "kms": self._of_kms,
            "logs": self._of_logs,
            "monitoring": self._of_cloudwatch,
            "rds": self._of_rds,
            "s3": lambda call: [f"arn:aws:s3:::{call.parameters['Bucket']}"],
            "scheduler": self._of_scheduler,
            "ssm": self._of_ssm,
            "states": self._of_states,
        }
        return of[call.service](call)

    def _arn(self, call: Call, resource: str, service: str | None = None) -> str:
        return f"arn:aws:{service or call.service}:{call.region}:{self.accounts[call.access_key]}:{resource}"

    def _of_backup(self, call: Call) -> list[str]:
        if call.operation == "CreateBackupPlan":
            return [self._made(call)]
        asked = call.parameters
        if arn := asked.get("RecoveryPointArn") or asked.get("ResourceArn"):
            return [arn]
        if plan := asked.get("BackupPlanId"):
            return [self._arn(call, f"backup-plan:{plan}")]
        return [self._arn(call, f"backup-vault:{asked['BackupVaultName']}")]

    def _of_cloudformation(self, call: Call) -> list[str]:
        stack = call.parameters["StackName"]
        return [stack if stack.startswith("arn:") else self._arn(call, f"stack/{stack}/id")]

    def _of_ssm(self, call: Call) -> list[str]:
        asked = call.parameters
        return [self._arn(call, f"document/{asked.get('Name') or asked['ResourceId']}")]

    def _of_budgets(self, call: Call) -> list[str]:
        asked, account = call.parameters, self.accounts[call.access_key]
        budget = asked.get("Budget") or asked.get("NewBudget") or asked
        name = budget.get("BudgetName")
        return [asked.get("ResourceARN") or f"arn:aws:budgets::{account}:budget/{name}"]

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

    def _of_cloudformation(self, call: Call) -> list[str]:
        stack = call.parameters["StackName"]
        return [stack if stack.startswith("arn:") else self._arn(call, f"stack/{stack}/*")]

    def _of_rds(self, call: Call) -> list[str]:
        """A listing without names is of all that there are."""
        kind = {
            "DescribeDBClusters": "cluster:any",
            "DescribeDBInstanceAutomatedBackups": "auto-backup:any",
            "DescribeDBInstances": "db:any",
        }[call.operation]
        return [self._arn(call, kind)]

    def _of_ec2(self, call: Call) -> list[str]:
        if call.operation == "DescribeSnapshotAttribute":
            return [f"arn:aws:ec2:{call.region}::snapshot/{call.parameters['SnapshotId']}"]
        which = call.parameters.get("VolumeId") or call.parameters["ResourceId.1"]
        return [self._arn(call, f"volume/{which}")]

    def _of_logs(self, call: Call) -> list[str]:
        asked = call.parameters
        arn = asked.get("resourceArn")
        return [arn.removesuffix(":*") if arn else self._arn(call, f"log-group:{asked['logGroupName']}")]

    def _of_states(self, call: Call) -> list[str]:
        asked = call.parameters
        arn = asked.get("stateMachineArn") or asked.get("resourceArn")
        return [arn or self._arn(call, f"stateMachine:{asked['name']}")]

    def _of_scheduler(self, call: Call) -> list[str]:
        return [self._arn(call, f"schedule/default/{call.parameters['Name']}")]

    def _of_tables(self, call: Call) -> list[str]:
        return [self._arn(call, f"table/{call.parameters['TableName']}")]

    def _of_iam(self, call: Call) -> list[str]:
        account, asked = self.accounts[call.access_key], call.parameters
        if role := asked.get("RoleName"):
            return [f"arn:aws:iam::{account}:role/{role}"]
        return [asked.get("PolicyArn") or f"arn:aws:iam::{account}:policy/{asked['PolicyName']}"]

    def _of_kms(self, call: Call) -> list[str]:
        asked = call.parameters
        if call.operation == "CreateKey":
            return ["*"]
        alias = [self._arn(call, asked["AliasName"])] if "AliasName" in asked else []
        key = asked.get("TargetKeyId") or asked.get("KeyId") or self._aliases[alias[0]]
        return [*alias, key if key.startswith("arn:") else self._arn(call, f"key/{key}")]

    def _made(self, call: Call) -> str:
        """The ARN of what a call has made; empty where it made nothing with tags."""
        if call.status >= 300:
            return ""
        if call.operation in _ANSWERS:
            return str(_ANSWERS[call.operation](json.loads(call.answer)))
        if str(call) == "cloudformation:CreateStack":
            return re.findall(r"<StackId>([^<]+)", call.answer)[0]
        if str(call) == "dlm:CreateLifecyclePolicy":
            return self._arn(call, f"policy/{json.loads(call.answer)['PolicyId']}")
        if str(call) in _NAMED_AT_ONCE:
            return self._resources(call)[0]
        return self._of_iam(call)[0] if call.operation in {"CreatePolicy", "CreateRole"} else ""

    def _of_resource(self, arn: str) -> dict[str, tuple[str, ...]]:
        keys = {f"aws:ResourceTag/{key}": (value,) for key, value in self._tags.get(arn, {}).items()}
        aliases = tuple(alias.split(":", 5)[5] for alias, key in self._aliases.items() if key == arn)
        bound = self._boundaries.get(arn)
        return {
            **keys,
            **({"kms:ResourceAliases": aliases} if aliases else {}),
            **({"iam:PermissionsBoundary": (bound,)} if bound else {}),
        }

    def _learn(self, call: Call) -> None:
        if str(call) == "sts:AssumeRole":
            (key,) = re.findall(r"<AccessKeyId>([^<]+)", call.answer)
            self.accounts[key] = call.parameters["RoleArn"].split(":")[4]
            return
        tags = {key.partition("/")[2]: value for key, (value, *_) in _tags_of_request(call).items()
                if key.startswith("aws:RequestTag/")}  # fmt: skip
        arn = self._made(call) or (self._resources(call)[0] if call.operation in _TAG else "")
        if arn and tags:
            self._tags.setdefault(arn, {}).update(tags)
        if "PermissionsBoundary" in call.parameters:
            self._boundaries[self._of_iam(call)[0]] = call.parameters["PermissionsBoundary"]
        if call.operation == "DeleteRolePermissionsBoundary":
            del self._boundaries[self._of_iam(call)[0]]
        if str(call) in {"kms:CreateAlias", "kms:UpdateAlias"}:
            alias, key = self._of_kms(call)
            self._aliases[alias] = key


def _action(call: Call) -> str:
    """What IAM calls it: operations of AWS Budgets are two actions, and CloudWatch signs by another name."""
    tagging = call.operation in {"ListTagsForResource", "TagResource", "UntagResource"}
    if call.service == "budgets" and not tagging:
        return "budgets:ViewBudget" if call.operation.startswith("Describe") else "budgets:ModifyBudget"
    if str(call) in _OTHER_NAMES:
        return _OTHER_NAMES[str(call)]
    return str(call).replace("monitoring:", "cloudwatch:").replace("tagging:", "tag:")


_OTHER_NAMES = {
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
}
"""Operations of S3 whose permission has another name (Service Authorization Reference)."""


_ANSWERS: dict[str, Callable[[Any], str]] = {
    "CreateBackupPlan": lambda answer: answer["BackupPlanArn"],
    "CreateBackupVault": lambda answer: answer["BackupVaultArn"],
    "CreateLogicallyAirGappedBackupVault": lambda answer: answer["BackupVaultArn"],
    "CreateKey": lambda answer: answer["KeyMetadata"]["Arn"],
}
"""Where the answer of a call names what it has made."""
_NAMED_AT_ONCE = {
    "budgets:CreateBudget",
    "logs:CreateLogGroup",
    "monitoring:PutMetricAlarm",
    "ssm:CreateDocument",
    "states:CreateStateMachine",
}
"""What has its name, and so its ARN, from who makes it."""
_TAG = {"TagResource", "CreateTags", "TagPolicy", "TagRole"}
_TAGGING = {
    "backup": {
        "CreateBackupPlan": "TagResource",
        "CreateBackupVault": "TagResource",
        "CreateLogicallyAirGappedBackupVault": "TagResource",
    },
    "cloudformation": {"CreateStack": "TagResource"},
    "dlm": {"CreateLifecyclePolicy": "TagResource"},
    "iam": {"CreatePolicy": "TagPolicy", "CreateRole": "TagRole"},
    "kms": {"CreateKey": "TagResource"},
    "logs": {"CreateLogGroup": "TagResource"},
    "states": {"CreateStateMachine": "TagResource"},
    "ssm": {"CreateDocument": "AddTagsToResource"},
    "budgets": {"CreateBudget": "TagResource"},
    "monitoring": {"PutMetricAlarm": "TagResource"},
}


def _passed(call: Call) -> str | None:
    asked = call.parameters
    selection, target = asked.get("BackupSelection") or {}, asked.get("Target") or {}
    return (
        asked.get("ExecutionRoleArn")
        or asked.get("IamRoleArn")
        or selection.get("IamRoleArn")
        or target.get("RoleArn")
        or asked.get("roleArn")
    )


def _own_keys(call: Call) -> dict[str, tuple[str, ...]]:
    """Condition keys of a service, from its parameters."""
    if "PermissionsBoundary" in call.parameters:
        return {"iam:PermissionsBoundary": (call.parameters["PermissionsBoundary"],)}
    if str(call) in {"iam:AttachRolePolicy", "iam:DetachRolePolicy"}:
        return {"iam:PolicyARN": (call.parameters["PolicyArn"],)}
    return {}


def _tags_of_request(call: Call) -> dict[str, tuple[str, ...]]:
    tags = _tags(call.parameters)
    if not tags:
        return {}
    by_key = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return {**by_key, "aws:TagKeys": tuple(sorted(tags))}


def _tags(asked: dict[str, Any]) -> dict[str, str]:
    """Tags in the forms in which the services take them."""
    for name in ("BackupVaultTags", "BackupPlanTags", "Tags", "tags"):
        if isinstance(asked.get(name), dict):
            return dict(asked[name])
    if isinstance(asked.get("tags"), list):
        return {each["key"]: each["value"] for each in asked["tags"]}
    if isinstance(asked.get("ResourceTags"), list):
        return {each["Key"]: each["Value"] for each in asked["ResourceTags"]}
    if isinstance(asked.get("Tags"), list):
        return {
            each.get("TagKey") or each["Key"]: each.get("TagValue") or each["Value"] for each in asked["Tags"]
        }
    flat = {
        name: value for name, value in asked.items() if re.fullmatch(r"(Tags\.member|Tag)\.\d+\.Key", name)
    }
    return {value: asked[f"{name.removesuffix('Key')}Value"] for name, value in flat.items()}
