"""Names within a store."""

from __future__ import annotations

import hashlib


def lock_name(resource_arn: str) -> str:
    """The lock of a resource: ARNs hold what names of files may not."""
    return f"{hashlib.sha256(resource_arn.encode()).hexdigest()[:24]}.lock"
