"""How reading what is stored in a unit grows with what there is: time, calls, memory, and saving it.

.venv/bin/python benchmarks/observe.py [recovery points …]

Against an emulator of its own, in a process of its own; it holds 1,000 resources, and the recovery points in
one vault. Beside the calls stand the fewest that AWS's longest pages allow. Each reading is a process of its
own, so that its memory can be told; Linux only.
"""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from math import ceil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SIZES = (1_000, 20_000, 100_000)
VOLUMES, TABLES, BUCKETS, DATABASES, FILE_SYSTEMS = 600, 100, 100, 100, 100
CLAIMED = 10
"""So many of the tables, and of the buckets, are a tier's."""
ACCOUNT, REGION, VAULT = "111111111111", "ap-south-1", "campus-critical"


def serve(points: int) -> None:
    """An emulator with so many recovery points. Its own Python API makes them, which takes seconds."""
    import logging  # noqa: PLC0415

    from emulator.server import bind  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = bind("127.0.0.1", 0)
    seed(points)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


def seed(number: int) -> None:
    """Recovery points of all volumes in turn, an hour apart."""
    from emulator import clock  # noqa: PLC0415
    from emulator.backup.models import backup_backends  # noqa: PLC0415
    from emulator.backup.recovery_points import RecoveryPoint  # noqa: PLC0415

    backend = backup_backends[ACCOUNT][REGION]
    vault = backend.vaults.create(VAULT, None, {}, None)
    now = clock.now()
    for each in range(number):
        made = now - timedelta(hours=each // VOLUMES)
        arn = f"arn:aws:ec2:{REGION}::snapshot/snap-{each:017x}"
        vault.recovery_points[arn] = RecoveryPoint(
            arn=arn,
            vault_name=VAULT,
            vault_arn=vault.arn,
            resource_arn=f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-{each % VOLUMES:017x}",
            resource_type="EBS",
            resource_name=None,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/backup",
            created=made,
            completed=made + timedelta(minutes=20),
            size=2**33,
            key_arn=vault.key_arn,
            encrypted=True,
            lifecycle={"DeleteAfterDays": 28},
            restore_metadata={},
            created_by={
                "BackupPlanId": "plan",
                "BackupPlanName": VAULT,
                "BackupRuleId": "rule",
                "BackupRuleName": "daily",
            },
        )


def make_resources(url: str) -> None:
    """A thousand, through AWS's own API."""
    session = opened(url)
    tags = [{"Key": "backup-tier", "Value": "critical"}]
    credentials = {"MasterUsername": "app", "MasterUserPassword": "secret12"}
    for _ in range(VOLUMES):
        session.call(
            "ec2",
            "create_volume",
            AvailabilityZone=f"{REGION}a",
            Size=8,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
        )
    for each in range(TABLES):
        session.call(
            "dynamodb",
            "create_table",
            TableName=f"table-{each}",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=tags if each < CLAIMED else [],
        )
    place = {"LocationConstraint": REGION}
    for each in range(BUCKETS):
        session.call("s3", "create_bucket", Bucket=f"bucket-{each}", CreateBucketConfiguration=place)
        if each < CLAIMED:
            session.call("s3", "put_bucket_tagging", Bucket=f"bucket-{each}", Tagging={"TagSet": tags})
    for each in range(DATABASES):
        session.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=f"database-{each}",
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=30,
            **credentials,
        )
    for each in range(FILE_SYSTEMS):
        session.call("efs", "create_file_system", CreationToken=f"files-{each}", Tags=tags)


def least_calls(points: int) -> dict[str, int]:
    """The fewest calls by operation: what there is, by the longest pages (botocore's models)."""
    return {
        "DescribeInstances": 1,
        "DescribeVolumes": ceil(VOLUMES / 1000),
        "DescribeDBInstances": ceil(DATABASES / 100),
        "DescribeDBInstanceAutomatedBackups": ceil(DATABASES / 100),
        "DescribeDBClusters": 1,
        "ListTables": ceil(TABLES / 100),
        "DescribeTable": CLAIMED,
        "DescribeContinuousBackups": CLAIMED,
        "GetResources": 2,
        "DescribeFileSystems": ceil(FILE_SYSTEMS / 100),
        "ListBuckets": 1,
        "GetBucketVersioning": CLAIMED,
        "GetBucketNotificationConfiguration": CLAIMED,
        "ListBackupJobs": 1,
        "ListCopyJobs": 1,
        "ListRestoreJobs": 1,
        "ListRecoveryPointsByBackupVault": ceil(points / 1000),
        "DescribeSnapshots": 2,
        "DescribeImages": 1,
        "DescribeFastSnapshotRestores": 1,
    }


def opened(url: str) -> Any:
    """A session in the account, in the emulator."""
    os.environ["TIERKEEP_ENDPOINT"] = url
    from tierkeep.aws import open_unit  # noqa: PLC0415

    return open_unit(
        unit="benchmark",
        account_id=ACCOUNT,
        region=REGION,
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/benchmark",
        session_name="benchmark",
    )


