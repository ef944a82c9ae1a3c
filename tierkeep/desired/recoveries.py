"""Desired recovery of tables, as plain values: `tierkeep.desired.model` has the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.terms import Origin, Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRecovery:
    """Point-in-time recovery of DynamoDB's own, for the tables that carry a tier's tags."""

    tier: str
    tags: Tags
    period_days: int
    """How far back one can restore, at least: a table that has it for longer keeps that."""
    granularity_minutes: int
    """How far the last restorable moment lags behind, as the catalog says."""
    machine: str
    """The name of the state machine that switches it on."""
    origin: Origin
