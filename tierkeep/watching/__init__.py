"""What is watched in a unit: alarms and a dashboard, as its promises have it."""

from tierkeep.watching.alarms import alarms, dues
from tierkeep.watching.dashboard import dashboard
from tierkeep.watching.made import Due

__all__ = ["Due", "alarms", "dashboard", "dues"]
