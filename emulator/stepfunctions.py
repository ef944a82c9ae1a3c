"""Step Functions: moto's own interpreter runs state machines, as their roles and by the emulator's clock.

moto runs them only if it is told to, as its default account whatever account the state machine is in, and
waits by the wall clock.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from emulator import clock

_LOOK_SECONDS = 0.01
"""How often a state that waits looks at the clock, in the wall clock's time."""


_ERROR_NAMES = {
    "backup": "Backup",
    "dynamodb": "DynamoDb",
    "resourcegroupstaggingapi": "ResourceGroupsTaggingApi",
    "sns": "Sns",
    "ssm": "Ssm",
}


_waits: list[datetime] = []


def waiting_until() -> datetime | None:
    """The first moment that a state of any execution waits for: a test need not wait, but can go there."""
    return min(_waits, default=None)


def install() -> None:
    """Have state machines be run."""
    from moto.core.config import default_user_config

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    # It takes a path that a choice asks for, and that is not there, for an error worth writing down.
    logging.getLogger("moto.stepfunctions").addHandler(logging.NullHandler())


def install_operations() -> None:
    """Give moto's Step Functions two operations that it lacks."""
    from moto.stepfunctions.responses import StepFunctionResponse

    StepFunctionResponse.validate_state_machine_definition = _validate  # type: ignore[attr-defined]
    StepFunctionResponse.list_state_machine_versions = _list_versions  # type: ignore[attr-defined]


def _validate(self: Any) -> Any:
    from moto.core.responses import ActionResult
    from moto.stepfunctions.parser.api import InvalidDefinition
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    try:
        StepFunctionsParserBackend._validate_definition(self._get_param("definition"))  # noqa: SLF001
    except InvalidDefinition as error:
        found = [{"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": str(error)}]
        return ActionResult({"result": "FAIL", "diagnostics": found, "truncated": False})
    return ActionResult({"result": "OK", "diagnostics": [], "truncated": False})


def _list_versions(self: Any) -> Any:
    from moto.core.responses import ActionResult

    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    found = sorted(machine.versions.values(), key=lambda each: int(each.version), reverse=True)
    listed = [{"stateMachineVersionArn": each.arn, "creationDate": each.creation_date} for each in found]
    return ActionResult({"stateMachineVersions": listed})


def run_as_role() -> None:
    """Have tasks call services as the role of the state machine, in its account."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    boto_client.boto_client_for = _client


def _client(region: str, service: str, state_credentials: Any = None) -> Any:
    import boto3
    from botocore.config import Config
    from moto.core.models import botocore_stubber
    from moto.settings import moto_server_port

    endpoint = {} if botocore_stubber.enabled else {"endpoint_url": f"http://127.0.0.1:{moto_server_port()}"}
    return boto3.client(
        service,
        region_name=region,
        **_credentials(region, state_credentials.role_arn),
        **endpoint,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def _credentials(region: str, role_arn: str) -> dict[str, str]:
    from moto.sts.models import sts_backends
    from moto.utilities.utils import get_partition

    account, partition = role_arn.split(":")[4], get_partition(region)
    role = sts_backends[account][partition].assume_role(region, "states", role_arn, "", 3600, "")
    return {
        "aws_access_key_id": role.access_key_id,
        "aws_secret_access_key": role.secret_access_key,
        "aws_session_token": role.session_token,
    }


def name_errors() -> None:
    """Have errors of services be named as AWS does, by its SDK for Java: moto knows two services' names."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_aws_sdk,
    )

    state_task_service_aws_sdk._SERVICE_ERROR_NAMES.update(_ERROR_NAMES)  # noqa: SLF001


def wait_by_clock() -> None:
    """Have states wait until the emulator's clock says that their time is over."""
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function

    def wait_interval(_: Any, env: Any, wait_seconds: int) -> None:
        end = clock.now() + timedelta(seconds=wait_seconds)
        _waits.append(end)
        try:
            while env.is_running() and clock.now() < end:
                time.sleep(_LOOK_SECONDS)
        finally:
            _waits.remove(end)

    wait_function.WaitFunction._wait_interval = wait_interval  # type: ignore[assignment,method-assign]  # noqa: SLF001


def start(machine_arn: str, execution_input: str) -> None:
    """Start a state machine; nobody is told if there is no such one, as where EventBridge starts it."""
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    _, _, _, region, account, _ = machine_arn.split(":", 5)
    backend = stepfunctions_parser_backends[account][region]
    if any(machine.arn == machine_arn for machine in backend.state_machines):
        backend.start_execution(machine_arn, str(uuid4()), execution_input)
