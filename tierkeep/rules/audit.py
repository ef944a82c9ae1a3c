"""Rules of audit: what AWS Backup Audit Manager takes, and what its controls do not see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierkeep.desired.model import Control, DesiredState, DesiredUnit, Framework
from tierkeep.rules.registry import Severity, Violation, rule

_GUIDE = "AWS Backup developer guide"
_NAME = re.compile(r"[a-zA-Z][_a-zA-Z0-9]{0,255}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_MOST_FRAMEWORKS = 15
_MOST_CONTROLS = 50
_MOST_ROLES = 5
_MOST_ACCOUNTS = 5
_WITHOUT_CONTROLS = frozenset(
    {
        "ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1",
        "cn-northwest-1", "il-central-1", "mx-central-1",
    }
)  # fmt: skip
"""Regions without AWS Config's rules on backups."""


def _frameworks(state: DesiredState) -> Iterator[tuple[DesiredUnit, Framework]]:
    for unit in state.units:
        for framework in unit.frameworks:
            yield unit, framework


def _parameters(framework: Framework, name: str) -> Iterator[tuple[Control, str]]:
    for control in framework.controls:
        for parameter, value in control.parameters:
            if parameter == name:
                yield control, value


@rule(
    "TK180",
    title="Which controls a tier cannot have is known",
    severity=Severity.NOTICE,
    source=f"{_GUIDE}, controls-and-remediation; botocore 1.44.5, backup ControlScope; read 2026-11",
)
def left_out(state: DesiredState) -> Iterator[Violation]:
    """A control of resources looks at types or at one tag, not at both. Where Data Lifecycle Manager protects
    some of a tier's types, AWS would report all of these, and the control is left out. So is one whose
    longest interval a tier exceeds.

    Breaks it: `audit: { controls: true }` beside a tier with `ebs: { engine: dlm }` and efs
    Keeps it: `audit: { controls: true }` beside a tier with `ebs: { engine: backup }` and efs
    """
    for _, framework in _frameworks(state):
        reasons: dict[str, list[str]] = {}
        for control, why in framework.left_out:
            reasons.setdefault(why, []).append(control)
        for why, controls in reasons.items():
            yield Violation(
                origin=framework.origin,
                message=f"the framework of `{framework.tier}` has no {', '.join(controls)}: {why}",
                hint="split the tier where these controls are needed",
            )


@rule(
    "TK181",
    title="A Region has at most 15 frameworks with 50 controls together",
    severity=Severity.ERROR,
    source=f"{_GUIDE}, aws-backup-limits, controls-and-remediation; read 2026-11",
)
def quotas(state: DesiredState) -> Iterator[Violation]:
    """Each tier has a framework with up to ten controls in each unit, and the same control in two frameworks
    counts twice. What the account has besides the catalog counts too.

    Breaks it: `audit: { controls: true }` where an account has 11 tiers
    Keeps it: `audit: { controls: true }` where an account has 10 tiers without copies and objectives
    """
    for unit in state.units:
        count, controls = len(unit.frameworks), sum(len(each.controls) for each in unit.frameworks)
        if count > _MOST_FRAMEWORKS or controls > _MOST_CONTROLS:
            yield Violation(
                origin=("audit", "controls"),
                message=(
                    f"{count} frameworks with {controls} controls in {unit.id}; AWS allows "
                    f"{_MOST_FRAMEWORKS} with {_MOST_CONTROLS}"
                ),
                hint="move tiers to another account, or audit without `controls`",
            )


@rule(
    "TK182",
    title="A control names at most 5 roles that may delete, and 5 accounts that receive copies",
    severity=Severity.ERROR,
    source=f"{_GUIDE}, controls-and-remediation; read 2026-11",
)
def parameters(state: DesiredState) -> Iterator[Violation]:
    """AWS Backup refuses a control with more.

    Breaks it: `audit: { controls: true }` beside `access: { deletion: [a-1, a-2, a-3, a-4, a-5], deploy: d }`
    Keeps it: the same with four roles in `deletion`
    """
    for _, framework in _frameworks(state):
        for what, name, most, origin in (
            ("roles that may delete", "principalArnList", _MOST_ROLES, ("access", "deletion")),
            ("accounts", "crossAccountList", _MOST_ACCOUNTS, ("tiers", framework.tier, "copy_to")),
        ):
            for control, value in _parameters(framework, name):
                count = len(value.split(","))
                if count > most:
                    yield Violation(
                        origin=origin,
                        message=f"{count} {what} in {control.name}; AWS takes {most}",
                        hint="name fewer, or audit without `controls`",
                    )


@rule(
    "TK183",
    title="Controls need AWS Config",
    severity=Severity.NOTICE,
    source=f"{_GUIDE}, choosing-controls, turning-on-resource-tracking; read 2026-11",
)
def needs_recording(state: DesiredState) -> Iterator[Violation]:
    """AWS Config evaluates them, and has to record resource compliance, backup plans, selections, vaults and
    recovery points, and the resources themselves. Tierkeep does not turn it on: an account has one recorder a
    Region, which is not this catalog's. Both cost by what they record and evaluate.

    Breaks it: `audit: { controls: true }`
    Keeps it: `audit: { opt_in: true }`
    """
    units = sorted({str(unit.id) for unit, _ in _frameworks(state)})
    if units:
        yield Violation(
            origin=("audit", "controls"),
            message=f"AWS Config has to record in {', '.join(units[:5])}{', …' if len(units) > 5 else ''}",
            hint="have it record AWS Backup's types, resource compliance, and the types that tiers protect",
        )


@rule(
    "TK184",
    title="Frameworks, report plans and the bucket of reports have names that AWS takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup FrameworkName; S3 user guide, bucketnamingrules; read 2026-11",
    guards_generator=True,
)
def names(state: DesiredState) -> Iterator[Violation]:
    """What Tierkeep computes from the catalog's name and the tiers' keys is held to it here.

    Breaks it: a framework called `campus-critical`
    Keeps it: a framework called `campus_critical`
    """
    for unit in state.units:
        named = [(each.name, _NAME) for each in unit.frameworks]
        named += [(each.name, _NAME) for each in unit.report_plans]
        named += [(unit.report_bucket.name, _BUCKET)] if unit.report_bucket else []
        for name, form in named:
            if not form.fullmatch(name):
                yield Violation(
                    origin=("audit",),
                    message=f"AWS takes nothing called `{name}`",
                    hint="use letters, digits and underscores; in a bucket's name small ones and hyphens",
                )


@rule(
    "TK185",
    title="Controls are known to be evaluated in each Region",
    severity=Severity.WARNING,
    source="AWS Config developer guide, backup-recovery-point-minimum-retention-check; read 2026-11",
)
def without_controls(state: DesiredState) -> Iterator[Violation]:
    """AWS Config's rules on backups are missing in some Regions, and without them nothing is evaluated.

    Breaks it: `audit: { controls: true }` with `regions: [ca-west-1]`
    Keeps it: `audit: { controls: true }` with `regions: [ca-central-1]`
    """
    for region in sorted({unit.id.region for unit, _ in _frameworks(state)} & _WITHOUT_CONTROLS):
        yield Violation(
            origin=("audit", "controls"),
            message=f"AWS Config has no rules on backups in {region}",
            hint="look it up, then waive TK185, or audit without `controls`",
        )
