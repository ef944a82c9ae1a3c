"""A session outlives the credentials of the role that it assumed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from drill_world import ACCOUNT, REGION

from tierkeep.aws import open_unit
from tierkeep.drill.clock import Clock


def test_a_role_is_assumed_again_before_its_credentials_expire(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drills of hours go on: once what STS gave is about to expire, the next call asks for more first."""
    given: list[datetime] = []
    asked = botocore.client.BaseClient._make_api_call

    def answer(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        found = asked(self, operation, parameters)
        if operation == "AssumeRole":
            # The first is about to expire, the second is not.
            left = timedelta(minutes=1) if not given else timedelta(hours=1)
            given.append(datetime.now(UTC) + left)
            found["Credentials"]["Expiration"] = given[-1]
        return found

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)
    here = open_unit(
        unit="production/ap-south-1",
        account_id=ACCOUNT,
        region=REGION,
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/drills",
        session_name="test",
    )
    here.call("ec2", "describe_volumes")
    assert len(given) == 2
    here.call("ec2", "describe_volumes")
    assert len(given) == 2
