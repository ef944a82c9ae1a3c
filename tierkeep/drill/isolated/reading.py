"""Reads what there is to know of a network. What AWS refuses stands in the place of the fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import Isolation
from tierkeep.drill.checks import Read, attempt
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

CALLS = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "elb:DescribeLoadBalancers",
    "elbv2:DescribeLoadBalancers",
)
DATABASE_CALLS = ("rds:DescribeDBSubnetGroups",)

_OVER = frozenset({"deleted", "rejected", "failed", "expired"})
"""States of a peering connection from which it does not come back (VPC peering guide, lifecycle)."""
_OF_A_ROUTE = frozenset({"Origin", "State", "InstanceOwnerId"})
"""What EC2 says of a route besides where it leads; whatever else it says, now or later, is a way."""


def read_facts(session: UnitSession, isolation: Isolation, *, databases: bool) -> Facts:
    """All that is looked at. Only reads; raises nothing of AWS's."""
    subnets = attempt(lambda: _subnets(session, isolation))
    group = attempt(lambda: _group(session, isolation.security_group_id))
    return Facts(
        subnets=subnets,
        routes=attempt(lambda: _routes(session, isolation, _vpcs(subnets))),
        peerings=attempt(lambda: _peerings(session)),
        group=group,
        endpoints=attempt(lambda: _endpoints(session, _vpcs(subnets))),
        prefix_lists=attempt(lambda: _prefix_lists(session)),
        inside=attempt(lambda: _interfaces(session, "subnet-id", isolation.subnet_ids)),
        beside=attempt(lambda: _beside(session, group)),
        balancers=attempt(lambda: _balancers(session, isolation.security_group_id)),
        database_subnets=attempt(lambda: _database_subnets(session, isolation)) if databases else None,
    )


def _subnets(session: UnitSession, isolation: Isolation) -> tuple[Subnet, ...]:
    found = session.pages("ec2", "describe_subnets", "Subnets", SubnetIds=list(isolation.subnet_ids))
    return tuple(
        Subnet(id=each["SubnetId"], vpc_id=each["VpcId"], public_addresses=tuple(_given(each)))
        for each in sorted(found, key=lambda each: str(each["SubnetId"]))
    )


def _given(subnet: dict[str, Any]) -> Iterator[str]:
    for key, kind in (
        ("MapPublicIpOnLaunch", "public IPv4"),
        ("MapCustomerOwnedIpOnLaunch", "customer-owned IPv4"),
        ("AssignIpv6AddressOnCreation", "IPv6"),
    ):
        if subnet.get(key):
            yield kind


def _vpcs(subnets: Read[tuple[Subnet, ...]]) -> list[str]:
    """Raises `AwsError` where the subnets are not known."""
    if isinstance(subnets, AwsError):
        raise subnets
    return sorted({each.vpc_id for each in subnets})


def _routes(session: UnitSession, isolation: Isolation, vpcs: list[str]) -> tuple[Routes, ...]:
    """Of each subnet, its own table or else the main one of the VPC ("Route tables" in the VPC user guide).

    A subnet of another VPC than the first has no table here, and the judge says why.
    """
    filters = [{"Name": "vpc-id", "Values": vpcs}]
    tables = list(session.pages("ec2", "describe_route_tables", "RouteTables", Filters=filters))
    own = {
        association["SubnetId"]: table
        for table in tables
        for association in table.get("Associations", ())
        if association.get("SubnetId")
    }
    main = [table for table in tables if any(each.get("Main") for each in table.get("Associations", ()))]
    return tuple(
        _of_subnet(subnet, own.get(subnet) or (main[0] if len(main) == 1 else None), main=subnet not in own)
        for subnet in isolation.subnet_ids
    )


def _of_subnet(subnet_id: str, table: dict[str, Any] | None, *, main: bool) -> Routes:
    found = table or {}
    return Routes(
        subnet_id=subnet_id,
        table_id=found.get("RouteTableId"),
        main=main,
        routes=tuple(_route(each) for each in found.get("Routes", ())),
        propagating=tuple(sorted(each["GatewayId"] for each in found.get("PropagatingVgws", ()))),
    )


def _route(route: dict[str, Any]) -> Route:
    ends = {key: str(value) for key, value in route.items() if key not in _OF_A_ROUTE and value}
    to = [value for key, value in ends.items() if key.startswith("Destination")]
    by = [value for key, value in sorted(ends.items()) if not key.startswith("Destination")]
    return Route(to=", ".join(to) or "nothing that EC2 names", by=", ".join(by) or "nothing that EC2 names")


