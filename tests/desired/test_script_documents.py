"""Documents with scripts: the form that AWS wants, shell that a linter passes, what the catalog says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.catalogs import model
from tests.desired.test_snapshot_policies import _statements
from tierkeep.catalog.applications import Application, Filesystem, MySql, OwnScripts, PostgreSql, ScriptFile
from tierkeep.desired.model import DesiredState, ScriptDocument
from tierkeep.desired.resolve import resolve
from tierkeep.desired.script_text import script_text

OWN = OwnScripts.model_construct(
    type="own",
    pre=ScriptFile("scripts/pre.sh", "touch /run/closed"),
    post=ScriptFile("scripts/post.sh", "rm -f /run/closed"),
    mount_points=[],
)
APPLICATIONS: dict[str, Application] = {
    "filesystem": Filesystem(type="filesystem", mount_points=["/data", "/data/log"]),
    "postgresql": PostgreSql(type="postgresql"),
    "postgresql-frozen": PostgreSql(
        type="postgresql", user="backup", socket_directory="/run/db", mount_points=["/data"]
    ),
    "mysql": MySql(type="mysql"),
    "mysql-frozen": MySql(
        type="mysql", user="backup", login_file="/etc/b.cnf", socket="/run/s", mount_points=["/data"]
    ),
    "own": OWN,
    "own-frozen": OWN.model_copy(update={"mount_points": ["/data"]}),
}


def text_for(application: Application) -> str:
    return script_text(
        application, tier="database", name="demo-database-scripts", timeout_seconds=30, thaw_after_seconds=60
    )


def state_for(
    application: dict[str, Any], *, regions: int = 1, engine: str = "dlm", **consistency: Any
) -> DesiredState:
    tier = {
        "description": "x",
        "protects": {"ec2": {"engine": engine}},
        "encryption": "aws-managed",
        "schedules": {"daily": {"every": "1d", "keep": "7d"}},
        "application_consistency": {"scripts": "pre-and-post", "application": application, **consistency},
    }
    account = {
        "id": "000000000001",
        "regions": ["ap-south-1", "eu-west-1"][:regions],
        "tiers": ["database"],
    }
    return resolve(
        model({"version": 1, "name": "demo", "tiers": {"database": tier}, "accounts": {"one": account}})
    )


def document_for(application: dict[str, Any], **consistency: Any) -> ScriptDocument:
    (unit,) = state_for(application, **consistency).units
    (document,) = unit.documents
    return document


@pytest.mark.parametrize("name", APPLICATIONS)
def test_shellcheck_finds_nothing(name: str, tmp_path: Path) -> None:
    """Notes of style included, which the templates could otherwise hide."""
    file = tmp_path / "script.sh"
    file.write_text(text_for(APPLICATIONS[name]))
    shellcheck = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(
        [shellcheck, "--severity=style", "--format=gcc", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["own", "postgresql", "mysql-frozen"])
def test_a_document_is_as_aws_describes_them(name: str) -> None:
    """By cfn-lint, which knows their versions, and a resource of CloudFormation that holds one."""
    application = APPLICATIONS[name]
    document = document_for({"type": "mysql"})
    content = json.loads(document.content)
    content["mainSteps"][0]["inputs"]["runCommand"] = text_for(application).splitlines()
    assert problems(content) == []


def test_what_is_no_document_is_found() -> None:
    """So that finding nothing says something. AWS publishes no schema of the steps of such documents."""
    content = json.loads(document_for({"type": "mysql"}).content)
    assert problems({**content, "schemaVersion": "9.9"})


def problems(content: dict[str, Any]) -> list[str]:
    properties = {"DocumentType": "Command", "DocumentFormat": "JSON", "Content": content}
    resource = {"Type": "AWS::SSM::Document", "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Document": resource}}
    found = lint(json.dumps(template), config=ManualArgs(regions=["eu-west-1"]))
    return [str(each) for each in found]


def test_the_parameters_are_those_that_dlm_gives_values() -> None:
    """As in the template of the EBS user guide; without them every run counts as failed."""
    content = json.loads(document_for({"type": "postgresql"}).content)
    command, execution = content["parameters"]["command"], content["parameters"]["executionId"]
    assert command["allowedValues"] == ["pre-script", "post-script", "dry-run"]
    assert command["default"] == "dry-run"
    assert execution["default"] == "None"
    assert execution["allowedPattern"] == (
        "^(None|[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})$"
    )
    (step,) = content["mainSteps"]
    assert step["precondition"] == {"StringEquals": ["platformType", "Linux"]}


def test_what_the_catalog_says_is_in_the_document() -> None:
    document = document_for(
        {"type": "mysql", "login_file": "/etc/backup.cnf", "mount_points": ["/srv/db"]},
        timeout_seconds=45,
        thaw_after_seconds=75,
    )
    step = json.loads(document.content)["mainSteps"][0]
    lines = [line.strip() for line in step["inputs"]["runCommand"]]
    assert step["inputs"]["timeoutSeconds"] == "45"
    assert {"patience=43", "longest=75", "mount_points=(/srv/db)"} <= set(lines)
    assert any("--defaults-extra-file=/etc/backup.cnf" in line for line in lines)
    assert (document.mount_points, document.application) == (("/srv/db",), "mysql")
    assert dict(document.tags)["DLMScriptsAccess"] == "true"


def test_policies_and_their_role_name_the_document() -> None:
    state = state_for({"type": "postgresql"}, timeout_seconds=60)
    (unit,) = state.units
    (policy,) = unit.snapshot_policies
    (scripts,) = {each.scripts for each in policy.schedules}
    assert scripts
    assert (scripts.handler, scripts.timeout_seconds) == ("demo-database-scripts", 60)
    assert _statements(state)["RunDocuments"].resources == (
        "arn:aws:ssm:ap-south-1:000000000001:document/demo-database-scripts",
    )


def test_each_unit_has_the_same_document() -> None:
    units = state_for({"type": "postgresql"}, regions=2).units
    assert len({unit.documents for unit in units}) == 1
    assert len(units) == 2


def test_without_instances_by_dlm_there_is_no_document() -> None:
    state = state_for({"type": "postgresql"}, engine="backup")
    assert state.units[0].documents == ()
    assert "application consistency" in {each.what for each in state.unmet}
