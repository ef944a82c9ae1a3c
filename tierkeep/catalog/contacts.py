"""Whom to call when something has to be recovered, as users write them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.forms import Email, Model, Name

ContactName = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", max_length=100)
]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./-]{2,30}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"`|\\]+$", max_length=500)]


class Contact(Model):
    """Somebody to call, or a rota of people: in a runbook, in the order of the list."""

    name: ContactName
    """As people say it, such as Storage on call."""
    phone: PhoneNumber | None = None
    """In quotes, such as "+44 20 7946 0000"."""
    email: Email | None = None
    url: WebAddress | None = None
    """A pager, a chat channel, a page that says who is on call."""
    tiers: list[Name] = Field(default=[], max_length=100)
    """Left out, all tiers."""

    @model_validator(mode="after")
    def _check(self) -> Contact:
        if not (self.phone or self.email or self.url):
            raise PydanticCustomError(
                "contact", "a contact needs `phone`, `email` or `url`: without one it cannot be reached"
            )
        return self
