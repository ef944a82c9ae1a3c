"""What is watched in a unit: alarms and a dashboard, as its promises have it."""

from tierkeep.watching.alarms import Due, alarms, dues
from tierkeep.watching.dashboard import dashboard

__all__ = ["Due", "alarms", "dashboard", "dues"]
