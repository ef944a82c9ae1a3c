"""What a check is."""

from dataclasses import dataclass

from tierkeep.validate.severity import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One question that is asked of every unit."""

    id: str
    """`family.what`, such as `drift.vault`."""
    resource_type: str
    question: str
    severity: Severity
    """Of its worst findings."""
    mildest: Severity | None = None
    """Of its mildest; None where all are as bad."""
    risk: str
    """What its findings put at risk. Each finding says it more closely."""
    remedy: str
    """What mostly sets it right. Each finding says what sets it right itself."""
    source: str
    """What it stands on: a URL, or a document of this repository."""

    @property
    def family(self) -> str:
        """The family that it belongs to, such as `drift`."""
        return self.id.partition(".")[0]

    @property
    def severities(self) -> str:
        """How bad its findings are, in words, such as `critical to low`."""
        return f"{self.severity} to {self.mildest}" if self.mildest else str(self.severity)
