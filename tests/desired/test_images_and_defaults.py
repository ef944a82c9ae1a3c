"""Images of instances and default policies, from the catalog to what commands say of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.catalogs import model
from tierkeep.desired.model import Age, DefaultPolicy, DesiredState, PolicyResource, TimeUnit, UnmetKind
from tierkeep.desired.resolve import resolve
from tierkeep.desired.selecting import Answer, protection_of, read_resource
from tierkeep.diff.compare import compare
from tierkeep.report.default_policies import default_line, explain_defaults
from tierkeep.report.retired import retirement

CATALOG: dict[str, Any] = {
    "version": 1,
    "name": "demo",
    "tiers": {
        "basic": {
            "description": "Basic",
            "protects": {"ec2": {}},
            "encryption": "customer-managed",
            "schedules": {"daily": {"every": "1d", "keep": "4w"}},
        }
    },
    "accounts": {
        "one": {"id": "000000000001", "regions": ["eu-west-1"], "tiers": ["basic"]},
        "two": {"id": "000000000002", "regions": ["eu-west-1", "eu-central-1"], "tiers": ["basic"]},
    },
}
NET = {"volumes": {"every": "2d", "keep": "7d", "copy_to": ["eu-west-1", "eu-north-1"]}}


def state(
    defaults: dict[str, Any] | None = None, two: dict[str, Any] | None = None, **tier: Any
) -> DesiredState:
    catalog = deepcopy(CATALOG)
    catalog["tiers"]["basic"].update(tier)
    if defaults is not None:
        catalog["default_policies"] = defaults
    if two is not None:
        catalog["accounts"]["two"]["default_policies"] = two
    return resolve(model(catalog))


def defaults_of(found: DesiredState) -> dict[str, tuple[DefaultPolicy, ...]]:
    return {str(unit.id): unit.default_policies for unit in found.units}


def test_images_have_a_policy_of_their_own_name() -> None:
    """The provider's own resource has no word for the Region of a copy."""
    daily = {"daily": {"every": "1d", "keep": "4w", "deprecate_after": "2w"}}
    for copies, resource in (({}, PolicyResource.NATIVE), ({"eu-north-1": {}}, PolicyResource.STACK)):
        found = state(images={}, schedules=daily, copy_to=copies)
        policies = [policy for unit in found.units for policy in unit.snapshot_policies]
        assert {(each.name, each.resource) for each in policies} == {("demo-basic-images", resource)}
        assert {each.images and each.images.reboot for each in policies} == {False}
        assert {each.schedules[0].deprecate for each in policies} == {Age(interval=2, unit=TimeUnit.WEEKS)}


@pytest.mark.parametrize(
    ("tier", "what"),
    [
        ({"images": {}, "protects": {"ebs": {}}}, "images"),
        ({"images": {}, "protects": {"ec2": {"engine": "backup"}}}, "images"),
        ({"images": {}, "exclude": {"boot_volume": True}}, "leaving out volumes"),
        ({"images": {}, "application_consistency": {"scripts": "vss"}}, "application consistency"),
        ({"schedules": {"daily": {"every": "1d", "keep": "4w", "deprecate_after": "2w"}}}, "deprecation"),
        ({"copy_to": {"eu-north-1": {"deprecate_after": "2w"}}}, "deprecation"),
    ],
)
def test_what_is_asked_for_in_vain_is_told(tier: dict[str, Any], what: str) -> None:
    """What AWS has for images alone, or for snapshots alone."""
    unmet = [each for each in state(**tier).unmet if each.kind is UnmetKind.NO_EFFECT]
    assert {each.what for each in unmet} == {what}


def test_an_accounts_default_policies_stand_in_the_place_of_the_catalogs() -> None:
    """As a whole; none copies to its own Region."""
    found = defaults_of(state(NET))
    assert {each.copy_regions for each in found["one/eu-west-1"]} == {("eu-north-1",)}
    assert {each.copy_regions for each in found["two/eu-central-1"]} == {("eu-north-1", "eu-west-1")}
    assert set(defaults_of(state(NET, two={}))["two/eu-west-1"]) == set()
    (own,) = defaults_of(state(NET, two={"instances": {"keep": "3d"}}))["two/eu-west-1"]
    assert (own.name, own.origin) == (
        "demo-instances-default", ("accounts", "two", "default_policies", "instances"),
    )  # fmt: skip


def test_copies_that_would_go_nowhere_are_told() -> None:
    """Where the only Region is the policy's own."""
    (vain,) = state({"volumes": {"keep": "7d", "copy_to": ["eu-central-1"]}}).unmet
    assert vain.what == "copies by the default policy for volumes of two/eu-central-1"


def test_explain_has_a_line_for_each_default_policy() -> None:
    """The worst case is two intervals and the time to complete."""
    first, second = explain_defaults(state(NET), unit=None)
    assert default_line(first) == (
        "all volumes without a backup of the last 2 days; worst-case RPO 4d 1h; kept 7 days; "
        "copies in eu-north-1; 2 units"
    )
    assert [each.minutes for each in second.exposures] == [5_820, 5_940, 5_940]


def test_what_a_default_policy_backs_up_no_tier_protects() -> None:
    """Both are said. Which volumes it leaves out, their ARN does not say."""
    volume = read_resource("arn:aws:ec2:eu-west-1:000000000001:volume/vol-1", {"scratch": "yes"})
    for excluded, answers in (
        ({}, [Answer.YES]),
        ({"tags": {"scratch": "no"}}, [Answer.YES]),
        ({"tags": {"scratch": "yes"}}, []),
        ({"boot_volumes": True}, [Answer.OPEN]),
    ):
        net = {"volumes": {"keep": "7d", "exclude": excluded}, "instances": {"keep": "7d"}}
        found = protection_of(state(net), volume)
        assert [each.answer for each in found.protectors] == answers
        assert found.near_misses != ()


def test_diff_tells_what_becomes_of_images_and_what_gets_weaker() -> None:
    """Of snapshots and images, one policy goes and another comes; a default policy is a promise."""
    changes = compare(state(images={}), state(protects={"ec2": {"engine": "dlm"}})).resources
    found = {(each.name, each.action.value) for each in changes if each.type == "aws_dlm_lifecycle_policy"}
    assert found == {("demo-basic-images", "destroy"), ("demo-basic-instances", "create")}
    assert "its snapshots and images stay" in next(each.hazard for each in changes if each.hazard)
    weaker = compare(state(NET), state({"volumes": {"every": "3d", "keep": "7d"}})).promises
    assert {each.what for each in weaker} == {
        "interval of the default policy for volumes",
        "copies by the default policy for volumes in eu-north-1",
        "copies by the default policy for volumes in eu-west-1",
    }


def test_a_retired_tier_leaves_images_to_deregister() -> None:
    """Before the snapshots that belong to them."""
    found = retirement(state(images={}, retired="2026-11-27"), "basic", unit=None)
    assert found
    assert any("deregister the images" in each for each in found.by_hand)
