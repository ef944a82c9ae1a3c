"""Recorded calls -> what IAM is asked about them: an action, a resource and condition keys.

Most operations ask for one action of their own name; where it is otherwise, the tables say so. What a call
makes is remembered, so that later calls carry its tags and its aliases, as they would at AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.iam.evaluator import Context, Request
from tests.iam.recording import Call
from tests.iam.resources import Resources

WITHOUT_PERMISSION = {
    "sts:GetCallerIdentity": "AWS asks for no permission (STS API reference)",
    "iam:GetUser": "only with an emulator: the provider asks STS who it is, unless told to skip that",
}
BY_THE_CALLER = {"sts:AssumeRole"}
"""Made as who runs the command, before it is the role."""


class World:
    """What is known of the accounts from the calls so far."""

    def __init__(self) -> None:
        self._resources = Resources()
        self._tags: dict[str, dict[str, str]] = {}
        self._boundaries: dict[str, str] = {}
        """The permissions boundary of each role's ARN."""

    def assume(self, access_key: str, account_id: str) -> None:
        """Note whose account somebody works in that signs with an access key."""
        self._resources.accounts[access_key] = account_id

    def account_of(self, call: Call) -> str:
        """The account in which a call was made."""
        return self._resources.accounts[call.access_key]

    def tag(self, arn: str, tags: dict[str, str]) -> None:
        """Note the tags that a resource has, whoever gave them to it."""
        self._tags.setdefault(arn, {}).update(tags)

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
        if call.service == "s3":
            common["aws:ResourceAccount"] = (self.account_of(call),)  # no bucket here is another's
        for arn in self._resources.of(call):
            context = {**common, **self._of_resource(arn), **_own_keys(call)}
            for action in _actions(call):
                yield Request(action, arn, context)
        yield from self._besides(call, common)

    def _besides(self, call: Call, common: Context) -> Iterator[Request]:
        """Passing a role, and tagging what is made: permissions of their own."""
        for passed in dict.fromkeys(_passed(call)):
            yield Request("iam:PassRole", passed, {"iam:PassedToService": (f"{call.service}.amazonaws.com",)})
        tagging = _TAGGING.get(call.service)
        made = self._resources.made(call)
        if tagging and made and any(key.startswith("aws:RequestTag/") for key in common):
            service = _actions(call)[0].split(":")[0]
            for_what = {"ec2:CreateAction": (call.operation,)} if service == "ec2" else {}
            yield Request(f"{service}:{tagging[call.operation]}", made, {**common, **for_what})

    def _of_resource(self, arn: str) -> dict[str, tuple[str, ...]]:
        keys = {f"aws:ResourceTag/{key}": (value,) for key, value in self._tags.get(arn, {}).items()}
        aliases = self._resources.aliases.items()
        named = tuple(alias.split(":", 5)[5] for alias, key in aliases if key == arn)
        bound = self._boundaries.get(arn)
        return {
            **keys,
            **({"kms:ResourceAliases": named} if named else {}),
            **({"iam:PermissionsBoundary": (bound,)} if bound else {}),
        }

    def _learn(self, call: Call) -> None:
        if str(call) == "sts:AssumeRole":
            (key,) = re.findall(r"<AccessKeyId>([^<]+)", call.answer)
            self.assume(key, call.parameters["RoleArn"].split(":")[4])
            return
        self._resources.learn(call)
        tags = {key.partition("/")[2]: value for key, (value, *_) in _tags_of_request(call).items()
                if key.startswith("aws:RequestTag/")}  # fmt: skip
        arn = self._resources.made(call)
        arn = arn or (self._resources.of(call)[0] if call.operation in _TAG else "")
        if arn and tags:
            self.tag(arn, tags)
        if "PermissionsBoundary" in call.parameters:
            (role,) = self._resources.of_iam(call)
            self._boundaries[role] = call.parameters["PermissionsBoundary"]
        if call.operation == "DeleteRolePermissionsBoundary":
            (role,) = self._resources.of_iam(call)
            # The provider repeats a request whose answer is late.
            self._boundaries.pop(role, None)