def _peerings(session: UnitSession) -> tuple[Peering, ...]:
    listed = session.pages("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections")
    return tuple(
        Peering(
            id=each["VpcPeeringConnectionId"],
            vpc_ids=tuple((each.get(side) or {}).get("VpcId", "") for side in _SIDES),
            status=each["Status"]["Code"],
        )
        for each in listed
        if each["Status"]["Code"] not in _OVER
    )


_SIDES = ("RequesterVpcInfo", "AccepterVpcInfo")


def _group(session: UnitSession, group_id: str) -> Group | None:
    listed = list(session.pages("ec2", "describe_security_groups", "SecurityGroups", GroupIds=[group_id]))
    if not listed:
        return None
    found = listed[0]
    return Group(
        id=found["GroupId"],
        name=found["GroupName"],
        vpc_id=found.get("VpcId", "none"),
        ingress=tuple(_openings(found.get("IpPermissions", ()))),
        egress=tuple(_openings(found.get("IpPermissionsEgress", ()))),
    )


def _openings(permissions: Any) -> Iterator[Opening]:
    for each in permissions:
        what = _what(each)
        for block in each.get("IpRanges", ()):
            yield Opening(what=what, to=To.ADDRESSES, which=block["CidrIp"])
        for block in each.get("Ipv6Ranges", ()):
            yield Opening(what=what, to=To.ADDRESSES, which=block["CidrIpv6"])
        for pair in each.get("UserIdGroupPairs", ()):
            yield Opening(what=what, to=To.GROUP, which=pair.get("GroupId") or pair.get("GroupName", "?"))
        for listed in each.get("PrefixListIds", ()):
            yield Opening(what=what, to=To.PREFIX_LIST, which=listed["PrefixListId"])


def _what(permission: dict[str, Any]) -> str:
    protocol, first, last = permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort")
    if protocol == "-1":
        return "everything"
    return f"{protocol} {first}" if first == last else f"{protocol} {first} to {last}"


def _endpoints(session: UnitSession, vpcs: list[str]) -> tuple[Endpoint, ...]:
    filters = [{"Name": "vpc-id", "Values": vpcs}]
    listed = session.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=filters)
    return tuple(
        Endpoint(
            id=each["VpcEndpointId"],
            service=each.get("ServiceName") or "a service network or a resource",
            kind=each["VpcEndpointType"],
            state=each["State"].lower(),
        )
        for each in listed
        if each["State"].lower() not in ("deleted", "deleting")
    )


def _prefix_lists(session: UnitSession) -> dict[str, str]:
    """Of AWS's services only: DescribePrefixLists knows none that customers manage (EC2 API reference)."""
    listed = session.pages("ec2", "describe_prefix_lists", "PrefixLists")
    return {each["PrefixListId"]: each["PrefixListName"] for each in listed}


def _interfaces(session: UnitSession, by: str, values: tuple[str, ...]) -> tuple[Interface, ...]:
    filters = [{"Name": by, "Values": list(values)}]
    listed = session.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
    return tuple(
        Interface(
            id=each["NetworkInterfaceId"],
            kind=each.get("InterfaceType", "interface"),
            group_ids=tuple(sorted(group["GroupId"] for group in each.get("Groups", ()))),
            description=_described(each),
        )
        for each in listed
    )


def _described(interface: dict[str, Any]) -> str:
    attached = (interface.get("Attachment") or {}).get("InstanceId")
    return f"of instance {attached}" if attached else interface.get("Description") or "without a description"


def _beside(session: UnitSession, group: Read[Group | None]) -> dict[str, tuple[Interface, ...]]:
    """Raises `AwsError` where the group is not known either."""
    if isinstance(group, AwsError):
        raise group
    openings = (*group.ingress, *group.egress) if group else ()
    named = {each.which for each in openings if each.to is To.GROUP} - ({group.id} if group else set())
    return {each: _interfaces(session, "group-id", (each,)) for each in sorted(named)}


def _balancers(session: UnitSession, group_id: str) -> tuple[str, ...]:
    newer = session.pages("elbv2", "describe_load_balancers", "LoadBalancers")
    classic = session.pages("elb", "describe_load_balancers", "LoadBalancerDescriptions")
    found = [(each["LoadBalancerName"], each.get("SecurityGroups") or ()) for each in (*newer, *classic)]
    return tuple(sorted(name for name, groups in found if group_id in groups))


def _database_subnets(session: UnitSession, isolation: Isolation) -> tuple[str, ...]:
    if isolation.db_subnet_group is None:
        return ()
    answer = session.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=isolation.db_subnet_group)
    (found,) = answer["DBSubnetGroups"]
    return tuple(sorted(each["SubnetIdentifier"] for each in found["Subnets"]))
