"""Damage of S3 buckets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import restored
from cases import BUCKET, Case, S3ByBackupCase
from drill_world import RESTORED, at, drill, scope

from damage.base import ANOTHER_KEY, NOTHING, Act, Damage
from emulator import clock as emulated_time
from emulator import faults
from tierkeep.drill.clock import Clock
from tierkeep.drill.kinds import kind_named


def delete_source(case: Case) -> None:
    """With all that is in it."""
    for _ in kind_named("s3:bucket").clear(case.session, case.arn):
        pass
    case.session.call("s3", "delete_bucket", Bucket=BUCKET)


def _corrupted(clock: Clock, place: Path) -> dict[str, Any]:
    S3ByBackupCase(clock)
    faults.add("corruption", resource=BUCKET)
    # A canary that is no time any more is UNKNOWN: without it.
    return drill(clock, place, of=scope(resource_type="s3"))


def _stale(clock: Clock, place: Path) -> dict[str, Any]:
    case = S3ByBackupCase(clock)
    emulated_time.advance(7200)
    case.back_up(case.arn)
    return drill(clock, place, of=case.scope())


def _restored(change: Callable[[Case], None], stage: str = "read") -> Act:
    """What becomes of the restored bucket when a stage begins."""

    def act(clock: Clock, place: Path) -> dict[str, Any]:
        case = S3ByBackupCase(clock)
        return drill(clock, place, of=case.scope(), observe=at(stage, lambda: change(case)))

    return act


def _empty(case: Case) -> None:
    keys = restored.bucket(case).keys
    for key in list(keys):
        del keys[key]


def _empty_without_source(clock: Clock, place: Path) -> dict[str, Any]:
    case = S3ByBackupCase(clock)
    delete_source(case)
    return drill(clock, place, of=case.scope(), observe=at("read", lambda: _empty(case)))


def _lose(case: Case) -> None:
    del restored.bucket(case).keys["orders/00"]


def _cut_off(case: Case) -> None:
    restored.bucket(case).keys["orders/02"].value = b"ord"


def _bring_back(case: Case) -> None:
    case.session.call("s3", "put_object", Bucket=RESTORED, Key="gone", Body=b"again")


def _rekey(case: Case) -> None:
    restored.bucket(case).keys["orders/01"].kms_key_id = ANOTHER_KEY


def _open_up(case: Case) -> None:
    case.session.call("s3", "delete_public_access_block", Bucket=RESTORED)


_OF = "S3 bucket"

DAMAGES: tuple[Damage, ...] = (
    Damage(
        of=_OF,
        what="one byte of each object is another than in the backup",
        drill=_corrupted,
        fails=("same-data",),
        says="1 of 7: not canary, orders/00",
    ),
    Damage(
        of=_OF,
        what=f"{NOTHING}: a bucket without an object",
        drill=_restored(_empty),
        fails=("objects", "sample", "same-data", "object-keys", "assertion-heartbeat"),
        says="0; 7 missing: canary, empty, orders/00",
    ),
    Damage(
        of=_OF,
        what=f"{NOTHING}, and the source is gone too",
        drill=_empty_without_source,
        fails=("objects", "assertion-heartbeat"),
        says="none",
        result="could-not-verify",
    ),
    Damage(
        of=_OF,
        what="an object is missing",
        drill=_restored(_lose),
        fails=("objects", "sample", "same-data", "object-keys"),
        says="6; 1 missing: orders/00",
    ),
    Damage(
        of=_OF,
        what="an object has lost its end",
        drill=_restored(_cut_off),
        fails=("sizes", "same-data"),
        says="6 of 7: not orders/02 3 B",
    ),
    Damage(
        of=_OF,
        what="an object is there that was deleted before the backup",
        drill=_restored(_bring_back),
        fails=("objects",),
        says="1 that were deleted by then: gone",
    ),
    Damage(
        of=_OF,
        what="wrong key: an object is encrypted as no version of the source ever was",
        drill=_restored(_rekey),
        fails=("object-keys",),
        says="6 of 7: not orders/01",
    ),
    Damage(
        of=_OF,
        what="it is open to the world while it is drilled",
        drill=_restored(_open_up, "check"),
        fails=("public",),
        says="no block",
        climbed=None,
    ),
    Damage(
        of=_OF,
        what="the backup is fresh, and its canary is two hours old",
        drill=_stale,
        fails=("assertion-heartbeat",),
        says="2 h",
        climbed="readable",
    ),
)
