"""Rules of restore testing: what AWS Backup takes of a restore testing plan, and what it then tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierkeep.desired.model import (
    DesiredState,
    DesiredUnit,
    Engine,
    Origin,
    Protection,
    ResourceType,
    RestoreTestingPlan,
    RestoreTestingSelection,
)
from tierkeep.desired.support import type_support
from tierkeep.promises.cron import ScheduleError
from tierkeep.promises.recovery_point import length, worst_case
from tierkeep.rules.registry import Severity, Violation, rule

_GUIDE = "AWS Backup developer guide, restore-testing"
_NAME = re.compile(r"[A-Za-z0-9_]{1,50}")

_MOST = {"selections": 30, "vaults": 30, "conditions": 30}
_MOST_PLANS = 100

_CLUSTERS = frozenset(
    {
        "availabilityzones", "databasename", "dbclusterparametergroupname", "dbsubnetgroupname",
        "enablecloudwatchlogsexports", "enableiamdatabaseauthentication", "engine", "enginemode",
        "engineversion", "kmskeyid", "optiongroupname", "port", "scalingconfiguration",
        "vpcsecuritygroupids",
    }
)  # fmt: skip
_INSTANCES = frozenset(
    {
        "allocatedstorage", "availabilityzones", "dbinstanceclass", "dbname", "dbparametergroupname",
        "dbsubnetgroupname", "domain", "domainiamrolename", "enablecloudwatchlogsexports",
        "enableiamdatabaseauthentication", "iops", "licensemodel", "multiaz", "optiongroupname", "port",
        "processorfeatures", "publiclyaccessible", "storagetype", "vpcsecuritygroupids",
    }
)  # fmt: skip
_OVERRIDABLE = {
    ResourceType.AURORA: _CLUSTERS,
    ResourceType.DYNAMODB: frozenset({"encryptiontype", "kmsmasterkeyarn"}),
    ResourceType.EBS: frozenset(
        {"availabilityzone", "iops", "kmskeyid", "throughput", "volumesize", "volumetype"}
    ),
    ResourceType.EC2: frozenset(
        {"iaminstanceprofilename", "instancetype", "requireimdsv2", "securitygroupids", "subnetid"}
    ),
    ResourceType.EFS: frozenset({"kmskeyid", "performancemode"}),
    ResourceType.RDS: _INSTANCES | _CLUSTERS,  # a Multi-AZ cluster is of this type too
    ResourceType.S3: frozenset({"encryptiontype", "kmskey", "restoreacls"}),
}
"""Keys that AWS lets a restore test override, in lower case: AWS takes them in any."""
_LISTS = frozenset(
    {"availabilityzones", "enablecloudwatchlogsexports", "securitygroupids", "vpcsecuritygroupids"}
)
"""Of which each is a list, written as JSON."""
_NETWORKS = {
    ResourceType.AURORA: "dbSubnetGroupName",
    ResourceType.EC2: "subnetId",
    ResourceType.RDS: "dbSubnetGroupName",
}
"""What says where to restore to; without it, to the default VPC."""

_TYPES = {known.name: resource_type for resource_type, known in type_support().items()}


def _plans(state: DesiredState) -> Iterator[tuple[DesiredUnit, RestoreTestingPlan]]:
    for unit in state.units:
        for plan in unit.restore_testing:
            yield unit, plan


def _selections(state: DesiredState) -> Iterator[tuple[RestoreTestingPlan, RestoreTestingSelection]]:
    for _, plan in _plans(state):
        for selection in plan.selections:
            yield plan, selection


@rule(
    "TK170",
    title="A restore testing plan and its selections have names that AWS Backup takes",
    severity=Severity.ERROR,
    source=f'{_GUIDE}, "Restore testing quotas and parameters"; botocore 1.44.5; read 2026-11',
    guards_generator=True,
)
def names(state: DesiredState) -> Iterator[Violation]:
    """Letters, digits and underscores, 50 at most: what Tierkeep computes from the catalog's name, the
    drill's and the tier's is held to it here.

    Breaks it: a plan called `campus-full`
    Keeps it: a plan called `campus_full`
    """
    for _, plan in _plans(state):
        for name in (plan.name, *(each.name for each in plan.selections)):
            if not _NAME.fullmatch(name):
                yield Violation(
                    origin=plan.origin,
                    message=f"AWS Backup takes no restore testing plan or selection called `{name}`",
                    hint="use letters, digits and underscores, 50 at most",
                )


@rule(
    "TK171",
    title="A Region has at most 100 restore testing plans, each with 30 selections, vaults and conditions",
    severity=Severity.ERROR,
    source=f'{_GUIDE}, "Restore testing quotas and parameters"; read 2026-11',
)
def quotas(state: DesiredState) -> Iterator[Violation]:
    """Each drill brings a plan to each unit, with a vault for each tier that AWS Backup protects there, a
    selection for each of its types, and a condition for each tag of `only_tagged` besides the tier's.

    Breaks it: a drill with `restore_testing` where an account has 31 tiers
    Keeps it: a drill with `restore_testing` where an account has 30 tiers of one type each
    """
    for unit in state.units:
        if len(unit.restore_testing) > _MOST_PLANS:
            yield Violation(
                origin=("drills",),
                message=f"{len(unit.restore_testing)} restore testing plans in {unit.id}; AWS allows 100",
                hint="hold fewer drills",
            )
    for unit, plan in _plans(state):
        counts = {
            "selections": len(plan.selections),
            "vaults": len(plan.vault_arns),
            "conditions": max(len(each.required_tags) for each in plan.selections),
        }
        for what, count in counts.items():
            if count > _MOST[what]:
                yield Violation(
                    origin=plan.origin,
                    message=f"{count} {what} of a restore test in {unit.id}; AWS allows {_MOST[what]}",
                    hint="merge tiers, or move some of them to another account",
                )


@rule(
    "TK172",
    title="Restore tests start within 1 to 168 hours, look back 1 to 365 days, and wait 1 to 168 hours",
    severity=Severity.ERROR,
    source=f"{_GUIDE}; botocore 1.44.5, backup RestoreTestingPlanForCreate; read 2026-11",
)
def windows(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses other windows.

    Breaks it: `restore_testing: { on: 1, look_back: 366d }`
    Keeps it: `restore_testing: { on: 1, look_back: 365d }`
    """
    for _, plan in _plans(state):
        waits = max(each.validation_window_hours for each in plan.selections)
        for name, value, most, unit in (
            ("start_window", plan.start_window_hours, 168, "hours"),
            ("look_back", plan.window_days, 365, "days"),
            ("keep_for_validation", waits, 168, "hours"),
        ):
            if value > most:
                yield Violation(
                    origin=(*plan.origin, name),
                    message=f"`{name}` is {value} {unit}; AWS Backup takes {most}",
                    hint=f"write {most}{unit[0]} or less",
                )


