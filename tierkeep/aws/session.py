"""Clients for one account in one Region: the only place that builds them.

`TIERKEEP_ENDPOINT` is the one switch to the emulator: it sends every client there and gives it dummy
credentials, so that nothing of the user's own reaches it and nothing reaches AWS.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.loaders import Loader, create_loader

from tierkeep.aws.bucket import Bucket
from tierkeep.aws.errors import WrongAccountError, translated
from tierkeep.environment import emulator_endpoint

DUMMY_CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

_CONFIG = Config(
    retries={"mode": "adaptive", "max_attempts": 8},
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=16,
    user_agent_extra="tierkeep",
)


_ANY_REGION = "us-east-1"
"""Where to ask S3 for a bucket if the caller's profile names no Region."""


class UnitSession:
    """Calls to AWS in one account and Region, as one role. Safe to use from several threads."""

    def __init__(
        self,
        *,
        unit: str,
        account_id: str,
        region: str,
        session: boto3.Session,
        endpoint: str | None,
    ) -> None:
        self.unit = unit
        self.account_id = account_id
        self.region = region
        self._session = session
        self._endpoint = endpoint
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def partition(self) -> str:
        """The partition of its Region, as ARNs begin: `aws`, `aws-cn`, `aws-us-gov`."""
        return str(self._session.get_partition_for_region(self.region))

    def client(self, service: str) -> Any:
        """The boto3 client of a service, made once. Its errors are botocore's: prefer `call` and `pages`."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service, region_name=self.region, endpoint_url=self._endpoint, config=_CONFIG
                )
            return self._clients[service]

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, by boto3's method name, such as `call("kms", "describe_key", KeyId=…)`.

        Raises `AwsError` whatever went wrong.
        """
        with translated(unit=self.unit, service=service, operation=operation):
            answer: dict[str, Any] = getattr(self.client(service), operation)(**parameters)
            return answer

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
        """Every item below `key` of a listing, page after page. Raises `AwsError`.

        botocore has no paginator for some listings, which go on by `NextToken` as most do.
        """
        with translated(unit=self.unit, service=service, operation=operation):
            client = self.client(service)
            if client.can_paginate(operation):
                for page in client.get_paginator(operation).paginate(**parameters):
                    yield from page.get(key, ())
                return
            page = getattr(client, operation)(**parameters)
            yield from page.get(key, ())
            while page.get("NextToken"):
                page = getattr(client, operation)(**parameters, NextToken=page["NextToken"])
                yield from page.get(key, ())


def open_unit(
    *, unit: str, account_id: str, region: str, role_arn: str | None, session_name: str
) -> UnitSession:
    """A session in a unit, as the role of that ARN, or as the caller's own identity if it is None.

    Raises `AwsError` if the role cannot be assumed or AWS is out of reach, and `WrongAccountError` if the
    credentials turn out to belong to another account: better than changing the wrong one.
    """
    endpoint = emulator_endpoint()
    with translated(unit=unit, service="sts", operation="open a session"):
        base = _session(**DUMMY_CREDENTIALS) if endpoint else _session()
        sts = base.client("sts", region_name=region, endpoint_url=endpoint, config=_CONFIG)
    if role_arn is not None:
        with translated(unit=unit, service="sts", operation="assume_role"):
            base = _assumed(sts, role_arn, session_name)
        sts = base.client("sts", region_name=region, endpoint_url=endpoint, config=_CONFIG)
    with translated(unit=unit, service="sts", operation="get_caller_identity"):
        actual = sts.get_caller_identity()["Account"]
    if actual != account_id:
        raise WrongAccountError(unit=unit, expected=account_id, actual=actual)
    return UnitSession(unit=unit, account_id=account_id, region=region, session=base, endpoint=endpoint)


def open_bucket(name: str) -> Bucket:
    """A bucket, as the caller's own identity. S3 says itself in which Region it is, and botocore goes there.

    Raises `AwsError` if there are no credentials.
    """
    endpoint = emulator_endpoint()
    with translated(unit=f"bucket {name}", service="s3", operation="open a session"):
        base = _session(**DUMMY_CREDENTIALS) if endpoint else _session()
        region = base.region_name or _ANY_REGION
        return Bucket(name, base.client("s3", region_name=region, endpoint_url=endpoint, config=_CONFIG))


def _assumed(sts: Any, role_arn: str, session_name: str) -> boto3.Session:
    """A session as a role, which is assumed again before its credentials expire: after an hour, unless asked
    for longer, which role chaining does not allow (STS API reference, AssumeRole)."""

    def assume() -> dict[str, str]:
        given = sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    core = _without_profile()
    credentials = RefreshableCredentials.create_from_metadata(assume(), assume, "sts-assume-role")
    core.register_component("credential_provider", _Given(credentials))
    return boto3.Session(botocore_session=core)


class _Given:
    """What botocore asks for the credentials of a session."""

    def __init__(self, credentials: RefreshableCredentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> RefreshableCredentials:
        """Those that are given."""
        return self._credentials


def _without_profile() -> botocore.session.Session:
    """With credentials given, the user's profile has no part in this, not even one that does not exist."""
    core = botocore.session.Session({"profile": (None, None, None, None)})
    core.register_component("data_loader", _loader())
    return core


def _session(**credentials: str) -> boto3.Session:
    if credentials:
        return boto3.Session(botocore_session=_without_profile(), **credentials)
    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    return boto3.Session(botocore_session=core)


@cache
def _loader() -> Loader:
    """One loader for all sessions: reading the services' models again for each unit would take seconds."""
    return create_loader(os.environ.get("AWS_DATA_PATH"))
