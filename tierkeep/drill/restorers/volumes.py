"""What restored EBS volumes have in common, whoever made their backup: zones, encryption, the lower rung."""

from __future__ import annotations

from dataclasses import dataclass

from tierkeep.aws import AwsError, UnitSession
from tierkeep.drill.checks import Check, Read, Rung, Sheet, attempt
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.keys import KmsKey, describe_key
from tierkeep.drill.kinds import kind_named
from tierkeep.drill.kinds.snapshot import describe as describe_snapshot
from tierkeep.drill.kinds.volume import NAME as VOLUME
from tierkeep.drill.restorers.base import Bench, Choice
from tierkeep.drill.scope import Scope
from tierkeep.drill.thing import Thing, name_of

CHECKING_CALLS = ("ec2:DescribeVolumes", "ec2:DescribeSnapshots", "kms:DescribeKey")
CHOOSING_CALLS = ("ec2:DescribeAvailabilityZones", "ec2:GetEbsEncryptionByDefault")

NOT_CHECKED = (
    "files: none was opened; what a volume begins with and a sample of its blocks were read",
    "application: nothing was started from the restored volume",
)

_TITLES = {
    "state": "Volume is available",
    "attachments": "Volume is attached to nothing",
    "size": "Size is that of the source",
    "encryption": "Encryption is that of the recovery point",
    "promise": "Recovery point is encrypted, as every tier promises",
    "key": "Key is the one that the restore asked for",
    "key-management": "Key is customer-managed and enabled",
}


