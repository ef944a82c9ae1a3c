"""How bad a finding is: on its own, so that checks can be listed without what reads AWS."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; the worst first."""

    CRITICAL = "critical"
    """Recovery points are lost, or none are made."""
    HIGH = "high"
    """A promise of the tier is not kept."""
    MEDIUM = "medium"
    """It costs, or weakens what is promised."""
    LOW = "low"
    """Nothing is lost by it."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)
