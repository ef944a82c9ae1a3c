"""Restore metadata: AWS reads its keys whatever their case ("Restore testing inferred metadata" in the AWS
Backup Developer Guide: "key values are not case sensitive")."""

from collections.abc import Iterable
from datetime import UTC, datetime

from emulator.errors import InvalidParameterValue

REQUEST_ID = "aws:backup:request-id"
"""A key that GetRecoveryPointRestoreMetadata answers for every kind, and that a restore has no use for."""


def named(metadata: dict[str, str], documented: Iterable[str]) -> dict[str, str]:
    """``metadata`` under the documented spelling of its keys, without those that have no value.

    :raises InvalidParameterValue: a key is not one of ``documented``.
    """
    spelling = {name.lower(): name for name in (*documented, REQUEST_ID)}
    unknown = [name for name in metadata if name.lower() not in spelling]
    if unknown:
        raise invalid(f"Unrecognized key : {', '.join(unknown)}")
    return {spelling[name.lower()]: value for name, value in metadata.items() if value}


def require(metadata: dict[str, str], *names: str) -> None:
    """:raises InvalidParameterValue: one of ``names`` is missing."""
    missing = [name for name in names if not metadata.get(name)]
    if missing:
        raise invalid(f"You must provide {', '.join(missing)}")


def check_booleans(metadata: dict[str, str], *names: str) -> None:
    """:raises InvalidParameterValue: one of ``names`` is neither true nor false."""
    for name in names:
        if metadata.get(name, "false").lower() not in ("true", "false"):
            raise invalid(f"{name} must be true or false")


def check_numbers(metadata: dict[str, str], *names: str) -> None:
    """:raises InvalidParameterValue: one of ``names`` is no whole number."""
    for name in names:
        if not metadata.get(name, "1").isdecimal():
            raise invalid(f"{name} must be a number")


def is_true(metadata: dict[str, str], name: str) -> bool:
    return metadata.get(name, "").lower() == "true"


def moment(metadata: dict[str, str], name: str) -> datetime | None:
    """The point in time that ``name`` gives, in ISO 8601 or in seconds since 1970.

    :raises InvalidParameterValue: it is neither.
    """
    text = metadata.get(name)
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        pass
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"{name} is not a time: {text}") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


MOMENT_KEYS = ("RestoreTime", "UseLatestRestorableTime")
"""The keys that say as of which moment a continuous backup is restored: RestoreTime ("Restore S3 data using
AWS Backup" in the AWS Backup Developer Guide), for databases both, as in RestoreDBInstanceToPointInTime."""


def moment_of(metadata: dict[str, str], oldest: datetime, latest: datetime) -> datetime:
    """The moment within ``oldest`` and ``latest`` that restore metadata asks for.

    :raises InvalidParameterValue: it is outside of these, or asked for in two ways.
    """
    given = named({key: metadata[key] for key in metadata if key.lower() in _LOWER_MOMENT_KEYS}, MOMENT_KEYS)
    check_booleans(given, "UseLatestRestorableTime")
    asked = moment(given, "RestoreTime")
    if asked is None:
        return latest
    if is_true(given, "UseLatestRestorableTime"):
        raise invalid("RestoreTime cannot be given with UseLatestRestorableTime")
    if not oldest <= asked <= latest:
        raise invalid(
            f"RestoreTime must be between {oldest.isoformat()} and {latest.isoformat()}: {asked.isoformat()}"
        )
    return asked


_LOWER_MOMENT_KEYS = {key.lower() for key in MOMENT_KEYS}


def invalid(message: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid restore metadata. {message}")
