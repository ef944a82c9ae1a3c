"""Rules of the networks that drills restore into."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, Isolation, ResourceType
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK200",
    title="A network for drills is of one Region",
    severity=Severity.ERROR,
    source="design: whoever copies an entry from Region to Region leaves an id that means nothing there",
    waivable=False,
)
def one_region(state: DesiredState) -> Iterator[Violation]:
    """Subnets and security groups lie in one Region. Accounts may share those of a VPC, but only there.

    Breaks it: the same `security_group` under `one/eu-west-1` and `one/eu-central-1`
    Keeps it: the same `security_group` under `one/eu-west-1` and `two/eu-west-1`
    """
    first: dict[str, str] = {}
    for unit in state.units:
        if unit.isolation is None:
            continue
        for key, found in _named(unit.isolation):
            region = first.setdefault(found, unit.id.region)
            if region != unit.id.region:
                yield Violation(
                    origin=(*unit.isolation.origin, key),
                    message=f"{found} is named for {region} already",
                    hint=f"name one of {unit.id.region}",
                )


def _named(isolation: Isolation) -> Iterator[tuple[str, str]]:
    for subnet in isolation.subnet_ids:
        yield "subnets", subnet
    yield "security_group", isolation.security_group_id


_DATABASES = frozenset({ResourceType.RDS, ResourceType.AURORA})


@rule(
    "TK201",
    title="Where a tier protects databases, the network for drills has a DB subnet group",
    severity=Severity.WARNING,
    source="design: without one a database would be restored into the default VPC, and so none is",
)
def databases_need_a_group(state: DesiredState) -> Iterator[Violation]:
    """A database is restored into the subnets of a DB subnet group; without one, drills of databases verify
    nothing.

    Breaks it: `isolation: { one/eu-west-1: { … } }` without `db_subnet_group` where a tier protects rds
    Keeps it: the same with `db_subnet_group: drills`
    """
    for unit in state.units:
        there = {each.resource_type for each in unit.protections} & _DATABASES
        if unit.isolation is not None and unit.isolation.db_subnet_group is None and there:
            listed = " and ".join(sorted(each.value for each in there))
            yield Violation(
                origin=unit.isolation.origin,
                message=f"drills cannot restore {listed} in {unit.id}: no DB subnet group is named",
                hint="name one with `db_subnet_group` that has no other subnets than these",
            )
