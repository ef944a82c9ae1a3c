"""Drills of a catalog as restore testing plans of AWS Backup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tierkeep.catalog.drills import Drill, RestoreTesting
from tierkeep.catalog.model import Catalog
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.engines import CONTINUOUS_TYPES
from tierkeep.desired.generations import vault_name
from tierkeep.desired.model import (
    Engine,
    ResourceType,
    RestoreTestingPlan,
    RestoreTestingSelection,
    RolePurpose,
    Tags,
)
from tierkeep.desired.names import Names
from tierkeep.desired.schedules import cron_of
from tierkeep.desired.support import type_support


def restore_testing_plans(
    catalog: Catalog, names: Names, live: Sequence[TierInUnit]
) -> tuple[RestoreTestingPlan, ...]:
    """A plan for each drill that AWS is to hold too, in a unit where AWS Backup protects anything."""
    tested = [tier for tier in live if tier.types_of(Engine.BACKUP)]
    return tuple(
        _plan(catalog, names, name, drill, drill.restore_testing, tested)
        for name, drill in sorted(catalog.drills.items())
        if drill.restore_testing and tested
    )


def _plan(
    catalog: Catalog,
    names: Names,
    name: str,
    drill: Drill,
    testing: RestoreTesting,
    tested: Sequence[TierInUnit],
) -> RestoreTestingPlan:
    which = testing.recovery_points or ("latest" if drill.scope == "all" else "random")
    return RestoreTestingPlan(
        name=names.restore_testing(name),
        schedule=cron_of(drill.every, testing.at, testing.on),
        time_zone=testing.time_zone or catalog.defaults.time_zone,
        start_window_hours=testing.start_window.minutes // 60,
        sample=drill.scope == "sample",
        latest=which == "latest",
        vault_arns=tuple(names.vault_arn(vault_name(tier)) for tier in tested),
        window_days=testing.look_back.days,
        continuous=any(_is_continuous(tier) for tier in tested),
        selections=tuple(each for tier in tested for each in _selections(tier, name, testing)),
        tags=names.tags(),
        origin=("drills", name, "restore_testing"),
    )


def _is_continuous(tier: TierInUnit) -> bool:
    types = CONTINUOUS_TYPES.intersection(tier.types_of(Engine.BACKUP))
    return tier.tier.point_in_time_recovery is not None and bool(types)


def _selections(tier: TierInUnit, drill: str, testing: RestoreTesting) -> Iterator[RestoreTestingSelection]:
    """By type, since a selection has one. AWS compares the tags of recovery points, which carry those of
    their resource (developer guide, restore-testing and "Copying tags onto backups")."""
    for resource_type in tier.types_of(Engine.BACKUP):
        yield RestoreTestingSelection(
            name=tier.names.restore_testing_selection(tier.name, resource_type),
            tier=tier.name,
            resource_type=type_support()[resource_type].name,
            role_arn=tier.names.role_arn(tier.names.role(RolePurpose.RESTORE)),
            required_tags=tuple(sorted({**testing.only_tagged, **dict(tier.resource_tags)}.items())),
            validation_window_hours=testing.keep_for_validation.minutes // 60,
            metadata=_metadata(testing, resource_type),
            origin=("drills", drill, "restore_testing"),
        )


def _metadata(testing: RestoreTesting, resource_type: ResourceType) -> Tags:
    """Lists are written as JSON (developer guide, restore-testing-inferred-metadata)."""
    given = testing.metadata.get(resource_type.value, {})
    return tuple(
        (key, value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))
        for key, value in sorted(given.items())
    )
