"""What a run may take in money and time, and whether another drill may still start. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.drill.measure import duration
from tierkeep.drill.scenarios.prices import dollars


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The most that a run may take; None is no limit."""

    usd: int | None = None
    seconds: float | None = None

    def refuses(
        self, *, spent: float, elapsed: float, usd: float | None, seconds: float | None
    ) -> str | None:
        """Why a drill of that cost and that time must not start any more, or None if it may.

        `spent` is the estimated cost of all that has started. What has no known price does not start within a
        budget of money; what takes nobody knows how long may start as long as there is time left.
        """
        if self.usd is not None:
            if usd is None:
                return f"budget: no price is known of it, so that {self.usd} USD could not be kept to"
            if spent + usd > self.usd:
                return (
                    f"budget: about {dollars(usd)} more than the {dollars(spent)} that the drills before it "
                    f"take exceeds {self.usd} USD"
                )
        if self.seconds is not None and elapsed + (seconds or 0.0) >= self.seconds:
            needed = (
                f"it would take about {duration(seconds)}" if seconds else "nobody knows how long it takes"
            )
            left = f"{duration(self.seconds)} in all, of which {duration(elapsed)} were over"
            return f"budget: {left}, and {needed}"
        return None
