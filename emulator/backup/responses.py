"""AWS Backup, answering requests.

An operation that is a method of none of these classes is refused with the code ``NotImplemented``.
"""

from emulator.backup.operations.account import AccountOperations
from emulator.backup.operations.jobs import JobOperations
from emulator.backup.operations.plans import PlanOperations
from emulator.backup.operations.recovery_points import RecoveryPointOperations
from emulator.backup.operations.vaults import VaultOperations


class BackupResponse(
    VaultOperations, PlanOperations, JobOperations, RecoveryPointOperations, AccountOperations
):
    """A request to AWS Backup."""
