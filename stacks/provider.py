"""The AWS provider of a stack: real AWS, or an emulator where one switch says so."""

from __future__ import annotations

from constructs import Construct

from imports.aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderEndpoints
from tierkeep.desired.model import DesiredUnit

SERVICES = (
    "backup",
    "budgets",
    "cloudformation",
    "cloudwatch",
    "dlm",
    "ec2",
    "events",
    "iam",
    "kms",
    "logs",
    "organizations",
    "s3",
    "scheduler",
    "sfn",
    "sns",
    "sqs",
    "ssm",
    "sts",
)
"""Every service that the stacks' resources call; a test holds it against what they emit."""


def provider(
    scope: Construct,
    construct_id: str,
    unit: DesiredUnit,
    endpoint: str | None,
    *,
    alias: str | None = None,
) -> AwsProvider:
    """The provider of a unit, or of another Region of its account if `alias` names one.

    `endpoint` is an emulator's URL, which brings dummy credentials with it; None is AWS. The provider refuses
    to work in any account but the one that the catalog names.
    """
    role = unit.access.deploy_role_arn
    emulator = endpoint is not None
    return AwsProvider(
        scope,
        construct_id,
        region=alias or unit.id.region,
        alias=alias,
        allowed_account_ids=[unit.account_id],
        assume_role=[AwsProviderAssumeRole(role_arn=role, session_name="tierkeep-deploy")] if role else None,
        endpoints=[AwsProviderEndpoints(**dict.fromkeys(SERVICES, endpoint))] if emulator else None,
        access_key="testing" if emulator else None,
        secret_key="testing" if emulator else None,
        s3_use_path_style=True if emulator else None,
        skip_metadata_api_check="true" if emulator else None,
        skip_region_validation=True if emulator else None,
        skip_credentials_validation=True if emulator else None,
    )
