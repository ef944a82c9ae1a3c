"""What restored S3 buckets have in common: the lower rung, and the way in for assertions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tierkeep.aws import AwsError
from tierkeep.drill.assertions.reach import ObjectFound, Unreached
from tierkeep.drill.checks import Check, Rung, Sheet, attempt
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.kinds.bucket import NAME as BUCKET
from tierkeep.drill.reading.object_bodies import read_body
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import Thing, name_of

CHECKING_CALLS = (
    "s3:HeadBucket",
    "s3:ListBuckets",
    "s3:GetBucketTagging",
    "s3:GetBucketPolicy",
    "s3:GetBucketReplication",
    "s3:GetPublicAccessBlock",
)
REACHING_CALLS = ("s3:GetObject",)

NOT_CHECKED = (
    "other objects: those that are not sampled were compared by key and size, and not read",
    "settings: a restore makes a bucket with objects, without the source's policies, rules, notifications",
    "access control lists, tags and metadata of objects",
    "earlier versions: AWS Backup restores the newest of that time alone",
    "application: nothing was pointed at the restored bucket",
)

TITLES = {
    "place": "Bucket is in the Region",
    "use": "Bucket is used by nobody",
    "public": "Public access is blocked",
}
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def sheet(titles: Mapping[str, str]) -> Sheet:
    """Checks of the rung `restored`."""
    return Sheet(rung=Rung.RESTORED, titles=titles)


def restored_name(drill_id: str) -> str:
    """What a restored bucket is called: nobody else's is, since the drill's id is random. Names of buckets
    have no capitals (S3 user guide, "General purpose bucket naming rules")."""
    return f"tierkeep-{drill_id}".lower()


def check(bench: Bench, of: Sheet) -> tuple[Check, ...]:
    """The checks that any restored bucket has."""
    bucket = attempt(lambda: kind_named(BUCKET).read(bench.session, bench.arn))
    if not isinstance(bucket, Thing):
        cause = str(bucket) if isinstance(bucket, AwsError) else "S3 says that the bucket does not exist"
        return tuple(of.unknown(each, expected="to be looked at", cause=cause) for each in TITLES)
    return (
        of.compare("place", bench.session.region, bucket.region),
        of.compare("use", "nobody", ", ".join(bucket.users) or "nobody"),
        _public(bench, of),
    )


def _public(bench: Bench, of: Sheet) -> Check:
    """As S3 makes every bucket since 2023 (S3 user guide, "Blocking public access to your S3 storage"): what
    was backed up is no more public while it is drilled."""
    expected = ", ".join(_BLOCKS)
    try:
        answer = bench.session.call("s3", "get_public_access_block", Bucket=name_of(bench.arn))
    except AwsError as error:
        if error.code == "NoSuchPublicAccessBlockConfiguration":
            return of.compare("public", expected, "no block")
        return of.unknown("public", expected=expected, cause=str(error))
    found = answer["PublicAccessBlockConfiguration"]
    return of.compare(
        "public", expected, ", ".join(each for each in _BLOCKS if found.get(each)) or "no block"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketReach(Unreached):
    """The objects of a restored bucket."""

    bench: Bench
    deadline: float

    def read_object(self, key: str) -> ObjectFound | None:
        """An object, to its end. Raises `CannotVerifyError` if time is up, and `AwsError`."""
        try:
            return read_body(
                self.bench.session,
                name_of(self.bench.arn),
                key,
                checkpoint=lambda: self.bench.require_time(self.deadline, f"{key} was not read in time"),
            ).found
        except AwsError as error:
            if error.code == "NoSuchKey":
                return None
            raise
