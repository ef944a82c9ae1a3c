"""Where journals, locks and evidence are kept: a folder of one machine, or a bucket that machines share."""

from __future__ import annotations

from pathlib import Path

from tierkeep.aws import open_bucket
from tierkeep.drill.errors import ScopeError
from tierkeep.drill.stores.base import Store
from tierkeep.drill.stores.bucket import LEASE_SECONDS, BucketStore
from tierkeep.drill.stores.local import LocalStore

_SCHEME = "s3://"


def open_store(place: str) -> Store:
    """The store of `--evidence`: `s3://bucket/prefix`, or else a folder.

    Raises `ScopeError` for a bucket without a name or a prefix, and `AwsError` without credentials.
    """
    if not place.startswith(_SCHEME):
        return LocalStore(Path(place))
    name, _, prefix = place.removeprefix(_SCHEME).partition("/")
    prefix = prefix.strip("/")
    if not name or not prefix:
        raise ScopeError(f"--evidence {place}: a bucket and a prefix are needed, as s3://bucket/drills")
    return BucketStore(open_bucket(name), prefix)


__all__ = ["LEASE_SECONDS", "BucketStore", "LocalStore", "Store", "open_store"]
