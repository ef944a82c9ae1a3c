"""One run of the validator with something of everything, over a catalog of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tierkeep.compiler import Compiled, compile_catalog
from tierkeep.desired.model import UnitId
from tierkeep.validate import drift_checks
from tierkeep.validate.check import Check
from tierkeep.validate.difference import Kind
from tierkeep.validate.filters import Filters
from tierkeep.validate.findings import (
    Finding,
    Identity,
    Resource,
    Severity,
    UnitResult,
    Unknown,
    Value,
    verdicts,
)
from tierkeep.validate.unread import Unread
from tierkeep.validate.validation import Validation, conclude

CATALOG = """\
version: 1
name: campus
tiers:
  critical:
    description: Critical production
    protects: { efs: {} }
    encryption: customer-managed
    schedules:
      daily: { every: 1d, at: "02:00", keep: 4w }
    copy_to: { ap-southeast-1: { keep: 4w } }
  basic:
    description: All else
    protects: { efs: {} }
    encryption: aws-managed
    schedules:
      weekly: { every: 1w, on: sunday, at: "02:00", keep: 4w }
accounts:
  production: { id: "111111111111", regions: [ap-south-1], tiers: [critical] }
  staging: { id: "222222222222", regions: [ap-south-1], tiers: [basic] }
  development: { id: "333333333333", regions: [ap-south-1], tiers: [basic] }
waivers:
  drift.vault:
    - { reason: The lock comes with the audit, until: 2027-06-30, resource: "campus-*", at: tiers }
  drift.backup-plan: { reason: Agreed with the owners, until: 2026-10-31, at: tiers.critical }
"""

CHECKS = (drift_checks.KEY, drift_checks.VAULT, drift_checks.BACKUP_PLAN)
"""Those that the case is about, so that new ones leave it as it is."""

MOMENT = datetime(2026, 11, 22, 21, 0, 0, 123456, tzinfo=UTC)
HOME = UnitId(account="production", region="ap-south-1")
DR = UnitId(account="production", region="ap-southeast-1")
STAGING = UnitId(account="staging", region="ap-south-1")
DEVELOPMENT = UnitId(account="development", region="ap-south-1")
ACCOUNTS = {"production": "111111111111", "staging": "222222222222", "development": "333333333333"}

DENIED = Unread(service="sts", operation="assume_role", code="AccessDenied", message="User is not authorized")
BROKEN = Unread(
    service="kms",
    operation="get_key_policy",
    code="InternalError",
    message="no |pipe\x08 `nor` ]]> <b>tag</b>",
)


def finding(
    check: Check,
    unit: UnitId,
    severity: Severity,
    name: str,
    field: str,
    *,
    expected: Value,
    actual: Value,
    origin: str,
    kind: Kind = Kind.CHANGED,
) -> Finding:
    """A finding about a resource of that name."""
    arn = f"arn:aws:backup:{unit.region}:{ACCOUNTS[unit.account]}:{check.resource_type}/{name}"
    return Finding(
        check=check.id,
        severity=severity,
        kind=kind,
        unit=unit,
        resource=Resource(type=check.resource_type, name=name, arn=arn),
        field=field,
        expected=expected,
        actual=actual,
        risk=f"what is at risk by the {check.resource_type}",
        remedy=f"deploy {unit} again",
        origin=origin,
    )


DELETED = finding(
    drift_checks.KEY,
    HOME,
    Severity.CRITICAL,
    "alias/campus-critical",
    "state",
    expected="Enabled",
    actual="PendingDeletion",
    origin="tiers.critical.encryption",
)
SHORT = finding(
    drift_checks.BACKUP_PLAN,
    HOME,
    Severity.HIGH,
    "campus-critical",
    "rules[daily].lifecycle.delete_after_days",
    expected=28,
    actual=5,
    origin="tiers.critical.schedules.daily",
)
UNLOCKED = finding(
    drift_checks.VAULT,
    HOME,
    Severity.HIGH,
    "campus-critical",
    "lock",
    kind=Kind.MISSING,
    expected="governance mode, from 7 days",
    actual=None,
    origin="tiers.critical.vault_lock",
)
FORMULA = finding(
    drift_checks.VAULT,
    HOME,
    Severity.MEDIUM,
    '=HYPERLINK("|<b>`x`")',
    "existence",
    kind=Kind.UNEXPECTED,
    expected=None,
    actual="a vault",
    origin="",
)
UNTAGGED = finding(
    drift_checks.KEY,
    DR,
    Severity.LOW,
    "alias/campus-critical-copies",
    "tags[tierkeep:tier]",
    expected="critical",
    actual=None,
    origin="tiers.critical",
)
OPEN_TO_ALL = finding(
    drift_checks.VAULT,
    STAGING,
    Severity.HIGH,
    "campus-basic",
    "policy[copies].principals",
    expected=("111111111111", "222222222222"),
    actual=("*",),
    origin="tiers.basic",
)
UNREAD_POLICY = Unknown(
    check=drift_checks.KEY.id,
    unit=HOME,
    resource=DELETED.resource,
    field="policy",
    cause=BROKEN,
    origin="tiers.critical.encryption",
)
BASELINE = frozenset(
    {
        UNTAGGED.identity,
        Identity(str(DR), drift_checks.VAULT.id, "vault", "campus-critical-copies", "lock"),
        Identity(str(DEVELOPMENT), drift_checks.VAULT.id, "vault", "campus-basic", "lock"),
    }
)
"""One that is still there, one that is gone, and one of which nobody can tell."""


def result(unit: UnitId, *outcomes: Finding | Unknown) -> UnitResult:
    """What the judge would say of a unit with these."""
    findings = tuple(each for each in outcomes if isinstance(each, Finding))
    unknowns = tuple(each for each in outcomes if isinstance(each, Unknown))
    return UnitResult(
        unit=unit,
        account_id=ACCOUNTS[unit.account],
        findings=findings,
        unknowns=unknowns,
        verdicts=verdicts(drift_checks.DRIFT_CHECKS, findings, unknowns),
    )


def unentered(unit: UnitId) -> UnitResult:
    """The result of a unit that cannot be entered."""
    return result(
        unit,
        *(
            Unknown(check=check.id, unit=unit, resource=None, field="", cause=DENIED)
            for check in drift_checks.DRIFT_CHECKS
        ),
    )


RESULTS = (
    result(HOME, DELETED, SHORT, UNLOCKED, FORMULA, UNREAD_POLICY),
    result(DR, UNTAGGED),
    result(STAGING, OPEN_TO_ALL),
    unentered(DEVELOPMENT),
)


def compiled(folder: Path, catalog: str = CATALOG) -> Compiled:
    """The catalog, written into a folder, by its name there."""
    (folder / "catalog.yaml").write_text(catalog)
    return compile_catalog(folder / "catalog.yaml", MOMENT.date())


def concluded(
    catalog: Compiled,
    results: Sequence[UnitResult] = RESULTS,
    *,
    filters: Filters | None = None,
    baseline: Collection[Identity] | None = BASELINE,
) -> Validation:
    """The run."""
    return conclude(
        catalog.state,
        results,
        filters=filters or Filters(checks=CHECKS),
        baseline=baseline,
        observed_at=MOMENT,
        position=catalog.position,
    )
