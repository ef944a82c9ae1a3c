"""What is known of AWS's support, as tables for people to check: `tierkeep.desired.support`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tierkeep.desired.model import ResourceType
from tierkeep.desired.support import (
    Feature,
    Support,
    protected_in,
    read_on,
    region_support,
    sources,
    type_support,
)

_HEAD = """\
## What is known of AWS's support

Read on {read}. A `?` is unknown, not a no: AWS's own tables say more than could be read of them. TK057 warns
of what a catalog asks for there. Copies to another account, restore testing and air-gapped vaults no catalog
can ask for yet.
"""
_SHOWN = {
    Support.YES: "yes",
    Support.ADVANCED_FEATURES: "with advanced features",
    Support.NO: "no",
    Support.UNKNOWN: "?",
}


def support_table() -> Iterator[str]:
    """Lines of Markdown: features by type, features and types by Region, and the sources."""
    yield _HEAD.replace("{read}", read_on())
    of_types: list[Feature] = [each for each in Feature if each is not Feature.FAST_SNAPSHOT_RESTORE]
    yield from _head("type", of_types)
    for resource_type, of_type in type_support().items():
        yield _row(resource_type, of_type.features, of_types)
    yield ""
    yield from _head("Region", list(Feature), "types that AWS Backup is not known to protect")
    for region, of_region in region_support().items():
        yield _row(region, of_region.features, list(Feature), _not_known_in(region))
    yield "\nSources:\n"
    yield from (f"- {each}" for each in sources())
    yield ""


def _head(first: str, features: list[Feature], *more: str) -> Iterator[str]:
    cells = (first, *(each.replace("-", " ") for each in features), *more)
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"


def _row(name: str, known: Mapping[Feature, Support], features: list[Feature], *more: str) -> str:
    return f"| {' | '.join((name, *(_SHOWN[known[each]] for each in features), *more))} |"


def _not_known_in(region: str) -> str:
    found = [each for each in ResourceType if protected_in(each, region) is not Support.YES]
    return "all" if len(found) == len(ResourceType) else ", ".join(found)
