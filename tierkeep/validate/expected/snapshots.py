"""Policies of Data Lifecycle Manager, and documents with scripts."""

from dataclasses import replace

from tierkeep.desired.model import (
    Age,
    CrossRegionCopyRule,
    DefaultPolicy,
    DesiredUnit,
    FastRestoreRule,
    PolicyResource,
    ScriptDocument,
    Scripts,
    SharedCopyPolicy,
    ShareRule,
    SnapshotPolicy,
    SnapshotSchedule,
)
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    CopyRuleForm,
    DefaultForm,
    DocumentForm,
    FastRestoreForm,
    NamedDocumentForm,
    PolicyForm,
    ScheduleForm,
    ScriptsForm,
    ShareForm,
    SharingForm,
)


def policy_form(policy: SnapshotPolicy) -> PolicyForm:
    """A snapshot policy that is at work."""
    return PolicyForm(
        status="ENABLED",
        policy_type=policy.policy_type,
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(policy.resource_type,),
        target_tags=tuple(sorted(f"{key}={value}" for key, value in policy.target_tags)),
        by_stack=policy.resource is PolicyResource.STACK,
        reboot=policy.images is not None and policy.images.reboot,
        without_boot_volume=policy.exclusions is not None and policy.exclusions.boot_volume,
        without_volumes=tuple(
            sorted(
                f"{key}={value}"
                for key, value in (policy.exclusions.data_volume_tags if policy.exclusions else ())
            )
        ),
        schedules={schedule.name: _schedule_form(schedule) for schedule in policy.schedules},
        sharing=None,
        default=None,
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def copy_policy_form(policy: SharedCopyPolicy) -> PolicyForm:
    """A policy at work that copies what others share."""
    copies = {rule.target_region: replace(_copy_rule_form(rule), copy_tags=False) for rule in policy.copies}
    return PolicyForm(
        status="ENABLED",
        policy_type="EVENT_BASED_POLICY",
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(),
        target_tags=(),
        reboot=False,
        without_boot_volume=False,
        without_volumes=(),
        schedules={},
        sharing=SharingForm(
            owners=tuple(sorted(policy.owners)),
            description_regex=policy.description_regex,
            copies=copies,
            other_settings={},
            origin=policy.origin,
        ),
        default=None,
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def default_policy_form(policy: DefaultPolicy) -> PolicyForm:
    """A default policy at work."""
    excluded = policy.exclusions
    return PolicyForm(
        status="ENABLED",
        policy_type=policy.policy_type,
        description=policy.description,
        role_arn=policy.role_arn,
        resource_types=(policy.resource_type,),
        target_tags=(),
        by_stack=policy.resource is PolicyResource.STACK,
        reboot=False,
        without_boot_volume=False,
        without_volumes=(),
        schedules={},
        sharing=None,
        default=DefaultForm(
            every_days=policy.every_days,
            keep_days=policy.keep_days,
            copy_tags=policy.copy_tags,
            extend_deletion=policy.extend_deletion,
            copy_regions=tuple(sorted(policy.copy_regions)),
            without_boot_volumes=excluded.boot_volumes,
            without_volume_types=tuple(sorted(excluded.volume_types)),
            without_tags=tuple(sorted(f"{key}={value}" for key, value in excluded.tags)),
            other_settings={},
            origin=policy.origin,
        ),
        other_settings={},
        tags=dict(policy.tags),
        origin=policy.origin,
    )


def _schedule_form(schedule: SnapshotSchedule) -> ScheduleForm:
    return ScheduleForm(
        when=normal.cron(schedule.cron) if schedule.cron else f"every {schedule.interval_hours} HOURS",
        start_time=None if schedule.cron else schedule.start_time,
        retain=_age_text(schedule.retain),
        copies={rule.target_region: _copy_rule_form(rule) for rule in schedule.copies},
        fast_restore=_fast_restore_form(schedule.fast_restore) if schedule.fast_restore else None,
        share=_share_form(schedule.share) if schedule.share else None,
        scripts={schedule.scripts.handler: _scripts_form(schedule.scripts)} if schedule.scripts else {},
        archived=_age_text(schedule.archive.retain) if schedule.archive else None,
        deprecated=_age_text(schedule.deprecate) if schedule.deprecate else None,
        copy_tags=True,
        tags_to_add=dict(schedule.tags_to_add),
        other_settings={},
        origin=schedule.origin,
    )


def _copy_rule_form(rule: CrossRegionCopyRule) -> CopyRuleForm:
    return CopyRuleForm(
        encrypted=True,
        copy_tags=True,
        key=rule.key_alias,
        retain=_age_text(rule.retain),
        deprecated=_age_text(rule.deprecate) if rule.deprecate else None,
        other_settings={},
        origin=rule.origin,
    )


def _fast_restore_form(rule: FastRestoreRule) -> FastRestoreForm:
    return FastRestoreForm(
        availability_zones=tuple(sorted(rule.availability_zones)),
        keep=_age_text(rule.keep),
        origin=rule.origin,
    )


def _share_form(rule: ShareRule) -> ShareForm:
    return ShareForm(
        account_ids=tuple(sorted(rule.account_ids)),
        unshare_after=_age_text(rule.unshare_after) if rule.unshare_after else "never",
        origin=rule.origin,
    )


def _scripts_form(scripts: Scripts) -> ScriptsForm:
    return ScriptsForm(
        stages=("POST", "PRE") if scripts.own_document else None,
        timeout_seconds=scripts.timeout_seconds,
        retries=scripts.retries,
        crash_consistent_on_failure=scripts.crash_consistent_on_failure,
        origin=scripts.origin,
    )


def _age_text(age: Age) -> str:
    return f"{age.interval} {age.unit}"


def document_form(document: ScriptDocument) -> DocumentForm:
    """A document with the scripts of its tier."""
    return DocumentForm(
        content=normal.digest(document.content), tags=dict(document.tags), origin=document.origin
    )


def named_document_forms(unit: DesiredUnit) -> dict[str, NamedDocumentForm]:
    """The documents that snapshot policies run and that the unit does not make: they exist and are active.

    What they say is their owners' business.
    """
    return {
        each.handler: NamedDocumentForm(status="Active", type="Command", origin=each.origin)
        for each in unit.named_documents
    }
