"""The environment variables that Tierkeep itself reads."""

from __future__ import annotations

import os
from pathlib import Path

_ENDPOINT = "TIERKEEP_ENDPOINT"
_CATALOG = "TIERKEEP_CATALOG"
_ALLOW_DESTROY = "TIERKEEP_ALLOW_DESTROY"


def emulator_endpoint() -> str | None:
    """The URL of the emulator that every call goes to; None, the default, is AWS.

    The one switch for the stacks and for every command: it brings dummy credentials with it.
    """
    return os.environ.get(_ENDPOINT) or None


def catalog_file() -> Path:
    """The catalog that `main.py` deploys, since `cdktf deploy` hands it no arguments."""
    return Path(os.environ.get(_CATALOG) or "catalog.yaml")


def destroyable_catalog() -> str | None:
    """The name of the catalog whose vaults and keys `cdktf destroy` may destroy; None protects all."""
    return os.environ.get(_ALLOW_DESTROY) or None
