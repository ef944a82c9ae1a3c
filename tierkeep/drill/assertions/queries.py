"""Assertions that queries answer: values, row counts against the source, the schema."""

from __future__ import annotations

import hashlib
import json

from tierkeep.desired.assertions import Rows, SchemaFingerprint, Sql
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.assertions.values import equal, number, shown, single

COLUMNS = (
    "select table_schema, table_name, column_name, data_type, is_nullable from information_schema.columns "
    "where table_schema not in "
    "('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys')"
)
"""Every column of the user's own tables, as PostgreSQL and MySQL both tell it."""


def expected_value(form: Sql) -> str:
    """In words."""
    if form.equals is not None:
        return f"{form.equals}"
    bounds = (("at least", form.at_least), ("at most", form.at_most))
    return ", ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def value(asking: Asking, form: Sql) -> Answer:
    """The query's one value is as expected; NULL and no row never are."""
    found = single(asking.reach.query(form.query))
    if found is None:
        return Answer(actual="NULL, or no row", holds=False)
    if form.equals is not None:
        return Answer(actual=shown(found), holds=equal(found, form.equals))
    size = number(found)
    low = form.at_least is None or size >= number(form.at_least)
    high = form.at_most is None or size <= number(form.at_most)
    return Answer(actual=shown(found), holds=low and high)


def expected_rows(form: Rows) -> str:
    """In words."""
    return f"rows of {', '.join(form.tables)} as in the source, {form.tolerance_percent} % either way"


def rows(asking: Asking, form: Rows) -> Answer:
    """Each table has as many rows as in the source, within the tolerance, rounded down to whole rows."""
    told, holds = [], True
    for table in form.tables:
        asking.require_time()
        count = f"select count(*) from {table}"  # noqa: S608 - a name by its pattern, from the catalog
        restored = int(number(single(asking.reach.query(count))))
        source = int(number(single(asking.reach.source_query(count))))
        tolerated = source * form.tolerance_percent // 100
        off = abs(restored - source) > tolerated
        holds = holds and not off
        told.append(f"{table} {restored} of {source}" + (" (off)" if off else ""))
    return Answer(actual=", ".join(told), holds=holds)


def expected_schema(form: SchemaFingerprint) -> str:
    """In words."""
    return f"columns with the fingerprint {form.fingerprint}"


def schema(asking: Asking, form: SchemaFingerprint) -> Answer:
    """All columns of all tables have this fingerprint."""
    columns = asking.reach.query(COLUMNS)
    found = fingerprint([[shown(cell, most=None) for cell in row] for row in columns])
    return Answer(actual=f"{found}, of {len(columns)} columns", holds=found == form.fingerprint)


def fingerprint(columns: list[list[str]]) -> str:
    """The SHA-256 of columns, whatever the order in which a database lists them."""
    text = json.dumps(sorted(columns), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
