"""Pages of lists."""

import base64
import binascii
from typing import Any, TypeVar

from moto.core.responses import ActionResult

from emulator.errors import InvalidParameterValue

T = TypeVar("T")

PAGE = 1000
"""The longest page, and the one that a request without MaxResults gets."""


def page(items: list[dict[str, Any]], params: dict[str, Any], result: str) -> ActionResult:
    """The page of ``items`` that the request asks for, under the member ``result``.

    It raises what :func:`slice_of` raises.
    """
    listed, token = slice_of(items, params)
    return ActionResult({result: listed, "NextToken": token})


def slice_of(items: list[T], params: dict[str, Any]) -> tuple[list[T], str | None]:
    """Those of ``items`` that the request asks for, and the token of the next page if there is one.

    :raises InvalidParameterValue: NextToken is none that the emulator gave, or MaxResults is out of range.
    """
    size = params.get("MaxResults") or PAGE
    if not 1 <= size <= PAGE:
        raise InvalidParameterValue(f"MaxResults must be between 1 and {PAGE}")
    start = _start(params.get("NextToken"))
    end = start + size
    token = base64.urlsafe_b64encode(f"from:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], token


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from:"))
    except (ValueError, binascii.Error) as error:
        raise InvalidParameterValue("The NextToken is not valid") from error
