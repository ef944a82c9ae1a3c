"""For each rule of scripts, left out volumes, the archive and shared snapshots, both sides of it."""

from __future__ import annotations

from tests.rules.cases import DAILY, EBS, OWN, VAULTS, Case, _protecting, _schedules
from tests.rules.judging import changed, under_tier


def _consistent(**settings: int) -> str:
    more = "".join(f", {name}: {value}" for name, value in settings.items())
    scripts = f"application_consistency: {{ scripts: pre-and-post, document: quiesce{more} }}"
    return _protecting("{ ec2: {} }", scripts)


def _application(application: str, *lines: str) -> str:
    scripts = f"application_consistency: {{ scripts: pre-and-post, application: {{ {application} }} }}"
    return _protecting("{ ec2: {} }", scripts, *lines)


def _excluding(count: int) -> str:
    tags = ", ".join(f"scratch-{each}: x" for each in range(count))
    return _protecting("{ ec2: {} }", f"exclude: {{ data_volumes_with_tags: {{ {tags} }} }}")


def _archiving(*lines: str) -> str:
    return changed(("{ efs: {} }", "{ ebs: {} }"), _schedules(*lines))


def _two_tiers(others: str) -> str:
    """Two tiers of one account whose volumes are copied to another, the second protected as said."""
    text = changed(VAULTS, EBS, under_tier(SHARED_COPY % ""), OWN)
    tier = text.split("  basic:\n")[1].split("accounts:")[0].replace("{ ebs: { engine: dlm } }", others)
    return text.replace("accounts:\n", f"  other:\n{tier}accounts:\n").replace("[basic]", "[basic, other]")


def _many_owners(count: int) -> str:
    accounts = "".join(
        f'  owner-{each}: {{ id: "1{each:011}", regions: [eu-west-1], tiers: [basic] }}\n'
        for each in range(count - 1)
    )
    text = changed(VAULTS, EBS, under_tier(SHARED_COPY % ""), OWN)
    return text.replace("accounts:\n", f"accounts:\n{accounts}")


def _copied_by_share(terms: str) -> str:
    weekly = "weekly: { every: 1w, on: sunday, keep: 4w }"
    return changed(VAULTS, EBS, _schedules(DAILY, weekly), under_tier(SHARED_COPY % terms), OWN)


SHARED_COPY = "copy_to: { vaults/eu-west-1: { %s } }"
BY_BACKUP = "{ ec2: { engine: backup } }"
VSS = "application_consistency: { scripts: vss%s }"
MONTHLY = "monthly: { every: 1mo, on: 1, keep: %s, archive_after: 30d }"
YEARLY = "yearly: { every: 1y, on: 1, keep: 2y, archive_after: 30d }"

OWN_SCRIPTS = _application("type: own, pre: pre.sh, post: pre.sh")

CASES: dict[str, Case] = {
    "TK071": Case(broken=_consistent(timeout_seconds=121), kept=_consistent(timeout_seconds=120)),
    "TK072": Case(broken=_consistent(retries=4), kept=_consistent(retries=3)),
    "TK073": Case(
        broken=_consistent(),
        kept=_protecting("{ ec2: {} }", "application_consistency: { scripts: pre-and-post }"),
    ),
    "TK074": Case(
        broken=_protecting("{ ec2: {} }", VSS % ", on_failure: no-snapshot"),
        kept=_protecting("{ ec2: {} }", VSS % ""),
    ),
    "TK075": Case(broken=_excluding(51), kept=_excluding(50)),
    "TK076": Case(
        broken=_protecting("{ ec2: {} }", "exclude: { boot_volume: true }"),
        kept=_protecting("{ ec2: { engine: dlm } }"),
    ),
    "TK077": Case(
        broken=_archiving(MONTHLY % "120d", YEARLY),
        kept=_archiving(MONTHLY % "120d", YEARLY.replace(", archive_after: 30d", "")),
    ),
    "TK078": Case(
        broken=_archiving("weekly: { every: 1w, on: sunday, keep: 1y, archive_after: 30d }"),
        kept=_archiving(MONTHLY % "1y"),
    ),
    "TK079": Case(broken=_archiving(MONTHLY % "119d"), kept=_archiving(MONTHLY % "120d")),
    "TK080": Case(broken=_archiving(MONTHLY % "1y"), kept=changed(EBS)),
    "TK081": Case(
        broken=_two_tiers("{ ebs: { engine: dlm } }"), kept=_two_tiers("{ ebs: { engine: backup } }")
    ),
    "TK082": Case(broken=_many_owners(51), kept=_many_owners(50)),
    "TK083": Case(broken=_copied_by_share(""), kept=_copied_by_share("schedules: [weekly]")),
    "TK084": Case(
        broken=changed(VAULTS, EBS, under_tier(SHARED_COPY % ""), OWN),
        kept=changed(VAULTS, ("{ efs: {} }", "{ ebs: {} }"), under_tier(SHARED_COPY % ""), OWN),
    ),
    "TK140": Case(
        broken=_application("type: postgresql").replace("name: demo", "name: aws-demo"),
        kept=_application("type: postgresql").replace("name: demo", "name: demo-aws"),
    ),
    "TK141": Case(
        broken=_application("type: filesystem, mount_points: [/var/lib]"),
        kept=_application("type: filesystem, mount_points: [/var/lib/mysql]"),
    ),
    "TK142": Case(broken=OWN_SCRIPTS, kept=OWN_SCRIPTS, scripts=("#" * 30_000, "#" * 28_000)),
    "TK143": Case(
        broken=OWN_SCRIPTS,
        kept=OWN_SCRIPTS,
        scripts=("date\nx '{{ ssm:form }}'", "docker ps --format '{{.Names}}'\nx '{''{ json }''}'"),
    ),
    "TK144": Case(
        broken=_application("type: postgresql", "exclude: { data_volumes_with_tags: { a: b } }"),
        kept=_application("type: postgresql", "exclude: { boot_volume: true }"),
    ),
    "TK145": Case(
        broken=_protecting(BY_BACKUP, VSS % ""),
        kept=_protecting(BY_BACKUP),
    ),
    "TK146": Case(
        broken=_protecting(BY_BACKUP, VSS % "").replace("accounts:\n", "events: {}\naccounts:\n"),
        kept=_protecting("{ ec2: {} }", VSS % ""),
    ),
}
