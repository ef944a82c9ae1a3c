"""What a catalog promises as controls of AWS Backup Audit Manager, and the reports on it.

AWS Backup developer guide, "Controls and remediation", "Creating frameworks using the AWS Backup API" and
"Working with audit reports".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tierkeep.catalog.audit import Audit, Reports
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.tiers import Schedule
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.generations import of_vaults
from tierkeep.desired.model import (
    Control,
    Engine,
    Framework,
    ReportBucket,
    ReportPlan,
    RestoreTestingPlan,
    Tags,
)
from tierkeep.desired.names import Names
from tierkeep.desired.support import type_support

_HOURS_A_DAY = 24
_LONGEST_FREQUENCY_DAYS = 31
_LONGEST_AGE_HOURS = 744
_JOB_REPORTS = ("BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
_COMPLIANCE_REPORTS = ("CONTROL_COMPLIANCE_REPORT", "RESOURCE_COMPLIANCE_REPORT")


def frameworks(
    catalog: Catalog, names: Names, live: Sequence[TierInUnit], tests: Sequence[RestoreTestingPlan]
) -> tuple[Framework, ...]:
    """A framework for each tier that AWS Backup protects anything of."""
    if not (catalog.audit and catalog.audit.controls):
        return ()
    return tuple(_framework(catalog, names, tier, tests) for tier in live if tier.types_of(Engine.BACKUP))


def report_bucket(audit: Audit | None, names: Names, about: Sequence[Framework]) -> ReportBucket | None:
    """The bucket of a unit that has frameworks to report on."""
    if not (audit and audit.reports and about):
        return None
    return ReportBucket(
        name=names.report_bucket,
        arn=f"arn:{names.partition}:s3:::{names.report_bucket}",
        keep_days=audit.reports.keep.days,
        writer_arn=names.report_service_role_arn,
        tags=names.tags(),
        origin=("audit", "reports"),
    )


def report_plans(audit: Audit | None, names: Names, about: Sequence[Framework]) -> tuple[ReportPlan, ...]:
    """A report of each kind: on the jobs of a day, and on what complies with the frameworks."""
    if not (audit and audit.reports and about):
        return ()
    jobs = [_report(audit.reports, names, template, ()) for template in _JOB_REPORTS]
    frameworks = tuple(each.name for each in about)
    compliance = [_report(audit.reports, names, template, frameworks) for template in _COMPLIANCE_REPORTS]
    return (*jobs, *compliance)


def opted_in(audit: Audit | None, live: Sequence[TierInUnit]) -> tuple[str, ...]:
    """The types that the Region is opted in to, as AWS Backup calls them."""
    if not (audit and audit.opt_in):
        return ()
    types = {each for tier in live for each in tier.types_of(Engine.BACKUP)}
    return tuple(sorted(type_support()[each].name for each in types))


def _report(reports: Reports, names: Names, template: str, about: tuple[str, ...]) -> ReportPlan:
    return ReportPlan(
        name=names.audit(template.removesuffix("_REPORT").lower()),
        template=template,
        description=f"What AWS Backup does for catalog {names.catalog}",
        formats=tuple(sorted(set(reports.formats))),
        frameworks=about,
        tags=names.tags(),
        origin=("audit", "reports"),
    )


def _framework(
    catalog: Catalog, names: Names, tier: TierInUnit, tests: Sequence[RestoreTestingPlan]
) -> Framework:
    found = [*_of_recovery_points(tier), *_of_vaults(tier), *_of_plans(names, tier)]
    found += _of_resources(catalog, tier, tests)
    controls = [each for each in found if isinstance(each, Control)]
    return Framework(
        name=names.audit(tier.name),
        tier=tier.name,
        description=f"What tier {tier.name} of catalog {names.catalog} promises",
        controls=tuple(sorted(controls, key=lambda each: each.name)),
        left_out=tuple(each for each in found if not isinstance(each, Control)),
        tags=tier.tags,
        origin=tier.origin,
    )


_Found = Control | tuple[str, str]
"""A control, or the name of one that a tier cannot have, with the reason."""


def _own(tier: TierInUnit) -> Tags:
    """The tag by which the tier's recovery points, vaults and plans are told."""
    return (("tierkeep:tier", tier.name),)


