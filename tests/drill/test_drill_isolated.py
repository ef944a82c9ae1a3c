"""A network is isolated, or nothing is restored into it: each leak is found, and told as what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import Ec2ByBackupCase, isolated
from drill_world import REGION, desired_state, drill, scope, session
from hypothesis import given
from hypothesis import strategies as st
from network import TYPE, build_network, closed_group

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.model import Engine, Isolation, ResourceType
from tierkeep.drill.checks import Verdict
from tierkeep.drill.clock import Clock
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.isolated import facts as seen
from tierkeep.drill.isolated.judging import Fact, judge, lacking_for_probes
from tierkeep.drill.isolated.preflight import calls, prove, require
from tierkeep.drill.scope import Scope

Leak = Callable[[UnitSession, Isolation], Isolation | None]
EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def of(isolation: Isolation | None, resource_type: str = "ec2") -> Scope:
    unit = isolated(Engine.BACKUP, isolation)
    databases = replace(unit.protections[0], resource_type=ResourceType.RDS)
    state = desired_state(replace(unit, protections=(*unit.protections, databases)))
    return scope(state, resource_type=resource_type)


def broken(isolation: Isolation, **which: str) -> dict[str, Fact]:
    return {fact.id: fact for fact in prove(session(), of(isolation, **which)).broken}


def vpc_of(here: UnitSession, isolation: Isolation) -> str:
    vpc: str = here.call("ec2", "describe_subnets", SubnetIds=list(isolation.subnet_ids))["Subnets"][0][
        "VpcId"
    ]
    return vpc


def main_table(here: UnitSession, isolation: Isolation) -> str:
    vpc = [{"Name": "vpc-id", "Values": [vpc_of(here, isolation)]}]
    table: str = here.call("ec2", "describe_route_tables", Filters=vpc)["RouteTables"][0]["RouteTableId"]
    return table


def own_table(here: UnitSession, isolation: Isolation) -> str:
    """A route table of the second subnet alone."""
    vpc = vpc_of(here, isolation)
    table: str = here.call("ec2", "create_route_table", VpcId=vpc)["RouteTable"]["RouteTableId"]
    here.call("ec2", "associate_route_table", RouteTableId=table, SubnetId=isolation.subnet_ids[1])
    return table


def route(here: UnitSession, table: str, to: str = "0.0.0.0/0", **by: str) -> None:
    key = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
    here.call("ec2", "create_route", RouteTableId=table, **{key: to}, **by)


def internet_gateway(here: UnitSession, isolation: Isolation) -> None:
    gateway = here.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    here.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc_of(here, isolation))
    route(here, main_table(here, isolation), GatewayId=gateway)


def in_a_table_of_its_own(here: UnitSession, isolation: Isolation) -> None:
    gateway = here.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    here.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc_of(here, isolation))
    route(here, own_table(here, isolation), GatewayId=gateway)


def nat_gateway(here: UnitSession, isolation: Isolation) -> None:
    made = here.call(
        "ec2", "create_nat_gateway", SubnetId=elsewhere(here, isolation), ConnectivityType="private"
    )
    route(here, main_table(here, isolation), NatGatewayId=made["NatGateway"]["NatGatewayId"])


def elsewhere(here: UnitSession, isolation: Isolation) -> str:
    """A subnet of the VPC that is not for drills."""
    vpc = vpc_of(here, isolation)
    made = here.call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.9.7.0/24")
    subnet: str = made["Subnet"]["SubnetId"]
    return subnet


def egress_only_gateway(here: UnitSession, isolation: Isolation) -> None:
    made = here.call("ec2", "create_egress_only_internet_gateway", VpcId=vpc_of(here, isolation))
    gateway = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    route(here, main_table(here, isolation), "::/0", EgressOnlyInternetGatewayId=gateway)


def transit_gateway(here: UnitSession, isolation: Isolation) -> None:
    made = here.call("ec2", "create_transit_gateway")["TransitGateway"]["TransitGatewayId"]
    route(here, main_table(here, isolation), "10.0.0.0/8", TransitGatewayId=made)


def network_interface(here: UnitSession, isolation: Isolation) -> None:
    made = here.call("ec2", "create_network_interface", SubnetId=elsewhere(here, isolation))
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    route(here, main_table(here, isolation), NetworkInterfaceId=interface)


def peered(here: UnitSession, isolation: Isolation) -> str:
    other = here.call("ec2", "create_vpc", CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    made = here.call("ec2", "create_vpc_peering_connection", VpcId=vpc_of(here, isolation), PeerVpcId=other)
    connection: str = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    here.call("ec2", "accept_vpc_peering_connection", VpcPeeringConnectionId=connection)
    return connection


def peering(here: UnitSession, isolation: Isolation) -> None:
    peered(here, isolation)


def public_addresses(here: UnitSession, isolation: Isolation) -> None:
    here.call(
        "ec2",
        "modify_subnet_attribute",
        SubnetId=isolation.subnet_ids[1],
        MapPublicIpOnLaunch={"Value": True},
    )


def ingress(here: UnitSession, isolation: Isolation) -> None:
    here.call(
        "ec2",
        "authorize_security_group_ingress",
        GroupId=isolation.security_group_id,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
        ],
    )


def egress(here: UnitSession, isolation: Isolation) -> None:
    here.call(
        "ec2",
        "authorize_security_group_egress",
        GroupId=isolation.security_group_id,
        IpPermissions=EVERYTHING,
    )


def another_group(here: UnitSession, isolation: Isolation) -> None:
    """Of instances in production: no endpoint has it."""
    other = closed_group(here, vpc_of(here, isolation), "production")
    here.call(
        "ec2",
        "authorize_security_group_egress",
        GroupId=isolation.security_group_id,
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": other}]}],
    )


def customers_prefix_list(here: UnitSession, isolation: Isolation) -> None:
    listed = here.call(
        "ec2",
        "create_managed_prefix_list",
        PrefixListName="offices",
        MaxEntries=1,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "203.0.113.0/24"}],
    )["PrefixList"]["PrefixListId"]
    here.call(
        "ec2",
        "authorize_security_group_egress",
        GroupId=isolation.security_group_id,
        IpPermissions=[{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": listed}]}],
    )


def default_group(here: UnitSession, isolation: Isolation) -> Isolation:
    vpc = [{"Name": "vpc-id", "Values": [vpc_of(here, isolation)]}]
    listed = here.call("ec2", "describe_security_groups", Filters=vpc)["SecurityGroups"]
    [default] = [each["GroupId"] for each in listed if each["GroupName"] == "default"]
    return replace(isolation, security_group_id=default)


def group_of_another_vpc(here: UnitSession, isolation: Isolation) -> Isolation:
    other = here.call("ec2", "create_vpc", CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    return replace(isolation, security_group_id=closed_group(here, other, "there"))


def subnet_of_another_vpc(here: UnitSession, isolation: Isolation) -> Isolation:
    other = here.call("ec2", "create_vpc", CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    made = here.call("ec2", "create_subnet", VpcId=other, CidrBlock="10.8.0.0/24")
    return replace(isolation, subnet_ids=(isolation.subnet_ids[0], made["Subnet"]["SubnetId"]))


def neighbour(here: UnitSession, isolation: Isolation) -> None:
    """An instance of production in a subnet that is for drills."""
    image = here.call("ec2", "describe_images", Owners=["amazon"])["Images"][0]["ImageId"]
    here.call(
        "ec2",
        "run_instances",
        ImageId=image,
        InstanceType=TYPE,
        MinCount=1,
        MaxCount=1,
        SubnetId=isolation.subnet_ids[0],
        SecurityGroupIds=[closed_group(here, vpc_of(here, isolation), "production")],
    )


def load_balancer(here: UnitSession, isolation: Isolation) -> None:
    subnets = [elsewhere(here, isolation), isolation.subnet_ids[0]]
    here.call(
        "elbv2",
        "create_load_balancer",
        Name="web",
        Subnets=subnets,
        SecurityGroups=[isolation.security_group_id],
    )


def classic_load_balancer(here: UnitSession, isolation: Isolation) -> None:
    listeners = [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}]
    here.call(
        "elb",
        "create_load_balancer",
        LoadBalancerName="old",
        Listeners=listeners,
        Subnets=[elsewhere(here, isolation)],
        SecurityGroups=[isolation.security_group_id],
    )


def strangers_endpoint(here: UnitSession, isolation: Isolation) -> None:
    here.call(
        "ec2",
        "create_vpc_endpoint",
        VpcId=vpc_of(here, isolation),
        ServiceName=f"com.amazonaws.vpce.{REGION}.vpce-svc-0123456789abcdef0",
        VpcEndpointType="Interface",
        SubnetIds=[elsewhere(here, isolation)],
    )


LEAKS: dict[Leak, set[str]] = {
    internet_gateway: {"routes"},
    in_a_table_of_its_own: {"routes"},
    nat_gateway: {"routes"},
    egress_only_gateway: {"routes"},
    transit_gateway: {"routes"},
    network_interface: {"routes"},
    peering: {"peering"},
    public_addresses: {"addresses"},
    ingress: {"ingress"},
    egress: {"egress"},
    another_group: {"egress"},
    customers_prefix_list: {"egress"},
    default_group: {"group", "egress"},
    group_of_another_vpc: {"group"},
    subnet_of_another_vpc: {"subnets", "routes"},
    neighbour: {"neighbours"},
    load_balancer: {"balancers"},
    classic_load_balancer: {"balancers"},
    strangers_endpoint: {"endpoints"},
}


@pytest.mark.parametrize("leak", LEAKS, ids=lambda each: each.__name__)
def test_each_leak_is_found(clock: Clock, leak: Leak) -> None:
    """Through boto3: what is wrong breaks just the facts that it belongs to, and refuses the restore."""
    here = session()
    isolation = build_network(here)
    assert broken(isolation) == {}
    leaking = leak(here, isolation) or isolation
    found = broken(leaking)
    assert set(found) == LEAKS[leak]
    assert {fact.verdict for fact in found.values()} == {Verdict.FAIL}
    with pytest.raises(CannotVerifyError, match="nothing was restored"):
        require(prove(here, of(leaking)))


def test_a_route_by_a_peering_connection_is_told_twice(clock: Clock) -> None:
    """As a route and as a connection: either alone would do."""
    here = session()
    isolation = build_network(here)
    route(here, main_table(here, isolation), "10.8.0.0/16", VpcPeeringConnectionId=peered(here, isolation))
    assert set(broken(isolation)) == {"routes", "peering"}


def test_a_database_needs_a_group_of_these_subnets_alone(clock: Clock) -> None:
    """None, and one with another subnet, are as much a leak as a route."""
    here = session()
    isolation = build_network(here)
    assert set(broken(isolation, resource_type="rds")) == {"databases"}
    for name, subnets in (("drills", isolation.subnet_ids), ("wide", (elsewhere(here, isolation),))):
        here.call(
            "rds",
            "create_db_subnet_group",
            DBSubnetGroupName=name,
            DBSubnetGroupDescription="x",
            SubnetIds=[*isolation.subnet_ids, *subnets] if name == "wide" else list(subnets),
        )
    assert broken(replace(isolation, db_subnet_group="drills"), resource_type="rds") == {}
    assert set(broken(replace(isolation, db_subnet_group="wide"), resource_type="rds")) == {"databases"}


def test_an_aws_service_by_its_endpoint_is_no_leak(clock: Clock) -> None:
    """Interfaces of Systems Manager, which probes need."""
    here = session()
    isolation = build_network(here)
    assert prove(here, of(isolation)).lacking_for_probes == ("ssm", "ssmmessages")
    for service in ("ssm", "ssmmessages"):
        here.call(
            "ec2",
            "create_vpc_endpoint",
            VpcId=vpc_of(here, isolation),
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType="Interface",
            SubnetIds=[isolation.subnet_ids[0]],
            SecurityGroupIds=[isolation.security_group_id],
        )
    proof = prove(here, of(isolation))
    assert {fact.id for fact in proof.broken} <= {"neighbours"}
    assert proof.lacking_for_probes == ()


UNREAD = {
    "describe_subnets": {
        "subnets",
        "addresses",
        "routes",
        "peering",
        "endpoints",
        "group",
        "ingress",
        "egress",
    },
    "describe_route_tables": {"routes"},
    "describe_vpc_peering_connections": {"peering"},
    "describe_vpc_endpoints": {"endpoints", "ingress", "egress"},
    "describe_security_groups": {"group", "ingress", "egress"},
    "describe_prefix_lists": {"ingress", "egress"},
    "describe_network_interfaces": {"neighbours"},
    "describe_load_balancers": {"balancers"},
}


class Refusing:
    """A session to which one operation is forbidden."""

    def __init__(self, operation: str) -> None:
        self._inner, self._operation = session(), operation
        self.unit, self.region = self._inner.unit, self._inner.region
        self.account_id, self.partition = self._inner.account_id, self._inner.partition

    def _refuse(self, service: str, operation: str) -> None:
        if operation == self._operation:
            raise AwsError(
                unit=self.unit, service=service, operation=operation, code="AccessDenied", message="no"
            )

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self._refuse(service, operation)
        return self._inner.call(service, operation, **parameters)

    def pages(self, service: str, operation: str, *args: Any, **parameters: Any) -> Any:
        self._refuse(service, operation)
        return self._inner.pages(service, operation, *args, **parameters)


@pytest.mark.parametrize("operation", UNREAD)
def test_what_cannot_be_read_restores_nothing(clock: Clock, operation: str) -> None:
    """It is UNKNOWN with its cause, whatever else is known, and no pass."""
    isolation = build_network(session())
    proof = prove(Refusing(operation), of(isolation))  # type: ignore[arg-type]
    assert {fact.id for fact in proof.broken} == UNREAD[operation]
    assert {fact.verdict for fact in proof.broken} == {Verdict.UNKNOWN}
    assert all("AccessDenied" in fact.found for fact in proof.broken)
    with pytest.raises(CannotVerifyError, match="not known"):
        require(proof)


def test_every_call_of_the_proof_is_planned() -> None:
    """By the names that policies know them by, and no more for instances than for them is read."""
    planned = {call.partition(":")[2] for call in calls(ResourceType.EC2)}
    assert planned == {"".join(word.capitalize() for word in operation.split("_")) for operation in UNREAD}
    assert "rds:DescribeDBSubnetGroups" in calls(ResourceType.RDS)


def test_a_drill_that_finds_a_leak_restores_nothing(clock: Clock, tmp_path: Path) -> None:
    """The evidence has every fact and how it is known; no job was started, and no backup is called bad."""
    case = Ec2ByBackupCase(clock)
    before = case.inventory()
    internet_gateway(case.session, case.isolation)
    evidence = drill(clock, tmp_path, of=case.scope())
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "route to 0.0.0.0/0 by igw-" in evidence["outcome"]["reasons"][0]["text"]
    facts = {fact["id"]: fact for fact in evidence["isolation"]["facts"]}
    assert facts["routes"]["verdict"] == "FAIL"
    assert facts["subnets"]["verdict"] == "PASS"
    assert all(fact["how"] for fact in facts.values())
    assert case.session.call("backup", "list_restore_jobs")["RestoreJobs"] == []
    assert case.inventory() == before


def test_without_a_network_nothing_is_chosen(clock: Clock, tmp_path: Path) -> None:
    """The catalog names none: could not verify, and the message says what to write."""
    case = Ec2ByBackupCase(clock)
    evidence = drill(clock, tmp_path, of=of(None))
    assert evidence["outcome"]["result"] == "could-not-verify"
    assert "`isolation: { production/ap-south-1:" in evidence["outcome"]["reasons"][0]["text"]
    assert evidence["isolation"] is None
    assert case.session.call("backup", "list_restore_jobs")["RestoreJobs"] == []


ISOLATION = Isolation(
    subnet_ids=("subnet-1",), security_group_id="sg-1", db_subnet_group=None, instance_profile=None, origin=()
)


def plain(**change: Any) -> seen.Facts:
    """The facts of a network that leads nowhere, but for a change."""
    group = seen.Group(id="sg-1", name="drills", vpc_id="vpc-1", ingress=(), egress=())
    local = seen.Route(to="10.0.0.0/16", by="local")
    table = seen.Routes(subnet_id="subnet-1", table_id="rtb-1", main=True, routes=(local,), propagating=())
    facts = seen.Facts(
        subnets=(seen.Subnet(id="subnet-1", vpc_id="vpc-1", public_addresses=()),),
        routes=(table,),
        peerings=(),
        group=group,
        endpoints=(),
        prefix_lists={},
        inside=(),
        beside={},
        balancers=(),
        database_subnets=None,
    )
    return replace(facts, **change)


def verdicts(facts: seen.Facts) -> dict[str, Verdict]:
    return {fact.id: fact.verdict for fact in judge(ISOLATION, facts) if not fact.holds}


@given(to=st.text(min_size=1), by=st.text(min_size=1))
def test_a_route_that_is_not_known_leads_out(to: str, by: str) -> None:
    """Only two kinds are harmless, however EC2 calls all others."""
    routes = (replace(plain().routes[0], routes=(seen.Route(to=to, by=by),)),)  # type: ignore[index]
    harmless = by == "local" or (by.startswith("vpce-") and to.startswith("pl-"))
    assert verdicts(plain(routes=routes)) == ({} if harmless else {"routes": Verdict.FAIL})


def test_an_endpoint_that_takes_all_is_a_way_out() -> None:
    """That of a Gateway Load Balancer, say: its route is to addresses, not to a prefix list."""
    routes = (replace(plain().routes[0], routes=(seen.Route(to="0.0.0.0/0", by="vpce-1"),)),)  # type: ignore[index]
    assert verdicts(plain(routes=routes)) == {"routes": Verdict.FAIL}


def test_a_gateway_that_may_add_routes_is_a_way_out() -> None:
    """A VPN's, by propagation, though there is no route yet."""
    routes = (replace(plain().routes[0], propagating=("vgw-1",)),)  # type: ignore[index]
    assert verdicts(plain(routes=routes)) == {"routes": Verdict.FAIL}


