"""What all models of a catalog have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

TagKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]+$", max_length=128)]
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]*$", max_length=256)]

STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
"""Strict, frozen, and closed to unknown keys."""
