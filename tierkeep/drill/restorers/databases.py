"""What restored databases have in common, instances and clusters, whoever made their backup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager

from tierkeep.aws import AwsError
from tierkeep.desired.isolation import Isolation
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Rung, Sheet, attempt
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.isolated import preflight
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.kinds.db_instance import READY
from tierkeep.drill.reading import database_contents, database_reach
from tierkeep.drill.reading.sql import Address
from tierkeep.drill.restorers.base import Bench, Choice
from tierkeep.drill.scope import Scope
from tierkeep.drill.thing import Thing, Value

READING_CALLS = database_contents.CALLS

NOT_CHECKED = (
    "every row: the first rows of sampled tables were read, and not looked at for whether they are right",
    "settings: parameter and option groups were asked for as they were, and not compared",
    "application: nothing was pointed at the restored database",
)

TITLES = {
    "state": "It takes connections, as RDS says",
    "use": "It is used by nobody",
    "engine": "Engine is that of the backup",
    "size": "Size is that of the backup",
    "encryption": "Encryption is that of the backup",
    "key": "Key is that of the backup",
    "network": "It is in the isolated network only",
}


def sheet(titles: Mapping[str, str]) -> Sheet:
    """Checks of the rung `restored`."""
    return Sheet(rung=Rung.RESTORED, titles=titles)


def restored_name(drill_id: str) -> str:
    """What a restored database is called, in small letters, as RDS keeps names: nobody else's is, since the
    drill's id is random."""
    return f"tierkeep-{drill_id}".lower()


def isolation(scope: Scope) -> Isolation:
    """Where to restore to. Raises `CannotVerifyError` if the catalog names no place for databases: nothing is
    ever restored into another network."""
    found = preflight.where(scope)
    if found.db_subnet_group is None:
        raise CannotVerifyError(
            f"the catalog's network for drills in {scope.unit} has no `db_subnet_group`, and databases are "
            "restored into none else"
        )
    return found


def settings(metadata: Mapping[str, str], where: Isolation, **instead: str) -> tuple[tuple[str, str], ...]:
    """AWS Backup's restore metadata with what a drill asks for instead: in the isolated network, and so that
    it can be deleted again."""
    changed = {
        "DBSubnetGroupName": str(where.db_subnet_group),
        "VpcSecurityGroupIds": json.dumps([where.security_group_id]),
        "DeletionProtection": "false",
        **instead,
    }
    left_out = {name.lower() for name in (*changed, *_OF_THE_SOURCE)}
    kept = {name: value for name, value in metadata.items() if name.lower() not in left_out}
    return tuple(sorted({**kept, **changed}.items()))


_OF_THE_SOURCE = ("AvailabilityZone", "AvailabilityZones", "DBClusterIdentifier", "DBInstanceIdentifier")
"""What belongs to where the source is, and its name."""


def snapshot_name(point_arn: str) -> str:
    """What RDS calls the snapshot that a recovery point is: it has a colon of its own."""
    return point_arn.split(":", 6)[6]


def look(bench: Bench, kind: str, arn: str) -> Thing | str:
    """What was restored, or why it cannot be seen."""
    found = attempt(lambda: kind_named(kind).read(bench.session, arn))
    if isinstance(found, AwsError):
        return str(found)
    return found or f"RDS says that there is no {kind_named(kind).noun} {arn}"


def check(of: Sheet, found: Thing | str, choice: Choice, where: Isolation) -> tuple[Check, ...]:
    """What any restored database is held against, of what is on the sheet."""
    expected = _expected(choice, where)
    if isinstance(found, str):
        return tuple(
            of.unknown(each, expected=text, cause=found)
            for each, text in expected.items()
            if each in of.titles
        )
    actual = _actual(found, versioned=choice.property("version") is not None)
    return tuple(of.compare(each, text, actual[each]) for each, text in expected.items() if each in of.titles)


def _expected(choice: Choice, where: Isolation) -> dict[str, str]:
    return {
        "state": "available",
        "use": "nobody",
        "engine": f"{choice.property('engine')} {choice.property('version') or ''}".rstrip(),
        "size": f"{choice.property('size_gib')} GiB",
        "encryption": _encrypted(bool(choice.point.encrypted)),
        "key": str(choice.point.key_arn or "none"),
        "network": _network(where.db_subnet_group, where.security_group_id, public=False),
    }


def _actual(found: Thing, *, versioned: bool) -> dict[str, str]:
    held = dict(found.properties)
    encrypted = bool(held["encrypted"])
    return {
        # RDS still works on its storage in the other states, and takes connections all the same.
        "state": "available" if found.state in READY else found.state,
        "use": ", ".join(found.users) or "nobody",
        "engine": f"{held['engine']} {held['version'] if versioned else ''}".rstrip(),
        "size": f"{held.get('size_gib')} GiB",
        "encryption": _encrypted(encrypted),
        "key": str(held["key_arn"] if encrypted else "none"),
        "network": _network(held["subnet_group"], held["security_groups"], public=bool(held["public"])),
    }


def _encrypted(encrypted: bool) -> str:  # noqa: FBT001 - said by its name
    return "encrypted" if encrypted else "not encrypted"


def _network(subnet_group: Value, security_groups: Value, *, public: bool) -> str:
    reached = "with a public address" if public else "without a public address"
    return f"subnet group {subnet_group}, security group {security_groups}, {reached}"


def read(bench: Bench, kind: str) -> tuple[Check, ...]:
    """The rung `readable`."""
    return database_contents.read(bench, lambda: address(bench, kind, bench.arn))


def reach(bench: Bench, kind: str, what: str) -> AbstractContextManager[Reach]:
    """The way in for assertions."""
    return database_reach.opened(
        bench,
        what=what,
        restored=lambda: address(bench, kind, bench.arn),
        source=lambda: address(bench, kind, bench.choice.point.resource_arn),
    )


def address(bench: Bench, kind: str, arn: str) -> Address:
    """Where a database listens. Raises `AwsError`, and `CannotVerifyError` if RDS does not say so."""
    found = kind_named(kind).read(bench.session, arn)
    held = dict(found.properties) if found else {}
    host, port = held.get("address"), held.get("port")
    if not isinstance(host, str) or not isinstance(port, int):
        raise CannotVerifyError(f"RDS names no endpoint of {arn}")
    return Address(host=host, port=port, engine=str(held["engine"]))


def explain_check(scope: Scope, choice: Choice) -> str:
    """What the rung `restored` looks at."""
    where = scope.isolation
    managed = "; the key is customer-managed and enabled" if scope.customer_managed_key else ""
    network = _network(where.db_subnet_group, where.security_group_id, public=False) if where else "isolated"
    key = choice.point.key_arn or "none"
    return f"available, used by nobody, engine {choice.property('engine')}, key {key}{managed}; {network}"


def explain_read(scope: Scope) -> str:
    """What the rung `readable` looks at."""
    if scope.login is None:
        return database_contents.WITHOUT_LOGIN.format(type=scope.resource_type.value)
    return f"database {scope.login.database}: {database_contents.EXPLAINED}"
