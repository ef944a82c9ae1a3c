"""What could not be read, and why: the value that stands where an answer of AWS is missing.

An empty list says "AWS has nothing"; an `Unread` says "nobody knows". The two never turn into each other.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ParamSpec, Self, TypeVar

from pydantic_core import CoreSchema, PydanticSerializationUnexpectedValue, core_schema

from tierkeep.aws import AwsError, WrongAccountError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A read that failed: which call, and AWS's error code with its message.

    `code` is botocore's exception name where there was no answer, and `WrongAccount` where the credentials
    belong to another account than the catalog's.
    """

    service: str
    operation: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}: {self.code}: {self.message}"

    @classmethod
    def because(cls, error: AwsError | WrongAccountError) -> Self:
        """What that error leaves unread."""
        if isinstance(error, WrongAccountError):
            return cls(
                service="sts", operation="get_caller_identity", code="WrongAccount", message=str(error)
            )
        return cls(service=error.service, operation=error.operation, code=error.code, message=error.message)

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> CoreSchema:
        """As `{"unread": [{…}]}` in JSON: what stands beside it may be a mapping, or one of mappings."""
        texts = dict.fromkeys(("service", "operation", "code", "message"), core_schema.str_schema())
        wrapped = core_schema.typed_dict_schema(
            {"unread": core_schema.typed_dict_field(core_schema.tuple_schema([_exactly(texts)]))},
            extra_behavior="forbid",
        )
        return core_schema.no_info_after_validator_function(
            lambda found: cls(**found["unread"][0]),
            wrapped,
            serialization=core_schema.plain_serializer_function_ser_schema(_wrapped),
        )


def _exactly(members: dict[str, core_schema.StringSchema]) -> CoreSchema:
    fields = {name: core_schema.typed_dict_field(schema) for name, schema in members.items()}
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


def _wrapped(value: Any) -> dict[str, list[dict[str, str]]]:
    if not isinstance(value, Unread):
        raise PydanticSerializationUnexpectedValue(f"{value!r} is read")
    return {"unread": [asdict(value)]}


INTERRUPTED = Unread(
    service="tierkeep", operation="validate", code="Interrupted", message="interrupted before it was read"
)
"""What Ctrl-C leaves unread."""


def attempt(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unread:
    """What `read` returns, or what AWS said instead. Other errors are bugs and go through."""
    try:
        return read(*args, **kwargs)
    except (AwsError, WrongAccountError) as error:
        return Unread.because(error)
