"""`tierkeep explain` for a terminal: plain text of at most 100 columns for names of usual length."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from tierkeep.promises.cover import Copied, Scheduled
from tierkeep.promises.cron import in_words
from tierkeep.promises.recovery_point import Exposure, length
from tierkeep.report.promises_basis import ASSUMPTIONS, SOURCES
from tierkeep.report.promises_tier import (
    ENGINES,
    ProtectedTypes,
    Row,
    TierExplanation,
    kept,
    lies_in,
    locked,
    recovery_time,
    table,
    verdict,
)
from tierkeep.report.retired import Retirement, retired_line

_WIDTH = 100


def tier_text(explanations: tuple[TierExplanation, ...]) -> str:
    """The explanations of one tier, with what they rest on."""
    lines = [line for each in explanations for line in (*_tier(each), "")]
    lines += ["rests on", *_listed(ASSUMPTIONS), "sources, read 2026-11", *_listed(SOURCES)]
    return "\n".join(lines) + "\n"


def overview_text(explanations: tuple[TierExplanation, ...], retirements: tuple[Retirement, ...]) -> str:
    """One line for each tier, and for each retired one."""
    rows = [(each.tier, summary(each)) for each in explanations]
    rows += [(each.tier, retired_line(each)) for each in retirements]
    width = max((len(name) for name, _ in rows), default=0)
    return "".join(f"{name:<{width}}  {text}\n" for name, text in rows)


def summary(explanation: TierExplanation) -> str:
    """A tier in a line: what it protects, how much is lost at worst, where its copies are."""
    worst = [worst for group in explanation.protected for _, worst in group.types]
    losses = sorted({each.source.minutes for each in worst if each.source.minutes is not None})
    lost = (
        " to ".join(dict.fromkeys(length(minutes) for minutes in (*losses[:1], *losses[-1:]))) or "unbounded"
    )
    places = sorted({copy.place for each in worst for copy in each.copies})
    types = ", ".join(sorted(each.resource_type for each in worst))
    broken = sum(each.keeps is False for each in worst)
    parts = [types, f"worst-case RPO {lost}", f"copies in {', '.join(places)}" if places else "no copies"]
    if broken:
        parts.append(f"{broken} objectives not kept")
    units = len(explanation.units)
    return f"{'; '.join(parts)}; {units} unit{'' if units == 1 else 's'}"


def _tier(explanation: TierExplanation) -> Iterator[str]:
    yield f"tier {explanation.tier}"
    yield from _detail("in", ", ".join(str(unit) for unit in explanation.units))
    yield from _detail("recovery time", recovery_time(explanation.promise))
    for drill in explanation.drills or ("by no drill of the catalog",):
        yield from _detail("drilled", drill)
    for vault in explanation.special_vaults:
        yield from _detail(vault.label, vault.text)
    for group in explanation.protected:
        yield ""
        yield from _group(group, explanation)


def _group(group: ProtectedTypes, explanation: TierExplanation) -> Iterator[str]:
    yield f"{', '.join(name for name, _ in group.types)}: {ENGINES[group.engine]}"
    yield from _detail("why", group.reason)
    yield from _detail("encrypted", f"with {group.encryption}")
    if group.cover.lock:
        yield from _detail("locked", locked(group.cover.lock))
    for extra in group.extras:
        yield from _detail("also", extra)
    for name, worst in group.types:
        yield from _detail("objective", f"{name} {verdict(worst)}")
    first = group.types[0][1]
    yield "  worst-case RPO"
    said: set[str] = set()
    for exposure in (first.source, *first.copies):
        yield from _exposure(exposure, said)
    yield f"  schedules, {group.cover.time_zone}"
    for each in group.cover.scheduled:
        yield from _scheduled(each)
    when = f"at the end of {explanation.at}" if explanation.at else "on any day (least-most)"
    yield f"  recovery points of each resource {when}, by age up to"
    yield from _calendar(list(group.rows))


def _exposure(exposure: Exposure, said: set[str]) -> Iterator[str]:
    place = f"{exposure.place}{' (copies)' if exposure.copy else ''}"
    worst = "unbounded" if exposure.minutes is None else length(exposure.minutes)
    yield f"    {place:<25} {worst:<8} {_sum(exposure)}"
    for part in exposure.parts:
        text = f"{length(part.minutes)} {part.label}: {part.why}"
        if text not in said:  # what holds for a copy as for its original is said once
            yield from _wrapped(text, " " * 10)
            said.add(text)


def _sum(exposure: Exposure) -> str:
    if exposure.minutes is None:
        return exposure.unbounded
    return "= " + " + ".join(f"{length(part.minutes)} {part.label}" for part in exposure.parts)


def _scheduled(each: Scheduled) -> Iterator[str]:
    what = f"kept {kept(each.retain)}{_cold(each)}"
    if each.granularity_minutes is not None:
        what = f"any moment of the past {kept(each.retain)} up to {length(each.granularity_minutes)} ago"
    when = "point-in-time recovery" if each.granularity_minutes is not None else in_words(each.cron)
    copies = "".join(
        f"; copied to {copy.place}, kept {kept(copy.retain)}{_cold(copy)}" for copy in each.copies
    )
    yield from _wrapped(f"{each.name:<16} {when:<26} {what}{copies}", " " * 4, more=17)


def _cold(each: Scheduled | Copied) -> str:
    return "" if each.cold_after_days is None else f" (in cold storage after {each.cold_after_days})"


def _calendar(rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    titles, cells = table(rows)
    widths = [max(len(text) for text in column) + 1 for column in zip(titles, *cells, strict=True)]
    label = max(16, *(len(row.holding.schedule) for row in rows))
    counted = [*zip(rows, cells, strict=True)]
    yield f"    {'':<{label}}" + "".join(
        f"{text:>{width}}" for text, width in zip(titles, widths, strict=True)
    )
    for (place, kept_in), here in groupby(
        counted, key=lambda each: (each[0].holding.place, lies_in(each[0].holding))
    ):
        yield f"   {place}, {kept_in}"
        for row, texts in here:
            line = "".join(f"{text:>{width}}" for text, width in zip(texts, widths, strict=True))
            yield f"    {row.holding.schedule:<{label}}{line}{_total(row)}"


def _total(row: Row) -> str:
    if row.oldest is None:
        return "" if row.count is None else "  none"
    if row.holding.granularity_minutes is not None:
        return f"  back to {row.oldest:%Y-%m-%d}"
    return f"  {row.count}, from {row.oldest:%Y-%m-%d}"


def _detail(label: str, text: str) -> Iterator[str]:
    yield from _wrapped(f"{label:<15}{text}", "  ", more=15)


def _listed(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from _wrapped(f"- {text}", "  ", more=2)


def _wrapped(text: str, indent: str, *, more: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + " " * more,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
