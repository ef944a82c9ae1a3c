"""Catalogs for tests: the shipped one, and hypothesis strategies for others."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tierkeep.catalog.durations import Duration
from tierkeep.catalog.model import Catalog
from tierkeep.desired.resolve import resolve
from tierkeep.rules import judge

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "catalog.yaml"

names = st.from_regex(r"[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,6})?", fullmatch=True)
colliding = st.sampled_from(["one", "one-continuous", "one-copies", "one-volumes"])
"""Keys of tiers whose names end in what Tierkeep adds to names, so that two may be alike."""
CENTRAL = "a-central-vault"
"""An account that only receives copies; no other has such a name."""
home_regions = st.sampled_from(["ap-south-1", "eu-central-1"])
copy_regions = st.sampled_from(["eu-west-1", "ap-southeast-1", "us-east-2"])
keeps = st.sampled_from(["24h", "7d", "30d", "4w", "12mo", "2y"])
times = st.sampled_from(["00:00", "02:30", "23:59"])
ACKNOWLEDGED = "nobody-can-delete-or-shorten"
several = st.lists(
    st.sampled_from(["aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"]), min_size=1, unique=True
)
consistencies = st.sampled_from(
    [
        {"scripts": "pre-and-post"},
        {"scripts": "pre-and-post", "document": "quiesce", "timeout_seconds": 60, "retries": 3},
        {"scripts": "pre-and-post", "application": {"type": "postgresql"}, "thaw_after_seconds": 30},
        {"scripts": "pre-and-post", "application": {"type": "mysql", "mount_points": ["/data"]}},
        {"scripts": "vss", "on_failure": "no-snapshot"},
    ]
)
exclusions = st.sampled_from(
    [{"boot_volume": True}, {"data_volumes_with_tags": {"scratch": "yes", "Kind of": "a=b"}}]
)

defaults = st.fixed_dictionaries(
    {},
    optional={
        "volumes": st.sampled_from(
            [
                {"keep": "7d"},
                {
                    "every": "3d",
                    "keep": "1w",
                    "copy_tags": False,
                    "copy_to": ["us-east-2", "eu-west-1"],
                    "exclude": {
                        "boot_volumes": True,
                        "volume_types": ["st1", "sc1"],
                        "tags": {"scratch": "yes"},
                    },
                },
            ]
        ),
        "instances": st.sampled_from(
            [
                {"keep": "2d"},
                {"keep": "14d", "extend_deletion": True, "exclude": {"tags": {"Kind of": "a=b"}}},
            ]
        ),
    },
).map(deepcopy)


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    every = draw(st.sampled_from(["1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo", "1y"]))
    schedule = {"every": every, "at": draw(times), "keep": draw(keeps)}
    if every == "1w":
        schedule["on"] = draw(st.sampled_from(["monday", "sunday"]))
    if every in {"1mo", "1y"}:
        schedule["on"] = draw(st.integers(1, 28))
    return schedule


@st.composite
def tiers(draw: st.DrawFn, accounts: list[str]) -> dict[str, Any]:
    types = draw(several | several | st.just(["ebs"]))
    plan = draw(st.dictionaries(names, schedules(), min_size=1, max_size=4))
    tier: dict[str, Any] = {
        "description": "A tier",
        "protects": {each: {} for each in types},
        "encryption": draw(st.sampled_from(["customer-managed", "aws-managed"])),
        "schedules": plan,
        "copy_to": {region: {} for region in draw(st.sets(copy_regions, max_size=2))},
    }
    if {"aurora", "rds", "s3"} & set(types) and draw(st.booleans()):
        tier["point_in_time_recovery"] = {"granularity": "5m", "keep": draw(st.sampled_from(["1d", "35d"]))}
    if "ebs" in types and draw(st.booleans()):
        tier["fast_snapshot_restore"] = {
            "availability_zones": ["ap-south-1a", "eu-central-1a"],
            "schedule": draw(st.sampled_from(sorted(plan))),
            "keep": "1d",
        }
    if "ebs" in types and tier["encryption"] == "customer-managed" and draw(st.booleans()):
        for schedule in plan.values():
            schedule["keep"] = "4w"
        tier["share"] = {"with_accounts": [draw(st.sampled_from(accounts))], "unshare_after": "2w"}
    if "ec2" in types:
        tier |= draw(of_instances(tier))
    rare = sorted(name for name, each in plan.items() if each["every"] in {"1mo", "1y"})
    if "ebs" in types and rare and "fast_snapshot_restore" not in tier and draw(st.booleans()):
        plan[rare[0]].update(keep="2y", archive_after="30d")
    reaching = {"dynamodb", "ebs", "efs", "s3"}
    if set(types) <= reaching and tier["encryption"] == "customer-managed" and draw(st.booleans()):
        tier["copy_to"][f"{CENTRAL}/{draw(copy_regions)}"] = {"keep": draw(keeps)}
    tier |= draw(held(tier))
    tier["protects"] |= draw(native_recoveries(tier))
    return tier


@st.composite
def held(draw: st.DrawFn, tier: dict[str, Any]) -> dict[str, Any]:
    """What holds the backups of a tier: a lock, air-gapped vaults, neither or both."""
    found: dict[str, Any] = {}
    if not {"share", "fast_snapshot_restore"} & set(tier):  # both leave volumes out of every vault
        found |= draw(vault_locks(tier))
    if set(tier["protects"]) <= {"ebs", "ec2", "efs", "s3"} and draw(st.booleans()):
        found |= draw(air_gapped_vaults())
    return found


@st.composite
def air_gapped_vaults(draw: st.DrawFn) -> dict[str, Any]:
    """Air-gapped vaults that take what is copied into them, of the first generation or of a later one."""
    destinations = draw(st.sets(st.sampled_from(["home"]) | copy_regions, min_size=1, max_size=2))
    asked: dict[str, Any] = {
        "copy_to": {each: {"keep": draw(st.sampled_from(["7d", "12mo"]))} for each in destinations},
        "min_keep": "7d",
        "max_keep": "12mo",
        "acknowledge": ACKNOWLEDGED,
    }
    if draw(st.booleans()):
        earlier = {"until": "2026-11-27", "keep": "30d", "min_keep": "30d", "max_keep": "30d"}
        asked |= {"generation": 3, "earlier": [{"generation": 2, **earlier}]}
    return {"air_gapped": asked}


@st.composite
def native_recoveries(draw: st.DrawFn, tier: dict[str, Any]) -> dict[str, Any]:
    """Nothing, or DynamoDB's own point-in-time recovery, which no vault lock holds."""
    recovers = "dynamodb" in tier["protects"] and "point_in_time_recovery" in tier
    if recovers and "vault_lock" not in tier and draw(st.booleans()):
        return {"dynamodb": {"point_in_time_recovery": "native"}}
    return {}


