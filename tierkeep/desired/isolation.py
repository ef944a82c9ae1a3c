"""Where drills restore what needs a network, as a plain value: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Isolation:
    """Subnets and a security group that lead nowhere, by the catalog's word: a drill looks first."""

    subnet_ids: tuple[str, ...]
    """Of one VPC; sorted."""
    security_group_id: str
    db_subnet_group: str | None
    """None where no database can be restored."""
    instance_profile: str | None
    """By name; None where restored instances have none."""
    origin: Origin
