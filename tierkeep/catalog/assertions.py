"""Assertions as users write them: what the data of a restored resource must be, in whatever drill."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetPydanticSchema, StringConstraints, model_validator
from pydantic_core import PydanticCustomError, core_schema

from tierkeep.catalog.durations import Duration, DurationField, Unit
from tierkeep.catalog.forms import Model, Name, TagKey, TagValue, TypeName
from tierkeep.catalog.probes import Probe
from tierkeep.catalog.program_files import PROGRAMS, ProgramFile

Query = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
ObjectKey = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
"""The key of an object of S3, which has 1,024 bytes at most (S3 user guide, "Naming Amazon S3 objects")."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""As `sha256sum` prints it."""
Table = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$", max_length=200)
]
"""The name of a table, with its schema or its database before it if need be; it is not quoted."""
Percent = Annotated[str, StringConstraints(pattern=r"^(100|[1-9]?[0-9])%$")]


def _value(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise PydanticCustomError("value", "a text, a number, true or false is needed")
    return value


Value = Annotated[str | int | float | bool, BeforeValidator(_value)]
Number = Annotated[int | float, BeforeValidator(_value)]


class Sql(Model):
    """A query that gives one value, which is as expected."""

    query: Query
    equals: Value | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _check(self) -> Sql:
        bounds = [each for each in (self.at_least, self.at_most) if each is not None]
        if (self.equals is None) == (not bounds):
            raise PydanticCustomError(
                "sql", "what must it give? Write `equals`, or `at_least`, `at_most` or both of these"
            )
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            raise PydanticCustomError("sql", "`at_least` is more than `at_most`: nothing is both")
        return self


class Rows(Model):
    """Tables have as many rows as those of the source now, within a tolerance."""

    tables: list[Table] = Field(min_length=1, max_length=50)
    tolerance: Percent = "0%"
    """By how much of the source's rows the two may differ, either way."""


class Where(Model):
    """What a query gives, or an object."""

    query: Query | None = None
    object: ObjectKey | None = None

    @model_validator(mode="after")
    def _one(self) -> Where:
        if (self.query is None) == (self.object is None):
            raise PydanticCustomError("where", "where is it looked for? Write either `query` or `object`")
        return self


class Canary(Where):
    """Something that writes the time into the data again and again: how old that is in the backup, tells what
    a recovery would really lose. The query gives that time; the object holds it, as `date -Is` prints it."""

    at_most_old: DurationField
    """How much older than the point that was restored it may be."""


class Checksums(Model):
    """Objects are byte for byte what they must be."""

    objects: dict[ObjectKey, Sha256] = Field(min_length=1, max_length=100)
    """SHA-256 by the key of each object."""


class SchemaFingerprint(Model):
    """Tables, columns and types are those that are expected."""

    fingerprint: Sha256
    """SHA-256 over all columns; a drill that finds another says which it found."""


def _program(value: Any, info: core_schema.ValidationInfo) -> ProgramFile:
    if not isinstance(value, str):
        raise PydanticCustomError("program", "the path of a program beside the catalog is needed")
    digest = (info.context or {}).get(PROGRAMS, {}).get(value)
    if digest is None:
        raise PydanticCustomError("program", "the program {path} was not read", {"path": value})
    return ProgramFile(path=value, sha256=digest)


ProgramPath = Annotated[
    ProgramFile,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.with_info_plain_validator_function(
            _program,
            json_schema_input_schema=core_schema.str_schema(min_length=1, max_length=200),
        )
    ),
]
"""A program, by its path from the catalog's own folder."""


class Script(Model):
    """A program of the team's, which the machine that drills runs: 0 is a pass, 1 a failure, and all else
    means that it could not look."""

    path: ProgramPath
    timeout: DurationField = Duration(5, Unit.MINUTES)
    """After so long it is stopped, with all that it started, and could not look."""


FORMS = ("sql", "rows", "canary", "present", "absent", "checksums", "schema", "script", "probe")
"""The forms of an assertion, of which each has one."""


class Assertion(Model):
    """What must be so of each restored resource of a type. Each has one form: `sql`, `rows`, `canary`,
    `present`, `absent`, `checksums`, `schema`, `script` or `probe`."""

    type: TypeName
    tiers: list[Name] | None = Field(default=None, min_length=1)
    """Only resources of these tiers; where it is left out, of every tier that protects the type."""
    only_tagged: dict[TagKey, TagValue] = {}
    """Only resources that have all of these tags besides."""
    sql: Sql | None = None
    rows: Rows | None = None
    canary: Canary | None = None
    present: Where | None = None
    """The query gives a row at least, or the object is there."""
    absent: Where | None = None
    """The query gives no row, or the object is not there: what was written after the restored moment."""
    checksums: Checksums | None = None
    schema_: SchemaFingerprint | None = Field(default=None, alias="schema")
    script: Script | None = None
    probe: Probe | None = None
    """Of instances: the application on it serves."""

    @model_validator(mode="after")
    def _check(self) -> Assertion:
        given = [form for form in FORMS if self.form(form) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "assertion", "an assertion has exactly one form, and this has {given}: {forms}",
                {"given": " and ".join(given) or "none", "forms": ", ".join(FORMS)},
            )  # fmt: skip
        return self

    def form(self, name: str) -> Any:
        """What it says by that form, or None."""
        return getattr(self, "schema_" if name == "schema" else name)
