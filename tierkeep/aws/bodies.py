"""What AWS answers with as a stream, such as an object of S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tierkeep.aws.errors import translated

BLOCK = 1024 * 1024


def body_blocks(body: Any, *, unit: str, service: str, operation: str) -> Iterator[bytes]:
    """The bytes of an answer's body, block by block. Raises `AwsError` if it breaks off."""
    with translated(unit=unit, service=service, operation=operation):
        yield from body.iter_chunks(BLOCK)
