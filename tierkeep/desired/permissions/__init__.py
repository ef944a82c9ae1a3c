"""What the roles of AWS's backup services may do: just what the tiers of their unit need.

The actions for each type of resource are those of the policies that AWS manages for the same purpose, read in
November 2026 as moto 5.2.5 has them: AWSBackupServiceRolePolicyForBackup v30 and ForRestores v36,
AWSBackupServiceRolePolicyForS3Backup v5 and ForS3Restore v2, AWSDataLifecycleManagerServiceRole v10.
Resources are narrowed to the account, the Region and the kinds of resource that the Service Authorization
Reference names for each action; what it names none for stands apart, in a statement `WithoutResources`, since
AWS takes only `*` there. docs/adr/0011-roles-of-our-own.md says what was left out and why. Tests hold both
sources against this.
"""

from tierkeep.desired.permissions.backup import backup_statements
from tierkeep.desired.permissions.events import (
    deployment_statements,
    retry_statements,
    starting_statements,
)
from tierkeep.desired.permissions.needs import Needs, Place
from tierkeep.desired.permissions.restore import restore_statements
from tierkeep.desired.permissions.snapshots import key_use, snapshot_statements

__all__ = [
    "Needs",
    "Place",
    "backup_statements",
    "deployment_statements",
    "key_use",
    "restore_statements",
    "retry_statements",
    "snapshot_statements",
    "starting_statements",
]