@st.composite
def of_instances(draw: st.DrawFn, tier: dict[str, Any]) -> dict[str, Any]:
    """What a tier may ask of its instances: images, or what there is for snapshots alone."""
    if draw(st.booleans()):
        for each in (*tier["schedules"].values(), *tier["copy_to"].values()):
            each.update(draw(st.sampled_from([{}, {"deprecate_after": "1d"}])))
        return {"images": {"reboot": draw(st.booleans())}}
    if draw(st.booleans()):
        by_backup = {**tier["protects"], "ec2": {"engine": "backup"}}
        return {"protects": by_backup, "application_consistency": {"scripts": "vss"}}
    optional = {"application_consistency": consistencies, "exclude": exclusions}
    return deepcopy(draw(st.fixed_dictionaries({}, optional=optional)))


@st.composite
def vault_locks(draw: st.DrawFn, tier: dict[str, Any]) -> dict[str, Any]:
    """Nothing, or a lock that takes all that the tier keeps, of every form that it can have."""
    mode = draw(st.sampled_from([None, "governance", "compliance"]))
    if mode is None:
        return {}
    kept = [
        each["keep"]
        for each in (
            *tier["schedules"].values(),
            *tier["copy_to"].values(),
            tier.get("point_in_time_recovery"),
        )
        if each and "keep" in each
    ]
    lock: dict[str, Any] = {"mode": mode}
    if draw(st.booleans()):
        lock["min_keep"] = min(kept, key=lambda each: Duration.parse(each).days)
    if draw(st.booleans()):
        lock["max_keep"] = max(kept, key=lambda each: Duration.parse(each).days)
    if mode == "compliance":
        lock |= {"changeable_for": draw(st.sampled_from(["3d", "1mo"])), "acknowledge": ACKNOWLEDGED}
    if draw(st.booleans()):
        earlier = {"generation": 1, "until": "2026-11-27", "keep": "7d", "changeable_for": "3d"}
        lock |= {"generation": 2, "earlier": [earlier]}
    return {"vault_lock": lock}