def test_a_subnet_without_a_table_is_not_known_to_be_isolated() -> None:
    """Not even a main one is told."""
    routes = (replace(plain().routes[0], table_id=None, routes=()),)  # type: ignore[index]
    assert verdicts(plain(routes=routes)) == {"routes": Verdict.FAIL}


OUT = seen.Opening(what="tcp 443", to=seen.To.GROUP, which="sg-2")
ENDPOINT = seen.Interface(id="eni-1", kind="vpc_endpoint", group_ids=("sg-2",), description="endpoint")
SERVER = replace(ENDPOINT, id="eni-2", kind="interface")


@pytest.mark.parametrize(
    ("beside", "harmless"),
    [((), False), ((ENDPOINT,), True), ((SERVER,), False), ((ENDPOINT, SERVER), False)],
)
def test_another_group_is_harmless_where_endpoints_alone_have_it(
    beside: tuple[seen.Interface, ...], harmless: bool
) -> None:
    """Out to it, and never in from it."""
    group = replace(plain().group, egress=(OUT,))  # type: ignore[type-var]
    facts = plain(group=group, beside={"sg-2": beside})
    assert verdicts(facts) == ({} if harmless else {"egress": Verdict.FAIL})
    group = replace(plain().group, ingress=(OUT,))  # type: ignore[type-var]
    assert verdicts(plain(group=group, beside={"sg-2": beside})) == {"ingress": Verdict.FAIL}


