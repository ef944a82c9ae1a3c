"""Evidence, findings and a catalog to make pages of: what they hold is made up, its form is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.catalogs import SHIPPED
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState
from tierkeep.report.drilled.document import EvidenceDocument
from tierkeep.report.drilled.drills import Drill, in_order
from tierkeep.report.drilled.folder import Evidence, read_evidence
from tierkeep.report.drilled.measured import Measured, measured
from tierkeep.report.findings_document import FindingsDocument
from tierkeep.report.pages_folder import write_pages
from tierkeep.report.site.build import site
from tierkeep.report.site.inputs import Inputs

WRITTEN = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
HOSTILE = """<script>alert('x')</script>"><img src=x onerror=alert(1)> & `$(rm)` ]]> '"""
_STAGES = (
    ("choose", "Choose a recovery point", 2.0),
    ("restore", "Ask for the restore", 1.5),
    ("wait", "Wait until it is restored", 600.0),
    ("tag", "Tag what was made", 0.8),
    ("check", "Look at it from outside", 4.0),
    ("read", "Look inside", 95.0),
    ("teardown", "Remove it", 40.0),
)


@cache
def state() -> DesiredState:
    """The shipped catalog's."""
    return compile_catalog(SHIPPED).state


def evidence(
    number: int,
    *,
    tier: str = "testing",
    unit: str = "staging/ap-south-1",
    resource_type: str = "ebs",
    method: str = "dlm",
    resource: str = "vol-0a1b2c3d4e5f60001",
    result: str = "pass",
    ended: datetime = WRITTEN,
    rto: float | None = 600.0,
    rpo: float | None = 5400.0,
    objective_minutes: int | None = 60,
    **changes: Any,
) -> dict[str, Any]:
    """The evidence of one drill, of schema_version 2."""
    account, region = "222222222222", unit.split("/")[1]
    arn = f"arn:aws:ec2:{region}:{account}:volume/{resource}"
    verdict = {"pass": "PASS", "fail": "FAIL", "could-not-verify": "UNKNOWN"}[result]
    climbed = {"pass": "readable", "fail": "restored", "could-not-verify": None}[result]
    began = ended - timedelta(seconds=(rto or 0.0) + 150)
    phases = []
    at = began
    for stage, title, seconds in _STAGES:
        took = (rto or 0.0) if stage == "wait" else seconds
        phases.append(
            {"stage": stage, "title": title, "began": at.isoformat(), "seconds": took, "ended_by": None}
        )
        at += timedelta(seconds=took)
    return {
        "schema_version": 2,
        "identity": {
            "drill_id": f"drill-{ended:%Y%m%dT%H%M%SZ}-{number:012x}",
            "tool": "tierkeep",
            "tool_version": "0.1.0",
            "catalog": "campus",
            "catalog_digest": "sha256:5f0c",
            "plan_digest": "sha256:77aa",
            "initiator": f"arn:aws:sts::{account}:assumed-role/tierkeep-drill/nightly",
        },
        "outcome": {
            "result": result,
            "interrupted": False,
            "reasons": []
            if result == "pass"
            else [{"outcome": result, "text": "a check of its contents says so"}],
        },
        "scope": {
            "tier": tier,
            "unit": unit,
            "account_id": account,
            "region": region,
            "resource_type": resource_type,
            "method": method,
            "restorer": "volumes from snapshots of Data Lifecycle Manager",
            "resource_asked_for": None,
            "point_asked_for": "newest",
            "candidates": 4,
        },
        "source": {
            "point_arn": f"arn:aws:ec2:{region}::snapshot/snap-{number:017x}",
            "resource_arn": arn,
            "created": (began - timedelta(seconds=rpo or 0.0)).isoformat(),
            "newest": began.isoformat(),
            "size_bytes": 8 * 1024**3,
            "vault_name": None,
            "vault_arn": None,
            "encrypted": True,
            "key_arn": None,
        },
        "target": {
            "arn": f"{arn}-restored",
            "made": [{"kind": "volume", "arn": f"{arn}-restored"}],
            "asked_by": "create-volume",
            "handle": None,
            "parameters": {"AvailabilityZone": f"{region}a"},
            "restore_role_arn": None,
            "tags": {"tierkeep:drill": f"drill-{number}"},
        },
        "times": {
            "started": began.isoformat(),
            "requested": began.isoformat(),
            "checks_done": ended.isoformat(),
            "ended": ended.isoformat(),
            "phases": phases,
            "objectives": [
                _objective("RTO", rto, objective_minutes),
                _objective("RPO", rpo, None),
            ],
        },
        "ladder": {
            "climbed": climbed,
            "rungs": [
                {"rung": "restored", "verdict": "PASS" if climbed else "UNKNOWN", "seconds": rto},
                {"rung": "readable", "verdict": verdict, "seconds": rto and rto + 95},
                {"rung": "right", "verdict": "NOT LOOKED AT", "seconds": None},
                {"rung": "served", "verdict": "NOT LOOKED AT", "seconds": None},
            ],
        },
        "checks": [
            {
                "id": "volume.blocks",
                "rung": "readable",
                "title": "Every block of the backup is there",
                "expected": "all",
                "actual": None if verdict == "UNKNOWN" else "all",
                "verdict": verdict,
                "cause": "it took too long" if verdict == "UNKNOWN" else None,
            }
        ],
        "not_checked": ["files: none was opened"],
        "teardown": {
            "confirmed": True,
            "things": [
                {"kind": "volume", "arn": f"{arn}-restored", "gone": True, "how": "deleted by the drill"}
            ],
            "summary": "all is gone",
        },
        "journal": [{"seq": 1, "at": began.isoformat(), "event": "started", "unit": unit}],
        **changes,
    }


