"""Which attributes of the resources that `modules/` emit Terraform cannot change in place.

Read 2026-11-22 in hashicorp/terraform-provider-aws: internal/service/{backup,dlm,iam,kms}, `ForceNew` in each
resource's schema, `RequiresReplace` in that of air-gapped vaults; and checked with Terraform 1.11.4 and
provider 5.100.0 by planning against a prepared state. internal/service/cloudformation/stack.go was read
2026-11-26, internal/service/ssm/document.go and internal/service/{budgets,cloudwatch} 2026-11-27. The
provider's schema as JSON (`schema/`) does not carry `ForceNew`.

Of some attributes the plan shows more than the schema:

- `aws_backup_vault.kms_key_arn` is computed too: where a catalog stops naming a key, Terraform changes
  nothing, and the vault keeps the key that it has.
- `aws_backup_vault_lock_configuration` knows no update at all, and does not read `changeable_for_days`: once
  applied it stays in the state, whatever AWS has.
- `aws_backup_restore_testing_selection` is replaced by `replace_triggered_by` whatever changes.
- `aws_dlm_lifecycle_policy` has `ForceNew` on `copy_tags` of a schedule. All schedules copy tags, so that it
  never changes; but a schedule that is added has none before, and the whole policy is replaced. A schedule
  that is removed or changed is an update in place.
"""

from __future__ import annotations

from collections.abc import Collection

FORCE_NEW: dict[str, frozenset[str]] = {
    "aws_backup_logically_air_gapped_vault": frozenset({"max_retention_days", "min_retention_days", "name"}),
    "aws_backup_framework": frozenset({"name"}),
    "aws_backup_plan": frozenset({"name"}),
    "aws_backup_region_settings": frozenset(),
    "aws_backup_report_plan": frozenset({"name"}),
    "aws_backup_restore_testing_plan": frozenset({"name"}),
    "aws_backup_restore_testing_selection": frozenset(
        {
            "iam_role_arn",
            "name",
            "protected_resource_conditions",
            "protected_resource_type",
            "restore_metadata_overrides",
            "restore_testing_plan_name",
            "validation_window_hours",
        }
    ),
    "aws_backup_selection": frozenset({"condition", "iam_role_arn", "name", "plan_id", "resources"}),
    "aws_backup_vault": frozenset({"kms_key_arn", "name"}),
    "aws_backup_vault_lock_configuration": frozenset(
        {"backup_vault_name", "changeable_for_days", "max_retention_days", "min_retention_days"}
    ),
    "aws_backup_vault_notifications": frozenset(
        {"backup_vault_events", "backup_vault_name", "sns_topic_arn"}
    ),
    "aws_backup_vault_policy": frozenset({"backup_vault_name"}),
    "aws_cloudwatch_event_rule": frozenset({"event_bus_name", "name", "name_prefix"}),
    "aws_cloudwatch_event_target": frozenset({"event_bus_name", "rule", "target_id"}),
    "aws_cloudwatch_log_group": frozenset({"log_group_class", "name", "name_prefix"}),
    "aws_budgets_budget": frozenset({"account_id", "name", "name_prefix"}),
    "aws_cloudformation_stack": frozenset({"disable_rollback", "name", "on_failure", "timeout_in_minutes"}),
    "aws_cloudwatch_dashboard": frozenset({"dashboard_name"}),
    "aws_cloudwatch_metric_alarm": frozenset({"alarm_name"}),
    "aws_dlm_lifecycle_policy": frozenset(),
    "aws_backup_global_settings": frozenset(),
    "aws_organizations_delegated_administrator": frozenset({"account_id", "service_principal"}),
    "aws_organizations_policy": frozenset({"type"}),
    "aws_organizations_policy_attachment": frozenset({"policy_id", "target_id"}),
    "aws_iam_policy": frozenset({"description", "name", "name_prefix", "path"}),
    "aws_iam_role": frozenset({"name"}),
    "aws_iam_role_policy": frozenset({"name", "role"}),
    "aws_iam_role_policy_attachment": frozenset({"policy_arn", "role"}),
    "aws_kms_alias": frozenset({"name"}),
    "aws_ssm_document": frozenset({"name"}),
    "aws_s3_bucket": frozenset({"bucket"}),
    "aws_s3_bucket_lifecycle_configuration": frozenset({"bucket"}),
    "aws_s3_bucket_ownership_controls": frozenset({"bucket"}),
    "aws_s3_bucket_policy": frozenset({"bucket"}),
    "aws_s3_bucket_public_access_block": frozenset({"bucket"}),
    "aws_s3_bucket_server_side_encryption_configuration": frozenset({"bucket"}),
    "aws_s3_bucket_versioning": frozenset({"bucket"}),
    "aws_kms_key": frozenset(
        {"custom_key_store_id", "customer_master_key_spec", "key_usage", "multi_region", "xks_key_id"}
    ),
    "aws_scheduler_schedule": frozenset({"group_name", "name", "name_prefix"}),
    "aws_sfn_state_machine": frozenset({"name", "name_prefix", "type"}),
    "aws_sns_topic": frozenset({"fifo_topic", "name", "name_prefix"}),
    "aws_sns_topic_policy": frozenset({"arn"}),
    "aws_sns_topic_subscription": frozenset({"endpoint", "protocol", "topic_arn"}),
    "aws_sqs_queue": frozenset({"fifo_queue", "name", "name_prefix"}),
}
"""By resource type: the arguments whose change makes Terraform destroy the resource and create another."""

PREVENT_DESTROY: dict[str, str | None] = {
    "aws_backup_logically_air_gapped_vault": None,
    "aws_backup_vault": None,
    "aws_backup_vault_lock_configuration": "changeable_for_days",
    "aws_kms_key": None,
}
"""Resources with `lifecycle.prevent_destroy`, and the argument with which alone they have it: locks in
compliance mode only.

Terraform refuses to replace them. By this it does not refuse to destroy them once the catalog no longer asks
for them: the setting holds only as long as the block is in the configuration (Terraform's documentation, "The
lifecycle meta-argument"; seen in a plan of Terraform 1.11.4). That is what `RETAINED` is for."""


RETAINED = frozenset({"aws_backup_logically_air_gapped_vault", "aws_backup_vault", "aws_kms_key"})
"""Resources that each stack's guard (`stacks/kept.py`) holds: Terraform refuses any plan in which one goes
with its catalog entry (seen with Terraform 1.11.4)."""


def prevents_destroy(resource_type: str, arguments: Collection[str]) -> bool:
    """Whether a resource with these arguments has `lifecycle.prevent_destroy`."""
    if resource_type not in PREVENT_DESTROY:
        return False
    needed = PREVENT_DESTROY[resource_type]
    return needed is None or needed in arguments
