"""The text of a catalog's file, or why there is none."""

from __future__ import annotations

from pathlib import Path

from tierkeep.catalog.errors import CatalogError, CatalogInvalid

MAX_BYTES = 2 * 1024 * 1024


def read_text(file: Path) -> str:
    """The text of the file. Raises `CatalogInvalid` if it cannot be read, is too large or is not UTF-8."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "name the catalog with --catalog FILE, or for cdktf with TIERKEEP_CATALOG=FILE"
        raise _invalid(file, f"cannot be read: {reason}", hint) from None
    if len(content) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024 // 1024} MiB, the most that a file of a catalog may be"
        raise _invalid(file, message, "is this the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        raise _invalid(file, message, "save the file with the encoding UTF-8", line, column) from None


def _invalid(file: Path, message: str, hint: str, line: int = 1, column: int = 1) -> CatalogInvalid:
    return CatalogInvalid([CatalogError(file=file, line=line, column=column, message=message, hint=hint)])
