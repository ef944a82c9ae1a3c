"""What the site is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tierkeep.desired.model import DesiredState
from tierkeep.report.drilled.drills import Drill
from tierkeep.report.drilled.folder import Unusable
from tierkeep.report.findings_document import FindingsDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """A catalog, and what is known of how it is kept."""

    state: DesiredState
    findings: FindingsDocument | None
    """None where none were named, or where they could not be used."""
    drills: tuple[Drill, ...]
    """Oldest first."""
    unusable: tuple[Unusable, ...]
    """Input that was named and could not be used: the pages say so."""
    written: datetime
    """When the site is made: ages are reckoned from it."""
