"""Block tokens and page tokens, which name what they are for and expire.

A block token is good for one block of one snapshot ("Concepts for EBS direct APIs" in the Amazon EBS User
Guide).  AWS says in ``ExpiryTime`` when its tokens expire, and nowhere how long that takes; its examples of
answers give a week, which is what the emulator does.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from emulator import clock
from emulator.ebs.errors import Invalid

LIFETIME = timedelta(days=7)


def expiry() -> datetime:
    """When a token that is given now expires; whole seconds."""
    return (clock.now() + LIFETIME).replace(microsecond=0)


def block_token(snapshot_id: str, index: int, expires: datetime) -> str:
    return _encoded("block", snapshot_id, str(index), str(int(expires.timestamp())))


def check_block_token(token: str, snapshot_id: str, index: int) -> None:
    """:raises Invalid: the token is not of that block, or has expired."""
    parts = _decoded(token)
    expected = ["block", snapshot_id, str(index)]
    if parts[:3] != expected or len(parts) != 4 or _expired(parts[3]):
        raise Invalid("The block token is not valid or has expired", "INVALID_BLOCK_TOKEN")


def page_token(scope: str, next_index: int) -> str:
    """The token of a page that begins at a block; ``scope`` is the list that it is of."""
    return _encoded("page", scope, str(next_index), str(int(expiry().timestamp())))


def page_start(token: str, scope: str) -> int:
    """The block at which the page begins.

    :raises Invalid: the token is not of that list, or has expired.
    """
    parts = _decoded(token)
    if parts[:2] != ["page", scope] or len(parts) != 4 or _expired(parts[3]):
        raise Invalid("The page token is not valid or has expired", "INVALID_PAGE_TOKEN")
    return int(parts[2])


def _encoded(*parts: str) -> str:
    return base64.b64encode("|".join(parts).encode()).decode()


def _decoded(token: str) -> list[str]:
    try:
        return base64.b64decode(token, validate=True).decode().split("|")
    except (binascii.Error, UnicodeDecodeError):
        return []


def _expired(timestamp: str) -> bool:
    return not timestamp.isdecimal() or datetime.fromtimestamp(int(timestamp), UTC) <= clock.now()
