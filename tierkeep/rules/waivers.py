"""Rules of waivers: each names a rule or a check, waives something, and has an end."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from tierkeep.rules.registry import Severity, Violation, WaiverUse, all_rules, find_rule, waiver_rule


@waiver_rule("TK090", title="A waiver of a rule has not expired")
def expired(use: WaiverUse) -> Iterator[Violation]:
    """A waiver is a decision for some time. When its last day is over, somebody has to decide again; what it
    waived is reported again too.

    Breaks it: `waivers: { TK013: { reason: Agreed with the owners, until: 2020-01-31 } }`
    Keeps it: `waivers: { TK013: { reason: Agreed with the owners, until: 2099-01-31 } }`
    """
    if use.expired and not use.of_check:
        yield Violation(
            origin=(*use.waiver.origin, "until"),
            message=f"the waiver of {use.waiver.waives} ended on {use.waiver.until}: {use.waiver.reason}",
            hint="repair what it waived and remove it, or decide again and give it a later day",
        )


@waiver_rule("TK091", title="A waiver names a rule that can be waived, or a check")
def names_a_rule(use: WaiverUse) -> Iterator[Violation]:
    """A waiver of a rule or check that does not exist would be believed to waive something. A few rules
    cannot be waived, because nothing could be deployed without them; every check can.

    Breaks it: `waivers: { TK999: { reason: Agreed with the owners, until: 2099-01-31 } }`
    Keeps it: `waivers: { TK013: { reason: Agreed with the owners, until: 2099-01-31 } }`
    """
    found = find_rule(use.waiver.waives)
    if use.of_check:
        return
    if found is None:
        near = get_close_matches(use.waiver.waives.upper(), [each.id for each in all_rules()], n=1)
        yield Violation(
            origin=use.waiver.origin[:2],
            message=f"there is no rule or check {use.waiver.waives}",
            hint=f"did you mean {near[0]}?"
            if near
            else "`tierkeep rules` and `tierkeep checks` list them all",
        )
    elif not found.waivable:
        yield Violation(
            origin=use.waiver.origin[:2],
            message=f"{found.id} cannot be waived: {found.title}",
            hint="remove the waiver",
        )


@waiver_rule("TK092", title="A waiver of a rule waives something")
def waives_something(use: WaiverUse) -> Iterator[Violation]:
    """A waiver that is needed no more would hide the next violation, which nobody has decided about.

    Breaks it: a waiver of TK013 in a catalog whose schedules no change of the clock skips
    Keeps it: a waiver whose rule is broken at its path `at`, or anywhere if it has none
    """
    found = find_rule(use.waiver.waives)
    if found and found.waivable and not use.waived:
        where = f" at {'.'.join(use.waiver.at)}" if use.waiver.at else ""
        yield Violation(
            origin=use.waiver.origin,
            message=f"the waiver of {use.waiver.waives} waives nothing: the rule is kept{where}",
            hint="remove it, or correct its `at`",
        )


@waiver_rule("TK102", title="A waiver of a check has not expired", severity=Severity.WARNING)
def expired_check(use: WaiverUse) -> Iterator[Violation]:
    """What it waived fails `tierkeep validate` again. Nothing that is deployed has to wait for that.

    Breaks it: `waivers: { drift.table: { reason: Agreed with the owners, until: 2020-01-31 } }`
    Keeps it: `waivers: { drift.table: { reason: Agreed with the owners, until: 2099-01-31 } }`
    """
    if use.expired and use.of_check:
        yield Violation(
            origin=(*use.waiver.origin, "until"),
            message=f"the waiver of {use.waiver.waives} ended on {use.waiver.until}: {use.waiver.reason}",
            hint="repair what it waived and remove it, or decide again and give it a later day",
        )
