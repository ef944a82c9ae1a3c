"""Where a command's result goes besides standard output: `--output FORMAT=FILE`, as often as is needed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class NoOutput(Exception):  # noqa: N818 - it is what the user is told
    """A file that cannot be written. The message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """A file that gets the result in a format."""

    format: str
    file: Path


def add_arguments(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Adds `--format`, the first of the formats by default, and `--output`."""

    def output(text: str) -> Output:
        name, equals, file = text.partition("=")
        if not equals or not file or name not in formats:
            raise argparse.ArgumentTypeError(
                f"{text} is not FORMAT=FILE, such as {formats[-1]}=result; formats: {', '.join(formats)}"
            )
        return Output(format=name, file=Path(file))

    parser.add_argument(
        "--format",
        choices=formats,
        default=formats[0],
        help="what goes to standard output (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        action="append",
        default=[],
        type=output,
        metavar="FORMAT=FILE",
        help="write the result into a file as well, in any of the formats (repeatable)",
    )


def require_folders(outputs: Sequence[Output]) -> None:
    """Raises `NoOutput` before the work is done rather than after it, where that can be told."""
    files = [each.file.resolve() for each in outputs]
    for each in outputs:
        if not each.file.parent.is_dir():
            raise NoOutput(f"--output {each.file}: there is no folder {each.file.parent}")
        if each.file.is_dir():
            raise NoOutput(f"--output {each.file}: it is a folder")
        if files.count(each.file.resolve()) > 1:
            raise NoOutput(f"--output {each.file}: it is named twice")


def write(output: Output, text: str) -> None:
    """Writes a file anew. Raises `NoOutput`."""
    try:
        output.file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise NoOutput(f"--output {output.file}: {(error.strerror or str(error)).lower()}") from None
