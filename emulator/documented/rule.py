"""What a documented rule is, and the pages that most of them stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GUIDE = "AWS Backup Developer Guide"
API = "AWS Backup API reference"
EBS = "Amazon EBS User Guide"
SSM = "AWS Systems Manager User Guide"
SSM_API = "AWS Systems Manager API reference"
KNOWLEDGE = "AWS Knowledge Center"
DLM_API = "Amazon DLM API reference"
S3 = "Amazon S3 User Guide"
ORGANIZATIONS = "AWS Organizations User Guide"


PLAN_OPTIONS = f"{GUIDE}, Backup plan options and configuration"
QUOTAS = f"{GUIDE}, Quotas"
PITR = f"{GUIDE}, Continuous backups and point-in-time recovery"
LOCK = f"{GUIDE}, AWS Backup Vault Lock"
GAPPED = f"{GUIDE}, Logically air-gapped vault"
COPIES = f"{GUIDE}, Creating backup copies across AWS accounts"
HOLDS = f"{GUIDE}, AWS Backup legal holds"
TESTING = f"{GUIDE}, Restore testing"
AUDIT = f"{GUIDE}, Controls and remediation"
SYNTAX = f"{ORGANIZATIONS}, Backup policy syntax and examples"


@dataclass(frozen=True)
class Rule:
    """A documented rule.

    ``by`` is what keeps it and ``test`` the test of tests/emulator that proves it (a test's id, or
    ``refused: id`` for a row of the table of refusals); or neither, and ``why_not``.
    """

    text: str
    source: str
    by: Callable[..., Any] | None = None
    test: str = ""
    why_not: str = ""


def refused(text: str, source: str, by: Callable[..., Any], *rows: str) -> Rule:
    """A rule that rows of the table of refusals prove."""
    return Rule(text, source, by, ", ".join(f"refused: {row}" for row in rows))


def left_out(text: str, source: str, why: str) -> Rule:
    """A rule that is not kept."""
    return Rule(text, source, why_not=why)
