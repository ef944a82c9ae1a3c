"""The environment variables that Tierkeep itself reads."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ENDPOINT = "TIERKEEP_ENDPOINT"
_CATALOG = "TIERKEEP_CATALOG"
_ALLOW_DESTROY = "TIERKEEP_ALLOW_DESTROY"
_IMPORTS = "TIERKEEP_IMPORTS"
_ONLY = "TIERKEEP_ONLY"
_DATABASE_CERTIFICATES = "TIERKEEP_DATABASE_CERTIFICATES"


class EndpointError(ValueError):
    """The endpoint's variable holds no URL. The message says so."""


def emulator_endpoint() -> str | None:
    """The URL of the emulator that every call goes to; None, the default, is AWS.

    The one switch for the stacks and for every command: it brings dummy credentials with it. Raises
    `EndpointError` if the variable is set to something else than a URL, rather than calling AWS.
    """
    text = os.environ.get(_ENDPOINT)
    if not text:
        return None
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise EndpointError(
            f"{_ENDPOINT} is {text!r}: write a URL such as http://127.0.0.1:5005, or unset it"
        )
    return text


def catalog_file() -> Path:
    """The catalog that `main.py` deploys, since `cdktf deploy` hands it no arguments."""
    return Path(os.environ.get(_CATALOG) or "catalog.yaml")


def destroyable_catalog() -> str | None:
    """The name of the catalog whose vaults and keys `cdktf destroy` may destroy; None protects all."""
    return os.environ.get(_ALLOW_DESTROY) or None


def only_units() -> tuple[str, ...]:
    """What `main.py` is limited to: accounts, or `account/region`, with commas between them; empty is all."""
    text = os.environ.get(_ONLY)
    return tuple(each.strip() for each in text.split(",")) if text else ()


def imports_file() -> Path | None:
    """The file of `tierkeep import` whose things the stacks adopt; None, the default, adopts nothing."""
    text = os.environ.get(_IMPORTS)
    return Path(text) if text else None


def database_certificates() -> str | None:
    """The file with the certificates, as PEM, that a restored database's own has to be signed by; None, the
    default, encrypts without looking at it. RDS's authorities are in no operating system's store."""
    return os.environ.get(_DATABASE_CERTIFICATES) or None
