"""Physical names and ARNs, computed from catalog keys: a contract, held by goldens.

A name never depends on the order of the catalog or on its other entries, so that adding one renames no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tierkeep.desired.model import RolePurpose, Tags
from tierkeep.desired.snapshots import VSS

_VSS_DOCUMENT = "AWSEC2-CreateVssSnapshot"
_OF_AWS = (_VSS_DOCUMENT, "AWSSystemsManagerSAP-CreateDLMSnapshotForSAPHANA")
"""Documents of AWS's own, which belong to no account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Names and ARNs of one catalog's things in one account and Region."""

    catalog: str
    account_id: str
    region: str

    @property
    def partition(self) -> str:
        """AWS's partition of the Region."""
        return partition_of(self.region)

    def tier(self, tier: str) -> str:
        """The name of a tier's first vault, of its plan and selection."""
        return f"{self.catalog}-{tier}"

    def copies(self, tier: str) -> str:
        """The name of the first vault that receives a tier's copies."""
        return f"{self.catalog}-{tier}-copies"

    def air_gapped(self, tier: str) -> str:
        """The name of a tier's first air-gapped vault."""
        return f"{self.catalog}-{tier}-gapped"

    def of_generation(self, first: str, generation: int) -> str:
        """The name of the vault that takes the place of the one called `first`, which is of generation 1."""
        return first if generation == 1 else f"{first}-{generation}"

    def continuous(self, tier: str) -> str:
        """The name of a tier's plan for point-in-time recovery, and of its selection."""
        return f"{self.catalog}-{tier}-continuous"

    def regional(self, plan: str) -> str:
        """The name of the plan of that name in a backup policy, which holds plans of several Regions."""
        return f"{plan}-{self.region}"

    def backup_policy(self, policy: str) -> str:
        """The name of a backup policy; no policy of another kind that is made ends so."""
        return f"{self.catalog}-backups-{policy}"

    def snapshot_policy(self, tier: str, what: str) -> str:
        """The name of a tier's policy for `volumes` or `instances`, or for `images` of instances."""
        return f"{self.catalog}-{tier}-{what}"

    def script_document(self, tier: str) -> str:
        """The name of the document with the scripts around a tier's snapshots."""
        return f"{self.catalog}-{tier}-scripts"

    def document_arn(self, handler: str) -> str:
        """The ARN of the document of Systems Manager that holds scripts, by what Data Lifecycle Manager is
        told: a name, an ARN, or `VSS`."""
        if handler.startswith("arn:"):
            return handler
        name = _VSS_DOCUMENT if handler == VSS else handler
        account = "" if name in _OF_AWS else self.account_id
        return f"arn:{self.partition}:ssm:{self.region}:{account}:document/{name}"

    def shared_copies(self, tier: str) -> str:
        """The name of the policy that copies a tier's snapshots that other accounts share."""
        return f"{self.catalog}-{tier}-shared"

    def table_recovery(self, tier: str) -> str:
        """The name of the state machine that switches on the recovery of a tier's tables."""
        return f"{self.catalog}-{tier}-tables"

    def state_machine_arn(self, name: str) -> str:
        """The ARN of a state machine of this account and Region."""
        return f"arn:{self.partition}:states:{self.region}:{self.account_id}:stateMachine:{name}"

    def machine_logs(self, name: str) -> str:
        """The log group of a state machine.

        With a prefix for which CloudWatch Logs needs no entry in a resource policy, whose size is limited
        (Step Functions developer guide, "Avoiding Amazon CloudWatch Logs resource policy size restrictions").
        """
        return f"/aws/vendedlogs/states/{name}"

    @property
    def tables_arn(self) -> str:
        """The pattern of the ARNs of all DynamoDB tables of this account and Region."""
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.account_id}:table/*"

    def default_policy(self, what: str) -> str:
        """The name of the default policy for `volumes` or `instances`. No tier's policy ends so."""
        return f"{self.catalog}-{what}-default"

    def restore_testing(self, drill: str) -> str:
        """The name of a drill's restore testing plan, in which AWS takes no hyphens."""
        return f"{self.catalog}_{drill}".replace("-", "_")

    def restore_testing_selection(self, tier: str, resource_type: str) -> str:
        """The name of the selection of a tier's resources of a type, of which neither has an underscore."""
        return f"{tier}_{resource_type}".replace("-", "_")

    def audit(self, what: str) -> str:
        """The name of a tier's framework, or of a report plan, in which AWS takes no hyphens."""
        return f"{self.catalog}_{what}".replace("-", "_")

    @property
    def report_bucket(self) -> str:
        """The name of the bucket of the unit's reports: buckets share one name space with all the world's."""
        return f"{self.catalog}-backup-reports-{self.account_id}-{self.region}"

    @property
    def report_service_role_arn(self) -> str:
        """The ARN of the service-linked role of AWS Backup Audit Manager."""
        return self.role_arn("aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports")

    def alias(self, name: str) -> str:
        """The alias of the key of the vault of that name."""
        return f"alias/{name}"

    def role(self, purpose: RolePurpose) -> str:
        """The name of an IAM role. Roles are global in an account, so the Region is part of it."""
        return f"{self.catalog}-{purpose}-{self.region}"

    def role_arn(self, name: str) -> str:
        """The ARN of an IAM role of the account."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{name}"

    def roles_arn(self, purpose: RolePurpose) -> str:
        """The pattern of the ARNs of the account's roles for a purpose, whatever the Region."""
        return self.role_arn(f"{self.catalog}-{purpose}-*")

    @property
    def backup_service_role_arn(self) -> str:
        """The ARN of the service-linked role of AWS Backup, which AWS makes in each account that uses it."""
        return self.role_arn("aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup")

    def vault_arn(self, name: str) -> str:
        """The ARN of a vault of this account and Region."""
        return f"arn:{self.partition}:backup:{self.region}:{self.account_id}:backup-vault:{name}"

    @property
    def topic(self) -> str:
        """The name of the topic that is told of failures, and of its key."""
        return f"{self.catalog}-events"

    @property
    def dead_letters(self) -> str:
        """The name of the queue of events that could not be delivered."""
        return f"{self.topic}-undelivered"

    @property
    def dashboard(self) -> str:
        """The name of the unit's dashboard. Dashboards are of an account as a whole."""
        return f"{self.catalog}-backups-{self.region}"

    def machine(self, purpose: RolePurpose) -> str:
        """The name of the state machine that runs as the role for a purpose."""
        return f"{self.catalog}-{purpose}"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def keys_arn(self, region: str) -> str:
        """The pattern of the ARNs of all KMS keys of the account in a Region."""
        return f"arn:{self.partition}:kms:{region}:{self.account_id}:key/*"

    def managed_policy_arn(self, name: str) -> str:
        """The ARN of an AWS-managed policy, whose name includes its path."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

    def policy_arn(self, name: str) -> str:
        """The ARN of a policy of the account, whose name includes its path; an ARN stays what it is."""
        if name.startswith("arn:"):
            return name
        return f"arn:{self.partition}:iam::{self.account_id}:policy/{name}"

    def tags(self, tier: str | None = None, **more: str) -> Tags:
        """The tags of everything that is made for a tier, or for the unit as a whole."""
        tags = {"tierkeep:catalog": self.catalog, **{f"tierkeep:{key}": value for key, value in more.items()}}
        if tier is not None:
            tags["tierkeep:tier"] = tier
        return tuple(sorted(tags.items()))


_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}
"""What the Regions of each partition begin with (botocore 1.44.5, partitions.json); others are in `aws`."""


@cache
def partition_of(region: str) -> str:
    """The partition that a Region belongs to (AWS Identity and Access Management user guide, "ARNs")."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")
