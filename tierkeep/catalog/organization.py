"""What a catalog asks of the organisation that its accounts belong to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.forms import Model, Name, Region, RoleName

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

    @model_validator(mode="after")
    def _check(self) -> Organization:
        if not (self.cross_account_backup or self.delegated_administrator or self.guard):
            raise PydanticCustomError(
                "organization", "nothing is asked of the organisation: name what, or leave it out"
            )
        if self.delegated_administrator == self.account:
            raise PydanticCustomError(
                "organization", "the management account needs no delegation: name another account"
            )
        return self
