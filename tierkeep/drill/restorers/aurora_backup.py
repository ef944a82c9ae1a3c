"""Aurora clusters whose backups AWS Backup makes: its recovery points are cluster snapshots.

AWS Backup restores a cluster without any instance, to which nothing can connect ("Restore an Amazon Aurora
cluster" in the AWS Backup Developer Guide). So the drill makes an instance in it before it looks: nobody has
a database back without one, and RTO counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.kinds.db_cluster import NAME as DB_CLUSTER
from tierkeep.drill.kinds.db_cluster import describe
from tierkeep.drill.kinds.db_instance import IN_CLUSTER, READY, tag_list
from tierkeep.drill.kinds.db_instance import describe as describe_instance
from tierkeep.drill.makers import BACKUP_JOB, CREATE_DB_INSTANCE
from tierkeep.drill.reading import database_contents
from tierkeep.drill.restorers import backup, databases
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import Thing, name_of, properties

_TYPE = "Aurora"
"""As AWS Backup calls it."""
_FORM = ":cluster-snapshot:"
"""Recovery points of clusters that are no continuous backups."""
_TITLES = {
    **{each: title for each, title in databases.TITLES.items() if each != "size"},
    "instance": "An instance of it takes connections, without a public address",
}
_READS = ("rds:DescribeDBClusters", "rds:DescribeDBInstances")


class AuroraByBackup(Restorer):
    """A recovery point of a cluster, restored into a new one in the isolated network, with an instance."""

    method = Method.BACKUP
    resource_type = ResourceType.AURORA
    title = "Aurora clusters by AWS Backup"
    maker = BACKUP_JOB.name
    kind = DB_CLUSTER
    completing = ((CREATE_DB_INSTANCE.name, IN_CLUSTER),)
    helpers = ()
    choosing_calls = (
        *backup.CHOOSING_CALLS,
        "rds:DescribeDBClusterSnapshots",
        *_READS,
    )
    checking_calls = (*CREATE_DB_INSTANCE.calls[:1], *_READS, "kms:DescribeKey")
    reading_calls = (*_READS, *databases.READING_CALLS)
    reaching_calls = reading_calls
    networked = True
    not_checked = (
        "capacity: the cluster was looked at with one instance, of the class of the source's writer",
        *databases.NOT_CHECKED,
    )

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of clusters, of their instance, and of the recovery point."""
        return databases.sheet(backup.titled(_TITLES, scope)), database_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A recovery point, where its cluster has to be restored to, and the class of its instance."""
        where = databases.isolation(scope)
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="Aurora cluster", form=_FORM)
        point = chosen.choice.point
        answer = session.call(
            "rds",
            "describe_db_cluster_snapshots",
            DBClusterSnapshotIdentifier=databases.snapshot_name(point.arn),
        )
        (snapshot,) = answer["DBClusterSnapshots"]
        key = {"KmsKeyId": point.key_arn} if point.encrypted and point.key_arn else {}
        return replace(
            chosen.choice,
            parameters=databases.settings(chosen.metadata, where, **key),
            properties=properties(
                engine=snapshot["Engine"],
                version=snapshot["EngineVersion"],
                size_gib=None,
                instance_class=_class_of_writer(session, name_of(point.resource_arn)),
            ),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job into a cluster of the drill's name; AWS Backup takes no tags with it."""
        request = backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)
        name = databases.restored_name(drill_id)
        return {**request, "Metadata": {**request["Metadata"], "DBClusterIdentifier": name}}

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        name = databases.restored_name("DRILL")
        return f"into a new cluster {name}, as {scope.restore_role_arn}, with {metadata}"

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, engine, encryption, network, and an instance."""
        made = f"an instance of class {choice.property('instance_class') or 'unknown'} is made in it"
        return f"{made}; {databases.explain_check(scope, choice)}"

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """Tables and rows."""
        return databases.explain_read(scope)

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The cluster with an instance, and the recovery point's key."""
        of, _ = self.sheets(bench.scope)
        instance = _instance(of, bench)
        found = databases.look(bench, DB_CLUSTER, bench.arn)
        where = databases.isolation(bench.scope)
        return (
            *databases.check(of, found, bench.choice, where),
            instance,
            *backup.check_point(bench, of),
        )

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """What it holds, by the cluster's own endpoint."""
        return databases.read(bench, DB_CLUSTER)

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """Queries of it, and of its source."""
        return databases.reach(bench, DB_CLUSTER, self.title)


def _class_of_writer(session: UnitSession, cluster: str) -> str | None:
    """The class of the source's writer; None where there is none any more: no recovery point says it. Raises
    `AwsError`."""
    source = describe(session, cluster) or {}
    for member in source.get("DBClusterMembers", ()):
        found = (
            describe_instance(session, member["DBInstanceIdentifier"]) if member["IsClusterWriter"] else None
        )
        if found is not None:
            return str(found["DBInstanceClass"])
    return None


def _instance(of: Sheet, bench: Bench) -> Check:
    """Makes an instance in the restored cluster, and looks at it."""
    expected = "available, without a public address"
    instance_class = bench.choice.property("instance_class")
    if not instance_class:
        cause = "the source has no instance any more, of whose class one could be made"
        return of.unknown("instance", expected=expected, cause=cause)
    try:
        made = bench.make(CREATE_DB_INSTANCE.name, IN_CLUSTER, _request(bench, str(instance_class)))
    except InterruptedDrillError:
        raise
    except (CannotVerifyError, AwsError) as error:
        return of.unknown("instance", expected=expected, cause=f"no instance could be made: {error}")
    return of.compare("instance", expected, _seen(made))


def _seen(made: Thing) -> str:
    state = "available" if made.state in READY else made.state
    return f"{state}, {'with' if made.property('public') else 'without'} a public address"


def _request(bench: Bench, instance_class: str) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": databases.restored_name(bench.drill_id),
        "DBClusterIdentifier": name_of(bench.arn),
        "DBInstanceClass": instance_class,
        "Engine": bench.choice.property("engine"),
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": False,
        "Tags": tag_list(bench.tags),
    }
