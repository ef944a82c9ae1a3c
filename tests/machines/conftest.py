from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

import emulator
from emulator import clock, faults
from emulator.backup.timing import set_job_seconds
from tests.simulation.deployed import Accounts


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    """An empty AWS, in which jobs take a second by a clock at rest."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    emulator.install()
    with mock_aws():
        yield Accounts()
    faults.clear()
    clock.set_offset(0)
    set_job_seconds(1)
