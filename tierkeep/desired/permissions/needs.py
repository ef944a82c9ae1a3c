"""What a unit's roles are needed for, and the ARNs that come with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from tierkeep.desired.model import ResourceType, Statement

Conditions = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Conditions of a statement as (operator, key, values)."""

MADE_BY_BACKUP: Conditions = (("Null", "aws:ResourceTag/aws:backup:source-resource", ("false",)),)
"""Only what AWS Backup has made and tagged so, as in the policies that AWS manages."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """A Region of an account."""

    account_id: str
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What AWS Backup does in a unit: which types, from where to where."""

    partition: str
    home: Place
    types: frozenset[ResourceType]
    continuous: frozenset[ResourceType]
    """Types with point-in-time recovery."""
    copied: frozenset[ResourceType]
    """Types whose backups are copied at all, and below, to other accounts."""
    copied_away: frozenset[ResourceType]
    vault_pattern: str
    """What the names of the catalog's vaults are like."""
    destinations: tuple[Place, ...]
    """Where copies go to."""
    vss: tuple[tuple[str, str], ...] = ()
    """The tags of the instances that are backed up with the Volume Shadow Copy Service of Windows."""

    def any_of(self, *types: ResourceType) -> bool:
        """Whether one of the types is backed up here."""
        return not self.types.isdisjoint(types)

    def here(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs of the account in the home Region."""
        return self._in_region(self.home.region, service, self.home.account_id, resources)

    def shared_here(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs in the home Region of the account, and of others that may share such things with it."""
        return self._in_region(self.home.region, service, "*", resources)

    def unowned_here(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs without an account, as EC2 has them for snapshots and images, in the home Region."""
        return self._in_region(self.home.region, service, "", resources)

    def unowned(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs without an account where backups and their copies lie; to be used with `where`."""
        return self._in_region(self._region, service, "", resources)

    def own(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs of the account where backups and their copies lie; to be used with `where`."""
        return self._in_region(self._region, service, self.home.account_id, resources)

    @property
    def where(self) -> Conditions:
        """Only in the home Region and where copies go to. Where that is one Region, the ARNs say so."""
        if len(self._regions) == 1:
            return ()
        return (("StringEquals", "aws:RequestedRegion", self._regions),)

    @property
    def destination_arns(self) -> tuple[str, ...]:
        """Vaults of the catalog where copies go to."""
        return tuple(
            f"arn:{self.partition}:backup:{to.region}:{to.account_id}:backup-vault:{self.vault_pattern}"
            for to in self.destinations
        )

    @property
    def key_arns(self) -> tuple[str, ...]:
        """Keys of the account, and of those that it copies to; to be used with `where`.

        Which key encrypts a resource, only the resource says; so AWS allows no narrower ARN than this.
        """
        accounts = sorted({self.home.account_id, *(each.account_id for each in self.destinations)})
        return tuple(f"arn:{self.partition}:kms:{self._region}:{each}:key/*" for each in accounts)

    def via(self, *services: str) -> Conditions:
        """Only where one of these services uses a key for the role."""
        operator = "StringEquals" if len(self._regions) == 1 else "StringLike"
        names = (f"{each}.{self._region}.{end}" for each in services for end in suffixes(self.partition))
        return ((operator, "kms:ViaService", tuple(names)), *self.where)

    def service(self, name: str) -> tuple[str, ...]:
        """The names by which a service goes where a role is passed to it."""
        return tuple(f"{name}.{suffix}" for suffix in suffixes(self.partition))

    @property
    def _regions(self) -> tuple[str, ...]:
        return tuple(sorted({self.home.region, *(each.region for each in self.destinations)}))

    @property
    def _region(self) -> str:
        """The Region's place in an ARN: naming each would make a policy too long for IAM; `where` does."""
        return self.home.region if len(self._regions) == 1 else "*"

    def _in_region(
        self, region: str, service: str, account_id: str, resources: Iterable[str]
    ) -> tuple[str, ...]:
        return tuple(f"arn:{self.partition}:{service}:{region}:{account_id}:{each}" for each in resources)


def suffixes(partition: str) -> tuple[str, ...]:
    """What the names of services end in. For China the sources have both, and do not say which is where."""
    return ("amazonaws.com", "amazonaws.com.cn") if partition == "aws-cn" else ("amazonaws.com",)


def merged(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """One statement for each id, with the actions and the resources of all of that id, by id."""
    ordered = sorted(statements, key=lambda each: each.sid)
    return tuple(_united(list(group)) for _, group in groupby(ordered, key=lambda each: each.sid))


def _united(statements: list[Statement]) -> Statement:
    first = statements[0]
    return Statement(
        sid=first.sid,
        actions=tuple(sorted({action for each in statements for action in each.actions})),
        resources=tuple(sorted({resource for each in statements for resource in each.resources})),
        conditions=first.conditions,
    )


def without_resources(*actions: str) -> Statement:
    """Actions for which AWS has no resource-level permissions, so that only `*` is taken."""
    return Statement(sid="WithoutResources", actions=actions, resources=("*",))
