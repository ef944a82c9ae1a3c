"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from emulator.process import running

# Node lies beside Python, and jsii looks for it on the PATH as soon as cdktf is imported.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

# Each run tries the same examples, so that CI fails on what was changed and nothing else; long local runs may
# look for others.
settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True, max_examples=30)
settings.register_profile("random", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("random" if os.environ.get("TIERKEEP_RANDOM") else "fixed")


FIRST = ("tests/deploy/", "tests/iam/test_recorded_calls.py")
"""What runs Terraform takes minutes a file. It starts first, so that no worker is left alone with it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture(autouse=True)
def _no_way_to_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dummy credentials, and endpoints at a port that nothing listens on, unless a test sets others."""
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "TIERKEEP_ENDPOINT",
        "TIERKEEP_CATALOG",
        "TIERKEEP_ONLY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    """An emulator of this test process's own."""
    with running("--job-seconds", "0.1") as url:
        yield url
