"""Rules of what AWS's services support, by type of resource and by Region: `tierkeep.desired.support`."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.engines import NATIVE_RECOVERY_TYPES
from tierkeep.desired.model import DesiredState, DesiredUnit, Engine, Origin, Protection, ResourceType
from tierkeep.desired.support import Feature, Support, region_support, type_support
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import of_tier

_FEATURES = "AWS Backup developer guide, backup-feature-availability; read 2026-11"


def _backed_up(state: DesiredState) -> Iterator[Protection]:
    for unit in state.units:
        yield from (each for each in unit.protections if each.engine is Engine.BACKUP)


def recovers_natively(unit: DesiredUnit, protection: Protection) -> bool:
    """Whether the unit switches on the point-in-time recovery that the type has of its own."""
    return protection.resource_type in NATIVE_RECOVERY_TYPES and any(
        each.tier == protection.tier for each in unit.table_recoveries
    )


def _continuous_tiers(state: DesiredState) -> set[str]:
    return {
        plan.tier
        for unit in state.units
        for plan in unit.plans
        if any(each.continuous for each in plan.rules)
    }


@rule(
    "TK014",
    title="Point-in-time recovery does not reach every type of its tier",
    severity=Severity.NOTICE,
    source=_FEATURES,
)
def without_continuous(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup has point-in-time recovery for aurora, rds and s3 only, and makes snapshots of the other
    types of such a plan without a word. Tierkeep leaves them to the tier's schedules, unless it switches on
    what dynamodb has of its own.

    Breaks it: `protects: { rds: {}, efs: {} }` with `point_in_time_recovery`
    Keeps it: `protects: { rds: {} }` with `point_in_time_recovery`
    """
    tiers = _continuous_tiers(state)
    for unit in state.units:
        for each in unit.protections:
            by_backup = type_support()[each.resource_type].point_in_time_recovery
            if each.tier in tiers and not by_backup and not recovers_natively(unit, each):
                own = each.resource_type in NATIVE_RECOVERY_TYPES
                hint = "its schedules alone protect it: bind it to an objective that they keep"
                native = ", or write `point_in_time_recovery: native` here" if own else ""
                yield Violation(
                    origin=each.origin,
                    message=(
                        f"{each.resource_type} has no point-in-time recovery in AWS Backup"
                        f"{' (its own is outside of it)' if own else ''}"
                    ),
                    hint=f"{hint}{native}",
                )


@rule(
    "TK016",
    title="Copies of DynamoDB tables need the advanced features of DynamoDB backup",
    severity=Severity.WARNING,
    source="AWS Backup developer guide, advanced-ddb-backup, backup-feature-availability; read 2026-11",
)
def copies_exist(state: DesiredState) -> Iterator[Violation]:
    """Backups of plain DynamoDB cannot be copied. The advanced features are on by default only for accounts
    that made no vault before 21 November 2021, Region by Region; a catalog cannot say whether they are.

    Breaks it: `protects: { dynamodb: {} }` with `copy_to`
    Keeps it: `protects: { dynamodb: {} }` without copies
    """
    copied = {
        plan.tier for unit in state.units for plan in unit.plans if any(each.copies for each in plan.rules)
    }
    for each in _backed_up(state):
        support = type_support()[each.resource_type].features[Feature.CROSS_REGION_COPY]
        if each.tier in copied and support is Support.ADVANCED_FEATURES:
            yield Violation(
                origin=each.origin,
                message=f"{each.resource_type} is copied only where its advanced features are enabled",
                hint="enable them in AWS Backup's settings in each account and Region, then waive this rule",
            )


