"""Damage of EFS file systems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import restored
from cases import EfsByBackupCase
from drill_world import at, drill

from damage.base import ANOTHER_KEY, WRONG_KEY, Damage
from tierkeep.drill.clock import Clock


def _another_key(clock: Clock, place: Path) -> dict[str, Any]:
    case = EfsByBackupCase(clock)

    def rekey() -> None:
        for each in restored.file_systems(case):
            each.kms_key_id = ANOTHER_KEY

    return drill(clock, place, of=case.scope(), observe=at("check", rekey))


DAMAGES: tuple[Damage, ...] = (
    Damage(
        of="EFS file system",
        what=WRONG_KEY,
        drill=_another_key,
        fails=("key",),
        says="key/another",
        climbed=None,
    ),
)
