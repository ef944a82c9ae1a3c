"""Writes the provider's schema, trimmed to the types that the stacks use, for `cdktf get` to read.

    terraform providers schema -json | python scripts/trim_schema.py

Bindings made from it load a hundred times faster than the prebuilt ones. Run it again after adding a type to
`RESOURCES` or `DATA_SOURCES`, with a provider that the constraint in cdktf.json admits.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PROVIDER = "hashicorp/aws"

RESOURCES = (
    "aws_backup_framework",
    "aws_backup_global_settings",
    "aws_backup_logically_air_gapped_vault",
    "aws_backup_plan",
    "aws_backup_region_settings",
    "aws_backup_report_plan",
    "aws_backup_restore_testing_plan",
    "aws_backup_restore_testing_selection",
    "aws_backup_selection",
    "aws_backup_vault",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_notifications",
    "aws_backup_vault_policy",
    "aws_budgets_budget",
    "aws_cloudformation_stack",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_metric_alarm",
    "aws_dlm_lifecycle_policy",
    "aws_iam_policy",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_organizations_delegated_administrator",
    "aws_organizations_policy",
    "aws_organizations_policy_attachment",
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_scheduler_schedule",
    "aws_sfn_state_machine",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue",
    "aws_ssm_document",
)
DATA_SOURCES = ("aws_kms_alias",)


def schema_file() -> Path:
    """Where `cdktf get` looks for the schema of the constraint in cdktf.json."""
    (constraint,) = json.loads((ROOT / "cdktf.json").read_text())["terraformProviders"]
    return ROOT / "schema" / f"{quote(constraint, safe='@')}.json"


def trim(schemas: dict[str, Any]) -> dict[str, Any]:
    """The parts of a provider's schema that bindings are made from. Raises `KeyError` for an unknown type."""
    (name,) = (name for name in schemas["provider_schemas"] if name.endswith(f"/{PROVIDER}"))
    schema = schemas["provider_schemas"][name]
    trimmed = {
        "provider": schema["provider"],
        "resource_schemas": {each: schema["resource_schemas"][each] for each in RESOURCES},
        "data_source_schemas": {each: schema["data_source_schemas"][each] for each in DATA_SOURCES},
    }
    return {"format_version": schemas["format_version"], "provider_schemas": {name: without_words(trimmed)}}


def without_words(value: Any) -> Any:
    """The same without descriptions, which bindings would only repeat."""
    if isinstance(value, dict):
        return {
            key: without_words(item)
            for key, item in value.items()
            if not (key in {"description", "description_kind"} and isinstance(item, str))
        }
    return [without_words(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    target = schema_file()
    target.write_text(json.dumps(trim(json.load(sys.stdin)), indent=1, sort_keys=True) + "\n")
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1024} KiB")
