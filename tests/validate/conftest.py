"""A deployed state in an emulated AWS, in process."""

from collections.abc import Iterator

import pytest

from tests.validate.deploying import deploy, session_of
from tests.validate.emulating import emulated
from tests.validate.validate_states import STATE


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS."""
    with emulated(monkeypatch):
        yield


@pytest.fixture
def deployed(aws: None) -> None:
    """All of `STATE`, deployed."""
    deploy(STATE, session_of)
