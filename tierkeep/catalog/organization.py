"""What a catalog asks of the organisation that its accounts belong to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.forms import Model, Name, Region, RoleName, TagKey

Target = Annotated[
    str, StringConstraints(pattern=r"^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|[0-9]{12})$")
]
"""A root, an organisational unit or an account, by its id."""


class Guard(Model):
    """A service control policy: nobody but some roles deletes recovery points or lifts what guards them."""

    targets: list[Target] = Field(min_length=1, max_length=100)
    """Roots, organisational units and accounts that it is attached to, by their ids."""
    roles: list[RoleName] = Field(default=[], max_length=20)
    """Roles of every account that it does not hold for, besides `deploy`, `deletion` and
    `key_administrators` of `access`."""


class BackupPolicy(Model):
    """A backup policy of AWS Organizations: backup plans of these tiers in every account below its targets,
    whether or not the catalog lists it."""

    tiers: list[Name] = Field(min_length=1)
    """Tiers, by their names under `tiers`."""
    regions: list[Region] = Field(min_length=1)
    """Where the resources live that it backs up."""
    targets: list[Target] = Field(min_length=1, max_length=100)
    """Roots, organisational units and accounts that it is attached to, by their ids."""
    tag: TagKey | None = None
    """The tag whose value names the tier of a resource that this policy backs up; left out, `tier_tag` of
    `defaults`, which the stacks of the accounts go by too."""


class Organization(Model):
    """What the management account of the organisation holds."""

    account: Name
    """The management account, by its name under `accounts`."""
    region: Region
    """Where its stack works. What it makes holds for the organisation, whatever the Region."""
    cross_account_backup: bool = False
    """Lets the accounts of the organisation copy backups to each other, which AWS keeps off at first."""
    delegated_administrator: Name | None = None
    """The account that watches over the backups of all accounts, by its name under `accounts`."""
    guard: Guard | None = None
    backup_policies: dict[Name, BackupPolicy] = {}
    """Backup policies of AWS Organizations, by names of your own."""

    @model_validator(mode="after")
    def _check(self) -> Organization:
        asked = (self.cross_account_backup, self.delegated_administrator, self.guard, self.backup_policies)
        if not any(asked):
            raise PydanticCustomError(
                "organization", "nothing is asked of the organisation: name what, or leave it out"
            )
        if self.delegated_administrator == self.account:
            raise PydanticCustomError(
                "organization", "the management account needs no delegation: name another account"
            )
        return self
