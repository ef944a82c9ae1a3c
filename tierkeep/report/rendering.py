"""Pages and runbooks from templates: HTML is escaped, and nothing that a template names may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tierkeep.drill.measure import duration

ALONE: Mapping[str, Any] = {"nav": (), "here": "", "catalog": "", "script_source": "'none'"}
"""The frame of a page that stands by itself: no links to others, and no script."""
RESULTS: Mapping[str, str] = {"pass": "pass", "fail": "fail", "could-not-verify": "unknown"}
"""How an outcome of a drill is marked."""
VERDICTS: Mapping[str, str] = {
    "PASS": "pass",
    "FAIL": "fail",
    "UNKNOWN": "unknown",
    "WAIVED": "none",
    "NOT JUDGED": "none",
    "NOT LOOKED AT": "none",
}
"""How a verdict is marked."""


def render(template: str, **values: Any) -> str:
    """The text of a template of this package."""
    return _environment().get_template(template).render(**values)


def source(name: str) -> str:
    """A file beside the templates as it stands: a script, which is no template. Raises OSError."""
    return (files("tierkeep") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tierkeep", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2", "css"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "day": day, "duration": duration, "bytes": size}
    return made


def moment(text: str | datetime | None) -> str:
    """An instant as people read it, in UTC."""
    if text is None:
        return "not reached"
    return _utc(text).strftime("%d %b %Y, %H:%M:%S UTC")


def day(text: str | datetime) -> str:
    """The day of an instant, in UTC."""
    return _utc(text).strftime("%d %b %Y")


def _utc(text: str | datetime) -> datetime:
    at = datetime.fromisoformat(text) if isinstance(text, str) else text
    return at.astimezone(UTC)


def size(count: int | None) -> str:
    """Bytes in GiB."""
    return "unknown" if count is None else f"{count / 1024**3:,.2f} GiB"
