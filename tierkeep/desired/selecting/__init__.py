"""What AWS's selections select: an exact reading of their semantics, for compiler and validator alike.

`selection` is AWS Backup's selection in general, whoever made it; `targets` is a snapshot policy's target
tags; `protecting` asks both of a desired state: which tier claims a resource, and what protects it.
"""

from tierkeep.desired.selecting.answer import Answer
from tierkeep.desired.selecting.condition import Condition, Operator
from tierkeep.desired.selecting.near_misses import NearMiss
from tierkeep.desired.selecting.protecting import ProtectionOfResource, Protector, protection_of
from tierkeep.desired.selecting.resource import ArnInvalid, Resource, read_resource
from tierkeep.desired.selecting.selection import OptIn, ResourceSelection, as_aws_reads, selects
from tierkeep.desired.selecting.targets import targets
from tierkeep.desired.selecting.wildcard import matches

__all__ = [
    "Answer",
    "ArnInvalid",
    "Condition",
    "NearMiss",
    "Operator",
    "OptIn",
    "ProtectionOfResource",
    "Protector",
    "Resource",
    "ResourceSelection",
    "as_aws_reads",
    "matches",
    "protection_of",
    "read_resource",
    "selects",
    "targets",
]
