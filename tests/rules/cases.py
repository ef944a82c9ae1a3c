"""For each rule a catalog that breaks it and one that just keeps it."""

from __future__ import annotations

from tests.rules import judging as j
from tests.rules.judging import Case, changed, under_tier, with_policy, with_rule, with_selections
from tests.rules.lock_cases import LOCK_CASES

DAILY = 'daily: { every: 1d, at: "02:00", keep: 7d }'
EBS = ("{ efs: {} }", "{ ebs: { engine: dlm } }")
FAR = [f"eu-west-{each}" for each in (2, 3)] + [
    f"us-{side}-{each}" for side in ("east", "west") for each in (1, 2)
]


def _tier(*lines: str) -> str:
    return changed(under_tier(*lines))


def _protecting(types: str, *lines: str) -> str:
    return changed(("{ efs: {} }", types), under_tier(*lines))


def _schedules(*schedules: str) -> tuple[str, str]:
    return DAILY, "\n      ".join(schedules)


def _many_schedules(count: int) -> tuple[str, str]:
    return _schedules(
        *(f'at-{each:02}: {{ every: 1d, at: "{2 * each:02}:00", keep: 7d }}' for each in range(count))
    )


def _copies(count: int) -> str:
    return f"copy_to: {{ {', '.join(f'{region}: {{}}' for region in FAR[:count])} }}"


def _fast(zones: str, schedule: str, keep: str) -> str:
    return f"fast_snapshot_restore: {{ availability_zones: [{zones}], schedule: {schedule}, keep: {keep} }}"


def _zones(count: int) -> str:
    return ", ".join(f"eu-west-1{letter}" for letter in "abcdefghijk"[:count])


def _many_tiers(count: int, protects: str) -> str:
    names = [f"tier-{each:03}" for each in range(count)]
    tier = changed().split("  basic:\n")[1].split("accounts:")[0].replace("{ efs: {} }", protects)
    tiers = "".join(f"  {name}:\n{tier}" for name in names)
    account = f'  one: {{ id: "000000000001", regions: [eu-west-1], tiers: [{", ".join(names)}] }}'
    return f"version: 1\nname: demo\ntiers:\n{tiers}accounts:\n{account}\n"


def _tags(count: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"key-{each:02}", "") for each in range(count))


def _patterns(count: int) -> tuple[str, ...]:
    return tuple(f"arn:aws:s3:::bucket-{each}-*" for each in range(count))


def _waiving(waivers: str, *more: tuple[str, str]) -> str:
    return changed(("accounts:\n", f"waivers: {waivers}\naccounts:\n"), *more)


def _overridden(keep: str) -> str:
    override = f"basic: {{ schedules: {{ daily: {{ keep: {keep} }} }} }}"
    return changed(("[basic] }", f"[basic], overrides: {{ {override} }} }}"))


def _named_alike(name: str) -> str:
    pitr = PITR.format(granularity="5m", keep="7d")
    text = _protecting("{ rds: {} }", pitr)
    tier = text.split("  basic:\n")[1].split("accounts:")[0]
    other = tier.replace(f"    {pitr}\n", "")
    return text.replace("accounts:\n", f"  {name}:\n{other}accounts:\n").replace(
        "[basic]", f"[basic, {name}]"
    )


BERLIN = "time_zone: Europe/Berlin"
NARROW = under_tier("start_window: 1h", "completion_window: 119m")
PITR = "point_in_time_recovery: {{ granularity: {granularity}, keep: {keep} }}"
SHARED = (
    "  one: {",
    '  two: { id: "000000000002", regions: [eu-west-1], tiers: [basic] }\n  one: {',
)
DELETION = ("tiers:\n", "access: { deploy: ci, deletion: [break-glass] }\ntiers:\n")
VAULTS = ("  one: {", '  vaults: { id: "000000000009" }\n  one: {')
OWN = ("encryption: aws-managed", "encryption: customer-managed")
WEEKLY = ("every: 1d", "every: 1w, on: sunday")
TWO_REGIONS = ("[eu-west-1]", "[eu-west-1, eu-west-2]")
AWS_KEY = "    encryption: aws-managed\n"
OWN_KEY = "    encryption: customer-managed\n    share: { with_accounts: [two], unshare_after: 6d }\n"
SKIPPED = changed(under_tier(BERLIN), ('at: "02:00"', 'at: "02:30"'))
SKIP_WAIVED = "{ TK013: { reason: One run a year is agreed, until: %s } }"
VAULT_WAIVED = "{ drift.vault: { reason: Its lock comes later, until: %s, resource: demo-basic } }"