def _of_recovery_points(tier: TierInUnit) -> Iterator[_Found]:
    yield Control(name="BACKUP_RECOVERY_POINT_ENCRYPTED", parameters=(), tags=_own(tier))
    of = tier.tier
    kept = [each.keep.days for each in of.schedules.values()]
    # Copies of the tier that other Regions make into this one carry the same tag.
    kept += [to.terms.keep.days for to in tier.destinations if to.terms.keep]
    kept += [each.keep.days for each in (of.point_in_time_recovery, of.on_demand) if each]
    yield Control(
        name="BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
        parameters=(("requiredRetentionDays", str(min(kept))),),
        tags=_own(tier),
    )


def _of_vaults(tier: TierInUnit) -> Iterator[_Found]:
    """Only where the vaults' policies say who may delete."""
    if tier.deletion_roles:
        roles = ",".join(tier.names.role_arn(role) for role in tier.deletion_roles)
        yield Control(
            name="BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
            parameters=(("principalArnList", roles),),
            tags=_own(tier),
        )


def _of_plans(names: Names, tier: TierInUnit) -> Iterator[_Found]:
    """Of the plan by schedules alone: that for point-in-time recovery carries the same tags."""
    name = "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"
    most = _most_frequent(tier)
    hours, days = most.every.minutes // 60, most.every.days
    if hours > _HOURS_A_DAY and days > _LONGEST_FREQUENCY_DAYS:
        yield name, f"AWS takes up to {_LONGEST_FREQUENCY_DAYS} days between backups"
        return
    unit, value = ("hours", hours) if hours <= _HOURS_A_DAY else ("days", days)
    yield Control(
        name=name,
        parameters=(
            ("requiredFrequencyUnit", unit),
            ("requiredFrequencyValue", str(value)),
            ("requiredRetentionDays", str(most.keep.days)),
        ),
        tags=(),
        plan_name=names.tier(tier.name),
    )


def _of_resources(
    catalog: Catalog, tier: TierInUnit, tests: Sequence[RestoreTestingPlan]
) -> Iterator[_Found]:
    """A scope of resources is a tag or types, never both: where Data Lifecycle Manager protects some of a
    tier's, AWS would report these."""
    by_dlm = tier.types_of(Engine.DLM)
    for found in _for_resources(catalog, tier, tests):
        if by_dlm and isinstance(found, Control):
            types = ", ".join(sorted(by_dlm))
            yield found.name, f"it would report {types}, which Data Lifecycle Manager protects"
        else:
            yield found


def _for_resources(
    catalog: Catalog, tier: TierInUnit, tests: Sequence[RestoreTestingPlan]
) -> Iterator[_Found]:
    tags = tier.resource_tags
    yield Control(name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", parameters=(), tags=tags)
    yield from _last_recovery_point(tier)
    regions = {to.unit.region for to in tier.destinations} - {tier.names.region}
    accounts = {to.names.account_id for to in tier.destinations} - {tier.names.account_id}
    for name, parameter, values in (
        ("BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION", "crossRegionList", regions),
        ("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT", "crossAccountList", accounts),
    ):
        if values:
            yield Control(name=name, parameters=((parameter, ",".join(sorted(values))),), tags=tags)
    lock = next(of_vaults(tier)).lock
    if lock:
        days = {"maxRetentionDays": lock.max_retention_days, "minRetentionDays": lock.min_retention_days}
        yield Control(
            name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
            parameters=tuple((key, str(value)) for key, value in days.items() if value is not None),
            tags=tags,
        )
    objective = tier.tier.recovery_time
    if objective and any(each.tier == tier.name for test in tests for each in test.selections):
        minutes = catalog.objectives.recovery_time[objective].minutes
        yield Control(
            name="RESTORE_TIME_FOR_RESOURCES_MEET_TARGET",
            parameters=(("maxRestoreTime", str(minutes)),),
            tags=tags,
        )


def _last_recovery_point(tier: TierInUnit) -> Iterator[_Found]:
    """As old as it may be while no backup has failed: an interval, and the time that a backup may take."""
    name = "BACKUP_LAST_RECOVERY_POINT_CREATED"
    hours = -(-(_most_frequent(tier).every.minutes + tier.completion_window_minutes) // 60)
    if hours > _LONGEST_AGE_HOURS:
        yield name, f"AWS takes up to {_LONGEST_AGE_HOURS} hours between recovery points"
        return
    yield Control(
        name=name,
        parameters=(("recoveryPointAgeUnit", "hours"), ("recoveryPointAgeValue", str(hours))),
        tags=tier.resource_tags,
    )


def _most_frequent(tier: TierInUnit) -> Schedule:
    """Of several that are as frequent, the one that is kept the longest: a plan needs one such rule."""
    return min(tier.tier.schedules.values(), key=lambda each: (each.every.minutes, -each.keep.days))
