"""DB instances: of their own, and those that a cluster needs so that one can connect to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "rds:db"
IN_CLUSTER = "rds:cluster-db"

READY = frozenset({"available", "storage-initialization", "storage-optimization"})
"""States in which it takes connections ("Viewing DB instance status" in the Amazon RDS User Guide)."""
_BROKEN = frozenset(
    {
        "failed",
        "inaccessible-encryption-credentials",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "insufficient-capacity",
        "restore-error",
        "storage-full",
    }
)
"""States that it does not leave by itself; it can be deleted in them without a last snapshot (API reference
of DeleteDBInstance). `stopped` is none of them: somebody has stopped it."""
PENDING = frozenset(
    {
        "backing-up",
        "configuring-associated-roles",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "converting-to-vpc",
        "creating",
        "maintenance",
        "modifying",
        "moving-to-vpc",
        "rebooting",
        "renaming",
        "resetting-master-credentials",
        "starting",
        "storage-config-upgrade",
        "upgrading",
    }
)


class DbInstanceKind(Kind):
    """DB instances of RDS."""

    name = NAME
    noun = "DB instance"
    pending = PENDING
    # AddTagsToResource may answer InvalidDBInstanceState (its API reference).
    tagged_while_pending = False
    ending = frozenset({"deleting"})
    ended: frozenset[str] = frozenset()
    calls = Calls(
        read=("rds:DescribeDBInstances",),
        tag=("rds:AddTagsToResource",),
        delete=("rds:DeleteDBInstance",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A DB instance; None if RDS knows none of that name."""
        found = describe(session, name_of(arn))
        return None if found is None else _thing(self.name, found)

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        session.call("rds", "add_tags_to_resource", ResourceName=arn, Tags=tag_list(tags))

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it, with the automated backups that RDS has begun to make of it, and with no last snapshot;
        RDS refuses where its deletion protection is on."""
        session.call(
            "rds",
            "delete_db_instance",
            DBInstanceIdentifier=name_of(arn),
            SkipFinalSnapshot=True,
            DeleteAutomatedBackups=True,
        )

    def left_by(self, session: UnitSession, request: Mapping[str, Any]) -> str | None:
        """The DB instance of the name that a restore job was to make, if it is there: nobody but the drill
        knows that name before."""
        found = describe(session, request["Metadata"]["DBInstanceIdentifier"])
        return str(found["DBInstanceArn"]) if found is not None else None


class ClusterInstanceKind(DbInstanceKind):
    """DB instances of a cluster, which has the backups."""

    name = IN_CLUSTER
    noun = "DB instance of the cluster"

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it. RDS makes no last snapshot of one, and asks at times that one does without it
        (hashicorp/terraform-provider-aws#33539)."""
        session.call("rds", "delete_db_instance", DBInstanceIdentifier=name_of(arn), SkipFinalSnapshot=True)


def describe(session: UnitSession, name: str) -> dict[str, Any] | None:
    """A DB instance as RDS describes it; None if it knows none of that name. Raises `AwsError`."""
    try:
        answer = session.call("rds", "describe_db_instances", DBInstanceIdentifier=name)
    except AwsError as error:
        if error.not_found:
            return None
        raise
    found: list[dict[str, Any]] = answer["DBInstances"]
    return found[0] if found else None


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as RDS takes them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tags_of(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Tags as RDS lists them with what it describes."""
    return tuple(sorted((tag["Key"], tag["Value"]) for tag in found.get("TagList", ())))


def groups_of(found: Mapping[str, Any]) -> str:
    """The security groups of an instance or a cluster, with commas between."""
    return ", ".join(sorted(each["VpcSecurityGroupId"] for each in found.get("VpcSecurityGroups", ())))


def _thing(kind: str, found: Mapping[str, Any]) -> Thing:
    _, _, _, region, account, _ = found["DBInstanceArn"].split(":", 5)
    return Thing(
        kind=kind,
        arn=found["DBInstanceArn"],
        account_id=account,
        region=region,
        state=found["DBInstanceStatus"],
        free_states=READY | _BROKEN,
        tags=tags_of(found),
        users=_users(found),
        created=found.get("InstanceCreateTime"),
        properties=properties(
            engine=found["Engine"],
            version=found["EngineVersion"],
            size_gib=found.get("AllocatedStorage"),
            encrypted=found.get("StorageEncrypted", False),
            key_arn=found.get("KmsKeyId"),
            public=found.get("PubliclyAccessible", False),
            subnet_group=(found.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
            security_groups=groups_of(found),
            address=(found.get("Endpoint") or {}).get("Address"),
            port=(found.get("Endpoint") or {}).get("Port"),
        ),
    )


def _users(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody has set up on it, and what a deletion would take along or break."""
    replicas = (
        *found.get("ReadReplicaDBInstanceIdentifiers", ()),
        *found.get("ReadReplicaDBClusterIdentifiers", ()),
    )
    source = found.get("ReadReplicaSourceDBInstanceIdentifier") or found.get(
        "ReadReplicaSourceDBClusterIdentifier"
    )
    return (
        *(f"replicated to {each}" for each in replicas),
        *([f"a replica of {source}"] if source else ()),
        *(["its deletion protection is on"] if found.get("DeletionProtection") else ()),
    )
