"""The forms of single values in a catalog, and what all of its models share."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, GetPydanticSchema, StringConstraints
from pydantic_core import PydanticCustomError, core_schema

from tierkeep.catalog.durations import Duration, Unit

Name = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=24)
]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
DESTINATION = r"^([a-z][a-z0-9]*(-[a-z0-9]+)*/)?[a-z]{2}(-[a-z]+)+-[0-9]$"
AIR_GAPPED_DESTINATION = rf"^(home|{DESTINATION[1:-1]})$"
Destination = Annotated[str, StringConstraints(pattern=DESTINATION)]
"""Where copies go: a Region of the same account, or a Region of another as `account/Region`."""
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@-]+$", max_length=64)]
PolicyName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$",
        max_length=200,
    ),
]
TagKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]+$", max_length=128)]
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]*$", max_length=256)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", max_length=64)
]
AvailabilityZone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _schedule_day(value: Any) -> str | int:
    if value in WEEKDAYS or (type(value) is int and 1 <= value <= 28):
        return cast("str | int", value)
    raise PydanticCustomError("schedule_day", "a weekday or a day of the month from 1 to 28 is needed")


Day = Annotated[
    str | int,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            _schedule_day,
            json_schema_input_schema=core_schema.union_schema(
                [core_schema.literal_schema(list(WEEKDAYS)), core_schema.int_schema(ge=1, le=28)]
            ),
        )
    ),
]
"""A weekday, or a day of the month that every month has."""


def require_day_of(every: Duration, on: str | int | None, what: str) -> None:
    """Raises `PydanticCustomError` if `on` is no day for what is held so often, or is missing."""
    wanted = {Unit.WEEKS: str, Unit.MONTHS: int, Unit.YEARS: int}.get(every.unit)
    if wanted is None and on is not None:
        raise PydanticCustomError(
            "on", "`on` goes with weekly, monthly and yearly {what}s only", {"what": what}
        )
    if wanted is str and not isinstance(on, str):
        raise PydanticCustomError(
            "on", "a weekly {what} needs `on` with a weekday, such as sunday", {"what": what}
        )
    if wanted is int and not isinstance(on, int):
        raise PydanticCustomError(
            "on", "a monthly or yearly {what} needs `on` with a day from 1 to 28", {"what": what}
        )


TypeName = Literal["aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"]


SomeModel = TypeVar("SomeModel", bound="Model")


class Model(BaseModel):
    """Strict, frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def unset(model: type[SomeModel]) -> SomeModel:
    """A model of which nothing is said: its own defaults. Calling the model would build a validator for it
    alone, at each start of each command."""
    return model.model_construct()


def _day(text: str) -> str:
    match = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    year, month, day = (int(part) for part in match.groups()) if match else (0, 0, 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        raise PydanticCustomError(
            "day", "`{day}` is no day of the calendar: write one such as 2027-06-30", {"day": text}
        )
    return text


Date = Annotated[str, AfterValidator(_day)]
