"""All stacks of a catalog, in the order in which they can be deployed."""

from __future__ import annotations

from types import MappingProxyType

from cdktf import App

from stacks.adopted import adopt
from stacks.unit import UnitStack
from tierkeep.adopt.file import Imports, ImportsInvalid
from tierkeep.desired.model import DesiredState


def build(
    state: DesiredState,
    *,
    endpoint: str | None,
    destroyable: str | None,
    imports: Imports = MappingProxyType({}),
    outdir: str | None = None,
) -> App:
    """The application that deploys a desired state.

    `endpoint` is an emulator's URL, or None for AWS. Vaults and keys are protected from being destroyed,
    unless `destroyable` is the catalog's name. What `imports` names exists already and is adopted. `outdir`
    is the folder to write to; None is cdktf's own. Raises `ImportsInvalid`.
    """
    # Its validation runs `terraform version` once for each resource that needs a newer one, which takes
    # seconds: each stack says to Terraform itself which versions it is for.
    app = App(outdir=outdir, skip_validation=True)
    stacks = {
        unit.id: UnitStack(
            app, unit, state=state.state, endpoint=endpoint, destroyable=destroyable == state.name
        )
        for unit in state.units
    }
    for unit in state.units:
        for destination in unit.depends_on:
            stacks[unit.id].add_dependency(stacks[destination])
    by_name = {stack.node.id: stack for stack in stacks.values()}
    for name, ids in imports.items():
        if name not in by_name:
            raise ImportsInvalid(f"the catalog has no stack {name} any more: run `tierkeep import` once more")
        adopt(by_name[name], ids)
    return app
