"""The emulator's own HTTP paths, beside those of AWS.

====================  ====================================================================================
``GET  /emulator/clock``  the clock: ``{"now": "2026-01-31T12:00:00Z", "offset_seconds": 0.0,
                          "running": false}``
``POST /emulator/clock``  sets it, by one of ``{"offset_seconds": n}``, ``{"advance_seconds": n}``,
                          ``{"now": "2026-01-31T12:00:00Z"}`` and ``{"running": true}``; answers as GET does,
                          when all is done that has become due
``GET  /emulator/faults``  what goes wrong on request: see :mod:`emulator.faults`
``POST /emulator/faults``  adds a fault: ``{"kind": "throttling", "service": "ec2", "times": 3}``
``DELETE /emulator/faults``  removes the fault ``{"id": 1}``, without a body every one
``GET  /emulator/ssm/outcomes``  how SSM's commands end: see :mod:`emulator.ssm.outcomes`
``POST /emulator/ssm/outcomes``  adds an outcome: ``{"document": "AWS-RunShellScript", "status": "Failed"}``
``DELETE /emulator/ssm/outcomes``  removes the outcome ``{"id": 1}``, without a body every one
``POST /emulator/reset``  forgets everything in every service, and sets the clock to the wall clock's time
``POST /emulator/ebs/blocks``  writes to a volume: see :mod:`emulator.ebs.door`
====================  ====================================================================================

A mistake is answered with status 400 (404, 405), a fault of the emulator with 500, and ``{"error": "…"}``.
"""

import json
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator import clock, consistency, faults
from emulator.ebs.door import write_blocks
from emulator.ssm import outcomes

PREFIX = "/emulator/"


def respond(method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Answer a request to one of the emulator's own paths with a status and a JSON document."""
    handlers = _HANDLERS.get(path.rstrip("/"))
    if handlers is None:
        return 404, {"error": f"there is no {path}; there are {', '.join(sorted(_HANDLERS))}"}
    if method not in handlers:
        return 405, {"error": f"{path} takes {', '.join(sorted(handlers))}"}
    try:
        return 200, handlers[method](_document(body))
    except (ValueError, OverflowError) as error:
        return 400, {"error": str(error)}
    except clock.ActionFailedError as error:
        traceback.print_exc(file=sys.stderr)
        return 500, {"error": f"The emulator failed: {error}"}


def _document(body: bytes) -> dict[str, Any]:
    document = json.loads(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  # of the request, not of the code
    return document


def _show_clock(_: dict[str, Any]) -> dict[str, Any]:
    now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"now": now, "offset_seconds": clock.offset_seconds(), "running": clock.is_running()}


def _set_clock(document: dict[str, Any]) -> dict[str, Any]:
    if len(document) != 1 or not document.keys() <= _SETTERS.keys():
        raise ValueError(f"give exactly one of {', '.join(_SETTERS)}")
    [(name, value)] = document.items()
    _SETTERS[name](value)
    return _show_clock({})


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number of seconds")  # noqa: TRY004
    return float(value)


def _run_or_rest(value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"running is true or false, not {value!r}")  # noqa: TRY004
    if value:
        clock.run()
    else:
        clock.rest()


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone; write 2026-01-31T12:00:00Z")
    return moment


def _reset(_: dict[str, Any]) -> dict[str, Any]:
    from moto.moto_api._internal.models import moto_api_backend

    with clock.LOCK:
        faults.clear()
        outcomes.clear()
        consistency.clear()
        moto_api_backend.reset()
        clock.set_offset(0)
    return {"status": "ok"}


def _show_faults(_: dict[str, Any]) -> dict[str, Any]:
    return {"faults": [fault.described() for fault in faults.standing()]}


def _add_fault(document: dict[str, Any]) -> dict[str, Any]:
    if "kind" not in document:
        raise ValueError(f"give a kind: {', '.join(faults.KINDS)}")
    return faults.add(**document).described()


def _remove_faults(document: dict[str, Any]) -> dict[str, Any]:
    if document.keys() - {"id"}:
        raise ValueError("give an id, or nothing to remove every fault")
    if "id" in document:
        faults.remove(document["id"])
    else:
        faults.clear()
    return _show_faults({})


def _show_outcomes(_: dict[str, Any]) -> dict[str, Any]:
    return {"outcomes": [outcome.described() for outcome in outcomes.standing()]}


def _add_outcome(document: dict[str, Any]) -> dict[str, Any]:
    if document.get("run") and not outcomes.scripts_allowed():
        raise ValueError("scripts are run if the emulator was started with --run-scripts")
    return outcomes.add(**document).described()


def _remove_outcomes(document: dict[str, Any]) -> dict[str, Any]:
    if document.keys() - {"id"}:
        raise ValueError("give an id, or nothing to remove every outcome")
    if "id" in document:
        outcomes.remove(document["id"])
    else:
        outcomes.clear()
    return _show_outcomes({})


_SETTERS: dict[str, Callable[[Any], None]] = {
    "offset_seconds": lambda value: clock.set_offset(_seconds(value)),
    "advance_seconds": lambda value: clock.advance(_seconds(value)),
    "now": lambda value: clock.set_now(_moment(value)),
    "running": _run_or_rest,
}

_HANDLERS: dict[str, dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "/emulator/clock": {"GET": _show_clock, "POST": _set_clock},
    "/emulator/faults": {"GET": _show_faults, "POST": _add_fault, "DELETE": _remove_faults},
    "/emulator/reset": {"POST": _reset},
    "/emulator/ebs/blocks": {"POST": write_blocks},
    "/emulator/ssm/outcomes": {"GET": _show_outcomes, "POST": _add_outcome, "DELETE": _remove_outcomes},
}