def _objective(name: str, actual: float | None, minutes: int | None) -> dict[str, Any]:
    difference = None if actual is None or minutes is None else actual - minutes * 60
    kept = "UNKNOWN" if difference is None else "PASS" if difference <= 0 else "FAIL"
    return {
        "name": name,
        "definition": "from the restore request until the last check from outside was done",
        "class": "web-applications" if minutes else None,
        "objective_minutes": minutes,
        "actual_seconds": actual,
        "difference_seconds": difference,
        "verdict": kept if minutes else "NOT JUDGED",
    }


def history() -> list[dict[str, Any]]:
    """Half a year of weekly drills of volumes, a failure and a hole among them, and one of another tier."""
    made = []
    for week in range(26):
        ended = WRITTEN - timedelta(weeks=25 - week, hours=3)
        result = {11: "fail", 17: "could-not-verify"}.get(week, "pass")
        rto = (
            None
            if result == "could-not-verify"
            else 900 + 37 * (week % 7) + 22 * week + (2900 if week == 11 else 0)
        )
        made.append(
            evidence(
                week,
                ended=ended,
                result=result,
                rto=rto,
                rpo=3600 + 900 * (week % 5),
                resource=f"vol-{week % 4:017x}",
            )
        )
    made.append(
        evidence(
            100,
            tier="development",
            unit="development/ap-south-1",
            method="backup",
            ended=WRITTEN - timedelta(days=40),
            rto=84.0,
            objective_minutes=240,
            resource="vol-00000000000000042",
            isolation={
                "facts": [
                    {
                        "title": "Routes",
                        "found": "local ones",
                        "how": "ec2:DescribeRouteTables",
                        "verdict": "PASS",
                    }
                ]
            },
            addendum={"kind": "none", "says": ["this drill made no instance"], "networks": []},
        )
    )
    return made