def read(url: str, file: str) -> None:
    """Reads the unit and prints what it took; with a file's name, saves what was read there."""
    from tierkeep.compiler import compile_catalog  # noqa: PLC0415
    from tierkeep.validate.stored.lines import UnitHead  # noqa: PLC0415
    from tierkeep.validate.stored.saved import saving  # noqa: PLC0415
    from tierkeep.validate.stored.scope import StoredScope  # noqa: PLC0415
    from tierkeep.validate.stored.stream import records  # noqa: PLC0415
    from tierkeep.validate.unread import INTERRUPTED  # noqa: PLC0415

    state = compile_catalog(ROOT / "catalog.yaml", datetime.now(UTC).date()).state
    unit = next(each for each in state.units if each.account_id == ACCOUNT and each.id.region == REGION)
    calls: list[str] = []
    session = opened(url)
    for service in ("backup", "ec2", "rds", "dynamodb", "efs", "s3", "kms", "resourcegroupstaggingapi"):
        session.client(service).meta.events.register(
            "before-call", lambda model, **_: calls.append(model.name)
        )
    scope = StoredScope(
        unit=unit,
        catalog="campus",
        tag_key="backup-tier",
        tiers=frozenset({"critical"}),
        vaults={f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:{VAULT}": True},
        elsewhere={},
        copy_regions=(),
        sharing=frozenset(),
        known_keys=frozenset(),
        since=datetime.now(UTC) - timedelta(days=8),
        restores_since=datetime.now(UTC) - timedelta(days=30),
    )
    head = UnitHead(
        unit=unit.id, account_id=ACCOUNT, observed=INTERRUPTED, plan_versions={}, opted_in=INTERRUPTED
    )
    started = time.perf_counter()
    stream = records(session, scope, session_in=lambda *_: session, stop=threading.Event())
    if file:
        with saving(Path(file), state, at=datetime.now(UTC), since_days=8) as save:
            with save.part(head) as part:
                number = sum(part.write(record) is None for record in stream)
            save.finish([unit.id])
    else:
        number = sum(1 for _ in stream)
    print(json.dumps(took(started, number) | {"calls": Counter(calls)}))


def read_saved(file: str) -> None:
    """Reads a saved file and prints what it took."""
    from tierkeep.validate.stored.read_saved import opened as opened_file  # noqa: PLC0415

    started = time.perf_counter()
    with opened_file(Path(file)) as saved:
        number = sum(1 for unit in saved.units() for _ in unit.records)
    print(json.dumps(took(started, number)))


def took(started: float, number: int) -> dict[str, Any]:
    """Seconds, records, and the most memory in MB that this process has had."""
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "records": number, "memory": int(peak[1]) / 1024 if peak else 0}


@contextmanager
def emulator(points: int) -> Iterator[str]:
    """The URL of an emulator with so many recovery points and a thousand resources."""
    command = [sys.executable, __file__, "--serve", str(points)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            make_resources(url)
            yield url
        finally:
            process.send_signal(signal.SIGKILL)


def measured(*arguments: str) -> dict[str, Any]:
    """What a process of its own prints of itself."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(sizes: list[int]) -> None:
    """Prints a table, smallest first."""
    print(
        f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("boto3", "moto", "pydantic")),
        sep=", ",
    )
    print("1,000 resources and as many recovery points as it says; seconds, and the most memory in MB")
    titles = (("read", 14), ("and saved", 16), ("read back", 16), ("file", 8), ("calls", 6), ("least", 6))
    print(f"{'points':>8}", *(f"{title:>{width}}" for title, width in titles))
    all_of: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sorted(sizes):
            file = str(Path(folder) / f"{size}.json.gz")
            with emulator(size) as url:
                one = measured("--read", url, "")
                saved = measured("--read", url, file)
            back = measured("--read-saved", file)
            all_of[size] = one
            least = least_calls(size)
            print(
                f"{size:8,} {cell(one)} {cell(saved):>16} {cell(back):>16}"
                f" {Path(file).stat().st_size / 2**20:5.1f} MB"
                f" {sum(one['calls'].values()):6} {sum(least.values()):6}"
            )
            differing = {name: (one["calls"].get(name), fewest) for name, fewest in least.items()}
            print(
                "".join(f"{'':9}{name}: {a} of {b}\n" for name, (a, b) in differing.items() if a != b), end=""
            )
    first, last = (all_of[size] for size in (min(all_of), max(all_of)))
    times, memory = last["seconds"] / first["seconds"], last["memory"] / first["memory"]
    print(f"{max(all_of) / min(all_of):.0f} times the points take {times:.1f} times as long", end="")
    print(f", and {memory:.2f} times the memory")


def cell(found: dict[str, Any]) -> str:
    """Seconds and memory of one reading."""
    return f"{found['seconds']:6.2f} s {found['memory']:4.0f} MB"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve", points]:
            serve(int(points))
        case ["--read", url, file]:
            read(url, file)
        case ["--read-saved", file]:
            read_saved(file)
        case other:
            main([int(each) for each in other] or list(SIZES))
