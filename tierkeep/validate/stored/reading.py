"""What all readers of stored things share: how they are called, moments, sizes and tags."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

GIB = 2**30


def utc(moment: datetime | None) -> datetime | None:
    """A moment in UTC; None stays None. botocore answers in zones of its own making."""
    return moment.astimezone(UTC) if moment else None


def when(moment: datetime) -> datetime:
    """A moment that AWS always answers, in UTC."""
    return moment.astimezone(UTC)


def from_text(text: str | None) -> datetime | None:
    """A moment that EC2 answers as text, in UTC."""
    return utc(datetime.fromisoformat(text)) if text else None


def gib(size: int | None) -> int | None:
    """GiB in bytes; None stays None."""
    return None if size is None else size * GIB


def tags_of(listed: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags that are answered as a list of keys and values."""
    return {each["Key"]: each["Value"] for each in listed or ()}