@rule(
    "TK173",
    title="A restore test always finds a recovery point that is recent enough",
    severity=Severity.WARNING,
    source=f'{_GUIDE}, "Recovery point determination"; read 2026-11',
)
def nothing_to_test(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup leaves a resource out of a test, in silence, where none of its recovery points is within
    `look_back`.

    Breaks it: `look_back: 30d` where a tier has `yearly: { every: 1y, on: 1, keep: 2y }` only
    Keeps it: `look_back: 30d` where a tier has `daily: { every: 1d, keep: 7d }`
    """
    for unit, plan in _plans(state):
        for selection in plan.selections:
            protection = _protection(unit, selection)
            oldest = _oldest(unit, protection)
            if oldest is None or oldest <= plan.window_days * 24 * 60:
                continue
            yield Violation(
                origin=(*plan.origin, "look_back"),
                message=(
                    f"the latest recovery point of {protection.resource_type} of `{selection.tier}` may be "
                    f"{length(oldest)} old, and restore tests look back {plan.window_days}d"
                ),
                hint="look back further, up to 365d, or back up more often",
            )


def _protection(unit: DesiredUnit, selection: RestoreTestingSelection) -> Protection:
    resource_type = _TYPES[selection.resource_type]
    return next(
        each
        for each in unit.protections
        if (each.tier, each.resource_type) == (selection.tier, resource_type)
    )


def _oldest(unit: DesiredUnit, protection: Protection) -> int | None:
    """The greatest age of the latest recovery point in minutes; None where other rules speak."""
    try:
        return worst_case(unit, protection).source.minutes
    except ScheduleError:
        return None


@rule(
    "TK174",
    title="A restore test of a sample says which resources are the sample",
    severity=Severity.WARNING,
    source=f'{_GUIDE}, "Recovery point determination"; read 2026-11',
)
def no_sample(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup draws no sample of resources: each run restores one recovery point of every resource that is
    selected. Without `only_tagged`, a test of a sample is as large, and as dear, as one of all.

    Breaks it: `partial: { every: 1w, scope: sample, restore_testing: { on: sunday } }`
    Keeps it: the same with `restore_testing: { on: sunday, only_tagged: { restore-test: weekly } }`
    """
    for _, plan in _plans(state):
        if plan.sample and all(len(each.required_tags) == 1 for each in plan.selections):
            yield Violation(
                origin=plan.origin,
                message="AWS Backup draws no sample: this restore test would restore every resource",
                hint="name the tag of the sample's resources with `only_tagged`, or write `scope: all`",
            )


@rule(
    "TK175",
    title="What restore testing leaves out is known",
    severity=Severity.NOTICE,
    source=f"{_GUIDE}: recovery points in vaults of AWS Backup; read 2026-11",
)
def left_out(state: DesiredState) -> Iterator[Violation]:
    """What Data Lifecycle Manager protects lies in no vault, and AWS Backup does not test it, nor copies.

    Breaks it: a drill with `restore_testing` beside a tier with `ebs: { engine: dlm }`
    Keeps it: a drill with `restore_testing` beside a tier with `ebs: { engine: backup }`
    """
    by_dlm = sorted(
        {
            f"{each.resource_type} of `{each.tier}`"
            for unit in state.units
            for each in unit.protections
            if each.engine is Engine.DLM
        }
    )
    for origin in dict.fromkeys(plan.origin for _, plan in _plans(state)) if by_dlm else ():
        yield Violation(
            origin=origin,
            message=(f"AWS Backup does not test what Data Lifecycle Manager protects: {', '.join(by_dlm)}"),
            hint="restore some of it by hand now and then, or name `engine: backup`",
        )


@rule(
    "TK176",
    title="Restore tests override only what AWS Backup lets them",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, restore-testing-inferred-metadata; read 2026-11",
    waivable=True,
)
def overrides(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup infers what a restore needs, and lets some of it be overridden, by type, in any case of its
    letters. Waive this for a key that the guide has since then.

    Breaks it: `metadata: { efs: { newFileSystem: "false" } }`
    Keeps it: `metadata: { efs: { performanceMode: maxIO } }`
    """
    for plan, selection in _selections(state):
        resource_type = _TYPES[selection.resource_type]
        for key, value in selection.metadata:
            origin = (*plan.origin, "metadata", resource_type.value, key)
            if key.lower() not in _OVERRIDABLE[resource_type]:
                yield Violation(
                    origin=origin,
                    message=f"a restore test of {resource_type} cannot override `{key}`",
                    hint=f"it can: {', '.join(sorted(_OVERRIDABLE[resource_type]))}",
                )
            elif key.lower() in _LISTS and not value.startswith("["):
                yield Violation(
                    origin=origin, message=f"`{key}` is a list", hint=f"write it as one: [{value}]"
                )


@rule(
    "TK177",
    title="Where restore tests restore to is known",
    severity=Severity.NOTICE,
    source="AWS Backup developer guide, restore-testing-inferred-metadata; read 2026-11",
)
def default_network(state: DesiredState) -> Iterator[Violation]:
    """Instances and databases are restored into the default VPC where no subnet is named, and a test fails
    where there is none.

    Breaks it: a drill with `restore_testing` beside a tier that protects rds
    Keeps it: the same with `metadata: { rds: { dbSubnetGroupName: restore-tests } }`
    """
    needing: dict[Origin, set[ResourceType]] = {}
    for plan, selection in _selections(state):
        resource_type = _TYPES[selection.resource_type]
        needed = _NETWORKS.get(resource_type)
        if needed and needed.lower() not in {key.lower() for key, _ in selection.metadata}:
            needing.setdefault(plan.origin, set()).add(resource_type)
    for origin, types in needing.items():
        wanted = ", ".join(f"{each}: {{ {_NETWORKS[each]}: … }}" for each in sorted(types))
        yield Violation(
            origin=(*origin, "metadata"),
            message=(
                f"restore tests of {', '.join(sorted(types))} need a default VPC with subnets in each Region"
            ),
            hint=f"or name where to: metadata: {{ {wanted} }}",
        )
