"""The roles that Tierkeep's commands assume: those that exist, by name, and those that the stacks make."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag

from tierkeep.catalog.forms import Model, RoleName

PRINCIPAL = (
    r"^([a-z][a-z0-9]*(-[a-z0-9]+)*/[A-Za-z0-9_+=,.@-]+"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+)$"
)
Principal = Annotated[str, StringConstraints(pattern=PRINCIPAL, max_length=200)]
"""A role of one of the catalog's accounts as `account/role`, or the ARN of a role or user of any account."""


class MadeRole(Model):
    """A role that the stacks make, one in each Region of each account, with what its command needs there."""

    trusted_by: list[Principal] = Field(min_length=1, max_length=20)
    """The only ones who may assume it: `account/role` for a role of an account of the catalog, or an ARN."""


def _form(value: Any) -> str:
    return "MadeRole" if isinstance(value, dict | MadeRole) else "str"


CommandRole = Annotated[
    Annotated[RoleName, Tag("str")] | Annotated[MadeRole, Tag("MadeRole")], Discriminator(_form)
]
"""The name of a role that exists in each account, or who may assume the ones that the stacks make."""
