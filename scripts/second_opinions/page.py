"""`docs/second-opinions.md`: what second opinions on the emulator there are, and what they come to.

python -m scripts.second_opinions.page > docs/second-opinions.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.second_opinions import ministack, moto_tests
from scripts.second_opinions.differences import RIGHT, read
from scripts.second_opinions.reporting import FIGURES

HEAD = """\
# Second opinions on the emulator

Generated: `python -m scripts.second_opinions.page > docs/second-opinions.md`.

The emulator's own tests hold what its authors have read in AWS's models and documentation. `make
second-opinions` asks others: [ministack](https://pypi.org/project/ministack/), which others have written,
and moto's own tests. It takes minutes and the package index, so `make test` leaves it out. Both comparisons
fail on a difference that is not explained here, and on an explained one that does not occur any more. Where
AWS's model showed the emulator to be wrong, it was mended, and the difference is gone.

An opinion is not a proof: where two emulators answer alike, both may be wrong.
"""

MINISTACK = """\
## ministack: the same calls, the same answers

`make second-opinion-ministack` puts ministack, as pinned in `scripts/second_opinions/ministack.txt`, into a
virtual environment of its own below `.build` (it pins botocore), starts it and the emulator on free ports
of 127.0.0.1, and makes the same calls of both with boto3: every operation of AWS Backup that ministack has
a route for (the comparison fails if the script leaves one out), and of the services that the emulator
changes, those operations of keys, backup policies, budgets, volumes, snapshots and images that it rests on.
It has no DLM and no EBS direct APIs. Compared are the members of answers, and the codes and HTTP statuses
of errors; dates and random parts of ids are replaced, and the wording of errors is left out.
"""

MOTO = """\
## moto's own tests, with the emulator's installation

`make second-opinion-moto` takes moto's source distribution from the package index, of the version and with
the hash that requirements.lock has, and runs its tests of {services} twice: with moto alone, and with
`emulator.install()` before them. Nothing of them is committed. Left out are those that moto marks as
needing a network or Docker. moto has no tests of DLM, since it has no DLM. A test that passes with moto
alone has to pass with the installation too, or to be explained.

Three things are set for the second run, in `scripts/second_opinions/moto_plugin.py`: the emulator's clock
runs with the wall clock, which moto's tests move; vaults that a plan names are made if they are not there,
since AWS refuses such a plan, and moto's tests of plans would all end at it; and the AWS-managed IAM
policies are not loaded, as in the first run.
"""

RIGHTS = {
    "ours": "The emulator is right",
    "theirs": "The other is right, and why the emulator is not mended is said",
    "both": "Both are answers that AWS may give",
    "unsettled": "No source settles it",
}


def page() -> str:
    """The page as Markdown."""
    figures = json.loads(FIGURES.read_text())
    moto = MOTO.format(services=", ".join(moto_tests.SERVICES))
    return "\n".join(
        [
            HEAD,
            MINISTACK,
            *_figures(figures["ministack"]),
            *_explained(ministack.EXPLAINED),
            moto,
            *_figures(figures["moto_tests"]),
            *_explained(moto_tests.EXPLAINED),
        ]
    )


def _figures(figures: dict[str, int]) -> Iterator[str]:
    yield "| in the last clean run | |"
    yield "|---|---|"
    yield from (f"| {what} | {number} |" for what, number in figures.items())
    yield ""


def _explained(path: Path) -> Iterator[str]:
    explanations = read(path)
    yield f"The differences, one by one, are in `scripts/second_opinions/{path.name}`.\n"
    for right in RIGHT:
        chosen = [each for each in explanations if each.right == right]
        if chosen:
            yield f"{RIGHTS[right]}:\n"
            yield "| why | source | differences |"
            yield "|---|---|---|"
            for each in chosen:
                why, source = (text.replace("|", "\\|") for text in (each.why, each.source))
                yield f"| {why} | {source} | {len(each.differences)} |"
            yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
