"""Catalog -> DesiredState. Total: every well-formed catalog has one; whether AWS takes it, `rules` judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tierkeep.catalog.model import Catalog, S3State
from tierkeep.desired.asserted import assertions
from tierkeep.desired.audits import frameworks, opted_in, report_bucket, report_plans
from tierkeep.desired.backup import continuous_plan, plan, vaults
from tierkeep.desired.command_roles import command_role_arn, command_roles
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.defaults import default_policies
from tierkeep.desired.dlm import snapshot_policies
from tierkeep.desired.events import telling
from tierkeep.desired.everywhere import everywhere, in_vain
from tierkeep.desired.isolating import isolated_in_vain, isolation
from tierkeep.desired.model import (
    Access,
    Contact,
    DesiredState,
    DesiredUnit,
    Key,
    RolePurpose,
    StateBackend,
    TierPromise,
    UnitId,
    Waiver,
)
from tierkeep.desired.names import Names
from tierkeep.desired.not_everywhere import not_everywhere
from tierkeep.desired.organization import management_unit, organization_settings
from tierkeep.desired.protections import protection
from tierkeep.desired.received import Arrival, Received, air_gapped, received
from tierkeep.desired.restore_tests import restore_testing_plans
from tierkeep.desired.retired import retired
from tierkeep.desired.roles import machine_roles, roles
from tierkeep.desired.scenarios import restored_from, scenarios
from tierkeep.desired.script_documents import script_document
from tierkeep.desired.shared import copied_in, copy_policies
from tierkeep.desired.tables import switching_machine, table_recovery
from tierkeep.desired.unmet import unmet
from tierkeep.desired.watched import budgets, tellers, unused, watching
from tierkeep.desired.weakened import weakened


def resolve(catalog: Catalog) -> DesiredState:
    """The desired state of a catalog, the same for the same catalog whatever the order of its keys."""
    homes = {
        UnitId(account=account, region=region): _tiers(catalog, account, region)
        for account in catalog.accounts
        for region in catalog.accounts[account].regions
    }
    arrivals: dict[UnitId, list[Arrival]] = {}
    gapped: dict[UnitId, list[Arrival]] = {}
    shared: dict[UnitId, list[Arrival]] = {}
    for tier in (tier for tiers in homes.values() for tier in tiers):
        for to in tier.reached_destinations:
            arrivals.setdefault(to.unit, []).append(Arrival(tier=tier, to=to))
        for to in tier.reached_air_gapped:
            gapped.setdefault(to.unit, []).append(Arrival(tier=tier, to=to))
        for to in tier.sharing_destinations:
            shared.setdefault(copied_in(tier, to), []).append(Arrival(tier=tier, to=to))
    management = management_unit(catalog)
    managing = {management} if management else set()
    units = [
        _unit(
            catalog,
            unit,
            homes.get(unit, []),
            [*received(arrivals.get(unit, [])), *air_gapped(gapped.get(unit, []))],
            shared.get(unit, []),
            [each.tier for each in arrivals.get(unit, []) if restored_from(catalog, each)],
        )
        for unit in sorted({*homes, *arrivals, *gapped, *shared, *managing})
    ]
    return DesiredState(
        name=catalog.name,
        tag_key=catalog.defaults.tier_tag,
        state=_state(catalog),
        units=tuple(units),
        promises=tuple(_promise(catalog, tier) for tier in sorted(catalog.tiers)),
        unmet=(
            *unmet(catalog),
            *unused(catalog),
            *in_vain(catalog),
            *not_everywhere(catalog),
            *weakened(catalog),
            *isolated_in_vain(catalog, [unit.id for unit in units]),
        ),
        waivers=tuple(_waivers(catalog)),
        assertions=assertions(catalog),
        drills=scenarios(catalog, units),
        everywhere=everywhere(catalog),
        contacts=tuple(_contacts(catalog)),
    )


def _tiers(catalog: Catalog, account: str, region: str) -> list[TierInUnit]:
    names, found = _names(catalog, account, region), catalog.accounts[account]
    return [TierInUnit.of(catalog, names, account, tier) for tier in sorted(set(found.tiers))]


def _names(catalog: Catalog, account: str, region: str) -> Names:
    return Names(catalog=catalog.name, account_id=catalog.accounts[account].id, region=region)


def _unit(
    catalog: Catalog,
    unit: UnitId,
    home: list[TierInUnit],
    copies: list[Received],
    shared: list[Arrival],
    restored: list[TierInUnit],
) -> DesiredUnit:
    names = _names(catalog, unit.account, unit.region)
    defaults = default_policies(catalog, unit.account, names) if home else ()
    live = [tier for tier in home if tier.tier.retired is None]
    tests = restore_testing_plans(catalog, names, live)
    audited = frameworks(catalog, names, live, tests)
    keys = [key for tier in home if (key := _home_key(tier))]
    recovered = [(tier, recovery) for tier in live if (recovery := table_recovery(tier))]
    recoveries = tuple(recovery for _, recovery in recovered)
    machines = tuple(switching_machine(tier, recovery) for tier, recovery in recovered)
    of_all = [*(vaults(tier) for tier in home), *(each.vaults for each in copies)]
    policies = tuple(policy for tier in live for policy in snapshot_policies(tier))
    copying = copy_policies(names, (each for each in shared if each.tier.tier.retired is None))
    told = telling(
        catalog.events,
        names,
        catalog.access,
        live,
        vaults=[vault for each in of_all for vault in each.vaults],
        snapshots=bool(policies or copying or defaults),
        watchers=tellers(catalog, names),
    )
    of_services = (
        *roles(names, home, shared, restored, defaults, catalog.access),
        *machine_roles(names, recoveries, machines, catalog.access),
        *told.roles,
    )
    made = DesiredUnit(
        id=unit,
        account_id=names.account_id,
        partition=names.partition,
        access=_access(catalog, names),
        keys=(*keys, *(each.key for each in copies if each.key), *told.keys),
        vaults=tuple(vault for each in of_all for vault in each.vaults),
        plans=tuple(found for tier in live for found in (plan(tier), continuous_plan(tier)) if found),
        snapshot_policies=policies,
        copy_policies=copying,
        documents=tuple(each for tier in live if (each := script_document(tier))),
        default_policies=defaults,
        roles=of_services,
        protections=tuple(protection(catalog, tier, each) for tier in live for each in tier.types),
        depends_on=_depends_on(unit, home, shared),
        retired=tuple(gone for tier in home if (gone := retired(tier))),
        table_recoveries=recoveries,
        state_machines=(*machines, *told.machines),
        events=told.events,
        superseded=tuple(gone for each in of_all for gone in each.superseded),
        watching=watching(catalog, names),
        budgets=budgets(catalog, unit.account, names, home),
        restore_testing=tests,
        frameworks=audited,
        report_bucket=report_bucket(catalog.audit, names, audited),
        report_plans=report_plans(catalog.audit, names, audited),
        opted_in=opted_in(catalog.audit, live),
        organization=organization_settings(catalog, names, unit),
        isolation=isolation(catalog, unit),
    )
    return replace(made, roles=(*of_services, *command_roles(catalog, names, made)))


def _depends_on(unit: UnitId, home: list[TierInUnit], shared: list[Arrival]) -> tuple[UnitId, ...]:
    """Where copies go; and on the way there, what copies to it and the keys that it copies with."""
    ahead = {to.unit for tier in home for to in tier.reached_destinations}
    # An air-gapped vault may lie beside the backups that are copied into it.
    ahead |= {to.unit for tier in home for to in tier.reached_air_gapped} - {unit}
    ahead |= {copied_in(tier, to) for tier in home for to in tier.sharing_destinations}
    ahead |= {each.to.unit for each in shared} - {unit}
    return tuple(sorted(ahead))


def _home_key(tier: TierInUnit) -> Key | None:
    if not tier.customer_managed_key:
        return None
    # Where no snapshot is shared and no backup copied, nobody else has anything to decrypt.
    shares = any(each.share for policy in snapshot_policies(tier) for each in policy.schedules)
    alias = tier.names.alias(tier.names.tier(tier.name))
    others = {*(tier.shared_with if shares else ()), *tier.reached_accounts}
    return tier.key(
        alias, f"Backups of tier {tier.name}", names=tier.names, shared_with=tuple(sorted(others))
    )


def _promise(catalog: Catalog, name: str) -> TierPromise:
    tier = catalog.tiers[name]
    objective = tier.recovery_time
    return TierPromise(
        tier=name,
        recovery_time_class=objective,
        recovery_time_minutes=catalog.objectives.recovery_time[objective].minutes if objective else None,
        on_demand_days=tier.on_demand.keep.days if tier.on_demand else None,
        deployments=tuple(sorted(set(tier.on_demand.on))) if tier.on_demand and catalog.events else (),
        origin=("tiers", name, "recovery_time"),
    )


def _access(catalog: Catalog, names: Names) -> Access:
    roles = catalog.access
    return Access(
        deploy_role_arn=names.role_arn(roles.deploy) if roles.deploy else None,
        validate_role_arn=command_role_arn(roles.validate_, RolePurpose.VALIDATE, names),
        drill_role_arn=command_role_arn(roles.drill, RolePurpose.DRILL, names),
    )


def _waivers(catalog: Catalog) -> Iterator[Waiver]:
    for waives in sorted(catalog.waivers):
        for index, each in enumerate(catalog.waivers[waives]):
            yield Waiver(
                waives=waives,
                reason=each.reason,
                until=each.until,
                at=tuple(each.at.split(".")) if each.at else (),
                resource=each.resource,
                origin=("waivers", waives, str(index)),
            )


def _contacts(catalog: Catalog) -> Iterator[Contact]:
    for each in catalog.contacts:
        yield Contact(
            name=each.name,
            phone=each.phone,
            email=each.email,
            url=each.url,
            tiers=tuple(sorted(set(each.tiers))),
        )


def _state(catalog: Catalog) -> StateBackend:
    if isinstance(catalog.state, S3State):
        state = catalog.state
        return StateBackend(bucket=state.bucket, region=state.region, prefix=state.prefix)
    return StateBackend(bucket=None, region=None, prefix="")
