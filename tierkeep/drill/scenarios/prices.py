"""What a drill would cost, by AWS's list prices: dated data in `data/prices.json`, no bill.

What has no known price is said to have none; it is never counted as nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_GB = 1024**3
"""AWS bills GB of 2 to the 30 bytes (Amazon EBS and DynamoDB pricing pages)."""
_HOURS_OF_A_MONTH = 730
"""As AWS's price calculator has it."""
ASSUMED_HOURS = 1.0
"""How long what is restored is billed where nobody knows how long a drill takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a drill would cost in US dollars, or why that is not known."""

    usd: float | None
    why_unknown: str | None = None


def basis() -> str:
    """Where the prices come from, for people."""
    data = _data()
    return f"list prices of {data['region']}, {data['as_of']}; those of other Regions differ"


def cost(resource_type: str, size_bytes: int | None, seconds: float | None) -> Cost:
    """Of one drill of a resource whose newest point has so many bytes, and which takes so long."""
    parts = _data()["types"].get(resource_type)
    if parts is None:
        return Cost(usd=None, why_unknown=f"no price is known for drills of {resource_type}")
    if size_bytes is None:
        return Cost(usd=None, why_unknown="no price is known: AWS does not say how large it is")
    hours = ASSUMED_HOURS if seconds is None else seconds / 3600
    amounts = {"drill": 1.0, "gb": size_bytes / _GB, "gb-month": size_bytes / _GB * hours / _HOURS_OF_A_MONTH}
    return Cost(usd=sum(part["usd"] * amounts[part["per"]] for part in parts))


def dollars(usd: float) -> str:
    """An amount as people read it; what costs something is never shown as nothing."""
    return "< 0.01 USD" if 0 < usd < 0.01 else f"{usd:.2f} USD"


@cache
def _data() -> dict[str, Any]:
    text = files("tierkeep.drill.scenarios").joinpath("data/prices.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
