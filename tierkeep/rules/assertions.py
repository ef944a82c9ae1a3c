"""Rules of assertions: each can be asked of what it is about, can fail, and is about something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierkeep.desired.assertions import (
    Assertion,
    Canary,
    Checksums,
    Existence,
    Form,
    Probe,
    Rows,
    SchemaFingerprint,
    Sql,
    Where,
)
from tierkeep.desired.model import DesiredState
from tierkeep.rules.registry import Severity, Violation, rule

_SQL = frozenset({"aurora", "rds"})
_QUERIES = _SQL | {"dynamodb"}
_OBJECTS = frozenset({"s3"})
_INSTANCES = frozenset({"ec2"})

_AGGREGATE = re.compile(r"\s*select\s+(count|sum|min|max|avg)\s*\(", re.IGNORECASE)
_GROUPED = re.compile(r"\b(group\s+by|having)\b", re.IGNORECASE)


@rule(
    "TK206",
    title="An assertion asks what can be asked of its type",
    severity=Severity.ERROR,
    source="design: a drill could only say that it could not look",
)
def askable(state: DesiredState) -> Iterator[Violation]:
    """Databases and tables answer queries, databases alone those about rows and schemas, buckets those about
    objects. What is in volumes, instances and file systems, a script finds out.

    Breaks it: `assertions: { orders: { type: s3, present: { query: select 1 } } }`
    Keeps it: `assertions: { orders: { type: s3, present: { object: orders/last } } }`
    """
    for each in state.assertions:
        what, offering = _needs(each.form)
        if each.resource_type not in offering:
            listed = ", ".join(sorted(offering))
            yield Violation(
                origin=(*each.origin, each.written_as),
                message=f"`{each.written_as}` asks for {what}, which {each.resource_type} does not have",
                hint=f"types that have: {listed}; or let a `script` look",
                waivable=False,
            )


def _needs(form: Form) -> tuple[str, frozenset[str]]:
    """What a form asks for, and the types that have it."""
    if isinstance(form, Rows | SchemaFingerprint):
        return "tables of SQL", _SQL
    if isinstance(form, Sql):
        return "a query", _QUERIES
    if isinstance(form, Probe):
        return "an application", _INSTANCES
    if isinstance(form, Checksums):
        return "an object", _OBJECTS
    if isinstance(form, Canary | Existence):
        return ("an object", _OBJECTS) if form.where.object_key is not None else ("a query", _QUERIES)
    return "nothing", frozenset({"aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"})


@rule(
    "TK207",
    title="An assertion that something is there, or is not, can fail",
    severity=Severity.ERROR,
    source="design: a check that cannot fail shows nothing",
)
def can_fail(state: DesiredState) -> Iterator[Violation]:
    """A query that counts gives a row whatever there is: `present` would always hold, `absent` never.

    Breaks it: `present: { query: select count(*) from orders where id = 7 }`
    Keeps it: `present: { query: select id from orders where id = 7 }`
    """
    for each in state.assertions:
        query = _existence(each).query
        if query and _AGGREGATE.match(query) and not _GROUPED.search(query):
            yield Violation(
                origin=(*each.origin, each.written_as, "query"),
                message=f"the query gives one row whatever there is: `{each.written_as}` tells nothing",
                hint="select the rows themselves; or write `sql` with `equals`, `at_least` or `at_most`",
            )


def _existence(assertion: Assertion) -> Where:
    form = assertion.form
    return form.where if isinstance(form, Existence) else Where(query=None, object_key=None)


@rule(
    "TK208",
    title="An assertion is about something that its tiers protect",
    severity=Severity.ERROR,
    source="design: it would never be held, and be believed all the same",
)
def about_something(state: DesiredState) -> Iterator[Violation]:
    """Assertions are held by drills of resources of their type, in their tiers.

    Breaks it: `assertions: { orders: { type: s3, …` where no tier protects s3
    Keeps it: the same where a tier does
    """
    protected = {(each.tier, each.resource_type.value) for unit in state.places for each in unit.protections}
    retired = {each.tier for unit in state.units for each in unit.retired}
    for each in state.assertions:
        # What a retired tier has left can be drilled too.
        if not any((tier, each.resource_type) in protected or tier in retired for tier in each.tiers):
            yield Violation(
                origin=(*each.origin, "type"),
                message=f"no account has {each.resource_type} protected by any of its tiers",
                hint="assert something of a type that a tier of an account protects",
            )
