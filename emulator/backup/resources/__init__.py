"""The kinds of resources that the emulator backs up."""

from emulator.backup import arns
from emulator.backup.resources.base import Kind
from emulator.backup.resources.clusters import CLUSTERS
from emulator.backup.resources.dynamodb import DynamoDb
from emulator.backup.resources.ebs import Ebs
from emulator.backup.resources.ec2 import Ec2
from emulator.backup.resources.efs import Efs
from emulator.backup.resources.rds import Rds
from emulator.backup.resources.s3 import S3
from emulator.errors import InvalidParameterValue, NotImplementedByEmulator

KINDS: tuple[Kind, ...] = (Ebs(), Ec2(), DynamoDb(), Efs(), S3(), Rds(), *CLUSTERS)

SUPPORTED_TYPES = (
    "Aurora", "CloudFormation", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "EKS", "FSx", "Neptune", "RDS",
    "Redshift", "S3", "SAP HANA on Amazon EC2", "Storage Gateway", "Timestream", "VirtualMachine",
)  # fmt: skip
"""What AWS answers to GetSupportedResourceTypes, as botocore's model lists them."""

_SERVICES_LEFT_OUT = frozenset(
    {"redshift", "eks", "fsx", "storagegateway", "backup-gateway", "cloudformation", "timestream", "ssm-sap"}
)


def kind_of(resource_arn: str) -> Kind:
    """The kind of the resource that ``resource_arn`` names.

    :raises InvalidParameterValue: AWS Backup backs up nothing of that kind.
    :raises NotImplementedByEmulator: AWS Backup does, the emulator does not.
    """
    arn = arns.parse(resource_arn, "resource ARN")
    for kind in KINDS:
        if kind.covers(arn):
            return kind
    if arn.service in _SERVICES_LEFT_OUT:
        raise NotImplementedByEmulator(f"The emulator does not back up resources of {arn.service}")
    raise InvalidParameterValue(f"Unsupported resource type: {resource_arn}")


def kind_named(resource_type: str) -> Kind:
    """The kind that AWS Backup calls ``resource_type``, which must be one of :data:`KINDS`."""
    return next(kind for kind in KINDS if kind.type == resource_type)
