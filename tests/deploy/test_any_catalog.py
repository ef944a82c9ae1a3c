"""Whatever catalog passes lint, the real provider accepts and AWS, as far as the emulator knows it, takes."""

from __future__ import annotations

import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from emulator.process import running
from stacks.unit import stack_id
from tests.catalogs import catalogs, model
from tests.deploy.applying import apply, require_terraform
from tests.stacks.synthesis import synthesize
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

pytestmark = pytest.mark.timeout(3600)

EXAMPLES = int(os.environ.get("TIERKEEP_EXAMPLES", "3"))
"""A few in CI; `make properties` runs many."""


@pytest.fixture(scope="module")
def terraform() -> Any:
    require_terraform()
    with running("--job-seconds", "0") as endpoint:
        yield endpoint


@settings(
    max_examples=EXAMPLES,
    # A failing example of many stacks takes minutes to shrink, and is small as it is.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(catalog=catalogs(max_accounts=1))
def test_what_passes_lint_applies(terraform: str, catalog: dict[str, Any]) -> None:
    """Either a rule is broken, or every stack applies, and plans empty afterwards."""
    state = resolve(model(catalog))
    if any(each.rule.severity is Severity.ERROR for each in judge(state)):
        return
    urlopen(Request(f"{terraform}/emulator/reset", method="POST"), timeout=10).close()
    made = synthesize(state, endpoint=terraform, destroyable=state.name)
    receiving = [stack_id(unit) for unit in state.units if not unit.depends_on]
    sending = [stack_id(unit) for unit in state.units if unit.depends_on]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for names in (receiving, sending):
            for failure in pool.map(lambda name: apply(Path(folder) / name, made[name], terraform), names):
                assert failure is None, f"{failure}\n{json.dumps(catalog, indent=2)}"
