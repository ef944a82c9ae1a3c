"""All stacks of a catalog, in the order in which they can be deployed."""

from __future__ import annotations

from cdktf import App

from stacks.unit import UnitStack
from tierkeep.desired.model import DesiredState


def build(
    state: DesiredState, *, endpoint: str | None, destroyable: str | None, outdir: str | None = None
) -> App:
    """The application that deploys a desired state.

    `endpoint` is an emulator's URL, or None for AWS. Vaults and keys are protected from being destroyed,
    unless `destroyable` is the catalog's name. `outdir` is the folder to write to; None is cdktf's own.
    """
    app = App(outdir=outdir)
    stacks = {
        unit.id: UnitStack(
            app, unit, state=state.state, endpoint=endpoint, destroyable=destroyable == state.name
        )
        for unit in state.units
    }
    for unit in state.units:
        for destination in unit.depends_on:
            stacks[unit.id].add_dependency(stacks[destination])
    return app
