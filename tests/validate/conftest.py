"""A deployed state in an emulated AWS, in process."""

from collections.abc import Iterator

import pytest
from botocore.loaders import create_loader
from moto import mock_aws

import emulator
from tests.validate.deploying import deploy, session_of
from tests.validate.validate_states import STATE

LOADER = create_loader()
"""Every session would parse the service models again, which takes most of a test's time."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS."""
    monkeypatch.delenv("TIERKEEP_ENDPOINT", raising=False)
    # moto parses all of AWS's managed policies for each account and test, which takes seconds; none is used.
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    monkeypatch.setattr("botocore.session.create_loader", lambda *_: LOADER)
    emulator.install()
    with mock_aws():
        yield


@pytest.fixture
def deployed(aws: None) -> None:
    """All of `STATE`, deployed."""
    deploy(STATE, session_of)