@rule(
    "TK017",
    title="Buckets need versioning, and EventBridge for point-in-time recovery",
    severity=Severity.NOTICE,
    source="AWS Backup developer guide, s3-backups; read 2026-11",
)
def s3_needs(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses to back up a bucket without versioning. Point-in-time recovery needs EventBridge's
    notifications besides: where they are turned off later, it stops and AWS says nothing.

    Breaks it: `protects: { s3: {} }`
    Keeps it: a tier without s3
    """
    continuous = _continuous_tiers(state)
    for each in _backed_up(state):
        if each.resource_type is ResourceType.S3:
            more = " and EventBridge notifications" if each.tier in continuous else ""
            yield Violation(
                origin=each.origin,
                message=f"only buckets with versioning{more} are backed up",
                hint=f"turn on versioning{more} for each bucket that carries the tier's tag",
            )


@rule(
    "TK019",
    title="The tier's key encrypts only what AWS Backup encrypts itself",
    severity=Severity.NOTICE,
    source="AWS Backup developer guide, encryption; EBS user guide, ebs-encryption; read 2026-11",
)
def keeps_source_encryption(state: DesiredState) -> Iterator[Violation]:
    """Backups of aurora, ebs, ec2 and rds keep the encryption of their source, whatever key the vault has: a
    volume that is not encrypted has backups that are not.

    Breaks it: `protects: { rds: {} }` with `encryption: customer-managed`
    Keeps it: `protects: { efs: {} }` with `encryption: customer-managed`
    """
    inherit: dict[str, set[str]] = {}
    for unit in state.units:
        for each in unit.protections:
            if each.customer_managed_key and not type_support()[each.resource_type].own_encryption:
                inherit.setdefault(each.tier, set()).add(each.resource_type)
    for tier, types in inherit.items():
        yield Violation(
            origin=of_tier(tier, "encryption"),
            message=f"backups of {', '.join(sorted(types))} keep the encryption of their source",
            hint="encrypt the sources with a customer-managed key too",
        )


_UNKNOWN = "check how it is written; a newer version of Tierkeep may know it"


@rule(
    "TK047",
    title="A Region is one that is known",
    severity=Severity.WARNING,
    source="botocore 1.44.5, data/endpoints.json; read 2026-11",
)
def known_region(state: DesiredState) -> Iterator[Violation]:
    """A misspelt Region and one that is newer than Tierkeep's data look alike. Nothing is assumed about it.

    Breaks it: `regions: [eu-middle-1]`
    Keeps it: `regions: [eu-central-1]`
    """
    for unit in state.units:
        if unit.id.region not in region_support():
            yield Violation(
                origin=("accounts", unit.id.account, "regions"),
                message=f"the Region {unit.id.region} is not known: what AWS supports there is unknown",
                hint=_UNKNOWN,
            )
        for policy in unit.default_policies:
            for region in policy.copy_regions:
                if region not in region_support():
                    yield Violation(
                        origin=(*policy.origin, "copy_to"),
                        message=f"the Region {region} is not known: what AWS supports there is unknown",
                        hint=_UNKNOWN,
                    )


@rule(
    "TK048",
    title="An engine exists in the Regions that need it",
    severity=Severity.ERROR,
    source="botocore 1.44.5, data/endpoints.json; read 2026-11",
)
def engine_in_region(state: DesiredState) -> Iterator[Violation]:
    """Nothing can be backed up by, or copied to, a service that is not there.

    Breaks it: `regions: [eu-isoe-west-1]` with a type that AWS Backup protects
    Keeps it: `regions: [eu-isoe-west-1]` with volumes that Data Lifecycle Manager protects
    """
    names = {Engine.BACKUP: "AWS Backup", Engine.DLM: "Data Lifecycle Manager"}
    for unit in state.units:
        known = region_support().get(unit.id.region)
        snapshots = (*unit.snapshot_policies, *unit.copy_policies, *unit.default_policies)
        needs = {Engine.BACKUP: unit.plans or unit.vaults, Engine.DLM: snapshots}
        for engine, needed in needs.items():
            if known and needed and engine in known.without:
                for origin in _who_needs(unit, engine):
                    yield Violation(
                        origin=origin,
                        message=f"{names[engine]} does not exist in {unit.id.region}",
                        hint="use another Region, or the other engine",
                    )


def _who_needs(unit: DesiredUnit, engine: Engine) -> Iterator[Origin]:
    """Where the catalog asks for the engine in a unit: a copy, a type that has a choice, or the Region."""
    protected = [each for each in unit.protections if each.engine is engine]
    for each in protected:
        choice = type_support()[each.resource_type].snapshots is not None
        yield (*each.origin, "engine") if choice else ("accounts", unit.id.account, "regions")
    if engine is Engine.DLM:
        yield from (policy.origin for policy in unit.copy_policies)
        yield from (policy.origin for policy in unit.default_policies)
    if engine is Engine.BACKUP:
        tiers = {each.tier for each in protected}
        yield from (vault.origin for vault in unit.vaults if vault.tier not in tiers)