def sheet(scope: Scope) -> Sheet:
    """The checks of the rung `restored`; the last only if the tier promises it."""
    wanted = {k: v for k, v in _TITLES.items() if scope.customer_managed_key or k != "key-management"}
    return Sheet(rung=Rung.RESTORED, titles=wanted)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What AWS says about the restored volume and about what it has to match."""

    volume: Read[Thing | None]
    snapshot_size_gib: Read[int]
    key: Read[KmsKey] | None
    """The key that the restore asked for; None if it asked for none."""


def check(bench: Bench) -> tuple[Check, ...]:
    """The rung `restored`."""
    session, point = bench.session, bench.choice.point
    key_arn = point.key_arn if point.encrypted else None
    observed = Observed(
        volume=attempt(lambda: kind_named(VOLUME).read(session, bench.arn)),
        snapshot_size_gib=attempt(lambda: _size_of(session, name_of(point.arn))),
        key=None if key_arn is None else attempt(lambda: describe_key(session, key_arn)),
    )
    return judge(sheet(bench.scope), bench.choice, observed)


def _size_of(session: UnitSession, snapshot_id: str) -> int:
    """In GiB."""
    found = describe_snapshot(session, snapshot_id)
    if found is None:
        raise AwsError(
            unit=session.unit,
            service="ec2",
            operation="describe_snapshots",
            code="InvalidSnapshot.NotFound",
            message=f"there is no snapshot {snapshot_id}",
        )
    return int(found["VolumeSize"])


def judge(sheet: Sheet, choice: Choice, observed: Observed) -> tuple[Check, ...]:
    """Every check of the sheet, in its order."""
    checks = [
        *_placement(sheet, observed.volume),
        _size(sheet, observed.volume, observed.snapshot_size_gib),
        _encryption(sheet, observed.volume, expected=bool(choice.property("encrypted"))),
        sheet.compare("promise", "encrypted", _in_words(encrypted=choice.point.encrypted)),
        _key(sheet, choice, observed),
    ]
    if "key-management" in sheet.titles:
        checks.append(_key_management(sheet, choice, observed.key))
    return tuple(checks)


def _unreadable(volume: Read[Thing | None]) -> str:
    return str(volume) if isinstance(volume, AwsError) else "EC2 says that the volume does not exist"


def _placement(sheet: Sheet, volume: Read[Thing | None]) -> tuple[Check, Check]:
    if not isinstance(volume, Thing):
        cause = _unreadable(volume)
        return (
            sheet.unknown("state", expected="available", cause=cause),
            sheet.unknown("attachments", expected="none", cause=cause),
        )
    return (
        sheet.compare("state", "available", volume.state),
        sheet.compare("attachments", "none", ", ".join(volume.users) or "none"),
    )


def _size(sheet: Sheet, volume: Read[Thing | None], snapshot_gib: Read[int]) -> Check:
    if isinstance(snapshot_gib, AwsError):
        return sheet.unknown("size", expected="the size in the snapshot", cause=str(snapshot_gib))
    expected = f"{snapshot_gib} GiB"
    if not isinstance(volume, Thing):
        return sheet.unknown("size", expected=expected, cause=_unreadable(volume))
    return sheet.compare("size", expected, f"{volume.property('size_gib')} GiB")


def _encryption(sheet: Sheet, volume: Read[Thing | None], *, expected: bool) -> Check:
    wanted = _in_words(encrypted=expected)
    if not isinstance(volume, Thing):
        return sheet.unknown("encryption", expected=wanted, cause=_unreadable(volume))
    return sheet.compare("encryption", wanted, _in_words(encrypted=bool(volume.property("encrypted"))))


def _in_words(*, encrypted: bool) -> str:
    return "encrypted" if encrypted else "not encrypted"


_KEY_HIDDEN = "AWS does not say which key the recovery point is encrypted with"


def _key(sheet: Sheet, choice: Choice, observed: Observed) -> Check:
    volume, requested = observed.volume, choice.point.key_arn if choice.point.encrypted else None
    if requested is None:
        return _key_unasked(sheet, choice, volume)
    if not isinstance(volume, Thing):
        return sheet.unknown("key", expected=requested, cause=_unreadable(volume))
    # The request may name the key by an alias; the volume always names it by its own ARN.
    expected = observed.key.arn if isinstance(observed.key, KmsKey) else requested
    return sheet.compare("key", expected, str(volume.property("key_arn") or "none"))


def _key_unasked(sheet: Sheet, choice: Choice, volume: Read[Thing | None]) -> Check:
    if choice.point.encrypted:
        return sheet.unknown("key", expected="the key of the recovery point", cause=_KEY_HIDDEN)
    if not isinstance(volume, Thing):
        return sheet.unknown("key", expected="none", cause=_unreadable(volume))
    key = volume.property("key_arn")
    if choice.property("encrypted"):
        expected = "the account's default EBS key: none was asked for"
        return sheet.judged("key", expected, str(key or "none"), holds=bool(key))
    return sheet.compare("key", "none", str(key or "none"))


def _key_management(sheet: Sheet, choice: Choice, key: Read[KmsKey] | None) -> Check:
    expected = "CUSTOMER, Enabled"
    if isinstance(key, AwsError):
        return sheet.unknown("key-management", expected=expected, cause=str(key))
    if key is not None:
        return sheet.compare("key-management", expected, f"{key.manager}, {key.state}")
    if choice.point.encrypted:
        return sheet.unknown("key-management", expected=expected, cause=_KEY_HIDDEN)
    return sheet.compare("key-management", expected, "the recovery point is not encrypted")


def explain_check(scope: Scope, choice: Choice) -> str:
    """What the rung `restored` looks at."""
    key = f"key {choice.point.key_arn}" if choice.point.encrypted else "no key of the recovery point"
    managed = "; the key is customer-managed and enabled" if scope.customer_managed_key else ""
    encrypted = _in_words(encrypted=bool(choice.property("encrypted")))
    return (
        f"available, attached to nothing, size as in {name_of(choice.point.arn)}, {encrypted}, {key}{managed}"
    )


def zone(session: UnitSession, wanted: str | None) -> str:
    """The zone that is wanted, or else the first of the Region. Raises `CannotVerifyError` and `AwsError`."""
    answer = session.call(
        "ec2",
        "describe_availability_zones",
        Filters=[
            {"Name": "state", "Values": ["available"]},
            {"Name": "zone-type", "Values": ["availability-zone"]},
        ],
    )
    names: list[str] = sorted(each["ZoneName"] for each in answer["AvailabilityZones"])
    if not names:
        raise CannotVerifyError(f"EC2 lists no available Availability Zone in {session.unit}")
    # The metadata of a copy may name a zone of the Region that the copy came from.
    return wanted if wanted is not None and wanted in names else names[0]


def will_be_encrypted(session: UnitSession, *, encrypted: bool) -> bool:
    """Whether a volume comes back encrypted. Raises `AwsError`.

    An account can encrypt every new EBS volume; then a plain snapshot comes back encrypted, rightly.
    """
    if encrypted:
        return True
    default: bool = session.call("ec2", "get_ebs_encryption_by_default")["EbsEncryptionByDefault"]
    return default
