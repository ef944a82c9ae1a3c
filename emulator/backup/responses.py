"""AWS Backup, answering requests.

An operation that is a method of none of these classes is refused with the code ``NotImplemented``.
"""

from emulator.backup.operations.absent import AbsentOperations
from emulator.backup.operations.account import AccountOperations
from emulator.backup.operations.audit import AuditOperations
from emulator.backup.operations.jobs import JobOperations
from emulator.backup.operations.legal_holds import LegalHoldOperations
from emulator.backup.operations.plans import PlanOperations
from emulator.backup.operations.recovery_points import RecoveryPointOperations
from emulator.backup.operations.restore_testing import RestoreTestingOperations
from emulator.backup.operations.vaults import VaultOperations


class BackupResponse(
    VaultOperations,
    PlanOperations,
    JobOperations,
    RecoveryPointOperations,
    AccountOperations,
    AuditOperations,
    LegalHoldOperations,
    RestoreTestingOperations,
    AbsentOperations,
):
    """A request to AWS Backup."""
