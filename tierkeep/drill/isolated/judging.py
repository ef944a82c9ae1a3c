"""Whether a network leads nowhere, by what AWS says of it. Pure.

Whatever is not known to be harmless is a way out: a route of a kind that is not known here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tierkeep.aws import AwsError
from tierkeep.desired.model import Isolation
from tierkeep.drill.checks import Read, Verdict
from tierkeep.drill.isolated.facts import (
    Endpoint,
    Facts,
    Group,
    Interface,
    Opening,
    Peering,
    Route,
    Routes,
    Subnet,
    To,
)

T = TypeVar("T")

NOWHERE = frozenset({"127.0.0.1/32", "255.255.255.255/32", "::1/128"})
"""Addresses that are no way: by rules to these, tools write that a group lets nothing out (aws-cdk's
`allowAllOutbound: false`, Terraform and CloudFormation, which would else fill in a rule for everything)."""

FOR_PROBES = ("ssm", "ssmmessages")
"""The services of Systems Manager without whose endpoints no command reaches an instance ("Create VPC
endpoints for Systems Manager" in its user guide)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that has to hold of the network. UNKNOWN is what could not be read, and holds as little."""

    id: str
    title: str
    verdict: Verdict
    found: str
    how: str
    """By which calls it is known."""

    @property
    def holds(self) -> bool:
        """Whether it is known to hold."""
        return self.verdict is Verdict.PASS


def judge(isolation: Isolation, facts: Facts) -> tuple[Fact, ...]:
    """Every fact; all of them have to hold before anything is restored."""
    found = [
        _fact("subnets", facts.subnets, lambda subnets: _subnets(isolation, subnets)),
        _fact("addresses", facts.subnets, _addresses),
        _fact("routes", facts.routes, _routes),
        _fact("peering", _both(facts.peerings, facts.subnets), lambda both: _peering(*both)),
        _fact("endpoints", facts.endpoints, _endpoints),
        _fact("group", _both(facts.group, facts.subnets), lambda both: _group(isolation, *both)),
        _fact("ingress", _around(facts), _ingress),
        _fact("egress", _around(facts), _egress),
        _fact("neighbours", facts.inside, lambda inside: _neighbours(isolation, inside)),
        _fact("balancers", facts.balancers, _balancers),
    ]
    if facts.database_subnets is not None:
        found.append(
            _fact("databases", facts.database_subnets, lambda subnets: _databases(isolation, subnets or ()))
        )
    return tuple(found)


def lacking_for_probes(facts: Facts) -> tuple[str, ...]:
    """The services whose endpoints a command to an instance would need and that are not there."""
    if isinstance(facts.endpoints, AwsError):
        return FOR_PROBES
    there = {
        each.service.rpartition(".")[2]
        for each in facts.endpoints
        if each.kind == "Interface" and each.state == "available"
    }
    return tuple(each for each in FOR_PROBES if each not in there)


_TITLES: dict[str, tuple[str, str]] = {
    "subnets": ("The subnets are there, in one VPC", "ec2:DescribeSubnets"),
    "addresses": ("No subnet gives public addresses", "ec2:DescribeSubnets"),
    "routes": ("No route leads out of the VPC", "ec2:DescribeRouteTables"),
    "peering": ("The VPC is peered with none", "ec2:DescribeVpcPeeringConnections"),
    "endpoints": ("Endpoints of the VPC lead to AWS's services only", "ec2:DescribeVpcEndpoints"),
    "group": ("The security group is of that VPC, and not its default one", "ec2:DescribeSecurityGroups"),
    "ingress": (
        "The security group lets nothing in but from itself",
        "ec2:DescribeSecurityGroups, ec2:DescribeNetworkInterfaces",
    ),
    "egress": (
        "The security group lets nothing out but to itself and to endpoints",
        "ec2:DescribeSecurityGroups, ec2:DescribeNetworkInterfaces, ec2:DescribePrefixLists",
    ),
    "neighbours": ("Nothing but drills and endpoints is in the subnets", "ec2:DescribeNetworkInterfaces"),
    "balancers": (
        "No load balancer has the security group",
        "elb:DescribeLoadBalancers, elbv2:DescribeLoadBalancers",
    ),
    "databases": ("The DB subnet group has no other subnets", "rds:DescribeDBSubnetGroups"),
}
"""What has to hold, and by which calls it is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What was found, and the ways out among it."""

    ways: tuple[str, ...]
    otherwise: str
    """What to say where there is none."""


def _fact(name: str, read: Read[T], look: Callable[[T], _Found]) -> Fact:
    title, how = _TITLES[name]
    if isinstance(read, AwsError):
        return Fact(id=name, title=title, verdict=Verdict.UNKNOWN, found=f"not known: {read}", how=how)
    found = look(read)
    verdict = Verdict.FAIL if found.ways else Verdict.PASS
    return Fact(
        id=name, title=title, verdict=verdict, found="; ".join(found.ways) or found.otherwise, how=how
    )


U = TypeVar("U")


def _both(one: Read[T], other: Read[U]) -> Read[tuple[T, U]]:
    if isinstance(one, AwsError):
        return one
    return other if isinstance(other, AwsError) else (one, other)


def _vpc(subnets: tuple[Subnet, ...]) -> str:
    return " and ".join(sorted({each.vpc_id for each in subnets})) or "no VPC"


def _subnets(isolation: Isolation, subnets: tuple[Subnet, ...]) -> _Found:
    missing = set(isolation.subnet_ids) - {each.id for each in subnets}
    ways = [f"there is no {each}" for each in sorted(missing)]
    if len({each.vpc_id for each in subnets}) > 1:
        ways.append("; ".join(f"{each.id} is in {each.vpc_id}" for each in subnets))
    return _Found(ways=tuple(ways), otherwise=f"{', '.join(each.id for each in subnets)} in {_vpc(subnets)}")


def _addresses(subnets: tuple[Subnet, ...]) -> _Found:
    ways = (f"{each.id} gives {kind} addresses" for each in subnets for kind in each.public_addresses)
    return _Found(ways=tuple(ways), otherwise="none does")


def _routes(tables: tuple[Routes, ...]) -> _Found:
    return _Found(
        ways=tuple(way for each in tables for way in _ways(each)),
        otherwise="; ".join(f"{each.subnet_id} by {_named(each)}" for each in tables),
    )


def _named(table: Routes) -> str:
    kind = "the VPC's main table" if table.main else "its own table"
    local = ", ".join(f"{route.to} {route.by}" for route in table.routes)
    return f"{kind} {table.table_id}: {local}"


def _ways(table: Routes) -> Iterator[str]:
    if table.table_id is None:
        yield f"EC2 names no route table of {table.subnet_id}"
    for route in table.routes:
        if not _stays(route):
            yield f"{table.subnet_id} has a route to {route.to} by {route.by} ({table.table_id})"
    for gateway in table.propagating:
        yield f"{gateway} may add routes to {table.table_id}, of {table.subnet_id}"


def _stays(route: Route) -> bool:
    """Within the VPC, or to a service of AWS by a gateway endpoint: those routes alone have a prefix list."""
    to_service = route.by.startswith("vpce-") and route.to.startswith("pl-")
    return route.by == "local" or to_service


def _peering(peerings: tuple[Peering, ...], subnets: tuple[Subnet, ...]) -> _Found:
    here = {each.vpc_id for each in subnets}
    ways = (
        f"{each.id} between {' and '.join(filter(None, each.vpc_ids))} is {each.status}"
        for each in peerings
        if here & set(each.vpc_ids)
    )
    return _Found(ways=tuple(ways), otherwise=f"{_vpc(subnets)} with none")


def _endpoints(endpoints: tuple[Endpoint, ...]) -> _Found:
    ways = (f"{each.id} leads to {each.service}" for each in endpoints if not _of_aws(each.service))
    listed = ", ".join(sorted(f"{each.service} ({each.kind})" for each in endpoints))
    return _Found(ways=tuple(ways), otherwise=listed or "there is none")


def _of_aws(service: str) -> bool:
    """Services that others offer are named `com.amazonaws.vpce.…` ("AWS services that integrate with AWS
    PrivateLink" in the PrivateLink guide)."""
    parts = service.removeprefix("cn.").split(".")
    return parts[:2] in (["com", "amazonaws"], ["aws", "api"]) and "vpce" not in parts


def _group(isolation: Isolation, group: Group | None, subnets: tuple[Subnet, ...]) -> _Found:
    if group is None:
        return _Found(ways=(f"there is no {isolation.security_group_id}",), otherwise="")
    ways = []
    if group.vpc_id not in {each.vpc_id for each in subnets}:
        ways.append(f"{group.id} is of {group.vpc_id}")
    if group.name == "default":
        ways.append(f"{group.id} is the default one, which whatever names none gets too")
    return _Found(ways=tuple(ways), otherwise=f"{group.id} ({group.name}) of {group.vpc_id}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Around:
    """What a rule of a security group may lead to without leading out."""

    group: Group | None
    beside: dict[str, tuple[Interface, ...]]
    services: dict[str, str]
    """The services of prefix lists that the VPC has a gateway endpoint for, by the lists' ids."""


def _around(facts: Facts) -> Read[_Around]:
    for each in (facts.group, facts.beside, facts.prefix_lists, facts.endpoints):
        if isinstance(each, AwsError):
            return each
    gateways = {each.service for each in _known(facts.endpoints) if each.kind == "Gateway"}
    services = {name: to for name, to in _known(facts.prefix_lists).items() if to in gateways}
    return _Around(group=_known(facts.group), beside=_known(facts.beside), services=services)


def _known(read: Read[T]) -> T:
    if isinstance(read, AwsError):
        raise read
    return read


def _ingress(around: _Around) -> _Found:
    return _openings(around, around.group.ingress if around.group else (), "from", _harmless)


def _egress(around: _Around) -> _Found:
    return _openings(around, around.group.egress if around.group else (), "to", _harmless_out)


def _openings(
    around: _Around,
    openings: tuple[Opening, ...],
    word: str,
    harmless: Callable[[_Around, Opening], str | None],
) -> _Found:
    if around.group is None:
        return _Found(ways=("there is no such group",), otherwise="")
    told = [(f"{each.what} {word} {each.which}", harmless(around, each)) for each in openings]
    return _Found(
        ways=tuple(opening for opening, why in told if why is None),
        otherwise="; ".join(f"{opening} ({why})" for opening, why in told) or "nothing",
    )


def _harmless(around: _Around, opening: Opening) -> str | None:
    """Why a rule leads nowhere, or None if that is not known."""
    if around.group is not None and (opening.to, opening.which) == (To.GROUP, around.group.id):
        return "itself"
    if opening.to is To.ADDRESSES and opening.which in NOWHERE:
        return "nowhere"
    return None


def _harmless_out(around: _Around, opening: Opening) -> str | None:
    interfaces = around.beside.get(opening.which, ())
    if opening.to is To.GROUP and interfaces and all(each.of_endpoint for each in interfaces):
        return "endpoints alone have it"
    if opening.to is To.PREFIX_LIST and opening.which in around.services:
        return f"{around.services[opening.which]} by its gateway endpoint"
    return _harmless(around, opening)


def _neighbours(isolation: Isolation, inside: tuple[Interface, ...]) -> _Found:
    """What a drill makes has its security group and no other; all else in the subnets is somebody's."""
    drills = (isolation.security_group_id,)
    ways = (
        f"{each.id} {each.description} is in these subnets, with {', '.join(each.group_ids) or 'no group'}"
        for each in inside
        if not each.of_endpoint and each.group_ids != drills
    )
    return _Found(ways=tuple(ways), otherwise=f"interfaces there: {len(inside)}, of drills and of endpoints")


def _balancers(names: tuple[str, ...]) -> _Found:
    return _Found(ways=tuple(f"{name} has it" for name in names), otherwise="none has it")


def _databases(isolation: Isolation, subnets: tuple[str, ...]) -> _Found:
    name = isolation.db_subnet_group
    if name is None:
        return _Found(ways=("the catalog names no `db_subnet_group`",), otherwise="")
    others = sorted(set(subnets) - set(isolation.subnet_ids))
    ways = [f"{name} has {each} too" for each in others]
    if not subnets:
        ways.append(f"{name} has no subnet")
    return _Found(ways=tuple(ways), otherwise=f"{name}: {', '.join(subnets)}")
