"""What is watched follows what a catalog changes: in place, and without a word about promises."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.diff.edits import CATALOG, WATCHED, state
from tierkeep.diff import Action, compare


def test_an_alarm_follows_its_tiers_schedules() -> None:
    """With a longer start window the alarm on its backups waits longer, and no other changes."""
    longer: dict[str, Any] = deepcopy(WATCHED)
    longer["tiers"]["development"]["start_window"] = "3h"
    found = [
        (each.name, each.action)
        for each in compare(state(WATCHED), state(longer)).resources
        if each.type == "aws_cloudwatch_metric_alarm"
    ]
    assert found == [("campus-development-missed-backups", Action.UPDATE)]


def test_watching_comes_and_goes() -> None:
    """As alarms, dashboards and budgets, which the topic of events lets tell it; what it watches stays as it
    is."""
    kinds = {"aws_budgets_budget", "aws_cloudwatch_dashboard", "aws_cloudwatch_metric_alarm"}
    for old, new, action in ((CATALOG, WATCHED, Action.CREATE), (WATCHED, CATALOG, Action.DESTROY)):
        found = compare(state(old), state(new))
        assert {each.type for each in found.resources if each.action is action} == kinds
        others = {(each.type, each.action) for each in found.resources if each.action is not action}
        assert others == {("aws_kms_key", Action.UPDATE), ("aws_sns_topic_policy", Action.UPDATE)}
        assert not found.promises


def test_a_budget_changes_in_place() -> None:
    """Its limit, and of what it tells."""
    more: dict[str, Any] = deepcopy(WATCHED)
    more["watching"]["budgets"]["critical"] = {"monthly": 600, "alert_at": [90]}
    (found,) = compare(state(WATCHED), state(more)).resources
    assert (found.type, found.name, found.action) == ("aws_budgets_budget", "campus-critical", Action.UPDATE)