def test_a_services_prefix_list_needs_its_gateway_endpoint() -> None:
    """Without one it may be reached by whatever route there will be."""
    to_s3 = seen.Opening(what="tcp 443", to=seen.To.PREFIX_LIST, which="pl-1")
    group = replace(plain().group, egress=(to_s3,))  # type: ignore[type-var]
    s3 = {"pl-1": "com.amazonaws.eu-west-1.s3"}
    gateway = seen.Endpoint(
        id="vpce-1", service="com.amazonaws.eu-west-1.s3", kind="Gateway", state="available"
    )
    assert verdicts(plain(group=group, prefix_lists=s3)) == {"egress": Verdict.FAIL}
    assert verdicts(plain(group=group, prefix_lists=s3, endpoints=(gateway,))) == {}


def test_rules_to_nowhere_say_that_nothing_goes_out() -> None:
    """As tools write them who would else fill in a rule for everything."""
    nowhere = seen.Opening(what="everything", to=seen.To.ADDRESSES, which="127.0.0.1/32")
    assert verdicts(plain(group=replace(plain().group, egress=(nowhere,)))) == {}  # type: ignore[type-var]


def test_a_command_needs_endpoints_that_are_up() -> None:
    """One that is pending is none yet."""
    up = seen.Endpoint(id="a", service="com.amazonaws.eu-west-1.ssm", kind="Interface", state="available")
    other = replace(up, id="b", service="com.amazonaws.eu-west-1.ssmmessages", state="pending")
    assert lacking_for_probes(plain(endpoints=(up, other))) == ("ssmmessages",)
    assert lacking_for_probes(plain(endpoints=(up, replace(other, state="available")))) == ()
