"""The cases of backup policies."""

from __future__ import annotations

from tests.rules.judging import Case, changed, under_tier

REGIONS = [
    f"{side}-{number}"
    for side in ("us-east", "us-west", "eu-west", "eu-south", "eu-central", "ap-south", "ap-southeast")
    for number in (1, 2)
]
OWN_TAG = "tag: organisation-backup"


def policy(
    name: str = "all", regions: str = "eu-west-1", targets: str = "ou-a1b2-c3d4e5f6", more: str = OWN_TAG
) -> str:
    more = f", {more}" if more else ""
    return f"{name}: {{ tiers: [basic], regions: [{regions}], targets: [{targets}]{more} }}"


def asked(*policies: str, changes: tuple[tuple[str, str], ...] = ()) -> str:
    asked = f"backup_policies: {{ {', '.join(policies)} }}"
    organization = f"organization: {{ account: management, region: eu-west-1, {asked} }}"
    accounts = '  management: { id: "000000000008" }'
    return changed(*changes, ("accounts:\n", f"{organization}\naccounts:\n{accounts}\n"))


def _in_zone(zone: str) -> str:
    return asked(policy(), changes=(under_tier(f"time_zone: {zone}"),))


def _volumes_by(engine: str) -> str:
    types = f"{{ efs: {{}}, ebs: {{ engine: {engine} }} }}"
    return asked(policy(), changes=(("{ efs: {} }", types),))


def _copying_to(destination: str) -> str:
    own_key = ("encryption: aws-managed", "encryption: customer-managed")
    text = asked(policy(), changes=(under_tier(f"copy_to: {{ {destination}: {{}} }}"), own_key))
    return f'{text}  vaults: {{ id: "000000000009" }}\n' if "/" in destination else text


BACKUP_POLICY_CASES: dict[str, Case] = {
    "TK189": Case(
        broken=asked(policy(regions=", ".join(REGIONS[:10]))),
        kept=asked(policy(regions=", ".join(REGIONS[:9]))),
    ),
    "TK190": Case(broken=_in_zone("Europe/Berlin"), kept=_in_zone("Etc/UTC")),
    "TK191": Case(broken=_volumes_by("dlm"), kept=_volumes_by("backup")),
    "TK192": Case(broken=asked(policy(more="")), kept=asked(policy())),
    "TK193": Case(broken=asked(policy()), kept=asked(policy(targets='"000000000001"'))),
    "TK194": Case(
        broken=asked(policy("one"), policy("two")),
        kept=asked(policy("one"), policy("two", regions="eu-west-2")),
    ),
    "TK195": Case(broken=_copying_to("vaults/eu-west-1"), kept=_copying_to("eu-central-1")),
}
