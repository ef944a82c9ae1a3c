"""What holds for the diff of any two catalogs, and for the tables that it rests on."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from stacks.kept import KEPT
from stacks.unit import stack_id
from tests.catalogs import ACKNOWLEDGED, ROOT, catalogs, model, shuffled
from tests.diff.edits import CATALOG, WATCHED, edited, state
from tests.stacks.synthesis import synthesize
from tierkeep.desired.model import DesiredState
from tierkeep.desired.resolve import resolve
from tierkeep.diff import Direction, compare
from tierkeep.diff.force_new import FORCE_NEW, PREVENT_DESTROY, prevents_destroy
from tierkeep.diff.terraform import resources
from tierkeep.report.diff_text import diff_text

SHIPPED = state(CATALOG)


def moves(old: DesiredState, new: DesiredState, direction: Direction) -> set[tuple[Any, ...]]:
    """The promises that change in a direction, without their origins."""
    return {
        (each.tier, each.what, each.old, each.new, each.places) for each in compare(old, new).of(direction)
    }


@given(catalog=catalogs())
@settings(max_examples=15)
def test_nothing_changes_between_a_catalog_and_itself(catalog: dict[str, Any]) -> None:
    """Whatever the order of its keys."""
    assert compare(resolve(model(catalog)), resolve(model(shuffled(catalog)))).empty


@given(one=catalogs(), other=catalogs())
@settings(max_examples=15)
def test_weaker_one_way_is_stronger_the_other_way(one: dict[str, Any], other: dict[str, Any]) -> None:
    """A diff and the diff back mirror each other."""
    old, new = resolve(model(one)), resolve(model(other))
    back = {
        (tier, what, is_, was, places) for tier, what, was, is_, places in moves(new, old, Direction.STRONGER)
    }
    there = moves(old, new, Direction.WEAKER)
    # Places are grouped by the origin too, which is the newer side's: compare them one by one.
    assert _one_by_one(there) == _one_by_one(back)


def _one_by_one(found: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return {(*rest, place) for *rest, places in found for place in places or ("",)}


@given(catalog=catalogs())
@settings(max_examples=10)
def test_the_order_of_the_catalog_changes_no_letter(catalog: dict[str, Any]) -> None:
    """Of the text of a diff with another catalog."""
    one, other = resolve(model(catalog)), resolve(model(shuffled(catalog)))
    expected = diff_text(compare(SHIPPED, one), old="a", new="b")
    assert diff_text(compare(SHIPPED, other), old="a", new="b") == expected


def test_the_table_of_attributes_is_of_the_providers_schema() -> None:
    """Every type and attribute in it exists; every type with prevent_destroy is in it."""
    (file,) = (ROOT / "schema").glob("aws*.json")
    (provider,) = json.loads(file.read_text())["provider_schemas"].values()
    for resource_type, attributes in FORCE_NEW.items():
        block = provider["resource_schemas"][resource_type]["block"]
        assert attributes <= {*block["attributes"], *block.get("block_types", {})}
        assert {PREVENT_DESTROY.get(resource_type)} <= {None, *attributes}
    assert set(FORCE_NEW) >= set(PREVENT_DESTROY)


LOCK = {"mode": "compliance", "changeable_for": "3d", "acknowledge": ACKNOWLEDGED}
LOCKED = state(
    edited(("tiers.critical.vault_lock", LOCK), ("tiers.database.vault_lock", {"mode": "governance"}))
)


@pytest.mark.parametrize("found", [SHIPPED, LOCKED, state(WATCHED)], ids=["shipped", "locked", "watched"])
def test_the_table_covers_what_the_stacks_hold(found: DesiredState) -> None:
    """The resources of each synthesized stack are those that the diff compares, as many of each type, and the
    guard that keeps them; those with prevent_destroy are those of the table."""
    made = synthesize(found)
    for unit in found.units:
        stack = made[stack_id(unit)]
        assert KEPT in stack["resource"].pop("terraform_data")  # others replace what cannot be updated
        synthesized = {kind: len(found) for kind, found in stack["resource"].items()}
        compared: dict[str, int] = {}
        for kind, _ in resources(unit):
            compared[kind] = compared.get(kind, 0) + 1
        assert compared == synthesized
        assert set(compared) <= set(FORCE_NEW)
        guarded = [
            kind
            for kind, resources_of in stack["resource"].items()
            for each in resources_of.values()
            if each.get("lifecycle", {}).get("prevent_destroy")
        ]
        expected = [
            each.type
            for each in resources(unit).values()
            if each.kept and prevents_destroy(each.type, each.attributes)
        ]
        assert sorted(guarded) == sorted(expected)


def test_each_source_is_dated() -> None:
    """The table says when it was read."""
    assert re.search(r"Read \d{4}-\d{2}-\d{2}", (ROOT / "tierkeep/diff/force_new.py").read_text())
