"""Reads the bucket of a unit's reports. S3 answers what is not set with an error of its own."""

import json
from collections.abc import Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import ExpiryForm, ReportBucketForm, TagMap
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


def read_report_buckets(session: UnitSession, scope: Scope) -> Mapping[str, ReportBucketForm]:
    """The bucket that a unit's reports go to, or went to, by name."""
    name = scope.names.report_bucket
    try:
        tags: TagMap | Unread = _tags(session, name)
    except AwsError as error:
        if error.code == "NoSuchBucket":
            return {}
        tags = Unread.because(error)
    if not scope.takes_in(tags, named=scope.has_reports):
        return {}
    form = ReportBucketForm(
        versioning=attempt(_versioning, session, name),
        blocked=attempt(_blocked, session, name),
        ownership=attempt(_ownership, session, name),
        encryption=attempt(_encryption, session, name),
        policy=attempt(_policy, session, name),
        expiry=attempt(_expiry, session, name),
        tags=tags,
    )
    return {name: form}


def _setting(session: UnitSession, bucket: str, operation: str, unset: str) -> Mapping[str, Any]:
    """What S3 answers; nothing where it says by the code `unset` that nothing is set."""
    try:
        return session.call("s3", operation, Bucket=bucket)
    except AwsError as error:
        if error.code == unset:
            return {}
        raise


def _tags(session: UnitSession, bucket: str) -> TagMap:
    return normal.tag_list(_setting(session, bucket, "get_bucket_tagging", "NoSuchTagSet").get("TagSet"))


def _versioning(session: UnitSession, bucket: str) -> str:
    return str(session.call("s3", "get_bucket_versioning", Bucket=bucket).get("Status", "never enabled"))


def _blocked(session: UnitSession, bucket: str) -> tuple[str, ...]:
    answer = _setting(session, bucket, "get_public_access_block", "NoSuchPublicAccessBlockConfiguration")
    return tuple(sorted(k for k, on in answer.get("PublicAccessBlockConfiguration", {}).items() if on))


def _ownership(session: UnitSession, bucket: str) -> str:
    answer = _setting(session, bucket, "get_bucket_ownership_controls", "OwnershipControlsNotFoundError")
    rules = answer.get("OwnershipControls", {}).get("Rules", ())
    return ", ".join(each["ObjectOwnership"] for each in rules) or "not set"


def _encryption(session: UnitSession, bucket: str) -> str:
    answer = _setting(
        session, bucket, "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"
    )
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    by_default = [each.get("ApplyServerSideEncryptionByDefault", {}) for each in rules]
    return ", ".join(" with ".join(sorted(each.values())) for each in by_default) or "not set"


def _policy(session: UnitSession, bucket: str) -> TagMap:
    answer = _setting(session, bucket, "get_bucket_policy", "NoSuchBucketPolicy")
    return normal.policy(json.loads(answer["Policy"])) if answer else {}


def _expiry(session: UnitSession, bucket: str) -> Mapping[str, ExpiryForm]:
    answer = _setting(session, bucket, "get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration")
    return normal.keyed((each.get("ID", ""), _expiry_form(each)) for each in answer.get("Rules", ()))


def _expiry_form(rule: Mapping[str, Any]) -> ExpiryForm:
    """A rule as `GetBucketLifecycleConfiguration` answers it; its prefix stands in one of two places."""
    limits, expiration = rule.get("Filter") or {}, rule.get("Expiration") or {}
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    uploads = rule.get("AbortIncompleteMultipartUpload") or {}
    return ExpiryForm(
        status=rule["Status"],
        prefix=limits.get("Prefix") or rule.get("Prefix") or "",
        after_days=expiration.get("Days"),
        noncurrent_after_days=noncurrent.get("NoncurrentDays"),
        uploads_after_days=uploads.get("DaysAfterInitiation"),
        other_settings={
            **normal.other_settings(
                rule, "ID", "Status", "Filter", "Prefix", "Expiration", "NoncurrentVersionExpiration",
                "AbortIncompleteMultipartUpload",
            ),
            **normal.other_settings(limits, "Prefix"),
            **normal.other_settings(expiration, "Days"),
            **normal.other_settings(noncurrent, "NoncurrentDays"),
        },
    )  # fmt: skip