def write(folder: Path, documents: Iterable[dict[str, Any]]) -> Path:
    """An evidence folder with the documents."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in documents:
        (folder / f"{each['identity']['drill_id']}.json").write_text(json.dumps(each))
    return folder


def findings(count: int, *, catalog: str = "campus", name: str = "") -> dict[str, Any]:
    """What `tierkeep validate --format json` prints, with so many findings in three units."""
    units = ("production/ap-south-1", "staging/ap-south-1", "development/ap-south-1")
    tiers = {
        "production/ap-south-1": "critical",
        "staging/ap-south-1": "testing",
        "development/ap-south-1": "development",
    }
    levels = ("critical", "high", "medium", "low")
    made: dict[str, list[dict[str, Any]]] = {unit: [] for unit in units}
    for number in range(count):
        unit = units[number % 3]
        made[unit].append(
            {
                "check": ("stored.freshness", "drift.vault", "drift.backup-plan", "protection.unclaimed")[
                    number % 4
                ],
                "severity": levels[(number // 5) % 4],
                "standing": "waived" if number % 50 == 49 else "open",
                "kind": "changed",
                "resource": {
                    "type": "volume",
                    "name": name or f"vol-{number:08x}",
                    "arn": f"arn:aws:ec2:::vol/{number}",
                },
                "field": "existence" if number % 2 else "newest recovery point",
                "expected": "4h" if number % 2 else None,
                "actual": f"{number % 90}h",
                "risk": f"what changed in the last {number % 30} hours would be lost",
                "remedy": "look at the jobs of its plan: `aws backup list-backup-jobs`",
                "origin": f"tiers.{tiers[unit]}.schedules.daily" if number % 3 else "",
                "waiver": "waivers.drift.vault.0" if number % 50 == 49 else None,
            }
        )
    unknown = {
        "check": "drift.key",
        "resource": None,
        "field": "existence",
        "origin": "",
        "cause": {
            "service": "kms",
            "operation": "get_key_policy",
            "code": "AccessDenied",
            "message": name or "not you",
        },
    }
    return {
        "schema_version": 1,
        "catalog": catalog,
        "observed_at": "2026-11-22T20:30:00+00:00",
        "verdict": "UNKNOWN",
        "scope": {"complete": True, "checks": ["drift.vault"], "tiers": None, "all_units": True},
        "summary": {
            "units": 3,
            "passed": 0,
            "failed": 2,
            "unknown": 1,
            "waived": 0,
            "findings": sum(each["standing"] == "open" for listed in made.values() for each in listed),
            "known_findings": 0,
            "waived_findings": sum(
                each["standing"] == "waived" for listed in made.values() for each in listed
            ),
            "unknowns": 1,
        },
        "not_compared": ["resources of other accounts"],
        "units": [
            {
                "unit": unit,
                "account_id": "111111111111",
                "verdict": "FAIL",
                "checks": [{"id": "drift.vault", "verdict": "FAIL"}],
                "findings": listed,
                "unknowns": [unknown] if unit == units[0] else [],
            }
            for unit, listed in made.items()
        ],
        "waivers": [],
        "gone": None,
    }


def drills_of(documents: Iterable[dict[str, Any]]) -> tuple[Drill, ...]:
    """Drills by their evidence, without a folder."""
    found = (Drill(file="", document=EvidenceDocument.model_validate(each)) for each in documents)
    return in_order(tuple(found))


def measured_of(documents: Iterable[dict[str, Any]]) -> Measured:
    """The recovery times of drills that all measured one."""
    found = measured("RTO", drills_of(documents))
    assert found is not None
    return found


def inputs(
    folder: Path,
    *,
    documents: Iterable[dict[str, Any]] | None = None,
    count: int | None = 300,
    name: str = "",
) -> Inputs:
    """All that a site is made from; `count` None is no findings."""
    evidence_folder = write(folder / "evidence", history() if documents is None else documents)
    found: Evidence = read_evidence(evidence_folder, catalog="campus")
    return Inputs(
        state=state(),
        findings=None if count is None else FindingsDocument.model_validate(findings(count, name=name)),
        drills=found.drills,
        unusable=found.unusable,
        written=WRITTEN,
    )


def _main() -> None:
    """A site with something of everything, for `make look`."""
    folder = Path(sys.argv[1])
    write(folder / "evidence", []).joinpath("drill-cut.json").write_text(
        '{"schema_version": 2, "identity": {'
    )
    write_pages(folder / "site", site(inputs(folder)))


if __name__ == "__main__":
    _main()
