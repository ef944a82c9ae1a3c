"""What `--evidence` takes: a folder, or `s3://bucket/prefix`."""

from __future__ import annotations

from tierkeep.drill.errors import ScopeError

_SCHEME = "s3://"


def bucket_and_prefix(place: str) -> tuple[str, str] | None:
    """The bucket and the prefix that are meant; None for a folder. Raises `ScopeError` if one is missing."""
    if not place.startswith(_SCHEME):
        return None
    name, _, prefix = place.removeprefix(_SCHEME).partition("/")
    prefix = prefix.strip("/")
    if not name or not prefix:
        raise ScopeError(f"--evidence {place}: a bucket and a prefix are needed, as s3://bucket/drills")
    return name, prefix
