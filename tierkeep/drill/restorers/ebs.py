"""EBS volumes, whoever made their backup: one way to check and to read what was restored."""

from __future__ import annotations

from tierkeep.desired.model import ResourceType
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.kinds.volume import NAME as VOLUME
from tierkeep.drill.reading import volume_contents
from tierkeep.drill.restorers import volumes
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Scope


class EbsRestorer(Restorer):
    """What restorers of volumes have in common; how each chooses and asks is its own."""

    resource_type = ResourceType.EBS
    kind = VOLUME
    helpers = volume_contents.HELPERS
    checking_calls = volumes.CHECKING_CALLS
    reading_calls = volume_contents.CALLS
    not_checked = volumes.NOT_CHECKED

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of volumes."""
        return volumes.sheet(scope), volume_contents.SHEET

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """State, use, size, encryption, key."""
        return volumes.explain_check(scope, choice)

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """Blocks and file systems."""
        return volume_contents.EXPLAINED

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The volume from outside."""
        return volumes.check(bench)

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """What the volume holds."""
        return volume_contents.read(bench)
