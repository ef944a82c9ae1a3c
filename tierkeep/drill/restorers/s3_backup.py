"""S3 buckets whose backups AWS Backup makes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.desired.model import ResourceType
from tierkeep.drill.assertions.reach import Reach
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.kinds.bucket import NAME as BUCKET
from tierkeep.drill.makers import BACKUP_JOB
from tierkeep.drill.reading import bucket_contents
from tierkeep.drill.restorers import backup, buckets
from tierkeep.drill.restorers.base import Bench, Choice, Restorer
from tierkeep.drill.scope import Method, Scope
from tierkeep.drill.thing import properties

_TYPE = "S3"
"""As AWS Backup calls it."""


class S3ByBackup(Restorer):
    """A recovery point of a bucket, restored into a new bucket that AWS Backup makes under the drill's name.

    Each object is encrypted as it was.
    """

    method = Method.BACKUP
    resource_type = ResourceType.S3
    title = "S3 buckets by AWS Backup"
    maker = BACKUP_JOB.name
    kind = BUCKET
    helpers = ()
    choosing_calls = backup.CHOOSING_CALLS
    checking_calls = (*buckets.CHECKING_CALLS, "kms:DescribeKey")
    reading_calls = bucket_contents.CALLS
    reaching_calls = buckets.REACHING_CALLS
    not_checked = buckets.NOT_CHECKED

    def sheets(self, scope: Scope) -> tuple[Sheet, Sheet]:
        """The checks of buckets, and of the recovery point."""
        return buckets.sheet(backup.titled(buckets.TITLES, scope)), bucket_contents.SHEET

    def choose(self, session: UnitSession, scope: Scope) -> Choice:
        """A periodic recovery point: how far a continuous one reaches, AWS does not say."""
        chosen = backup.choose_point(session, scope, backup_type=_TYPE, noun="S3 bucket", periodic=True)
        parameters = {"Encrypted": "true", "EncryptionType": "original", "NewBucket": "true"}
        return replace(
            chosen.choice,
            parameters=tuple(sorted(parameters.items())),
            properties=properties(completed=chosen.completed.isoformat()),
        )

    def request(
        self, scope: Scope, choice: Choice, *, drill_id: str, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """A restore job into a bucket of the drill's name; AWS Backup takes no tags with it."""
        request = backup.job_request(scope, choice, backup_type=_TYPE, token=drill_id)
        named = {"DestinationBucketName": buckets.restored_name(drill_id), "CreationToken": drill_id}
        return {**request, "Metadata": {**request["Metadata"], **named}}

    def explain_restore(self, scope: Scope, choice: Choice) -> str:
        """Where to, as whom, with what."""
        metadata = ", ".join(f"{key}={value}" for key, value in choice.parameters)
        name = buckets.restored_name("DRILL")
        return f"into a new bucket {name}, as {scope.restore_role_arn}, with {metadata}"

    def explain_check(self, scope: Scope, choice: Choice) -> str:
        """Place, use, public access, key of the recovery point."""
        managed = "; the key is customer-managed and enabled" if scope.customer_managed_key else ""
        return f"in the Region, used by nobody, not public{managed}"

    def explain_read(self, scope: Scope, choice: Choice) -> str:
        """As of every bucket."""
        return bucket_contents.EXPLAINED

    def check(self, bench: Bench) -> tuple[Check, ...]:
        """The bucket, and the recovery point's key."""
        of, _ = self.sheets(bench.scope)
        return (*buckets.check(bench, of), *backup.check_point(bench, of))

    def read(self, bench: Bench) -> tuple[Check, ...]:
        """As of every bucket."""
        return bucket_contents.read(bench)

    def reach(self, bench: Bench) -> AbstractContextManager[Reach]:
        """Its objects."""
        return nullcontext(buckets.BucketReach(what=self.title, bench=bench, deadline=bench.deadline()))
