"""Every restorer, by whose backups it restores and of what type. Tests drill each that is registered here."""

from __future__ import annotations

from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.restorers.aurora_backup import AuroraByBackup
from tierkeep.drill.restorers.base import Restorer
from tierkeep.drill.restorers.dynamodb_backup import DynamoDbByBackup
from tierkeep.drill.restorers.dynamodb_pitr import DynamoDbToAMoment
from tierkeep.drill.restorers.ebs_backup import EbsByBackup
from tierkeep.drill.restorers.ebs_dlm import EbsByDlm
from tierkeep.drill.restorers.ec2_backup import Ec2ByBackup
from tierkeep.drill.restorers.ec2_dlm import Ec2ByDlm
from tierkeep.drill.restorers.efs_backup import EfsByBackup
from tierkeep.drill.restorers.rds_backup import RdsByBackup
from tierkeep.drill.restorers.rds_pitr import RdsToAMoment
from tierkeep.drill.restorers.s3_backup import S3ByBackup
from tierkeep.drill.scope import Scope

RESTORERS: tuple[Restorer, ...] = (
    EbsByBackup(),
    EbsByDlm(),
    Ec2ByBackup(),
    Ec2ByDlm(),
    DynamoDbByBackup(),
    DynamoDbToAMoment(),
    S3ByBackup(),
    EfsByBackup(),
    RdsByBackup(),
    RdsToAMoment(),
    AuroraByBackup(),
)


def restorer_for(scope: Scope) -> Restorer:
    """The restorer of what a drill is of. Raises `CannotVerifyError` if there is none in this version."""
    for each in RESTORERS:
        if (each.method, each.resource_type) == (scope.method, scope.resource_type):
            return each
    known = "; ".join(each.title for each in RESTORERS)
    raise CannotVerifyError(
        f"could not verify: this version cannot restore type {scope.resource_type.value} "
        f"{scope.method.words}, so whether those backups of tier {scope.tier!r} can be restored is not known."
        " "
        f"What it restores: {known}"
    )
