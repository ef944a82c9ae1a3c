"""What changes between two desired states, in promises and in resources, and what gets weaker.

Pure: two desired states in, a value out, the same whatever the order in the catalogs was.
"""

from tierkeep.diff.compare import Diff, compare
from tierkeep.diff.promise_changes import Direction, PromiseChange
from tierkeep.diff.resource_changes import Action, Field, ResourceChange

__all__ = ["Action", "Diff", "Direction", "Field", "PromiseChange", "ResourceChange", "compare"]
