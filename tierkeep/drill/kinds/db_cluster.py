"""Aurora clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.kinds.base import Calls, Kind
from tierkeep.drill.kinds.db_instance import PENDING, groups_of, tag_list, tags_of
from tierkeep.drill.thing import Thing, name_of, properties

NAME = "rds:cluster"

_BROKEN = frozenset(
    {"cloning-failed", "inaccessible-encryption-credentials", "incompatible-restore", "migration-failed"}
)
_DELETING = "deleting"


class DbClusterKind(Kind):
    """DB clusters of Aurora, by RDS."""

    name = NAME
    noun = "DB cluster"
    pending = PENDING
    # AddTagsToResource may answer InvalidDBClusterStateFault (its API reference).
    tagged_while_pending = False
    ending = frozenset({_DELETING})
    ended: frozenset[str] = frozenset()
    calls = Calls(
        read=("rds:DescribeDBClusters", "rds:DescribeDBInstances"),
        tag=("rds:AddTagsToResource",),
        delete=("rds:DeleteDBCluster",),
    )

    def read(self, session: UnitSession, arn: str) -> Thing | None:
        """A DB cluster; None if RDS knows none of that name."""
        found = describe(session, name_of(arn))
        if found is None:
            return None
        _, _, _, region, account, _ = found["DBClusterArn"].split(":", 5)
        return Thing(
            kind=NAME,
            arn=found["DBClusterArn"],
            account_id=account,
            region=region,
            state=found["Status"],
            free_states=frozenset({"available"}) | _BROKEN,
            tags=tags_of(found),
            users=_users(found),
            holders=_holders(session, found["DBClusterIdentifier"]),
            created=found.get("ClusterCreateTime"),
            properties=properties(
                engine=found["Engine"],
                version=found["EngineVersion"],
                encrypted=found.get("StorageEncrypted", False),
                key_arn=found.get("KmsKeyId"),
                public=found.get("PubliclyAccessible", False),
                subnet_group=found.get("DBSubnetGroup"),
                security_groups=groups_of(found),
                address=found.get("Endpoint"),
                port=found.get("Port"),
            ),
        )

    def tag(self, session: UnitSession, arn: str, tags: Mapping[str, str]) -> None:
        """Put tags on it."""
        session.call("rds", "add_tags_to_resource", ResourceName=arn, Tags=tag_list(tags))

    def delete(self, session: UnitSession, arn: str) -> None:
        """Delete it, with its automated backups and with no last snapshot; RDS refuses where its deletion
        protection is on, or an instance of it is not being deleted."""
        session.call(
            "rds",
            "delete_db_cluster",
            DBClusterIdentifier=name_of(arn),
            SkipFinalSnapshot=True,
            DeleteAutomatedBackups=True,
        )

    def left_by(self, session: UnitSession, request: Mapping[str, Any]) -> str | None:
        """The DB cluster of the name that a restore job was to make, if it is there: nobody but the drill
        knows that name before."""
        found = describe(session, request["Metadata"]["DBClusterIdentifier"])
        return str(found["DBClusterArn"]) if found is not None else None


def describe(session: UnitSession, name: str) -> dict[str, Any] | None:
    """A DB cluster as RDS describes it; None if it knows none of that name. Raises `AwsError`."""
    try:
        answer = session.call("rds", "describe_db_clusters", DBClusterIdentifier=name)
    except AwsError as error:
        if error.not_found:
            return None
        raise
    found: list[dict[str, Any]] = answer["DBClusters"]
    return found[0] if found else None


def members(session: UnitSession, name: str) -> list[dict[str, Any]]:
    """The DB instances of a cluster. Raises `AwsError`."""
    filters = [{"Name": "db-cluster-id", "Values": [name]}]
    return list(session.pages("rds", "describe_db_instances", "DBInstances", Filters=filters))


def _holders(session: UnitSession, name: str) -> tuple[str, ...]:
    """A cluster is deleted once all of its instances are being deleted ("Cluster cannot be deleted, it still
    contains DB instances in non-deleting state", aws-controllers-k8s/community#1151)."""
    found = members(session, name)
    return tuple(sorted(each["DBInstanceArn"] for each in found if each["DBInstanceStatus"] != _DELETING))


def _users(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody has set up on it since it was restored."""
    source, world = found.get("ReplicationSourceIdentifier"), found.get("GlobalClusterIdentifier")
    return (
        *(f"replicated to {each}" for each in found.get("ReadReplicaIdentifiers", ())),
        *([f"a replica of {source}"] if source else ()),
        *([f"part of global cluster {world}"] if world else ()),
        *(["its deletion protection is on"] if found.get("DeletionProtection") else ()),
    )
