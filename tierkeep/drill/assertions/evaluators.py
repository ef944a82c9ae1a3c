"""Every form of an assertion, with what holds it."""

from __future__ import annotations

from tierkeep.desired.assertions import (
    Canary,
    Checksums,
    Existence,
    Probe,
    Rows,
    SchemaFingerprint,
    Script,
    Sql,
)
from tierkeep.drill.assertions import presence, probe, queries, script
from tierkeep.drill.assertions.answer import Evaluator
from tierkeep.drill.checks import Rung

EVALUATORS: dict[type, Evaluator] = {
    Sql: Evaluator(rung=Rung.RIGHT, expected=queries.expected_value, evaluate=queries.value),
    Rows: Evaluator(rung=Rung.RIGHT, expected=queries.expected_rows, evaluate=queries.rows),
    SchemaFingerprint: Evaluator(rung=Rung.RIGHT, expected=queries.expected_schema, evaluate=queries.schema),
    Existence: Evaluator(rung=Rung.RIGHT, expected=presence.expected_existence, evaluate=presence.existence),
    Canary: Evaluator(rung=Rung.RIGHT, expected=presence.expected_canary, evaluate=presence.canary),
    Checksums: Evaluator(rung=Rung.RIGHT, expected=presence.expected_checksums, evaluate=presence.checksums),
    Script: Evaluator(rung=Rung.RIGHT, expected=script.expected, evaluate=script.script),
    Probe: Evaluator(rung=Rung.SERVED, expected=probe.expected, evaluate=probe.probe, calls=probe.CALLS),
}
"""By the class of the form. A form on the rung `served` is asserted in the same way."""
