"""The dashboard of a unit: CloudWatch API reference, "Dashboard body structure and syntax"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tierkeep.desired.model import Dashboard, DesiredUnit, Vault
from tierkeep.desired.names import Names
from tierkeep.watching.alarms import alarms, copied_into

_DAY = 86_400
_COLUMNS = 24
_HEIGHT = 6
_MOST_ALARMS = 100
"""In one widget of alarms."""


def dashboard(unit: DesiredUnit) -> Dashboard | None:
    """A row for each vault, one for Data Lifecycle Manager, and the alarms; None where none is asked for."""
    watching = unit.watching
    if watching is None or not watching.dashboard:
        return None
    rows = [*_alarm_rows(unit), *(_vault_row(unit, vault) for vault in unit.vaults)]
    if unit.snapshot_policies or unit.copy_policies:
        rows.append(_snapshot_row(unit))
    widgets = [each for at, row in enumerate(rows) for each in _placed(row, at * _HEIGHT)]
    body = {"start": "-P14D", "periodOverride": "inherit", "widgets": widgets}
    names = Names(catalog=watching.catalog, account_id=unit.account_id, region=unit.id.region)
    return Dashboard(name=names.dashboard, body=json.dumps(body))


def _placed(row: list[dict[str, Any]], y: int) -> Iterator[dict[str, Any]]:
    width = _COLUMNS // len(row)
    for at, widget in enumerate(row):
        yield {"x": at * width, "y": y, "width": width, "height": _HEIGHT, **widget}


def _alarm_rows(unit: DesiredUnit) -> Iterator[list[dict[str, Any]]]:
    arns = [each.arn for each in alarms(unit)]
    for at in range(0, len(arns), _MOST_ALARMS):
        title = f"Alarms of backups in {unit.id}"
        yield [{"type": "alarm", "properties": {"title": title, "alarms": arns[at : at + _MOST_ALARMS]}}]


def _vault_row(unit: DesiredUnit, vault: Vault) -> list[dict[str, Any]]:
    rules = [each for plan in unit.plans for each in plan.rules if each.vault_name == vault.name]
    into = list(copied_into(rules).values())
    row = [_graph(unit, f"{vault.name}: restores", _jobs("Restore", vault.name))]
    if into:
        row.insert(
            0, _graph(unit, f"{vault.name}: copies", [m for each in into for m in _jobs("Copy", each)])
        )
    if rules:
        expired = ["AWS/Backup", "NumberOfBackupJobsExpired", "BackupVaultName", vault.name]
        row.insert(0, _graph(unit, f"{vault.name}: backups", [*_jobs("Backup", vault.name), expired]))
    return row


def _jobs(kind: str, vault: str) -> list[list[Any]]:
    return [
        ["AWS/Backup", f"NumberOf{kind}Jobs{state}", "BackupVaultName", vault]
        for state in ("Completed", "Failed")
    ]


def _snapshot_row(unit: DesiredUnit) -> list[dict[str, Any]]:
    """By a search, since AWS gives policies their ids only when it makes them."""
    counted = ["Snapshots", *(["Images"] if any(each.images for each in unit.snapshot_policies) else [])]
    made = " and ".join(each.lower() for each in counted)
    return [
        _graph(
            unit,
            f"Data Lifecycle Manager: {what}",
            [_search(f"{each}{action}{state}") for each in counted for state in _STATES],
        )
        for what, action in ((made, "Create"), ("copies", "CopiedRegion"))
    ]


_STATES = ("Completed", "Failed")


def _search(metric: str) -> list[Any]:
    query = f'{{AWS/EBS,DLMPolicyId}} MetricName="{metric}"'
    return [
        {
            "expression": f"SEARCH('{query}', 'Sum', {_DAY})",
            "label": metric,
            "id": metric[0].lower() + metric[1:],
        }
    ]


def _graph(unit: DesiredUnit, title: str, metrics: list[list[Any]]) -> dict[str, Any]:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "metrics": metrics,
            "region": unit.id.region,
            "stat": "Sum",
            "period": _DAY,
            "view": "timeSeries",
            "stacked": False,
        },
    }
