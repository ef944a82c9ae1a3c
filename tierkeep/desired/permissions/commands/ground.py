"""The account that a command works in: its Regions, and the ARNs and conditions that narrow a policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tierkeep.desired.model import DesiredUnit, PolicyResource, Role, Statement
from tierkeep.desired.names import Names

Conditions = tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """One account with the units that a command is for."""

    catalog: str
    units: tuple[DesiredUnit, ...]
    by_tags: bool = False
    """Whether assertions of the catalog hold only for resources with some tags."""

    @property
    def account_id(self) -> str:
        """The account's id."""
        return self.units[0].account_id

    @property
    def partition(self) -> str:
        """The partition of its Regions; an account lies in one."""
        return self.units[0].partition

    @property
    def regions(self) -> tuple[str, ...]:
        """Its Regions in the catalog."""
        return tuple(sorted({unit.id.region for unit in self.units}))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the stacks make in all of its Regions."""
        return tuple(role for unit in self.units for role in unit.roles)

    @property
    def documents(self) -> bool:
        """Whether there are documents with scripts in it."""
        return any(unit.documents for unit in self.units)

    @property
    def stacks(self) -> bool:
        """Whether there are snapshot policies that CloudFormation deploys."""
        policies = [policy for unit in self.units for policy in unit.snapshot_policies]
        return any(policy.resource is PolicyResource.STACK for policy in policies)

    @property
    def names(self) -> tuple[Names, ...]:
        """What the catalog calls things in each Region."""
        return tuple(self.names_in(region) for region in self.regions)

    def names_in(self, region: str) -> Names:
        """The same in one of them."""
        return Names(catalog=self.catalog, account_id=self.account_id, region=region)

    def arns(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs of the account in each Region."""
        return tuple(
            f"arn:{self.partition}:{service}:{region}:{self.account_id}:{resource}"
            for region in self.regions
            for resource in resources
        )

    def unowned(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs without an account, as EC2 has them for snapshots, in each Region."""
        return tuple(
            f"arn:{self.partition}:{service}:{region}::{resource}"
            for region in self.regions
            for resource in resources
        )

    def of_iam(self, *resources: str) -> tuple[str, ...]:
        """ARNs of IAM, which has no Regions."""
        return tuple(f"arn:{self.partition}:iam::{self.account_id}:{resource}" for resource in resources)

    def named(self, kind: str) -> str:
        """Resources of a kind whose names begin with the catalog's, as all that Tierkeep makes."""
        return f"{kind}{self.catalog}-*"

    @property
    def tagged(self) -> Conditions:
        """Only what carries the catalog's tag."""
        return (("StringEquals", "aws:ResourceTag/tierkeep:catalog", (self.catalog,)),)

    @property
    def to_be_tagged(self) -> Conditions:
        """Only what is made with the catalog's tag."""
        return (("StringEquals", "aws:RequestTag/tierkeep:catalog", (self.catalog,)),)


def say(sid: str, actions: Iterable[str], resources: Iterable[str], conditions: Conditions = ()) -> Statement:
    """A statement with its parts in order."""
    return Statement(
        sid=sid,
        actions=tuple(sorted(actions)),
        resources=tuple(dict.fromkeys(resources)),
        conditions=conditions,
    )


def without_resources(*actions: str, conditions: Conditions = (), sid: str = "WithoutResources") -> Statement:
    """Actions for which AWS has no resource-level permissions (Service Authorization Reference)."""
    return say(sid, actions, ("*",), conditions)
