"""Two desired states -> what changes from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.desired.model import DesiredState
from tierkeep.diff.promise_changes import Direction, PromiseChange, promise_changes
from tierkeep.diff.resource_changes import ResourceChange, resource_changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """All that changes between two desired states."""

    promises: tuple[PromiseChange, ...]
    resources: tuple[ResourceChange, ...]
    notes: tuple[str, ...]
    """What concerns all of it, such as a Terraform state that moves."""

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.promises or self.resources or self.notes)

    def of(self, direction: Direction) -> tuple[PromiseChange, ...]:
        """The promises that change in one direction."""
        return tuple(each for each in self.promises if each.direction is direction)

    @property
    def needs_attention(self) -> bool:
        """Whether a promise gets weaker, something is lost or left behind, or there is a note."""
        return (
            bool(self.of(Direction.WEAKER))
            or bool(self.notes)
            or any(not each.action.harmless for each in self.resources)
        )


def compare(old: DesiredState, new: DesiredState) -> Diff:
    """What changes from the old desired state to the new one."""
    return Diff(
        promises=promise_changes(old, new),
        resources=resource_changes(old, new),
        notes=tuple(_notes(old, new)),
    )


def _notes(old: DesiredState, new: DesiredState) -> list[str]:
    notes = []
    if old.name != new.name:
        notes.append(
            f"the catalog's name changes from {old.name} to {new.name}: every vault, plan, key and role gets "
            "another name, and nothing that exists is renamed"
        )
    if old.tag_key != new.tag_key:
        notes.append(
            f"resources must carry the tag {new.tag_key} instead of {old.tag_key}: until they do, they are "
            "in no tier and are not backed up"
        )
    ids = {unit.id.account: unit.account_id for unit in new.units}
    for name, was in sorted({(unit.id.account, unit.account_id) for unit in old.units}):
        if ids.get(name, was) != was:
            notes.append(
                f"account {name} becomes {ids[name]}: nothing protects the resources of {was} any more, and "
                "what is deployed there is left unmanaged"
            )
    if old.state != new.state:
        notes.append(
            "Terraform's state moves: migrate it (`terraform init -migrate-state` in each stack), or "
            "Terraform takes everything for missing and creates it once more"
        )
    return notes
