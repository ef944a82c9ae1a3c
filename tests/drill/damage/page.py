"""Every damage, and the page that is made of them: docs/damage.md."""

from __future__ import annotations

from damage import dynamodb, ebs, ec2, efs, rds, s3
from damage.base import Damage

DAMAGES: tuple[Damage, ...] = (
    *ebs.DAMAGES,
    *ec2.DAMAGES,
    *dynamodb.DAMAGES,
    *s3.DAMAGES,
    *efs.DAMAGES,
    *rds.DAMAGES,
)
"""Whatever a drill has to find. A restorer that can tell more damage adds it to the module of its type."""

_HEAD = """\
# What drills find that "restored" does not

Generated: `TIERKEEP_UPDATE_GOLDENS=1 .venv/bin/python -m pytest tests/drill/test_drill_pages.py`.

Each row is drilled by `tests/drill/test_drill_damage.py` on the emulator. In each the restore itself ends
well, which is all that AWS's restore testing looks at; the check that is named fails. Where another check
could not be made besides, the drill could not verify, which outranks what failed. A check whose id begins
with `assertion-` is one of the catalog's `assertions:`; what none but such a check finds passes unseen
without it.

| what | damage | the check that fails | what it says | verdict |
|---|---|---|---|---|"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| {each.of} | {each.what} | {', '.join(each.fails)} | … {each.says} … | {each.result} |"
        for each in DAMAGES
    ]
    return "\n".join([_HEAD, *rows]) + "\n"
