"""Where journals, locks and evidence are kept: a folder of one machine, or a bucket that machines share."""

from __future__ import annotations

from pathlib import Path

from tierkeep.aws import open_bucket
from tierkeep.drill.place import bucket_and_prefix
from tierkeep.drill.stores.base import Store
from tierkeep.drill.stores.bucket import LEASE_SECONDS, BucketStore
from tierkeep.drill.stores.local import LocalStore


def open_store(place: str) -> Store:
    """The store of `--evidence`: `s3://bucket/prefix`, or else a folder.

    Raises `ScopeError` for a bucket without a name or a prefix, and `AwsError` without credentials.
    """
    in_bucket = bucket_and_prefix(place)
    if in_bucket is None:
        return LocalStore(Path(place))
    name, prefix = in_bucket
    return BucketStore(open_bucket(name), prefix)


__all__ = ["LEASE_SECONDS", "BucketStore", "LocalStore", "Store", "open_store"]
