"""What `cdktf synth` and `cdktf deploy` run: catalog -> desired state -> stacks."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from stacks.node import use_packaged_node
from tierkeep.adopt.file import ImportsInvalid, read
from tierkeep.catalog.errors import CatalogInvalid
from tierkeep.compiler import compile_catalog
from tierkeep.environment import (
    EndpointError,
    catalog_file,
    destroyable_catalog,
    emulator_endpoint,
    imports_file,
)


def main() -> int:
    """Synthesizes every stack of the catalog into the folder that cdktf names. Returns the exit code."""
    try:
        compiled = compile_catalog(catalog_file(), datetime.now(UTC).date())
        endpoint = emulator_endpoint()
        file = imports_file()
        imports = read(file, catalog=compiled.state.name) if file else {}
    except CatalogInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 3
    except (EndpointError, ImportsInvalid) as error:
        print(error, file=sys.stderr)
        return 2
    use_packaged_node()
    # cdktf starts a Node process when it is imported: not before the catalog is known to be good.
    from stacks.application import build  # noqa: PLC0415

    destroyable = destroyable_catalog()
    try:
        app = build(compiled.state, endpoint=endpoint, destroyable=destroyable, imports=imports)
    except ImportsInvalid as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
