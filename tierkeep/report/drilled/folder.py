"""Evidence read back from its folder: each document is shown, or told by name with what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from tierkeep.report.drilled.document import READS_VERSION, EvidenceDocument
from tierkeep.report.drilled.drills import Drill, in_order


class _Versioned(BaseModel):
    """What every version of the evidence says first."""

    schema_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unusable:
    """A file that could not be used, and why."""

    file: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a folder holds: the drills, oldest first, and what is no evidence that can be shown."""

    drills: tuple[Drill, ...] = ()
    unusable: tuple[Unusable, ...] = ()


class _WrongError(Exception):
    """Why a document cannot be shown."""


def read_evidence(folder: Path, *, catalog: str) -> Evidence:
    """The evidence of drills of a catalog. A folder that is not there holds none."""
    drills: dict[str, Drill] = {}
    unusable = []
    for path in sorted(folder.glob("drill-*.json")):
        try:
            drill = Drill(file=path.name, document=_document(path, catalog))
        except _WrongError as wrong:
            unusable.append(Unusable(file=path.name, why=str(wrong)))
            continue
        if drill.id in drills:
            why = f"it is the drill {drill.id}, which {drills[drill.id].file} has already"
            unusable.append(Unusable(file=path.name, why=why))
        else:
            drills[drill.id] = drill
    return Evidence(drills=in_order(tuple(drills.values())), unusable=tuple(unusable))


def _document(path: Path, catalog: str) -> EvidenceDocument:
    try:
        content = path.read_bytes()
        version = _Versioned.model_validate_json(content).schema_version
        if version > READS_VERSION:
            raise _WrongError(
                f"a newer Tierkeep wrote it: schema_version {version}, and this one reads {READS_VERSION}"
            )
        if version < READS_VERSION:
            raise _WrongError(
                f"an older Tierkeep wrote it: schema_version {version}, and this one reads {READS_VERSION}"
            )
        document = EvidenceDocument.model_validate_json(content)
    except OSError as error:
        raise _WrongError(f"it cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValidationError as invalid:
        raise _WrongError(first_fault(invalid)) from None
    if document.identity.catalog != catalog:
        raise _WrongError(f"it is of the catalog {document.identity.catalog}, not of {catalog}")
    return document


def first_fault(invalid: ValidationError) -> str:
    """What is wrong with a document, in a line: not JSON, or which member is not as it must be."""
    first = invalid.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        what = "it ends too early" if "EOF" in first["msg"] else "it is no JSON"
        return f"{what}: {first['msg'].removeprefix('Invalid JSON: ')}"
    return f"it is no evidence of a drill: {f'{where}: ' if where else ''}{first['msg'].lower()}"
