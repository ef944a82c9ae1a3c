"""What `cdktf synth` and `cdktf deploy` run: catalog -> desired state -> stacks.

Since they hand it no arguments, environment variables say what else there is to say:

    TIERKEEP_CATALOG        the catalog's file; catalog.yaml where it is left out
    TIERKEEP_ONLY           only these accounts or units: production, or production/ap-south-1,staging
    TIERKEEP_ENDPOINT       an emulator's URL, in place of AWS
    TIERKEEP_ALLOW_DESTROY  the catalog's name: its vaults and keys may be destroyed
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from stacks.chosen import UnknownUnitError, only
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
    only_units,
)


def main() -> int:
    """Synthesizes the catalog's stacks into the folder that cdktf names. Returns the exit code.

    Of a run that is limited, the whole catalog is judged all the same.
    """
    try:
        compiled = compile_catalog(catalog_file(), datetime.now(UTC).date())
        state = only(compiled.state, only_units())
        endpoint = emulator_endpoint()
        file = imports_file()
        imports = read(file, catalog=compiled.state.name) if file else {}
    except CatalogInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 3
    except (EndpointError, ImportsInvalid, UnknownUnitError) as error:
        print(error, file=sys.stderr)
        return 2
    use_packaged_node()
    # cdktf starts a Node process when it is imported: not before the catalog is known to be good.
    from stacks.application import build  # noqa: PLC0415

    destroyable = destroyable_catalog()
    try:
        app = build(state, endpoint=endpoint, destroyable=destroyable, imports=imports)
    except ImportsInvalid as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
