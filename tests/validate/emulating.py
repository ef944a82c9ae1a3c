"""An emulated AWS in process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.loaders import create_loader
from moto import mock_aws

import emulator
from emulator.backup.timing import set_job_seconds

LOADER = create_loader()
"""Every session would parse the service models again, which takes most of a test's time."""


@contextmanager
def emulated(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS, in process, in which what is made is deployed at once."""
    patch.delenv("TIERKEEP_ENDPOINT", raising=False)
    # moto parses all of AWS's managed policies for each account and test, which takes seconds; none is used.
    patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    patch.setattr("botocore.session.create_loader", lambda *_: LOADER)
    emulator.install()
    set_job_seconds(0)
    with mock_aws():
        yield
    set_job_seconds(1)
