"""What Terraform must not lose, written down in its own state."""

from __future__ import annotations

import json

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from tierkeep.desired.model import DesiredUnit

KEPT = "retire-instead-of-removing"
"""The construct's id. Terraform names it where it refuses, so that it says what to do."""


def keep(scope: Construct, unit: DesiredUnit, *, destroyable: bool) -> None:
    """Lets Terraform refuse any plan of the unit in which a vault or a key goes with its catalog entry.

    The `prevent_destroy` of a resource goes with its block. This one's block stays: it stands in each stack,
    with an instance for each vault and key, and holds for an instance that is no longer named too
    (docs/adr/0007). It makes nothing in AWS.
    """
    guard = DataResource(scope, KEPT, lifecycle=TerraformResourceLifecycle(prevent_destroy=not destroyable))
    # An expression, since cdktf leaves out an empty map, with which the last instance would lose its guard.
    guard.add_override("for_each", f"${{toset({json.dumps(kept(unit))})}}")


def kept(unit: DesiredUnit) -> list[str]:
    """The vaults and keys of a unit, as Terraform's state and its refusals name them."""
    return sorted(
        [f"vault {each.name}" for each in unit.vaults]
        + [f"key {each.alias}" for each in unit.keys if each.holds_backups]
    )
