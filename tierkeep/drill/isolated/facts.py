"""What is looked at of the network that a drill restores into, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierkeep.drill.checks import Read


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnet:
    """A subnet, and which addresses it gives to what is launched in it."""

    id: str
    vpc_id: str
    public_addresses: tuple[str, ...]
    """Kinds of addresses by which the world could reach them, such as `public IPv4`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A route of a route table."""

    to: str
    """A block of addresses, or the id of a prefix list."""
    by: str
    """What it leads to: `local`, or the id of a gateway, a connection, an interface."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Routes:
    """The route table of a subnet."""

    subnet_id: str
    table_id: str | None
    """None where EC2 tells of none."""
    main: bool
    """The VPC's, since the subnet has none of its own."""
    routes: tuple[Route, ...]
    propagating: tuple[str, ...]
    """Gateways that may add routes at any time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Peering:
    """A peering connection that is not over."""

    id: str
    vpc_ids: tuple[str, ...]
    status: str


class To(StrEnum):
    """How a rule of a security group says from or to where."""

    ADDRESSES = "addresses"
    GROUP = "security group"
    PREFIX_LIST = "prefix list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """One thing that a rule of a security group lets through."""

    what: str
    """Such as `tcp 443` or `everything`."""
    to: To
    which: str
    """Addresses, or the id of a group or a prefix list: from where in, or to where out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A security group."""

    id: str
    name: str
    vpc_id: str
    ingress: tuple[Opening, ...]
    egress: tuple[Opening, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """An endpoint of the VPC."""

    id: str
    service: str
    kind: str
    """`Gateway`, `Interface`, …"""
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """A network interface."""

    id: str
    kind: str
    """`vpc_endpoint`, `interface`, `nat_gateway`, …"""
    group_ids: tuple[str, ...]
    description: str

    @property
    def of_endpoint(self) -> bool:
        """Whether it is an endpoint's of the VPC."""
        return self.kind == "vpc_endpoint"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that is known of a network, or why it is not."""

    subnets: Read[tuple[Subnet, ...]]
    routes: Read[tuple[Routes, ...]]
    peerings: Read[tuple[Peering, ...]]
    group: Read[Group | None]
    endpoints: Read[tuple[Endpoint, ...]]
    prefix_lists: Read[dict[str, str]]
    """The services of AWS's own prefix lists, by their ids."""
    inside: Read[tuple[Interface, ...]]
    """The interfaces in the subnets."""
    beside: Read[dict[str, tuple[Interface, ...]]]
    """The interfaces of each other security group that the group lets something through to or from."""
    balancers: Read[tuple[str, ...]]
    """Load balancers that have the group, by name."""
    database_subnets: Read[tuple[str, ...] | None]
    """Those of the DB subnet group; None where none is needed."""
