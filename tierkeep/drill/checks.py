"""Judging a restored volume against its recovery point and the tier's promise. Pure.

What could not be read comes in as the error that AWS gave, and its check says UNKNOWN with that cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

from tierkeep.aws import AwsError
from tierkeep.drill.ebs import Choice, KmsKey
from tierkeep.drill.guard import Volume

T = TypeVar("T")
Read: TypeAlias = T | AwsError
"""A value that was read, or why it could not be."""

NOT_CHECKED = (
    (
        "contents: no block, file system or file of the restored volume was read, so this drill does not "
        "show that the data is right, complete or usable"
    ),
    "application: nothing was started from the restored volume",
)
"""What no drill of this version looks at."""


class Verdict(StrEnum):
    """Whether a check holds. What could not be read is never PASS."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was compared. `actual` is None where it could not be read; `cause` then says why."""

    id: str
    title: str
    expected: str
    actual: str | None
    verdict: Verdict
    cause: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What AWS says about the restored volume and about what it has to match."""

    volume: Read[Volume | None]
    snapshot_size_gib: Read[int]
    key: Read[KmsKey] | None
    """The key that the restore asked for; None if it asked for none."""


TITLES = {
    "state": "Volume is available",
    "attachments": "Volume is attached to nothing",
    "size": "Size is that of the source",
    "encryption": "Encryption is that of the recovery point",
    "promise": "Recovery point is encrypted, as every tier promises",
    "key": "Key is the one that the restore asked for",
    "key-management": "Key is customer-managed and enabled",
}


def judge(choice: Choice, observed: Observed, *, customer_managed_key: bool) -> tuple[Check, ...]:
    """Every check of a restored volume, in the order of `TITLES`; the last only if the tier promises it."""
    checks = [
        *_placement(observed.volume),
        _size(observed.volume, observed.snapshot_size_gib),
        _encryption(observed.volume, expected=choice.encrypted),
        _compare("promise", "encrypted", _in_words(choice.point.encrypted)),
        _key(choice, observed),
    ]
    if customer_managed_key:
        checks.append(_key_management(choice, observed.key))
    return tuple(checks)


def not_run(cause: str, *, customer_managed_key: bool) -> tuple[Check, ...]:
    """The same checks for a drill that never came to them."""
    ids = [check_id for check_id in TITLES if customer_managed_key or check_id != "key-management"]
    return tuple(_unknown(check_id, expected="to be looked at", cause=cause) for check_id in ids)


def not_checked(out_of_reach: str | None) -> list[str]:
    """What a drill does not look at: what no drill does, and what of its scope it cannot reach."""
    return [*NOT_CHECKED, *([out_of_reach] if out_of_reach else [])]


def _compare(check_id: str, expected: str, actual: str) -> Check:
    verdict = Verdict.PASS if actual == expected else Verdict.FAIL
    return Check(id=check_id, title=TITLES[check_id], expected=expected, actual=actual, verdict=verdict)


def _unknown(check_id: str, *, expected: str, cause: str) -> Check:
    return Check(
        id=check_id,
        title=TITLES[check_id],
        expected=expected,
        actual=None,
        verdict=Verdict.UNKNOWN,
        cause=cause,
    )


def _unreadable(volume: Read[Volume | None]) -> str:
    return str(volume) if isinstance(volume, AwsError) else "EC2 says that the volume does not exist"


def _placement(volume: Read[Volume | None]) -> tuple[Check, Check]:
    if not isinstance(volume, Volume):
        cause = _unreadable(volume)
        return (
            _unknown("state", expected="available", cause=cause),
            _unknown("attachments", expected="none", cause=cause),
        )
    return (
        _compare("state", "available", volume.state),
        _compare("attachments", "none", ", ".join(volume.attached_to) or "none"),
    )


def _size(volume: Read[Volume | None], snapshot_gib: Read[int]) -> Check:
    if isinstance(snapshot_gib, AwsError):
        return _unknown("size", expected="the size in the snapshot", cause=str(snapshot_gib))
    expected = f"{snapshot_gib} GiB"
    if not isinstance(volume, Volume):
        return _unknown("size", expected=expected, cause=_unreadable(volume))
    return _compare("size", expected, f"{volume.size_gib} GiB")


def _encryption(volume: Read[Volume | None], *, expected: bool) -> Check:
    if not isinstance(volume, Volume):
        return _unknown("encryption", expected=_in_words(expected), cause=_unreadable(volume))
    return _compare("encryption", _in_words(expected), _in_words(volume.encrypted))


def _in_words(encrypted: bool) -> str:  # noqa: FBT001 - a word for each of the two
    return "encrypted" if encrypted else "not encrypted"


def _key(choice: Choice, observed: Observed) -> Check:
    volume, requested = observed.volume, choice.point.key_arn if choice.point.encrypted else None
    if requested is None:
        return _key_unasked(choice, volume)
    if not isinstance(volume, Volume):
        return _unknown("key", expected=requested, cause=_unreadable(volume))
    # The request may name the key by an alias; the volume always names it by its own ARN.
    expected = observed.key.arn if isinstance(observed.key, KmsKey) else requested
    return _compare("key", expected, volume.kms_key_arn or "none")


def _key_unasked(choice: Choice, volume: Read[Volume | None]) -> Check:
    if choice.point.encrypted:
        cause = "AWS Backup does not say which key the recovery point is encrypted with"
        return _unknown("key", expected="the key of the recovery point", cause=cause)
    if not isinstance(volume, Volume):
        return _unknown("key", expected="none", cause=_unreadable(volume))
    if choice.encrypted:
        return Check(
            id="key",
            title=TITLES["key"],
            expected="the account's default EBS key: none was asked for",
            actual=volume.kms_key_arn or "none",
            verdict=Verdict.PASS if volume.kms_key_arn else Verdict.FAIL,
        )
    return _compare("key", "none", volume.kms_key_arn or "none")


def _key_management(choice: Choice, key: Read[KmsKey] | None) -> Check:
    expected = "CUSTOMER, Enabled"
    if isinstance(key, AwsError):
        return _unknown("key-management", expected=expected, cause=str(key))
    if key is not None:
        return _compare("key-management", expected, f"{key.manager}, {key.state}")
    if choice.point.encrypted:
        cause = "AWS Backup does not say which key the recovery point is encrypted with"
        return _unknown("key-management", expected=expected, cause=cause)
    return _compare("key-management", expected, "the recovery point is not encrypted")
