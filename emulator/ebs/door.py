"""How data gets onto a volume: AWS has no API for it, since an instance does it.

``POST /emulator/ebs/blocks`` takes ``{"volume_id": "vol-…", "region": "eu-central-1", "blocks": {"0": "…"}}``
with blocks in base64 by their index, and ``"account"`` where it is not the default one.  A block has at most
512 KiB and is filled up with zeros.  What is on a volume can be read through AWS's own APIs: make a snapshot
of it, and read its blocks.
"""

import base64
import binascii
from typing import Any

from emulator import clock
from emulator.ec2 import blocks


def write_blocks(document: dict[str, Any]) -> dict[str, Any]:
    """Write what the request says.

    :raises ValueError: it is not as described above, or there is no such volume.
    """
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.ec2.models import ec2_backends

    account, region = str(document.get("account", DEFAULT_ACCOUNT_ID)), str(document.get("region"))
    volume_id, given = str(document.get("volume_id")), document.get("blocks")
    if not isinstance(given, dict):
        raise ValueError('give "volume_id", "region" and "blocks"')  # noqa: TRY004  # of a request
    changed = {_index(index): _data(index, text) for index, text in given.items()}
    with clock.LOCK:
        regions = ec2_backends[account]
        volume = regions[region].volumes.get(volume_id) if region in regions.regions else None
        if volume is None:
            raise ValueError(f"there is no volume {volume_id} in {region} of account {account}")
        blocks.write(volume, changed)
    return {"status": "ok"}


def _index(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not the index of a block")
    return int(text)


def _data(index: str, text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError(f"block {index} is not base64: {error}") from error
