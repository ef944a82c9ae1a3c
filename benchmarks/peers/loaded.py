"""A unit with a thousand protected resources, deployed by the stacks and backed up by their plan each day."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.peers.served import CALLS
from scripts.toolchain import ROOT, cdktf, for_emulator
from tierkeep.aws import UnitSession, open_unit

CATALOG = Path(__file__).parent / "catalog.yaml"
ACCOUNT, REGION = "123456789012", "ap-south-1"
ZONE = f"{REGION}a"
OF_EACH_TYPE = 250
RESOURCES = 4 * OF_EACH_TYPE
TIER = {"Key": "backup-tier", "Value": "standard"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an emulator was asked."""

    calls: dict[str, int]
    """By service and operation."""
    errors: dict[str, int]
    """Those of them that were answered with an error, by service, operation and status."""
    points: int
    """Recovery points that answers told of, each once."""


@contextmanager
def loaded(points: int, folder: Path) -> Iterator[Loaded]:
    """An emulator with so many recovery points, a whole number for each resource."""
    days = points // RESOURCES
    command = [sys.executable, "-m", "benchmarks.peers.served", str(days)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            emulator = Loaded(url)
            _make_resources(emulator.session())
            _deploy(url, folder)
            emulator.pass_days()
            emulator.asked()
            yield emulator
        finally:
            process.kill()


class Loaded:
    """The emulator, by its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = {**for_emulator(url), "AWS_DEFAULT_REGION": REGION}

    def asked(self) -> Asked:
        """What it was asked since the last time."""
        with urlopen(f"{self.url}{CALLS}", timeout=60) as answer:  # noqa: S310 - the emulator's own URL
            return Asked(**json.load(answer))

    def pass_days(self) -> None:
        """Lets all the time pass that the clock is behind."""
        body = json.dumps({"offset_seconds": 0}).encode()
        clock = Request(f"{self.url}/emulator/clock", body)  # noqa: S310 - the emulator's own URL
        with urlopen(clock, timeout=3600):  # noqa: S310
            pass

    def session(self) -> UnitSession:
        """A session in the account and Region."""
        os.environ["TIERKEEP_ENDPOINT"] = self.url
        return open_unit(
            unit="benchmark",
            account_id=ACCOUNT,
            region=REGION,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/benchmark",
            session_name="benchmark",
        )


def _make_resources(session: UnitSession) -> None:
    """Through AWS's own API, encrypted with a key of the account's."""
    key = str(session.call("kms", "create_key")["KeyMetadata"]["Arn"])
    tags = [TIER]
    tagged = [{"ResourceType": "volume", "Tags": tags}]
    instance = session.call(
        "ec2",
        "run_instances",
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        Placement={"AvailabilityZone": ZONE},
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": True, "KmsKeyId": key}}
        ],
        TagSpecifications=tagged,
    )["Instances"][0]["InstanceId"]
    for each in range(1, OF_EACH_TYPE):  # the instance has a volume already
        volume = session.call(
            "ec2",
            "create_volume",
            AvailabilityZone=ZONE,
            Size=8,
            Encrypted=True,
            KmsKeyId=key,
            TagSpecifications=tagged,
        )["VolumeId"]
        session.call("ec2", "attach_volume", VolumeId=volume, InstanceId=instance, Device=f"/dev/sd{each}")
    for each in range(OF_EACH_TYPE):
        session.call(
            "dynamodb",
            "create_table",
            TableName=f"table-{each}",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=tags,
        )
        session.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=f"database-{each}",
            DBInstanceClass="db.t4g.medium",
            Engine="mysql",
            AllocatedStorage=30,
            MasterUsername="app",
            MasterUserPassword="secret12",
            StorageEncrypted=True,
            KmsKeyId=key,
            Tags=tags,
        )
        session.call(
            "efs",
            "create_file_system",
            CreationToken=f"files-{each}",
            Encrypted=True,
            KmsKeyId=key,
            Tags=tags,
        )


def _deploy(url: str, folder: Path) -> None:
    settings: dict[str, Any] = json.loads((ROOT / "cdktf.json").read_text())
    app = shlex.join([sys.executable, str(ROOT / "main.py")])
    (folder / "cdktf.json").write_text(json.dumps({**settings, "app": app}))
    command = [str(cdktf()), "deploy", "*", "--auto-approve", "--skip-provider-lock"]
    env = {**for_emulator(url), "TIERKEEP_CATALOG": str(CATALOG)}
    done = subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)
    if "Apply complete!" not in done.stdout:
        raise RuntimeError(f"cdktf deploy failed:\n{done.stdout}{done.stderr}")
