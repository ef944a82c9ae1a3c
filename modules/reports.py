"""The reports of AWS Backup Audit Manager, and the bucket that they are written to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.backup_report_plan import (
    BackupReportPlan,
    BackupReportPlanReportDeliveryChannel,
    BackupReportPlanReportSetting,
)
from imports.aws.s3_bucket import S3Bucket
from imports.aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from imports.aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from imports.aws.s3_bucket_policy import S3BucketPolicy
from imports.aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from imports.aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from imports.aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration
from tierkeep.desired import model
from tierkeep.desired.policies import report_bucket_policy


class Reports(Construct):
    """A private, encrypted, versioned bucket, and the plans of the reports that are written to it each day.

    `framework_arns` has the ARN of each framework that a report is about. `after` are the frameworks: with
    the first of them AWS makes the role that the bucket's policy names. S3 deletes no bucket with anything in
    it, unless `destroyable`.
    """

    def __init__(
        self,
        scope: Construct,
        bucket: model.ReportBucket,
        plans: Sequence[model.ReportPlan],
        *,
        framework_arns: Mapping[str, str],
        after: Sequence[ITerraformDependable],
        destroyable: bool,
    ) -> None:
        super().__init__(scope, "reports")
        self.resource = S3Bucket(
            self, "bucket", bucket=bucket.name, force_destroy=destroyable, tags=dict(bucket.tags)
        )
        policy = self._lock_down(bucket, after)
        self._expire(bucket)
        for plan in plans:
            self._report(plan, framework_arns, policy)

    def _lock_down(
        self, bucket: model.ReportBucket, after: Sequence[ITerraformDependable]
    ) -> ITerraformDependable:
        blocked = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self.resource.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.resource.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="AES256"
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.resource.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=by_default
                )
            ],
        )
        return S3BucketPolicy(
            self,
            "policy",
            bucket=self.resource.id,
            policy=json.dumps(report_bucket_policy(bucket)),
            depends_on=[blocked, *after],
        )

    def _expire(self, bucket: model.ReportBucket) -> None:
        versioned = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.resource.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self.resource.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=bucket.keep_days)],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=bucket.keep_days
                        )
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=7
                        )
                    ],
                )
            ],
            depends_on=[versioned],
        )

    def _report(
        self, plan: model.ReportPlan, framework_arns: Mapping[str, str], policy: ITerraformDependable
    ) -> None:
        arns = [framework_arns[each] for each in plan.frameworks]
        BackupReportPlan(
            self,
            f"plan-{plan.name}",
            name=plan.name,
            description=plan.description,
            report_delivery_channel=BackupReportPlanReportDeliveryChannel(
                s3_bucket_name=self.resource.bucket, formats=list(plan.formats)
            ),
            report_setting=BackupReportPlanReportSetting(
                report_template=plan.template,
                framework_arns=arns or None,
                number_of_frameworks=len(arns) or None,
            ),
            tags=dict(plan.tags),
            depends_on=[policy],
        )
