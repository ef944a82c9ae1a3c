"""What exists already, marked for Terraform to import."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResource, TerraformStack
from constructs import IConstruct

from tierkeep.adopt.file import ImportsInvalid


def adopt(stack: TerraformStack, ids: Mapping[str, str]) -> None:
    """Gives a stack's resources, by construct path, an `import` block with the id of the AWS provider.

    Terraform takes no notice of a block whose resource its state has. Raises `ImportsInvalid` for a path at
    which the stack has nothing.
    """
    for path, import_id in ids.items():
        here: IConstruct | None = stack
        for part in path.split("/"):
            here = here.node.try_find_child(part) if here else None
        if not isinstance(here, TerraformResource):
            raise ImportsInvalid(
                f"{stack.node.id} has nothing at {path} any more: run `tierkeep import` once more"
            )
        here.import_from(import_id)