def _actions(call: Call) -> list[str]:
    """What IAM calls it: operations of AWS Budgets are two actions, those of S3 have names of their own, and
    some services sign by another name."""
    if call.service == "s3":
        versions = call.operation == "DeleteObjects" and "<VersionId>" in call.parameters["Body"]
        more = ["s3:DeleteObjectVersion"] if versions else []
        if call.operation == "GetObject" and "versionId" in call.parameters:
            return ["s3:GetObjectVersion"]
        return [f"s3:{_OF_S3.get(call.operation, call.operation)}", *more]
    if call.operation == "ExecuteStatement":
        return ["dynamodb:PartiQLSelect"]
    tagging = call.operation in {"ListTagsForResource", "TagResource", "UntagResource"}
    if call.service == "budgets" and not tagging:
        reading = call.operation.startswith("Describe")
        return ["budgets:ViewBudget" if reading else "budgets:ModifyBudget"]
    return [str(call).replace("monitoring:", "cloudwatch:").replace("tagging:", "tag:")]


_OF_S3 = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
"""By operation, where the names differ (S3 user guide, "Required permissions for Amazon S3 API operations";
read 2026-11)."""
_TAG = {"AddTagsToResource", "TagResource", "CreateTags", "TagPolicy", "TagRole"}
_TAGGING = {
    "backup": {
        "CreateBackupPlan": "TagResource",
        "CreateBackupVault": "TagResource",
        "CreateFramework": "TagResource",
        "CreateLogicallyAirGappedBackupVault": "TagResource",
        "CreateReportPlan": "TagResource",
        "CreateRestoreTestingPlan": "TagResource",
    },
    "cloudformation": {"CreateStack": "TagResource"},
    "dlm": {"CreateLifecyclePolicy": "TagResource"},
    "ec2": {"CreateSnapshot": "CreateTags", "CreateVolume": "CreateTags"},
    "events": {"PutRule": "TagResource"},
    "iam": {"CreatePolicy": "TagPolicy", "CreateRole": "TagRole"},
    "kms": {"CreateKey": "TagResource"},
    "logs": {"CreateLogGroup": "TagResource"},
    "rds": {
        "CreateDBInstance": "AddTagsToResource",
        "RestoreDBInstanceToPointInTime": "AddTagsToResource",
    },
    "organizations": {"CreatePolicy": "TagResource"},
    "sns": {"CreateTopic": "TagResource"},
    "sqs": {"CreateQueue": "TagQueue"},
    "states": {"CreateStateMachine": "TagResource"},
    "ssm": {"CreateDocument": "AddTagsToResource"},
    "budgets": {"CreateBudget": "TagResource"},
    "monitoring": {"PutMetricAlarm": "TagResource"},
}


def _passed(call: Call) -> Iterator[str]:
    """The roles that a call hands to the service."""
    asked = call.parameters
    targets = [asked.get("Target") or {}, *(asked.get("Targets") or [])]
    selections = [asked.get(name) or {} for name in ("BackupSelection", "RestoreTestingSelection")]
    found = (
        asked.get("ExecutionRoleArn"),
        asked.get("IamRoleArn"),
        asked.get("roleArn"),
        *(each.get("IamRoleArn") for each in selections),
        *(each.get("RoleArn") for each in targets),
    )
    yield from (each for each in found if each)


def _own_keys(call: Call) -> dict[str, tuple[str, ...]]:
    """Condition keys of a service, from its parameters."""
    if "PermissionsBoundary" in call.parameters:
        return {"iam:PermissionsBoundary": (call.parameters["PermissionsBoundary"],)}
    if str(call) in {"iam:AttachRolePolicy", "iam:DetachRolePolicy"}:
        return {"iam:PolicyARN": (call.parameters["PolicyArn"],)}
    if call.service == "organizations" and "ServicePrincipal" in call.parameters:
        return {"organizations:ServicePrincipal": (call.parameters["ServicePrincipal"],)}
    return {}


def _tags_of_request(call: Call) -> dict[str, tuple[str, ...]]:
    tags = _tags(call.parameters)
    if not tags:
        return {}
    by_key = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return {**by_key, "aws:TagKeys": tuple(sorted(tags))}


def _tags(asked: dict[str, Any]) -> dict[str, str]:
    """Tags in the forms in which the services take them."""
    for name in ("BackupVaultTags", "BackupPlanTags", "FrameworkTags", "ReportPlanTags", "Tags", "tags"):
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
        name: value
        for name, value in asked.items()
        if re.fullmatch(r"(Tags\.(member|Tag)|(TagSpecification\.1\.)?Tag)\.\d+\.Key", name)
    }
    return {value: asked[f"{name.removesuffix('Key')}Value"] for name, value in flat.items()}
