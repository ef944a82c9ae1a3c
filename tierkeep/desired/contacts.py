"""Whom to call when something of a tier has to be recovered, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Somebody to call; one of `phone`, `email` and `url` at least is there."""

    name: str
    phone: str | None
    email: str | None
    url: str | None
    tiers: tuple[str, ...]
    """Empty is all of them."""

    def concerns(self, tier: str) -> bool:
        """Whether one calls them for a tier."""
        return not self.tiers or tier in self.tiers
