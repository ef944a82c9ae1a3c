"""Default policies of one unit."""

from __future__ import annotations

from tierkeep.catalog.default_policies import DefaultInstances, DefaultVolumes
from tierkeep.catalog.model import Catalog
from tierkeep.desired.default_policy import DefaultExclusions, DefaultPolicy
from tierkeep.desired.engines import DLM_TYPES
from tierkeep.desired.model import Origin, ResourceType, RolePurpose
from tierkeep.desired.names import Names


def default_policies(catalog: Catalog, account: str, names: Names) -> tuple[DefaultPolicy, ...]:
    """The default policies of a Region where the account's resources live. None copies to its own Region."""
    own = catalog.accounts[account].default_policies
    asked = catalog.default_policies if own is None else own
    here: Origin = ("default_policies",) if own is None else ("accounts", account, "default_policies")
    by_type = ((ResourceType.EBS, asked.volumes), (ResourceType.EC2, asked.instances))
    return tuple(_policy(names, each, found, here) for each, found in by_type if found)


def _policy(
    names: Names, of: ResourceType, asked: DefaultVolumes | DefaultInstances, here: Origin
) -> DefaultPolicy:
    what, api_type = DLM_TYPES[of]
    name = names.default_policy(what)
    return DefaultPolicy(
        name=name,
        description=f"{names.catalog} default for {what}",
        resource_type=api_type,
        role_arn=names.role_arn(names.role(RolePurpose.SNAPSHOTS)),
        every_days=asked.every.days,
        keep_days=asked.keep.days,
        copy_tags=asked.copy_tags,
        extend_deletion=asked.extend_deletion,
        copy_regions=tuple(sorted({*asked.copy_to} - {names.region})),
        exclusions=_exclusions(asked),
        tags=names.tags(policy=name),
        origin=(*here, what),
    )


def _exclusions(asked: DefaultVolumes | DefaultInstances) -> DefaultExclusions:
    if isinstance(asked, DefaultVolumes):
        excluded = asked.exclude
        return DefaultExclusions(
            boot_volumes=excluded.boot_volumes,
            volume_types=tuple(sorted(set(excluded.volume_types))),
            tags=tuple(sorted(excluded.tags.items())),
        )
    tags = asked.exclude.tags if asked.exclude else {}
    return DefaultExclusions(boot_volumes=False, volume_types=(), tags=tuple(sorted(tags.items())))
