"""Probes as users write them: whether the application on a restored instance serves."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.durations import Duration, DurationField, Unit
from tierkeep.catalog.forms import Model

Port = Annotated[int, Field(ge=1, le=65535)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9_.~!$&'()*+,;=:@%/?-]*$", max_length=500)]
"""The path of a URL, with its query if need be."""


def _no_braces(text: str) -> str:
    if "{{" in text or "}}" in text:
        raise PydanticCustomError("braces", "double braces are Systems Manager's own: it would fill them in")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_braces)]


class Http(Model):
    """An HTTP request to the instance itself, and what must come of it."""

    port: Port = 80
    path: UrlPath = "/"
    tls: bool = False
    """By HTTPS; whose certificate it is, is not asked."""
    status: Annotated[int, Field(ge=100, le=599)] = 200
    body_contains: Text | None = None


class Tcp(Model):
    """A connection to a port of the instance itself, that is taken."""

    port: Port


class Probe(Model):
    """What the application on a restored Linux instance must answer: asked on the instance, by a command of
    Systems Manager, since nothing else reaches it."""

    http: Http | None = None
    tcp: Tcp | None = None
    within: DurationField = Duration(5, Unit.MINUTES)
    """For so long it is asked again until it answers as it must."""

    @model_validator(mode="after")
    def _check(self) -> Probe:
        if (self.http is None) == (self.tcp is None):
            raise PydanticCustomError("probe", "what is asked? Write either `http` or `tcp`")
        if self.within.minutes > 60:
            raise PydanticCustomError(
                "probe", "`within` is {within}, and at most 1h", {"within": str(self.within)}
            )
        return self
