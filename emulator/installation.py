"""Puts this package's services into moto, from outside."""

import os
import re
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

from emulator import budgets, dates, eventbridge, kms, organizations, stepfunctions, tracking
from emulator.dlm import cloudformation, shared_snapshots
from emulator.dynamodb import journal as table_journal
from emulator.dynamodb import recovery
from emulator.ec2 import blocks, fast_snapshot_restores, images, launches, notifications, operations, tags
from emulator.ec2 import listings as ec2_listings
from emulator.imports import after_import
from emulator.rds import automated_backups, clusters, instances, snapshots
from emulator.rds import keys as rds_keys
from emulator.rds import listings as rds_listings
from emulator.s3 import conditions as conditional_writes
from emulator.s3 import journal as bucket_journal
from emulator.s3 import listings as bucket_listings
from emulator.ssm import operations as run_command

_SERVICES = ("backup", "dlm", "ebs")

_CHANGES = (
    ("moto.budgets.responses", budgets.install),
    ("moto.cloudformation.parsing", cloudformation.install),
    ("moto.dynamodb.models", table_journal.install),
    ("moto.dynamodb.responses", recovery.install),
    ("moto.ec2.models", blocks.install),
    ("moto.ec2.models", fast_snapshot_restores.install),
    ("moto.ec2.models", images.install),
    ("moto.ec2.models", launches.install),
    ("moto.core.common_models", tracking.install),
    ("moto.ec2.models", notifications.install),
    ("moto.ec2.models", shared_snapshots.install),
    ("moto.ec2.models", tags.install),
    ("moto.ec2.responses", operations.install),
    ("moto.ec2.responses", ec2_listings.install),
    ("moto.ec2.responses", launches.install_operations),
    ("moto.events.models", eventbridge.install),
    ("moto.kms.responses", kms.install),
    ("moto.organizations.responses", organizations.install),
    ("moto.rds.models", instances.install),
    ("moto.rds.models", clusters.install),
    ("moto.rds.models", automated_backups.install),
    ("moto.rds.models", snapshots.install),
    ("moto.rds.models", rds_keys.install),
    ("moto.rds.responses", rds_listings.install),
    ("moto.ssm.responses", run_command.install),
    ("moto.core.config", stepfunctions.install),
    ("moto.stepfunctions.responses", stepfunctions.install_operations),
    ("moto.stepfunctions.parser.asl.utils.boto_client", stepfunctions.run_as_role),
    (
        "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk",
        stepfunctions.name_errors,
    ),
    (
        "moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function",
        stepfunctions.wait_by_clock,
    ),
    ("moto.s3.models", bucket_journal.install),
    ("moto.s3.responses", bucket_listings.install),
    ("moto.s3.responses", conditional_writes.install),
    *dates.changes(),
)
"""What is changed in moto's own services, by the module that it is in."""


def install() -> None:
    """Make moto serve what this package adds and changes, in ``mock_aws`` and in the server.

    Call it before the first request to any of these services; calling it again changes nothing.  It also
    turns on moto's copy of the AWS-managed IAM policies, which roles for AWS Backup are made with.
    """
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

    from moto import backend_index, backends

    if getattr(backends._import_backend, "from_emulator", False):  # noqa: SLF001  # moto has no public way
        return
    # moto warns of every error that the service model does not have: these two are meant to be such.
    warnings.filterwarnings("ignore", message=r"Exception\(.*(NotImplemented|AccessDenied)")
    _route_backends(backends)
    _route_urls(backend_index)
    _settle_before_requests()
    _pass_faults()
    for module, change in _CHANGES:
        after_import(module, change)


def changes() -> tuple[tuple[str, Callable[[], None]], ...]:
    """What is changed in moto's own services: the module of moto, and the function that changes it."""
    return _CHANGES


def _pass_faults() -> None:
    from emulator import fault_answers

    fault_answers.install()


def _route_backends(backends: Any) -> None:
    """moto finds a service's backends as a variable of the package ``moto.<service>``; ours lie elsewhere."""
    from emulator.backup.models import backup_backends
    from emulator.dlm.models import dlm_backends
    from emulator.ebs.models import ebs_backends

    ours = {"backup": backup_backends, "dlm": dlm_backends, "ebs": ebs_backends}
    theirs = backends._import_backend  # noqa: SLF001

    def import_backend(module_name: str, backends_name: str) -> Any:
        return ours[module_name] if module_name in ours else theirs(module_name, backends_name)

    import_backend.from_emulator = True  # type: ignore[attr-defined]  # the mark install() looks for
    backends._import_backend = import_backend  # noqa: SLF001

    # Modules of moto that were imported earlier may hold moto's own.
    for service, own in ours.items():
        loaded: Any = sys.modules.get(f"moto.{service}")
        if loaded is not None:
            setattr(loaded, f"{service}_backends", own)


def _route_urls(backend_index: ModuleType) -> None:
    known = {service for service, _ in backend_index.backend_url_patterns}
    for service in _SERVICES:
        if service not in known:
            pattern = re.compile(rf"https?://{service}\.(.+)\.amazonaws\.com")
            backend_index.backend_url_patterns.append((service, pattern))


def _settle_before_requests() -> None:
    """Before any service answers a request, do what has become due by the clock.

    EC2 is moto's own, so a snapshot made by a finished backup job must be there before EC2 looks for it.
    """
    from moto.core.responses import BaseResponse

    from emulator import clock

    set_up = BaseResponse.setup_class

    def settle_then_set_up(self: BaseResponse, *args: Any, **kwargs: Any) -> None:
        clock.settle()
        set_up(self, *args, **kwargs)

    BaseResponse.setup_class = settle_then_set_up  # type: ignore[method-assign]
