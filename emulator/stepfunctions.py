"""What moto's Step Functions lacks and Terraform asks for: validation of definitions, and lists of versions.

moto has a parser of Amazon States Language, LocalStack's, which judges definitions here.
"""

from typing import Any

from moto.core.responses import ActionResult


def install() -> None:
    """Give it to moto's Step Functions."""
    from moto.stepfunctions.responses import StepFunctionResponse

    response: Any = StepFunctionResponse
    response.validate_state_machine_definition = _validate
    response.list_state_machine_versions = _versions


def _versions(self: Any) -> ActionResult:
    """The latest first, on one page (ListStateMachineVersions in the Step Functions API reference)."""
    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    versions = reversed(machine.versions.values())
    return ActionResult(
        {
            "stateMachineVersions": [
                {"stateMachineVersionArn": each.arn, "creationDate": each.creation_date} for each in versions
            ]
        }
    )


def _validate(self: Any) -> ActionResult:
    """ValidateStateMachineDefinition in the Step Functions API reference: what is wrong, is no error."""
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

    problems: list[str] = []
    try:
        AmazonStateLanguageParser.parse(self._get_param("definition"))
    except ASLParserException as error:
        problems = error.errors
    except Exception as error:  # noqa: BLE001  # the parser's own, of what does not fit together
        problems = [str(error)]
    return ActionResult(
        {
            "result": "FAIL" if problems else "OK",
            "diagnostics": [
                {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": each}
                for each in problems
            ],
            "truncated": False,
        }
    )
