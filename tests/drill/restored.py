"""What a drill restored, where the emulator keeps it: to damage it behind AWS's back."""

from __future__ import annotations

from typing import Any

from cases import Case
from drill_world import RESTORED
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from emulator.ec2 import blocks
from tierkeep.drill.thing import name_of


def volume(case: Case) -> Any:
    """The one volume that is not the source."""
    here = case.session
    volumes: dict[str, Any] = ec2_backends[here.account_id][here.region].volumes
    [found] = [each for name, each in volumes.items() if name not in case.arn]
    return found


def put_blocks(of: Any, held: dict[int, bytes]) -> None:
    """What a volume holds, and nothing else."""
    blocks.put(of, {index: data.ljust(blocks.SIZE, b"\0") for index, data in held.items()})


def instance_id(case: Case) -> str:
    """Of the one instance that runs and is not the source."""
    listed = case.session.pages("ec2", "describe_instances", "Reservations")
    [found] = [
        each["InstanceId"]
        for one in listed
        for each in one["Instances"]
        if each["InstanceId"] != name_of(case.arn) and each["State"]["Name"] != "terminated"
    ]
    return str(found)


def table(case: Case) -> Any:
    """The one table that is not the source."""
    tables: Any = dynamodb_backends[case.session.account_id][case.session.region].tables
    [name] = set(tables) - {"orders"}
    return tables[name]


def bucket(case: Case) -> Any:
    """The bucket of the drill."""
    return s3_backends[case.session.account_id]["aws"].buckets[RESTORED]


def file_systems(case: Case) -> list[Any]:
    """Every file system that is not the source."""
    systems: Any = efs_backends[case.session.account_id][case.session.region].file_systems_by_id
    return [each for each in systems.values() if each.file_system_arn != case.arn]


def database(case: Case, name: str = RESTORED) -> Any:
    """The DB instance of a drill."""
    return rds_backends[case.session.account_id][case.session.region].databases[name]