@st.composite
def catalogs(draw: st.DrawFn, max_accounts: int = 3) -> dict[str, Any]:
    """Catalogs of good form, as plain values; nearly all of them break no rule."""
    accounts = draw(st.lists(names, min_size=1, max_size=max_accounts, unique=True))
    chosen = draw(st.dictionaries(names | colliding, tiers(accounts), min_size=1, max_size=3))
    used = {
        account: {
            "id": f"{number:012d}",
            "regions": sorted(draw(st.sets(home_regions, min_size=1))),
            "tiers": sorted(chosen),
        }
        for number, account in enumerate(accounts, 1)
    }
    if any(each.startswith(CENTRAL) for tier in chosen.values() for each in tier["copy_to"]):
        used[CENTRAL] = {"id": "999999999999", "regions": [], "tiers": []}
    if draw(st.booleans()):
        used[accounts[0]]["default_policies"] = draw(defaults)
    access: dict[str, Any] = {"deploy": "deploy"}
    if draw(st.booleans()):
        access["key_administrators"] = ["key-keepers"]
    if draw(st.booleans()):
        access["validate"] = {"trusted_by": [f"{accounts[0]}/ci", "arn:aws:iam::555555555555:user/ops/ci"]}
    catalog = {
        "version": 1,
        "name": "prop",
        "access": access,
        "tiers": chosen,
        "default_policies": draw(defaults),
        "accounts": used,
    }
    alarms = draw(st.sampled_from([None, "by-tier", "by-type"]))
    if alarms:
        budgets = {min(chosen): {"monthly": 100}}
        catalog["watching"] = {"alarms": alarms, "topic": "told", "dashboard": True, "budgets": budgets}
    return _repaired(catalog)


def _repaired(catalog: dict[str, Any]) -> dict[str, Any]:
    """The catalog without schedules that would never run, zones where no account is, and copies of shared
    snapshots that could not be told apart."""
    regions = {region for account in catalog["accounts"].values() for region in account["regions"]}
    for name in sorted(name for name, tier in catalog["tiers"].items() if _shares_for_copies(tier))[1:]:
        tier = catalog["tiers"][name]
        tier["copy_to"] = {key: each for key, each in tier["copy_to"].items() if "/" not in key}
    for tier in catalog["tiers"].values():
        fast = tier.get("fast_snapshot_restore")
        if fast:
            fast["availability_zones"] = [zone for zone in fast["availability_zones"] if zone[:-1] in regions]
            if not fast["availability_zones"]:
                del tier["fast_snapshot_restore"]
    found = [each.violation.origin for each in judge(resolve(model(catalog))) if each.rule.id == "TK011"]
    for _, tier, _, schedule in found[:1]:
        plan = catalog["tiers"][tier]["schedules"]
        del plan[schedule]
        fast = catalog["tiers"][tier].get("fast_snapshot_restore")
        if fast and fast["schedule"] == schedule:
            fast["schedule"] = min(plan)
    return _repaired(catalog) if found else catalog


def _shares_for_copies(tier: dict[str, Any]) -> bool:
    """Whether its volumes' snapshots are shared with an account that copies them: TK081 allows one tier."""
    archived = any("archive_after" in each for each in tier["schedules"].values())
    by_dlm = archived or "fast_snapshot_restore" in tier or "share" in tier
    return "ebs" in tier["protects"] and by_dlm and any("/" in key for key in tier["copy_to"])


def in_policies(catalog: dict[str, Any], tag: str = "by-policy") -> dict[str, Any]:
    """The catalog with a backup policy for each of its tiers, in the Regions of its first account."""
    first = catalog["accounts"][min(each for each in catalog["accounts"] if each != CENTRAL)]
    policies = {
        name: {"tiers": [name], "regions": first["regions"], "targets": ["r-abcd"], "tag": tag}
        for name in catalog["tiers"]
    }
    organization = {"account": "managing", "region": "eu-west-1", "backup_policies": policies}
    accounts = {**catalog["accounts"], "managing": {"id": "888888888888"}}
    return {**catalog, "accounts": accounts, "organization": organization}


def model(catalog: dict[str, Any]) -> Catalog:
    """The models of a catalog's plain values."""
    return Catalog.model_validate(json.loads(json.dumps(catalog)))


def shuffled(value: Any, reverse: bool = True) -> Any:
    """The same plain values with the keys of every map the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value, reverse=reverse)}
    return [shuffled(each) for each in value] if isinstance(value, list) else value
