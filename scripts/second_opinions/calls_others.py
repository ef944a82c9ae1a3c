"""The script's calls of moto's services that the emulator changes: keys, policies, budgets and snapshots."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from scripts.second_opinions.calling import ACCOUNT, OTHER_REGION, REGION, Calls, members

BACKUPS = {"plans": {"gold": {"regions": {"@@assign": [REGION]}}}}
WHICH = {"AccountId": ACCOUNT, "BudgetName": "backups"}
ALARM = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
LATER = {**ALARM, "Threshold": 95.0}
MAIL, OTHER_MAIL = ({"SubscriptionType": "EMAIL", "Address": f"{who}@example.com"} for who in "ab")
BUDGET = {
    "BudgetName": "backups",
    "BudgetLimit": {"Amount": "100", "Unit": "USD"},
    "TimeUnit": "MONTHLY",
    "BudgetType": "COST",
}


def keys(calls: Calls) -> None:
    """Keys by their ARN, and multi-Region keys."""
    made = calls.call("a key", "kms", "create_key", Description="backups")["KeyMetadata"]
    calls.name("plain key", made.get("KeyId", ""))
    arn = {"KeyId": made["Arn"]}
    for operation in (
        "disable_key", "enable_key", "enable_key_rotation", "get_key_rotation_status",
        "schedule_key_deletion", "schedule_key_deletion", "enable_key", "cancel_key_deletion", "describe_key",
    ):  # fmt: skip
        number = sum(step.startswith(f"{operation} by ARN") for step in calls.answers) + 1
        calls.call(f"{operation} by ARN, {number}", "kms", operation, **arn)
    for operation in ("describe_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion"):
        calls.call(f"{operation}, of what is not there", "kms", operation, KeyId=made["Arn"][:-4] + "0000")
    calls.call("replicate a key of one Region", "kms", "replicate_key", **arn, ReplicaRegion=OTHER_REGION)
    many = calls.call("a multi-Region key", "kms", "create_key", MultiRegion=True)["KeyMetadata"]
    which = {"KeyId": calls.name("multi-Region key", many["KeyId"])}
    replicate = {**which, "ReplicaRegion": OTHER_REGION, "Description": "a replica"}
    calls.call("replicate it", "kms", "replicate_key", **replicate)
    calls.call("replicate it again", "kms", "replicate_key", **replicate)
    calls.call(
        "replicate it into its own Region", "kms", "replicate_key", **{**replicate, "ReplicaRegion": REGION}
    )
    calls.call("the primary key", "kms", "describe_key", **which)
    calls.call("the replica", "kms", "describe_key", region=OTHER_REGION, **which)
    calls.call("rotate a replica", "kms", "enable_key_rotation", region=OTHER_REGION, **which)
    calls.call("delete the primary key", "kms", "schedule_key_deletion", **which)
    calls.call("the primary key, deleted", "kms", "describe_key", **which)


def policies(calls: Calls) -> None:
    """Backup policies of an organization."""
    organizations = calls.client("organizations")
    # ministack has no such operation: an account there is the management account of one from the start.
    with suppress(ClientError):
        organizations.create_organization(FeatureSet="ALL")
    root = calls.name("root", organizations.list_roots()["Roots"][0]["Id"])
    make = {"Name": "gold", "Description": "backups", "Type": "BACKUP_POLICY", "Content": json.dumps(BACKUPS)}

    def call(step: str, operation: str, **params: Any) -> dict[str, Any]:
        return calls.call(step, "organizations", operation, **params)

    policy = call("a backup policy", "create_policy", **make).get("Policy", {}).get("PolicySummary", {})
    which = {"PolicyId": calls.name("policy", policy.get("Id", ""))}
    call("the same policy again", "create_policy", **make)
    call("a policy that is no JSON", "create_policy", **{**make, "Name": "bad", "Content": "{"})
    call("attach it before the type is enabled", "attach_policy", **which, TargetId=root)
    call("enable the type", "enable_policy_type", RootId=root, PolicyType="BACKUP_POLICY")
    call("enable the type again", "enable_policy_type", RootId=root, PolicyType="BACKUP_POLICY")
    call("attach it", "attach_policy", **which, TargetId=root)
    call("attach it again", "attach_policy", **which, TargetId=root)
    call("the policy", "describe_policy", **which)
    call("policies", "list_policies", Filter="BACKUP_POLICY")
    call("the root's policies", "list_policies_for_target", TargetId=root, Filter="BACKUP_POLICY")
    call("the policy's targets", "list_targets_for_policy", **which)
    call("delete it where it is attached", "delete_policy", **which)
    call("update it", "update_policy", **which, Name="silver")
    call("detach it", "detach_policy", **which, TargetId=root)
    call("detach it again", "detach_policy", **which, TargetId=root)
    call("delete it", "delete_policy", **which)
    call("the deleted policy", "describe_policy", **which)
    call("disable the type", "disable_policy_type", RootId=root, PolicyType="BACKUP_POLICY")
    call("disable the type again", "disable_policy_type", RootId=root, PolicyType="BACKUP_POLICY")


def budgets(calls: Calls) -> None:
    """A budget with its notifications, subscribers and tags."""

    def call(step: str, operation: str, **params: Any) -> dict[str, Any]:
        return calls.call(step, "budgets", operation, region="us-east-1", **params)

    make = {"AccountId": ACCOUNT, "Budget": BUDGET}
    alarms = [{"Notification": ALARM, "Subscribers": [MAIL]}]
    arn = {"ResourceARN": f"arn:aws:budgets::{ACCOUNT}:budget/backups"}
    call("describe no budget", "describe_budget", **WHICH)
    call("update no budget", "update_budget", AccountId=ACCOUNT, NewBudget=BUDGET)
    call("tags of no budget", "list_tags_for_resource", **arn)
    call("a budget", "create_budget", **make, NotificationsWithSubscribers=alarms,
         ResourceTags=[{"Key": "tier", "Value": "gold"}])  # fmt: skip
    call("the same budget again", "create_budget", **make)
    call("the budget", "describe_budget", **WHICH)
    new = {**BUDGET, "BudgetLimit": {"Amount": "250", "Unit": "USD"}, "TimeUnit": "QUARTERLY"}
    call("update the budget", "update_budget", AccountId=ACCOUNT, NewBudget=new)
    call(
        "another type for the budget",
        "update_budget",
        AccountId=ACCOUNT,
        NewBudget={**new, "BudgetType": "USAGE"},
    )
    call("the budget, updated", "describe_budget", **WHICH)
    call("its notifications", "describe_notifications_for_budget", **WHICH)
    one = {**WHICH, "Notification": ALARM}
    call("its subscribers", "describe_subscribers_for_notification", **one)
    call("a notification", "create_notification", **WHICH, Notification=LATER, Subscribers=[MAIL])
    call(
        "the same notification again", "create_notification", **WHICH, Notification=LATER, Subscribers=[MAIL]
    )
    change = {**WHICH, "OldNotification": LATER}
    call("change it into one that there is", "update_notification", **change, NewNotification=ALARM)
    call("change it", "update_notification", **change, NewNotification={**LATER, "Threshold": 99.0})
    call("delete what is not there", "delete_notification", **WHICH, Notification=LATER)
    call("delete a notification", "delete_notification", **WHICH, Notification={**LATER, "Threshold": 99.0})
    call("budgets", "describe_budgets", AccountId=ACCOUNT)
    call("change what is not there", "update_notification", **change, NewNotification=LATER)
    call("another subscriber", "create_subscriber", **one, Subscriber=OTHER_MAIL)
    call("the same subscriber again", "create_subscriber", **one, Subscriber=OTHER_MAIL)
    call(
        "change a subscriber into the other",
        "update_subscriber",
        **one,
        OldSubscriber=MAIL,
        NewSubscriber=OTHER_MAIL,
    )
    call("delete a subscriber", "delete_subscriber", **one, Subscriber=OTHER_MAIL)
    call("delete it again", "delete_subscriber", **one, Subscriber=OTHER_MAIL)
    call("delete the last subscriber", "delete_subscriber", **one, Subscriber=MAIL)
    call("what notifications are left", "describe_notifications_for_budget", **WHICH)
    call("its tags", "list_tags_for_resource", **arn)
    call("tag it", "tag_resource", **arn, ResourceTags=[{"Key": "team", "Value": "a"}])
    call("untag it", "untag_resource", **arn, ResourceTagKeys=["tier", "none"])
    call("its last tags", "list_tags_for_resource", **arn)
    call("delete the budget", "delete_budget", **WHICH)
    call("delete the budget again", "delete_budget", **WHICH)


def snapshots(calls: Calls) -> None:
    """Volumes, snapshots and images, as far as backups rest on them."""

    def call(step: str, operation: str, *kept: str, region: str = REGION, **params: Any) -> dict[str, Any]:
        seen = {"seen": members(*kept)} if kept else {}
        return calls.call(step, "ec2", operation, region=region, **seen, **params)

    tags = [{"ResourceType": "volume", "Tags": [{"Key": "tier", "Value": "gold"}]}]
    made = call("a tagged volume", "create_volume", AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3",
                TagSpecifications=tags)  # fmt: skip
    volume = {"VolumeId": calls.name("tagged volume", made.get("VolumeId", ""))}
    call("volumes by tag", "describe_volumes", Filters=[{"Name": "tag:tier", "Values": ["gold"]}])
    call("a snapshot of no volume", "create_snapshot", VolumeId="vol-00000000000000000")
    made = call("a snapshot", "create_snapshot", **volume, Description="nightly")
    snapshot = {"SnapshotId": calls.name("snapshot", made.get("SnapshotId", ""))}
    call("the snapshot", "describe_snapshots", SnapshotIds=[snapshot["SnapshotId"]])
    call("no snapshot", "describe_snapshots", SnapshotIds=["snap-00000000000000000"])
    source = {"SourceRegion": REGION, "SourceSnapshotId": snapshot["SnapshotId"]}
    copy = call(
        "a copy", "copy_snapshot", region=OTHER_REGION, **source, Encrypted=True, Description="a copy"
    )
    copied = [calls.name("copy", copy.get("SnapshotId", ""))]
    call("the copy", "describe_snapshots", region=OTHER_REGION, SnapshotIds=copied)
    share = {**snapshot, "Attribute": "createVolumePermission"}
    call("share it", "modify_snapshot_attribute", **share, OperationType="add", UserIds=["210987654321"])
    call("whom it is shared with", "describe_snapshot_attribute", **share)
    call(
        "share it no more",
        "modify_snapshot_attribute",
        **share,
        OperationType="remove",
        UserIds=["210987654321"],
    )
    call("whom it is still shared with", "describe_snapshot_attribute", **share)
    made = call("a volume from the snapshot", "create_volume", AvailabilityZone=f"{REGION}b", **snapshot)
    calls.name("restored", made.get("VolumeId", ""))
    call(
        "tag the snapshot",
        "create_tags",
        Resources=[snapshot["SnapshotId"]],
        Tags=[{"Key": "a", "Value": "b"}],
    )
    call(
        "the snapshot's tags",
        "describe_tags",
        Filters=[{"Name": "resource-id", "Values": [snapshot["SnapshotId"]]}],
    )
    call("untag the snapshot", "delete_tags", Resources=[snapshot["SnapshotId"]], Tags=[{"Key": "a"}])
    call("the snapshot, untagged", "describe_snapshots", "Snapshots", SnapshotIds=[snapshot["SnapshotId"]])
    device = {"DeviceName": "/dev/sda1", "Ebs": snapshot}
    made = call(
        "an image", "register_image", Name="golden", RootDeviceName="/dev/sda1", BlockDeviceMappings=[device]
    )
    image = calls.name("image", made.get("ImageId", ""))
    call("delete the snapshot of an image", "delete_snapshot", **snapshot)
    call("no more image", "deregister_image", ImageId=image)
    call("no image", "deregister_image", ImageId=image)
    call("delete the snapshot", "delete_snapshot", **snapshot)
    call("delete the snapshot again", "delete_snapshot", **snapshot)
    call("delete the volume", "delete_volume", **volume)
    call("delete the volume again", "delete_volume", **volume)
