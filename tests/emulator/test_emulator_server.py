"""The command and its server, as its users meet them: another process, real sockets, real SDK."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from emulated import REGION, refusal

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "emulator"]


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("emulator ready at http://127.0.0.1:"), line
    return process, line.split()[-1]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    process, address = start("--job-seconds", "0")
    yield address
    process.kill()
    process.communicate()


def client(service: str, url: str, **settings: Any) -> Any:
    given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", **settings}
    return boto3.client(service, region_name=REGION, endpoint_url=url, **given)


def post(url: str, document: object) -> Any:
    data = json.dumps(document).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data, method="POST")) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_quietly(number: signal.Signals) -> None:
    process, url = start()
    client("backup", url).list_backup_vaults()
    process.send_signal(number)
    out, err = process.communicate(timeout=1)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


def test_it_ends_with_its_parent() -> None:
    parent = (
        "import subprocess, sys\n"
        f"p = subprocess.Popen({[*COMMAND, '--exit-with-parent']!r}, stdout=subprocess.PIPE, text=True)\n"
        "print(p.pid, p.stdout.readline(), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent], cwd=ROOT, capture_output=True, text=True, check=True
    )
    url = done.stdout.split()[-1]
    port = int(url.rpartition(":")[2])
    for _ in range(50):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)):
                return
        subprocess.run(["sleep", "0.1"], check=True)
    os.kill(int(done.stdout.split()[0]), signal.SIGKILL)
    pytest.fail("the emulator outlived its parent")


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("backup", "list_backup_plan_templates", {}),
        ("ec2", "describe_fpga_images", {}),
        ("iam", "get_service_last_accessed_details", {"JobId": "0" * 36}),
        ("kms", "describe_custom_key_stores", {}),
        ("route53", "list_traffic_policies", {}),
        ("efs", "describe_account_preferences", {}),
        ("devicefarm", "list_projects", {}),
        ("inspector", "list_rules_packages", {}),
    ],
)
def test_what_is_left_out_is_an_aws_error(
    url: str, service: str, operation: str, params: dict[str, str]
) -> None:
    """In every protocol, for services that moto has, and for some that it lacks altogether."""
    assert refusal(getattr(client(service, url), operation), **params) == "NotImplemented"


def test_an_assumed_role_works_in_its_own_account(url: str) -> None:
    role = "arn:aws:iam::222222222222:role/x"
    assumed = client("sts", url).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    there = client(
        "backup",
        url,
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
    arn = there.create_backup_vault(BackupVaultName="there")["BackupVaultArn"]
    assert arn.split(":")[4] == "222222222222"
    assert refusal(client("backup", url).describe_backup_vault, BackupVaultName="there")


@pytest.mark.parametrize("end", ["", "/"])
def test_tags_are_listed_with_and_without_a_trailing_slash(url: str, end: str) -> None:
    backup = client("backup", url)
    name = f"tagged{len(end)}"
    arn = backup.create_backup_vault(BackupVaultName=name, BackupVaultTags={"a": "b"})["BackupVaultArn"]
    scope = f"testing/20260101/{REGION}/backup/aws4_request"
    request = urllib.request.Request(f"{url}/tags/{arn.replace(':', '%3A')}{end}")
    request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x")
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["Tags"] == {"a": "b"}


def test_the_clock_and_the_reset(url: str) -> None:
    backup = client("backup", url)
    assert post(f"{url}/emulator/clock", {"now": "2031-05-06T07:08:09Z"})["now"].startswith(
        "2031-05-06T07:08"
    )
    backup.create_backup_vault(BackupVaultName="later")
    assert backup.describe_backup_vault(BackupVaultName="later")["CreationDate"].year == 2031

    assert post(f"{url}/emulator/clock", {"advance_seconds": 86400})["now"].startswith("2031-05-07")
    post(f"{url}/emulator/reset", {})

    assert backup.list_backup_vaults()["BackupVaultList"] == []
    with urllib.request.urlopen(f"{url}/emulator/clock") as answer:
        reset = json.load(answer)
    assert abs(reset["offset_seconds"]) < 60
    assert reset["running"] is False, "by default it is at rest"


@pytest.mark.parametrize("document", [{}, {"now": "2031-05-06"}, {"advance_seconds": "x"}, {"later": 1}, []])
def test_a_wrong_clock_is_refused(url: str, document: object) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(f"{url}/emulator/clock", document)
    assert caught.value.code == 400
    assert json.load(caught.value)["error"]


def test_motos_own_reset_clears_these_services_too(url: str) -> None:
    backup = client("backup", url)
    backup.create_backup_vault(BackupVaultName="gone")
    post(f"{url}/moto-api/reset", {})
    assert backup.list_backup_vaults()["BackupVaultList"] == []


def test_answers_are_dated_once_by_the_clock(url: str) -> None:
    """The age of an object in S3 is told from one answer."""
    post(f"{url}/emulator/clock", {"offset_seconds": 7200})
    answer = client("s3", url).list_buckets()["ResponseMetadata"]["HTTPHeaders"]["date"]
    post(f"{url}/emulator/clock", {"offset_seconds": 0})
    ahead = parsedate_to_datetime(answer) - datetime.now(UTC)
    assert abs(ahead.total_seconds() - 7200) < 60
