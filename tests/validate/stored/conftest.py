"""One emulated account for all tests that only read it."""

from collections.abc import Iterator

import pytest
from botocore.loaders import create_loader
from emulated_store import build
from moto import mock_aws

import emulator
from emulator import clock, faults

LOADER = create_loader()


@pytest.fixture(scope="module")
def stored() -> Iterator[None]:
    """It stands as long as the module's tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TIERKEEP_ENDPOINT", raising=False)
        # moto parses both for each account, which takes seconds; neither is used.
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        patch.setattr("botocore.session.create_loader", lambda *_: LOADER)
        emulator.install()
        with mock_aws():
            build()
            yield
        clock.set_offset(0)


@pytest.fixture
def _no_faults_left() -> Iterator[None]:
    yield
    faults.clear()


@pytest.fixture
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits before it tries again, and slows down; what it does is the same without."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
