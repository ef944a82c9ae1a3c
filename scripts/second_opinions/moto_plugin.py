"""A pytest plugin for moto's own tests: with the emulator's installation or without it, outcomes into a file.

python -m pytest -p scripts.second_opinions.moto_plugin --outcomes FILE [--emulator] …
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

RANKS = ("passed", "skipped", "failed")


class Outcomes:
    """The worst that any phase of a test came to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a test, from whichever process it comes."""
        outcomes = self._found.get(report.nodeid, "passed"), report.outcome
        self._found[report.nodeid] = max(outcomes, key=RANKS.index)

    def pytest_sessionfinish(self) -> None:
        """Write what was found."""
        self._path.write_text(json.dumps(self._found, indent=0, sort_keys=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options; without ``--outcomes`` nothing is written."""
    parser.addoption("--outcomes", type=Path, help="write each test's outcome to this file")
    parser.addoption("--emulator", action="store_true", help="put the emulator's installation into moto")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Install before the first test module is imported, as the emulator's users do."""
    if config.getoption("emulator"):
        _install()
    path = config.getoption("outcomes")
    # With pytest-xdist, the process that gathers the reports writes them.
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(path), "outcomes")


def _install() -> None:
    import emulator  # noqa: PLC0415 - the run without it must not have it
    from emulator import clock  # noqa: PLC0415
    from emulator.backup import rules  # noqa: PLC0415

    emulator.install()
    clock.run()  # moto's tests move the wall clock, with freezegun
    clock.set_offset(0)  # after it: at rest the clock would lose the time between the two
    filled_in = rules.filled_in

    def filled_in_with_vaults(document: dict[str, Any], vaults: Any) -> dict[str, Any]:
        # AWS refuses a plan with a vault that is not there, and moto's tests make none.  What else they test
        # would not be tested if they ended there.
        for rule in document.get("Rules", []):
            if not vaults.exists(rule["TargetBackupVaultName"]):
                vaults.create(rule["TargetBackupVaultName"], None, {}, None)
        return filled_in(document, vaults)

    rules.filled_in = filled_in_with_vaults
