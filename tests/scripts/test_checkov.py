"""What `make checkov` hands to checkov, and how it judges what comes back. It scans nothing itself."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.checkov.__main__ import CATALOGS, WAIVERS, failures
from scripts.checkov.hcl import POLICIES, hcl
from scripts.checkov.planted import EXPECTED, planted
from scripts.checkov.waivers import Failure, Waiver, WaiverError, judged, read
from scripts.trim_schema import schema_file
from tests.stacks import goldens

BAD_VAULT = Failure(
    check="CKV_AWS_166", resource="reference/one/aws_backup_vault.files", title="A vault's key"
)
WAIVER = Waiver(check="CKV_AWS_166", resource="reference/*/aws_backup_vault.*", reason="since")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    (schema,) = json.loads(schema_file().read_text())["provider_schemas"].values()
    return dict(schema)


@pytest.mark.parametrize("catalog", CATALOGS)
def test_all_of_a_stack_is_handed_over(catalog: str, schema: dict[str, Any]) -> None:
    """Each resource once, in what Terraform takes for its own language, with each policy as a value."""
    for stack in goldens.kept(catalog).values():
        text = hcl(stack, schema)
        written = [
            f'resource "{kind}" "{name}" {{'
            for kind, each in stack["resource"].items()
            for name in each
            if kind != "terraform_data"  # Terraform's own, which makes nothing
        ]
        assert [line for line in text.splitlines() if line.startswith("resource ")] == written
        policies = [
            each
            for kind in stack["resource"].values()
            for of in kind.values()
            for each in of
            if each in POLICIES
        ]
        assert len(re.findall(r"(?m)^(?:assume_role_)?policy = jsonencode\(\{", text)) == len(policies)
        done = subprocess.run(
            ["terraform", "fmt", "-"], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_values_and_references_and_blocks(schema: dict[str, Any]) -> None:
    """A reference stays one, a map is no block, and a nested block is repeated."""
    plan = {
        "name": "a",
        "depends_on": ["aws_backup_vault.v"],
        "tags": {"a:b": "c"},
        "rule": [
            {
                "rule_name": "r",
                "target_vault_name": "${aws_backup_vault.v.name}",
                "lifecycle": {"delete_after": 7},
            }
        ],
        "lifecycle": {"prevent_destroy": True},
    }
    assert hcl({"resource": {"aws_backup_plan": {"p": plan}}}, schema) == (
        'resource "aws_backup_plan" "p" {\n'
        'name = "a"\n'
        "depends_on = [aws_backup_vault.v]\n"
        'tags = {"a:b" = "c"}\n'
        'rule {\nrule_name = "r"\ntarget_vault_name = aws_backup_vault.v.name\n'
        "lifecycle {\ndelete_after = 7\n}\n}\n"
        "lifecycle {\nprevent_destroy = true\n}\n"
        "}\n"
    )


def test_faults_are_planted_in_a_copy() -> None:
    """Of each type in which one is to be found; the stack itself stays as it is."""
    stack = goldens.kept("reference")["production-ap-south-1"]
    before = json.dumps(stack)
    spoilt = planted(stack)["resource"]
    assert json.dumps(stack) == before
    for kind in set(EXPECTED.values()):
        assert spoilt[kind.rstrip(".")] != stack["resource"].get(kind.rstrip("."))


def test_a_failure_is_waived_by_its_check_and_its_resource() -> None:
    """And by nothing else; a waiver that waives nothing is no clean verdict."""
    assert judged([BAD_VAULT], [WAIVER]).clean
    other = Failure(check="CKV_AWS_7", resource=BAD_VAULT.resource, title="Rotation")
    elsewhere = Failure(check=BAD_VAULT.check, resource="everything/one/aws_backup_vault.files", title="")
    verdict = judged([BAD_VAULT, other, elsewhere], [WAIVER])
    assert (verdict.waived, verdict.failed) == ((BAD_VAULT,), (elsewhere, other))
    assert judged([], [WAIVER]).idle == (WAIVER,)
    assert not judged([], [WAIVER]).clean


@pytest.mark.parametrize(
    "text",
    [
        "- {check: CKV_AWS_7, resource: '*'}",
        "- {check: CKV_AWS_7, resource: '*', reason: ''}",
        "- {check: CKV_AWS_7, resource: '*', reason: why, until: later}",
        "- CKV_AWS_7",
    ],
)
def test_a_waiver_has_a_reason(tmp_path: Path, text: str) -> None:
    """And nothing that nobody reads."""
    (tmp_path / "waivers.yaml").write_text(text)
    with pytest.raises(WaiverError, match="entry 1"):
        read(tmp_path / "waivers.yaml")


def test_each_waiver_is_of_a_catalog_that_is_scanned() -> None:
    """The one file can be read, and no waiver is for all catalogs at once."""
    assert {each.resource.split("/")[0] for each in read(WAIVERS)} <= set(CATALOGS)


def test_a_failure_names_its_stack() -> None:
    """From what checkov reports."""
    found = {
        "check_id": "CKV_AWS_7",
        "check_name": "Rotation",
        "file_path": "/reference/production-ap-south-1/main.tf",
        "resource": "aws_kms_key.k",
    }
    (failure,) = failures({"results": {"failed_checks": [found]}})
    assert str(failure) == "CKV_AWS_7 reference/production-ap-south-1/aws_kms_key.k: Rotation"