def _skip_waived(until: str) -> str:
    return _waiving(SKIP_WAIVED % until, under_tier(BERLIN), ('at: "02:00"', 'at: "02:30"'))


CASES: dict[str, Case] = {
    "TK001": Case(broken=_tier("start_window: 59m"), kept=_tier("start_window: 1h")),
    "TK002": Case(broken=changed(NARROW), kept=_tier("start_window: 1h", "completion_window: 2h")),
    "TK003": Case(
        broken=_protecting("{ rds: {} }", PITR.format(granularity="5m", keep="36d")),
        kept=_protecting("{ rds: {} }", PITR.format(granularity="5m", keep="35d")),
    ),
    "TK004": Case(
        broken=changed(("keep: 7d", "keep: 36501d"), under_tier("copy_to: { eu-west-2: { keep: 100y } }")),
        kept=changed(("keep: 7d", "keep: 36500d"), under_tier("copy_to: { eu-west-2: { keep: 99y } }")),
    ),
    "TK005": Case(
        broken=changed(_many_schedules(11), under_tier(_copies(6))),
        kept=changed(_many_schedules(10), under_tier(_copies(5))),
    ),
    "TK006": Case(
        broken=_tier("start_window: 36501d"),
        kept=_tier("start_window: 36500d"),
    ),
    "TK007": Case(
        broken=changed(
            ("name: demo", "name: catalogs-of-demo"), ("  basic:", "  a-name-of-two-dozen-char:"),
            ("[basic]", "[a-name-of-two-dozen-char]"), ("{ efs: {} }", "{ rds: {} }"),
            under_tier(PITR.format(granularity="5m", keep="7d")),
        ),
        kept=changed(
            ("name: demo", "name: catalogs-of-demo"), ("  basic:", "  a-name-of-22-character:"),
            ("[basic]", "[a-name-of-22-character]"), ("{ efs: {} }", "{ rds: {} }"),
            under_tier(PITR.format(granularity="5m", keep="7d")),
        ),
    ),
    "TK008": Case(
        broken=changed(),
        kept=changed(),
        break_=with_selections(1, resource_patterns=_patterns(31), required_tags=_tags(31)),
        keep=with_selections(1, resource_patterns=_patterns(30), required_tags=_tags(30)),
    ),
    "TK009": Case(broken=_many_tiers(301, "{ efs: {} }"), kept=_many_tiers(300, "{ efs: {} }")),
    "TK010": Case(
        broken=changed(("every: 1d", "every: 1h"), under_tier("start_window: 61m")),
        kept=changed(("every: 1d", "every: 1h"), under_tier("start_window: 1h")),
    ),
    "TK011": Case(
        broken=changed(_schedules(
            'daily: { every: 1d, at: "02:00", keep: 12mo }',
            'weekly: { every: 1w, on: sunday, at: "02:59", keep: 4w }',
        )),
        kept=changed(_schedules(
            'daily: { every: 1d, at: "02:00", keep: 12mo }',
            'weekly: { every: 1w, on: sunday, at: "03:00", keep: 4w }',
        )),
    ),
    "TK012": Case(
        broken=changed(
            _schedules(
                'four-hourly: { every: 4h, at: "00:00", keep: 7d }',
                'daily: { every: 1d, at: "00:59", keep: 4w }',
            ),
            under_tier("copy_to: { eu-west-2: { schedules: [four-hourly] } }"),
        ),
        kept=changed(_schedules(
            'four-hourly: { every: 4h, at: "00:00", keep: 7d }', 'daily: { every: 1d, at: "01:00", keep: 4w }'
        )),
    ),
    "TK013": Case(
        broken=SKIPPED,
        kept=changed(under_tier(BERLIN), ('at: "02:00"', 'at: "03:00"')),
    ),
    "TK014": Case(
        broken=_protecting("{ rds: {}, dynamodb: {} }", PITR.format(granularity="5m", keep="35d")),
        kept=_protecting("{ rds: {} }", PITR.format(granularity="5m", keep="35d")),
    ),
    "TK015": Case(
        broken=changed(),
        kept=changed(),
        break_=lambda state: with_selections(101)(with_rule(recovery_point_tags=_tags(11))(state)),
        keep=lambda state: with_selections(100)(with_rule(recovery_point_tags=_tags(10))(state)),
    ),
    "TK016": Case(
        broken=_protecting("{ dynamodb: {} }", _copies(1)),
        kept=_protecting("{ dynamodb: {} }"),
    ),
    "TK017": Case(
        broken=_protecting("{ s3: {} }", PITR.format(granularity="5m", keep="7d")),
        kept=changed(),
    ),
    "TK018": Case(
        broken=_protecting("{ rds: {} }", PITR.format(granularity="4m", keep="7d")),
        kept=_protecting("{ rds: {} }", PITR.format(granularity="5m", keep="7d")),
    ),
    "TK019": Case(
        broken=changed(("aws-managed", "customer-managed"), ("{ efs: {} }", "{ efs: {}, rds: {} }")),
        kept=changed(("aws-managed", "customer-managed")),
    ),
    "TK020": Case(
        broken=changed(EBS, under_tier(BERLIN)), kept=changed(EBS, under_tier("time_zone: Etc/UTC"))
    ),
    "TK021": Case(broken=changed(EBS, _many_schedules(5)), kept=changed(EBS, _many_schedules(4))),
    "TK022": Case(broken=changed(EBS, under_tier(_copies(4))), kept=changed(EBS, under_tier(_copies(3)))),
    "TK023": Case(
        broken=changed(EBS, under_tier(_fast(_zones(11), "daily", "1d"))),
        kept=changed(EBS, under_tier(_fast(_zones(10), "daily", "1d"))),
    ),
    "TK024": Case(
        broken=changed(EBS, SHARED, under_tier("share: { with_accounts: [two], unshare_after: 6d }")),
        kept=changed(EBS, SHARED, (AWS_KEY, OWN_KEY)),
    ),
    "TK025": Case(
        broken=changed(EBS, SHARED, (AWS_KEY, OWN_KEY.replace("6d", "7d"))),
        kept=changed(EBS, SHARED, (AWS_KEY, OWN_KEY)),
    ),
    "TK026": Case(
        broken=changed(EBS, ("every: 1d", "every: 4h"), under_tier(_fast(_zones(2), "daily", "1d"))),
        kept=changed(EBS, under_tier(_fast(_zones(2), "daily", "5d"))),
    ),
    "TK027": Case(
        broken=changed(EBS, under_tier(_fast(_zones(1), "daily", "2d"))),
        kept=changed(EBS),
    ),
    "TK028": Case(
        broken=changed(
            EBS, ("keep: 7d", "keep: 101y"), under_tier("copy_to: { eu-west-2: { keep: 36501d } }")
        ),
        kept=changed(
            EBS, ("keep: 7d", "keep: 100y"), under_tier("copy_to: { eu-west-2: { keep: 36500d } }")
        ),
    ),
    "TK029": Case(
        broken=_many_tiers(101, "{ ebs: { engine: dlm } }"), kept=_many_tiers(100, "{ ebs: { engine: dlm } }")
    ),
    "TK030": Case(
        broken=changed(EBS),
        kept=changed(EBS),
        break_=with_policy(tags=_tags(46)),
        keep=with_policy(tags=_tags(45)),
    ),
    "TK031": Case(
        broken=changed(EBS),
        kept=changed(EBS),
        break_=with_policy(description="tier: basic"),
        keep=with_policy(description="b" * 500),
    ),
    "TK040": Case(
        broken=_tier(PITR.format(granularity="5m", keep="7d")),
        kept=_protecting("{ efs: {}, rds: {} }", PITR.format(granularity="5m", keep="7d")),
    ),
    "TK041": Case(
        broken=changed(("accounts:\n", "drills: { full: { every: 1mo, scope: all } }\naccounts:\n")),
        kept=changed(),
    ),
    "TK042": Case(broken=_tier("copy_to: { eu-west-1: {} }"), kept=_tier("copy_to: { eu-west-2: {} }")),
    "TK043": Case(
        broken=changed((SHARED[0], SHARED[1].replace("000000000002", "000000000001"))), kept=changed(SHARED)
    ),
    "TK044": Case(
        broken=changed(("[eu-west-1]", "[cn-north-1]"), under_tier("copy_to: { eu-west-2: {} }")),
        kept=changed(("[eu-west-1]", "[cn-north-1]"), under_tier("copy_to: { cn-northwest-1: {} }")),
    ),
    "TK045": Case(
        broken=_tier("time_zone: Europe/Brelin"),
        kept=_tier(BERLIN).replace('at: "02:00"', 'at: "04:00"'),
    ),
    "TK046": Case(
        broken=changed(("tiers:\n", "defaults: { tier_tag: Aws:tier }\ntiers:\n")),
        kept=changed(("tiers:\n", "defaults: { tier_tag: aws-tier }\ntiers:\n")),
    ),
    "TK047": Case(broken=changed(("eu-west-1", "eu-middle-1")), kept=changed()),
    "TK048": Case(
        broken=changed(("[eu-west-1]", "[eu-isoe-west-1]")),
        kept=changed(("[eu-west-1]", "[eu-isoe-west-1]"), EBS),
    ),
    "TK049": Case(
        broken=changed(("[eu-west-1]", "[eu-west-1, cn-north-1]")),
        kept=changed(("[eu-west-1]", "[cn-northwest-1, cn-north-1]")),
    ),
    "TK050": Case(
        broken=changed(
            ("tiers:\n", "objectives: { recovery_point: { data: 25h } }\ntiers:\n"),
            ("{ efs: {} }", "{ efs: { recovery_point: data } }"),
        ),
        kept=changed(
            ("tiers:\n", "objectives: { recovery_point: { data: 26h } }\ntiers:\n"),
            ("{ efs: {} }", "{ efs: { recovery_point: data } }"),
        ),
    ),
    "TK051": Case(
        broken=_overridden("6d"),
        kept=_overridden("8d"),
    ),
    "TK052": Case(broken=_named_alike("basic-continuous"), kept=_named_alike("basic-again")),
    "TK053": Case(
        broken=_tier("start_window: 3h", "completion_window: 179m"),
        kept=_tier("start_window: 3h", "completion_window: 3h"),
    ),
    "TK054": Case(
        broken=changed(EBS, WEEKLY, under_tier(_fast(_zones(1), "daily", "8d"))),
        kept=changed(EBS, WEEKLY, under_tier(_fast(_zones(1), "daily", "7d"))),
    ),
    "TK055": Case(
        broken=changed(("{ efs: {} }", "{ ebs: {}, ec2: {} }")),
        kept=changed(("{ efs: {} }", "{ ebs: { engine: dlm }, ec2: {} }")),
    ),
    "TK056": Case(
        broken=changed(EBS, TWO_REGIONS, under_tier(_fast("eu-west-1a", "daily", "1d"))),
        kept=changed(EBS, TWO_REGIONS, under_tier(_fast("eu-west-1a, eu-west-2a", "daily", "1d"))),
    ),
    "TK057": Case(
        broken=changed(
            ("{ efs: {} }", "{ efs: {}, s3: {} }"),
            ("[eu-west-1]", "[ap-southeast-7]"),
            under_tier("copy_to: { eu-west-1: {} }", PITR.format(granularity="5m", keep="7d")),
        ),
        kept=changed(
            ("{ efs: {} }", "{ efs: {}, s3: {} }"),
            under_tier("copy_to: { eu-central-1: {} }", PITR.format(granularity="5m", keep="7d")),
        ),
    ),
    "TK058": Case(
        broken=changed(_many_schedules(2), under_tier("start_window: 8d")),
        kept=changed(_many_schedules(2), under_tier("start_window: 7d")),
    ),
    "TK059": Case(
        broken=changed(_schedules("weekly: { every: 1w, on: sunday, keep: 7d }")),
        kept=changed(_schedules("weekly: { every: 1w, on: sunday, keep: 8d }")),
    ),
    "TK060": Case(
        broken=changed(
            ("keep: 7d }", "keep: 119d, cold_after: 30d }"),
            under_tier("copy_to: { eu-west-2: { keep: 100d, cold_after: 11d } }"),
        ),
        kept=changed(
            ("keep: 7d }", "keep: 120d, cold_after: 30d }"),
            under_tier("copy_to: { eu-west-2: { keep: 100d, cold_after: 10d } }"),
        ),
    ),
    "TK061": Case(
        broken=changed(
            ("{ efs: {} }", "{ efs: {}, rds: {}, dynamodb: {}, ebs: {}, ec2: { engine: dlm } }"),
            ("keep: 7d }", "keep: 120d, cold_after: 30d }"),
        ),
        kept=changed(("keep: 7d }", "keep: 120d, cold_after: 30d }")),
    ),
    "TK067": Case(
        broken=changed(VAULTS, under_tier("copy_to: { vaults/eu-west-1: {} }")),
        kept=changed(VAULTS, under_tier("copy_to: { vaults/eu-west-1: {} }"), OWN),
    ),
    "TK068": Case(
        broken=changed(
            VAULTS, ("{ efs: {} }", "{ rds: {} }"), under_tier("copy_to: { vaults/eu-central-1: {} }"), OWN
        ),
        kept=changed(
            VAULTS,
            ("{ efs: {} }", "{ rds: {} }"),
            under_tier("copy_to: { vaults/eu-west-1: {}, eu-central-1: {} }"),
            OWN,
        ),
    ),
    "TK069": Case(
        broken=_tier("copy_to: { eu-west-2: {}, one/eu-west-2: { keep: 14d } }"),
        kept=_tier("copy_to: { one/eu-west-2: {}, eu-west-3: {} }"),
    ),
    "TK070": Case(
        broken=changed(
            VAULTS,
            ("{ efs: {} }", "{ efs: {}, ebs: {} }"),
            under_tier("copy_to: { vaults/eu-west-2: {} }"),
            OWN,
        ),
        kept=_tier("copy_to: { eu-west-2: {} }"),
    ),
    **LOCK_CASES,
    "TK085": Case(broken=j.far_and_wide(110), kept=j.far_and_wide(20)),
    "TK086": Case(broken=j.bounded_by("arn:aws:iam::000000000009:policy/b"), kept=j.bounded_by("team/b")),
    "TK088": Case(
        broken=changed(("tiers:\n", "access: { deletion: [break-glass] }\ntiers:\n")),
        kept=changed(("tiers:\n", "access: { deploy: ci, deletion: [break-glass] }\ntiers:\n")),
    ),
    "TK089": Case(
        broken=changed(DELETION, ("{ efs: {} }", "{ efs: {}, ebs: { engine: dlm } }")),
        kept=changed(DELETION, ("{ efs: {} }", "{ efs: {}, ebs: {} }")),
    ),
    "TK090": Case(broken=_skip_waived("2026-11-21"), kept=_skip_waived("2026-11-22")),
    "TK091": Case(
        broken=_waiving("{ TK0I3: { reason: One run a year is agreed, until: 2027-06-30 } }"),
        kept=_skip_waived("2027-06-30"),
    ),
    "TK092": Case(
        broken=_waiving(SKIP_WAIVED % "2027-06-30"),
        kept=_skip_waived("2027-06-30"),
    ),
    "TK102": Case(broken=_waiving(VAULT_WAIVED % "2026-11-21"), kept=_waiving(VAULT_WAIVED % "2026-11-22")),
}  # fmt: skip
