from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from emulated import REGION, Aws
from moto import mock_aws
from other_account import Other, other_account

import emulator
from emulator import clock
from emulator.backup.timing import set_job_seconds


@pytest.fixture(scope="session")
def clients() -> Aws:
    """Clients, which take long to make and work in every ``mock_aws`` after moto is imported.

    They send what they are given, so that it is the emulator that refuses it.
    """
    emulator.install()
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    return Aws(
        *(
            session.client(name, config=Config(parameter_validation=False))
            for name in ("backup", "dlm", "ec2", "kms")
        )
    )


@pytest.fixture
def aws(clients: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An empty AWS, whose clock and job time are put right afterwards."""
    # Both are read anew for every mock_aws, and take seconds.
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    with mock_aws():
        yield clients
    clock.set_offset(0)
    set_job_seconds(1)


@pytest.fixture
def other(aws: Aws) -> Other:
    """Another account, with a vault that is as a copy wants it unless a test changes it."""
    return other_account(aws)
