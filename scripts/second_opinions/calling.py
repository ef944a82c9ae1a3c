"""Calls of an emulator, each with a name and its answer kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.second_opinions.normal import ERROR, Leaves, leaves, normalised

ACCOUNT = "123456789012"
REGION = "eu-central-1"
OTHER_REGION = "eu-west-1"


class Calls:
    """A script's calls of one endpoint; ``answers`` are what they came to, normalised, by step.

    Only what AWS's interface promises is kept: members of an answer, or the code and status of an error, but
    not its wording.
    """

    def __init__(self, endpoint: str) -> None:
        self.answers: dict[str, Leaves] = {}
        self.operations: dict[str, set[str]] = {}
        """The operations that were called, by service."""
        self._endpoint = endpoint
        self._clients: dict[tuple[str, str], Any] = {}
        self._names: dict[str, str] = {}

    def call(
        self,
        step: str,
        service: str,
        operation: str,
        /,
        *,
        region: Any = REGION,
        seen: Any = None,
        **params: Any,
    ) -> dict[str, Any]:
        """Call an operation, by the name of its method in boto3, and keep what ``seen`` makes of the answer.

        ``region`` is a string and ``seen`` a function, but parameters of all types are unpacked beside them.
        Returns the answer as it came, empty where it was an error.
        """
        if step in self.answers:
            raise ValueError(f"two steps are called {step!r}")
        client = self.client(service, region)
        self.operations.setdefault(service, set()).add(client.meta.method_to_api_mapping[operation])
        try:
            answer: dict[str, Any] = getattr(client, operation)(**params)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            self.answers[step] = {ERROR: error.response["Error"]["Code"], "error status": str(status)}
            return {}
        del answer["ResponseMetadata"]
        self.answers[step] = leaves(normalised(seen(answer) if seen else answer, self._names))
        return answer

    def name(self, name: str, value: str) -> str:
        """Have ``value`` called ``name`` in answers from here on.  Returns it."""
        if value:
            self._names[value] = name
        return value or f"no-{name}"

    def client(self, service: str, region: str = REGION) -> Any:
        """A client that sends what it is given, so that it is the emulator that judges it."""
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self._endpoint,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",  # noqa: S106 - neither looks at it
                config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
            )
        return self._clients[service, region]


def members(*names: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Keep these members of an answer only."""
    return lambda answer: {name: answer[name] for name in names if name in answer}


def sorted_by(listed: str, key: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Sort a list whose order AWS does not promise."""
    return lambda answer: {
        **answer,
        listed: sorted(answer.get(listed, []), key=lambda item: str(item.get(key))),
    }
