"""OpsItems: moto's Systems Manager has none.

From "Reducing duplicate OpsItems" in the AWS Systems Manager User Guide, and CreateOpsItem in its API
reference.  OpsItems are created, read and listed; nobody changes them here.
"""

import json
from secrets import token_hex
from typing import Any

from moto.core.exceptions import ServiceException

from emulator import clock
from emulator.errors import NotImplementedByEmulator

DEDUP = "/aws/dedup"
_ATTRIBUTE = "_emulator_ops_items"
_CREATED = ("Category", "Description", "OperationalData", "Severity", "Source", "Title")


class AlreadyExists(ServiceException):
    """An OpsItem that is not closed has the same deduplication string."""

    code = "OpsItemAlreadyExistsException"


class NotFound(ServiceException):
    """There is no such OpsItem."""

    code = "OpsItemNotFoundException"


def create(backend: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Answers CreateOpsItem."""
    items, wanted = _kept(backend), _dedup(request)
    if wanted is not None and any(_dedup(each) == wanted for each in items.values()):
        raise AlreadyExists(f"OpsItem already exists with the deduplication string {wanted}")
    item_id = f"oi-{token_hex(6)}"
    items[item_id] = {
        **{name: request[name] for name in _CREATED if name in request},
        "OpsItemId": item_id,
        "OpsItemArn": f"arn:{backend.partition}:ssm:{backend.region_name}:{backend.account_id}"
        f":opsitem/{item_id}",
        "CreatedTime": clock.now(),
        "Status": "Open",
    }
    return {"OpsItemId": item_id, "OpsItemArn": items[item_id]["OpsItemArn"]}


def get(backend: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Answers GetOpsItem."""
    found = _kept(backend).get(request["OpsItemId"])
    if found is None:
        raise NotFound(f"OpsItem ID {request['OpsItemId']} does not exist")
    return {"OpsItem": found}


def describe(backend: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Answers DescribeOpsItems, oldest first."""
    if request.get("OpsItemFilters"):
        raise NotImplementedByEmulator("The emulator does not filter OpsItems")
    left_out = {"Description", "OpsItemArn"}
    listed = [
        {name: value for name, value in each.items() if name not in left_out}
        for each in _kept(backend).values()
    ]
    return {"OpsItemSummaries": listed}


def _kept(backend: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = backend.__dict__.setdefault(_ATTRIBUTE, {})
    return found


def _dedup(item: dict[str, Any]) -> str | None:
    found = (item.get("OperationalData") or {}).get(DEDUP)
    return str(json.loads(found["Value"])["dedupString"]) if found else None
