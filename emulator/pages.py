"""Pages of lists that moto answers whole, whatever it is asked for."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def page(items: Sequence[T], size: int, token: str | None) -> tuple[list[T], str | None]:
    """The items that follow where ``token`` points, ``size`` at most, and the token of the next page.

    :raises ValueError: no page has that token.
    """
    start = int(token) if token else 0
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else None
